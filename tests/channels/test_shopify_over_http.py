"""The channel against the sandbox's store, over real HTTP: what a store states is what is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from embedded_app.accounting.order import (
    Customer,
    Order,
    Terms,
)
from embedded_app.channels import CHANNELS, AccessLost, StoreBusy, TokenRefused, Unreadable
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.bodies import PLANTED
from tests.channels.stated_orders import LEDGERS, read, stated
from tests.sandbox.shopify_caller import StoreCaller, open_mailbox, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


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


@pytest.mark.parametrize("field", ["Order.paymentTerms", "Order.purchasingEntity", "PurchasingCompany.company"])
def test_an_order_is_read_without_what_its_scopes_do_not_show(store: StoreCaller, field: str) -> None:
    company = Customer(id="gid://shopify/Company/9", is_company=True)
    store.shop.state_order(stated(terms=Terms(due_on=date(2026, 12, 20)), customer=company))
    store.shop.denied_fields.add(field)

    (found,) = read(store, ["gid://shopify/Order/9001"]).orders.values()

    assert isinstance(found, Order)
    assert (found.terms is None, found.customer is None) == ("Terms" in field, "Terms" not in field)


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
