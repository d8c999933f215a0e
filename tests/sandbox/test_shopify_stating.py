"""Orders that a test states figure by figure and the sandbox serves as they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
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
from embedded_app.clock import SetClock
from tests.sandbox.shopify_caller import StoreCaller, money, open_store, sales_of

PLACED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def vat(amount: str) -> tuple[Tax, ...]:
    return (Tax(title="VAT", rate=Decimal("0.2"), amount=Decimal(amount)),)


def mugs() -> Order:
    """Two mugs 19.98 and delivery 4.95, paid."""
    mug = SaleLine(
        id="gid://shopify/Sale/1",
        kind=LineKind.PRODUCT,
        title="Mug",
        quantity=2,
        gross=Decimal("19.98"),
        taxes=vat("3.33"),
        sku="MUG",
        product_type="Kitchen",
        vendor="Own",
        tags=("gift",),
    )
    post = replace(mug, id="gid://shopify/Sale/2", kind=LineKind.SHIPPING, title="Post", quantity=1)
    post = replace(post, gross=Decimal("4.95"), taxes=vat("0.83"), sku=None, product_type=None, vendor=None, tags=())
    placed = Agreement(
        id="gid://shopify/SalesAgreement/1", kind=AgreementKind.PLACED, happened_at=PLACED, lines=(mug, post)
    )
    paid = Tender(
        id="gid://shopify/OrderTransaction/1",
        kind=TenderKind.RECEIVED,
        gateway="shopify_payments",
        amount=Decimal("24.93"),
        processed_at=PLACED,
    )
    return Order(
        id="gid://shopify/Order/1001",
        name="#1001",
        currency="GBP",
        timezone="Europe/London",
        placed_at=PLACED,
        updated_at=PLACED,
        agreements=(placed,),
        tenders=(paid,),
        totals=totals("24.93", "24.93", "24.93"),
        country="GB",
        channel="web",
    )


def totals(original: str, current: str, net_payment: str) -> StoreTotals:
    return StoreTotals(original=Decimal(original), current=Decimal(current), net_payment=Decimal(net_payment))


def refunded(order: Order) -> Order:
    """One mug of it given back, with the tax the store says."""
    mug = replace(order.agreements[0].lines[0], id="gid://shopify/Sale/3", quantity=-1, gross=Decimal("-9.99"))
    back = Agreement(
        id="gid://shopify/SalesAgreement/2",
        kind=AgreementKind.REFUNDED,
        happened_at=LATER,
        lines=(replace(mug, taxes=vat("-1.67")),),
    )
    money_back = replace(
        order.tenders[0],
        id="gid://shopify/OrderTransaction/2",
        kind=TenderKind.PAID_BACK,
        amount=Decimal("9.99"),
        processed_at=LATER,
        parent_id=order.tenders[0].id,
    )
    return replace(
        order,
        agreements=(*order.agreements, back),
        tenders=(*order.tenders, money_back),
        totals=totals("24.93", "14.94", "14.94"),
        updated_at=LATER,
    )


def test_a_stated_order_is_served_figure_by_figure(store: StoreCaller) -> None:
    store.shop.state_order(refunded(mugs()))

    read = store.read("gid://shopify/Order/1001")

    assert [(sale["id"], money(sale["totalAmount"]), money(sale["totalTaxAmount"])) for sale in sales_of(read)] == [
        ("gid://shopify/Sale/1", Decimal("19.98"), Decimal("3.33")),
        ("gid://shopify/Sale/2", Decimal("4.95"), Decimal("0.83")),
        ("gid://shopify/Sale/3", Decimal("-9.99"), Decimal("-1.67")),
    ]
    assert [entry["kind"] for entry in read["transactions"]] == ["SALE", "REFUND"]
    assert [entry["happenedAt"] for entry in read["agreements"]["nodes"]] == [
        "2026-11-23T10:00:00Z",
        "2026-11-23T15:30:00Z",
    ]
    assert sales_of(read)[0]["lineItem"] == {
        "name": "Mug",
        "sku": "MUG",
        "product": {"productType": "Kitchen", "tags": ["gift"]},
    }


def test_stated_totals_are_served_even_where_the_ledgers_say_otherwise(store: StoreCaller) -> None:
    store.shop.state_order(replace(mugs(), totals=totals("24.93", "24.92", "24.00")))

    read = store.read("gid://shopify/Order/1001")

    assert money(read["currentTotalPriceSet"]) == Decimal("24.92")
    assert money(read["netPaymentSet"]) == Decimal("24.00")


def test_each_kind_of_line_is_served_as_its_own_type(store: StoreCaller) -> None:
    order = mugs()
    kinds = [kind for kind in LineKind if kind is not LineKind.ROUNDING]
    lines = tuple(
        SaleLine(id=f"gid://shopify/Sale/{at}", kind=kind, title=kind, quantity=1, gross=Decimal("1.00"))
        for at, kind in enumerate(kinds, start=1)
    )
    store.shop.state_order(replace(order, agreements=(replace(order.agreements[0], lines=lines),)))

    read = store.read(order.id)

    assert [(sale["__typename"], sale["lineType"]) for sale in sales_of(read)] == [
        ("ProductSale", "PRODUCT"),
        ("ShippingLineSale", "SHIPPING"),
        ("TipSale", "TIP"),
        ("GiftCardSale", "GIFT_CARD"),
        ("DutySale", "DUTY"),
        ("FeeSale", "FEE"),
        ("AdditionalFeeSale", "ADDITIONAL_FEE"),
        ("AdjustmentSale", "ADJUSTMENT"),
    ]


def test_stating_an_order_again_owes_webhooks_only_for_what_is_new(store: StoreCaller) -> None:
    store.shop.state_order(mugs())
    first = [delivery.topic for delivery in store.shop.deliveries.pending()]
    store.shop.deliveries.discard()

    store.shop.state_order(refunded(mugs()))

    assert first == ["orders/create", "order_transactions/create", "orders/updated"]
    assert [delivery.topic for delivery in store.shop.deliveries.pending()] == [
        "refunds/create",
        "order_transactions/create",
        "orders/updated",
    ]


def test_a_cancellation_is_announced_once(store: StoreCaller) -> None:
    cancelled = replace(mugs(), cancelled_at=LATER)
    store.shop.state_order(cancelled)
    store.shop.state_order(replace(cancelled, updated_at=LATER))

    topics = [delivery.topic for delivery in store.shop.deliveries.pending()]

    assert topics.count("orders/cancelled") == 1


def test_an_order_the_store_could_not_have_is_refused_with_a_sentence(store: StoreCaller) -> None:
    with pytest.raises(ValueError, match="open a store there"):
        store.shop.state_order(replace(mugs(), timezone="Australia/Sydney"))
    with pytest.raises(ValueError, match="open a store with it"):
        store.shop.state_order(replace(mugs(), currency="AUD"))
    with pytest.raises(ValueError, match="does not end in a number"):
        store.shop.state_order(replace(mugs(), id="gid://shopify/Order/first"))
