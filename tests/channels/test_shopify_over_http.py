"""The channel against the sandbox's store, over real HTTP: what a store states is what is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tax,
    Tender,
    TenderKind,
)
from embedded_app.channels import CHANNELS, AccessLost, Reading, StoreAccess, StoreBusy, TokenRefused, Unreadable
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.bodies import PLANTED
from tests.sandbox.shopify_caller import StoreCaller, open_mailbox, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))
MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
VAT = Tax(title="VAT", rate=Decimal("0.2"), amount=Decimal("1.67"))
TITLES = {LineKind.DUTY: "Duty", LineKind.FEE: "Restocking fee", LineKind.ADJUSTMENT: "Adjustment", LineKind.TIP: "Tip"}


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def read(store: StoreCaller, ids: Sequence[str], *, token: str | None = None, batch_size: int = 10) -> Reading:
    access = StoreAccess(
        domain=store.shop.domain,
        origin=store.origin,
        access_token=token or store.tokens.access,
        api_version="2026-10",
    )
    return CHANNELS["shopify"].read_orders(store.http, access, ids, batch_size=batch_size)


def line(number: int, kind: LineKind = LineKind.PRODUCT, gross: str = "10.00", quantity: int = 1) -> SaleLine:
    sign = -1 if gross.startswith("-") else 1
    return SaleLine(
        id=f"gid://shopify/Sale/{number}",
        kind=kind,
        title=TITLES.get(kind, f"Thing {number}"),
        quantity=quantity * sign,
        gross=Decimal(gross),
        taxes=(Tax(title="VAT", rate=VAT.rate, amount=VAT.amount * sign, marketplace=None),),
        discount=Decimal("1.77") * sign,
    )


def agreement(number: int, kind: AgreementKind, *lines: SaleLine) -> Agreement:
    happened_at = MORNING + timedelta(hours=number)
    return Agreement(id=f"gid://shopify/SalesAgreement/{number}", kind=kind, happened_at=happened_at, lines=lines)


def tender(number: int, kind: TenderKind, amount: str, parent: int | None = None) -> Tender:
    return Tender(
        id=f"gid://shopify/OrderTransaction/{number}",
        kind=kind,
        gateway="cash",
        amount=Decimal(amount),
        processed_at=MORNING + timedelta(minutes=number),
        parent_id=f"gid://shopify/OrderTransaction/{parent}" if parent else None,
    )


def stated(*agreements: Agreement, tenders: tuple[Tender, ...] = ()) -> Order:
    return Order(
        id="gid://shopify/Order/9001",
        name="#9001",
        currency="GBP",
        timezone="Europe/London",
        placed_at=MORNING,
        updated_at=MORNING + timedelta(days=1),
        agreements=agreements,
        tenders=tenders,
        totals=StoreTotals(original=Decimal("70.00"), current=Decimal("60.00"), net_payment=Decimal("42.00")),
        country="DE",
        channel="web",
    )


KINDS = tuple(kind for kind in LineKind if kind is not LineKind.ROUNDING)
LEDGERS = {
    "every kind of line": stated(
        agreement(1, AgreementKind.PLACED, *(line(place, kind) for place, kind in enumerate(KINDS, 1)))
    ),
    "every kind of agreement": stated(
        *(agreement(place, kind, line(place)) for place, kind in enumerate(AgreementKind, 1))
    ),
    "goods back": stated(
        agreement(1, AgreementKind.PLACED, line(1, quantity=3)),
        agreement(2, AgreementKind.REFUNDED, line(2, gross="-10.00"), line(3, LineKind.ADJUSTMENT, "-5.00", 0)),
    ),
    "cash with change": stated(
        agreement(1, AgreementKind.PLACED, line(1)),
        tenders=(tender(1, TenderKind.RECEIVED, "50.00"), tender(2, TenderKind.CHANGE, "8.00", parent=1)),
    ),
    "many pages": stated(
        agreement(1, AgreementKind.PLACED, *(line(number) for number in range(1, 121))),
        agreement(2, AgreementKind.EDITED, *(line(number) for number in range(201, 264))),
        *(agreement(number, AgreementKind.REFUNDED, line(300 + number, gross="-10.00")) for number in range(3, 9)),
        tenders=tuple(tender(number, TenderKind.RECEIVED, "1.00") for number in range(1, 61)),
    ),
}


@pytest.mark.parametrize("order", LEDGERS.values(), ids=LEDGERS.keys())
def test_an_order_is_read_exactly_as_the_store_states_it(store: StoreCaller, order: Order) -> None:
    store.world.limits = False
    store.shop.state_order(order)

    assert read(store, [order.id]).orders == {order.id: order}


def test_a_busy_afternoon_is_read_within_the_cost_limit(store: StoreCaller) -> None:
    orders = [store.shop.place_order([(MUG, 2)], shipping=Decimal("4.95")) for _ in range(25)]

    reading = read(store, [order.id for order in orders], batch_size=50)

    assert [found.name for found in reading.orders.values() if isinstance(found, Order)] == [o.name for o in orders]
    assert reading.retry_seconds is None


def test_an_empty_bucket_says_how_long_to_wait(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)])
    store.shop.bucket.empty()

    with pytest.raises(StoreBusy) as raised:
        read(store, [order.id])
    store.clock.advance(raised.value.retry_seconds)

    assert isinstance(read(store, [order.id]).orders[order.id], Order)


def test_deleted_and_denied_orders_are_told_apart_and_the_rest_is_read(store: StoreCaller) -> None:
    deleted, denied, good = (store.shop.place_order([(MUG, 1)]) for _ in range(3))
    store.shop.delete_order(deleted.id)
    store.shop.denied_orders.add(denied.id)

    found = read(store, [deleted.id, denied.id, good.id]).orders

    assert [one.cause for one in found.values() if isinstance(one, Unreadable)] == ["deleted", "denied"]
    assert isinstance(found[good.id], Order)


def test_an_order_is_read_without_the_protected_address(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)], country="DE")
    store.shop.denied_fields.add("Order.shippingAddress")

    found = read(store, [order.id]).orders[order.id]

    assert isinstance(found, Order) and found.country is None


@pytest.mark.parametrize(("status", "error"), [(402, AccessLost), (423, AccessLost), (503, StoreBusy)])
def test_a_frozen_store_and_a_broken_one_are_told_apart(store: StoreCaller, status: int, error: type) -> None:
    order = store.shop.place_order([(MUG, 1)])
    store.shop.next_statuses.append(status)

    with pytest.raises(error):
        read(store, [order.id])


def test_an_expired_token_is_refused_and_a_refreshed_one_reads(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)])
    store.clock.advance(3601)
    with pytest.raises(TokenRefused):
        read(store, [order.id])

    app = store.world.app
    pair = CHANNELS["shopify"].refresh(
        store.http, store.origin, app.client_id, app.client_secret, store.tokens.refresh, store.clock.now()
    )

    assert isinstance(read(store, [order.id], token=pair.access_token).orders[order.id], Order)
    assert pair.access_expires_at == store.clock.now() + timedelta(hours=1)


def test_each_webhook_of_a_days_work_is_verified_and_names_its_order(store: StoreCaller) -> None:
    store.shop.full_bodies = True
    order = store.shop.place_order([(MUG, 2)])
    order.pay("paypal")
    order.edit(add=[(MUG, 1)])
    order.refund({0: 1})
    order.cancel()

    with open_mailbox() as mailbox:
        store.shop.deliveries.deliver(mailbox.url)

    secrets = [store.world.app.client_secret]
    assert all(CHANNELS["shopify"].verify(headers, body, secrets) for headers, body in mailbox.received)
    notes = [CHANNELS["shopify"].note(headers, body) for headers, body in mailbox.received]
    assert {note.order_id for note in notes} == {order.id}
    assert any(PLANTED.encode() in body for _, body in mailbox.received)
    assert PLANTED not in repr(notes)
