"""Orders that a test states figure by figure and the sandbox serves as they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    Customer,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tax,
    Tender,
    TenderKind,
    Terms,
)
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import World
from embedded_app.sandbox.shopify.checkouts import EVERYTHING, Allowed
from embedded_app.sandbox.shopify.lawful import lawful_story
from embedded_app.sandbox.shopify.markets import MARKETS
from embedded_app.sandbox.shopify.telling import Teller
from tests.sandbox.shopify_caller import MONEY, StoreCaller, money, open_store, sales_of

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


@pytest.mark.parametrize(
    "allowed",
    # The rate of the day, by which a gift card's face value is converted, is no part of a stated order.
    [replace(EVERYTHING, presentment=False), replace(EVERYTHING, gift_cards=False)],
    ids=["gift cards", "presentment"],
)
def test_whatever_a_lawful_order_is_can_be_stated_and_is_told_again(clock: SetClock, allowed: Allowed) -> None:
    world = World(clock=clock)
    for seed in range(80):
        for market in (MARKETS["GB"], MARKETS["AU"]):
            order = lawful_story(seed, market=market, allowed=allowed)[-1].order
            shop = market.open(world)

            stored = shop.state_order(order)

            assert Teller(shop.timezone).tell(stored) == order


def test_stated_terms_buyers_coins_and_fulfilment_are_served(store: StoreCaller) -> None:
    order = mugs()
    paid = replace(order.tenders[0], rounding=Decimal("0.02"))
    store.shop.state_order(
        replace(
            order,
            tenders=(paid,),
            totals=replace(order.totals, rounding=Decimal("0.02")),
            terms=Terms(due_on=date(2026, 12, 23)),
            customer=Customer(id="gid://shopify/Company/9", is_company=True),
            fulfilled_at=LATER,
        )
    )
    query = f"""query($id: ID!) {{ order(id: $id) {{ displayFulfillmentStatus
        fulfillments(first: 5) {{ status createdAt }}
        totalCashRoundingAdjustment {{ paymentSet {MONEY} }} transactions {{ amountRoundingSet {MONEY} }}
        purchasingEntity {{ ... on PurchasingCompany {{ company {{ id }} }} }}
        paymentTerms {{ paymentTermsType paymentSchedules(first: 1) {{ nodes {{ dueAt }} }} }} }} }}"""

    read = store.ask(query, id=order.id)["data"]["order"]

    assert read["fulfillments"] == [{"status": "SUCCESS", "createdAt": "2026-11-23T15:30:00Z"}]
    assert read["displayFulfillmentStatus"] == "FULFILLED"
    assert money(read["totalCashRoundingAdjustment"]["paymentSet"]) == Decimal("0.02")
    assert money(read["transactions"][0]["amountRoundingSet"]) == Decimal("0.02")
    assert read["purchasingEntity"] == {"company": {"id": "gid://shopify/Company/9"}}
    assert read["paymentTerms"]["paymentSchedules"]["nodes"] == [{"dueAt": "2026-12-23T12:00:00Z"}]


def test_stated_gift_cards_are_in_the_store_at_their_face_value_once(store: StoreCaller) -> None:
    order = mugs()
    card = replace(order.agreements[0].lines[0], kind=LineKind.GIFT_CARD, face_value=Decimal("30.00"))
    sold = replace(order, agreements=(replace(order.agreements[0], lines=(card,)),))

    store.shop.state_order(sold)
    store.shop.state_order(replace(sold, updated_at=LATER))

    assert [one.initial_value for one in store.shop.instruments.gift_cards.values()] == [Decimal("15.00")] * 2
