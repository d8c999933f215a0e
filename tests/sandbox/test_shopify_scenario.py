"""What the sandbox's store makes of sales, refunds, edits and exchanges: whole cents, and sums that hold."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product, TaxRate, cents
from tests.sandbox.shopify_caller import StoreCaller, money, open_store, sales_of

MUG = Product(title="Mug", price=Decimal("9.99"), sku="MUG", product_type="Kitchen", tags=("gift",))
CUPS = Product(title="Cups", price=Decimal("60.00"))
TRAY = Product(title="Tray", price=Decimal("75.00"))
GIFT_CARD = Product(title="Gift card", price=Decimal("50.00"), taxes=(), gift_card=True)
POST = Decimal("4.95")


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("0.05", ["1", "9"], ["0.01", "0.04"]),
        ("-10.00", ["1", "1", "1"], ["-3.34", "-3.33", "-3.33"]),
        ("1.00", ["0", "0"], ["1.00", "0.00"]),
        ("0.01", ["5", "5"], ["0.01", "0.00"]),
    ],
)
def test_a_sum_is_spread_to_the_cent(total: str, weights: list[str], parts: list[str]) -> None:
    spread = cents.spread(Decimal(total), [Decimal(weight) for weight in weights])

    assert spread == [Decimal(part) for part in parts]


def test_the_slices_of_a_line_add_up_whatever_the_steps() -> None:
    for steps in ([1, 1, 1], [2, 1], [1, 2], [3]):
        taken = 0
        slices = []
        for units in steps:
            slices.append(cents.slice_of(Decimal("10.00"), taken=taken, units=units, whole=3))
            taken += units
        assert sum(slices) == Decimal("10.00")


def test_it_sells_two_mugs_with_delivery_tax_included(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)], shipping=POST)
    order.pay("shopify_payments")

    read = store.read(order.id)

    mugs, delivery = sales_of(read)
    assert (mugs["__typename"], mugs["quantity"], money(mugs["totalAmount"])) == ("ProductSale", 2, Decimal("19.98"))
    assert money(mugs["totalTaxAmount"]) == Decimal("3.33")
    assert mugs["lineItem"]["product"] == {"productType": "Kitchen", "tags": ["gift"]}
    assert (delivery["lineType"], money(delivery["totalTaxAmount"])) == ("SHIPPING", Decimal("0.83"))
    assert money(read["originalTotalPriceSet"]) == money(read["netPaymentSet"]) == Decimal("24.93")
    assert read["displayFinancialStatus"] == "PAID"
    assert read["shippingAddress"] == {"countryCodeV2": "GB"}


def test_a_refund_of_one_mug_gives_back_its_share_of_price_and_tax(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)], shipping=POST)
    paid = order.pay("shopify_payments")
    order.refund({0: 1})

    read = store.read(order.id)

    mug = sales_of(read)[-1]
    assert (mug["actionType"], mug["quantity"], money(mug["totalAmount"])) == ("RETURN", -1, Decimal("-9.99"))
    assert money(mug["totalTaxAmount"]) == Decimal("-1.67")
    assert read["agreements"]["nodes"][-1]["__typename"] == "RefundAgreement"
    assert read["transactions"][-1]["kind"] == "REFUND"
    assert read["transactions"][-1]["parentTransaction"] == {"id": paid.id}
    assert money(read["currentTotalPriceSet"]) == money(read["netPaymentSet"]) == Decimal("14.94")


def test_the_units_of_a_line_refunded_one_by_one_give_back_exactly_the_line(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 3)], discount=Decimal("1.00"))
    order.pay("paypal")
    for _ in range(3):
        order.refund({0: 1})

    read = store.read(order.id)

    for figure in ("totalAmount", "totalTaxAmount", "totalDiscountAmountAfterTaxes"):
        assert sum(money(sale[figure]) for sale in sales_of(read)) == 0
    assert money(read["netPaymentSet"]) == 0
    assert read["displayFinancialStatus"] == "REFUNDED"


def test_a_discount_is_spread_over_the_lines_and_off_their_totals(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1), (CUPS, 1)], discount=Decimal("5.00"))

    mug, cups = sales_of(store.read(order.id))

    assert [money(sale["totalDiscountAmountAfterTaxes"]) for sale in (mug, cups)] == [Decimal("0.71"), Decimal("4.29")]
    assert [money(sale["totalAmount"]) for sale in (mug, cups)] == [Decimal("9.28"), Decimal("55.71")]
    assert [money(sale["totalTaxAmount"]) for sale in (mug, cups)] == [Decimal("1.55"), Decimal("9.29")]


def test_taxes_on_top_are_rounded_each_and_added(clock: SetClock) -> None:
    with open_store(clock) as store:
        store.shop.taxes_included = False
        taxes = (TaxRate(title="State", rate=Decimal("0.06")), TaxRate(title="County", rate=Decimal("0.01")))
        order = store.shop.place_order([(Product(title="Item", price=Decimal("100.00"), taxes=taxes), 1)], country="US")

        (sale,) = sales_of(store.read(order.id))

        assert money(sale["totalAmount"]) == Decimal("107.00")
        assert [(tax["taxLine"]["title"], money(tax["amount"])) for tax in sale["taxes"]] == [
            ("State", Decimal("6.0")),
            ("County", Decimal("1.0")),
        ]


def test_an_exchange_is_one_return_agreement_with_both_ways(store: StoreCaller) -> None:
    order = store.shop.place_order([(CUPS, 1)])
    order.pay("shopify_payments")
    order.return_goods({0: 1}, exchange=[(TRAY, 1)])
    order.pay("shopify_payments")

    read = store.read(order.id)

    exchange = read["agreements"]["nodes"][-1]
    assert exchange["__typename"] == "ReturnAgreement"
    assert [money(sale["totalAmount"]) for sale in exchange["sales"]["nodes"]] == [Decimal("-60.0"), Decimal("75.0")]
    assert money(read["transactions"][-1]["amountSet"]) == Decimal("15.00")
    assert money(read["currentTotalPriceSet"]) == money(read["netPaymentSet"]) == Decimal("75.00")


def test_a_return_without_money_leaves_the_payment_as_it_is(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)])
    order.pay("paypal")
    order.return_goods({0: 1})

    read = store.read(order.id)

    assert len(read["transactions"]) == 1
    assert (money(read["currentTotalPriceSet"]), money(read["netPaymentSet"])) == (Decimal("9.99"), Decimal("19.98"))


def test_a_return_of_an_unpaid_order_has_no_transaction(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)])
    order.refund({0: 1})

    read = store.read(order.id)

    assert read["transactions"] == []
    assert read["agreements"]["nodes"][-1]["reason"] == "REFUND"


def test_a_goodwill_refund_is_an_adjustment_without_goods(store: StoreCaller) -> None:
    order = store.shop.place_order([(CUPS, 1)])
    order.pay("paypal")
    order.refund(goodwill=Decimal("10.00"))

    adjustment = sales_of(store.read(order.id))[-1]

    assert (adjustment["__typename"], adjustment["lineType"]) == ("AdjustmentSale", "ADJUSTMENT")
    assert (adjustment["quantity"], money(adjustment["totalAmount"])) == (None, Decimal("-10.0"))


def test_a_gift_card_is_sold_without_tax(store: StoreCaller) -> None:
    order = store.shop.place_order([(GIFT_CARD, 1)])

    (sale,) = sales_of(store.read(order.id))

    assert (sale["__typename"], sale["lineType"], sale["taxes"]) == ("GiftCardSale", "GIFT_CARD", [])


def test_declined_and_authorised_payments_move_no_money(store: StoreCaller) -> None:
    order = store.shop.place_order([(CUPS, 1)])
    order.fail("shopify_payments")
    order.authorise("shopify_payments")

    read = store.read(order.id)

    assert [(entry["kind"], entry["status"]) for entry in read["transactions"]] == [
        ("SALE", "FAILURE"),
        ("AUTHORIZATION", "SUCCESS"),
    ]
    assert money(read["netPaymentSet"]) == 0


def test_change_is_taken_off_the_cash_that_was_handed_over(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)], source_name="pos", location="Market Street")
    paid = order.pay("cash", Decimal("20.00"))
    order.change(Decimal("10.01"))

    read = store.read(order.id)

    change = read["transactions"][-1]
    assert (change["kind"], change["gateway"], change["parentTransaction"]) == ("CHANGE", "cash", {"id": paid.id})
    assert money(read["netPaymentSet"]) == Decimal("9.99")
    assert read["retailLocation"] == {"name": "Market Street", "address": {"countryCode": "GB"}}
    assert read["shippingAddress"] is None


def test_a_cancelled_order_takes_all_back_and_pays_each_gateway_back(store: StoreCaller) -> None:
    order = store.shop.place_order([(CUPS, 1)], shipping=POST)
    order.pay("gift_card", Decimal("50.00"))
    order.pay("shopify_payments")
    order.cancel()

    read = store.read(order.id)

    back = [(entry["gateway"], money(entry["amountSet"])) for entry in read["transactions"][2:]]
    assert back == [("shopify_payments", Decimal("14.95")), ("gift_card", Decimal("50.0"))]
    assert money(read["currentTotalPriceSet"]) == money(read["netPaymentSet"]) == 0
    assert read["cancelledAt"] == "2026-11-24T12:00:00Z"


def test_an_edit_is_one_agreement_that_adds_and_removes(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 3)])
    order.edit(add=[(CUPS, 1)], remove={0: 2})

    read = store.read(order.id)

    edit = read["agreements"]["nodes"][-1]
    assert (edit["__typename"], edit["reason"]) == ("OrderEditAgreement", "ORDER_EDIT")
    assert [sale["quantity"] for sale in edit["sales"]["nodes"]] == [-2, 1]
    assert money(read["originalTotalPriceSet"]) == Decimal("29.97")
    assert money(read["currentTotalPriceSet"]) == Decimal("69.99")


def test_a_returned_delivery_no_longer_names_its_line(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)], shipping=POST)
    order.refund({1: 1})

    assert sales_of(store.read(order.id))[-1]["shippingLine"] is None


def test_each_deed_moves_the_orders_clock(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)])
    store.clock.advance(90)
    order.pay("paypal")

    read = store.read(order.id)

    assert read["updatedAt"] == "2026-11-24T12:01:30Z"
    assert read["agreements"]["nodes"][0]["happenedAt"] == "2026-11-24T12:00:00Z"


def test_amounts_are_written_as_shopify_writes_them(store: StoreCaller) -> None:
    order = store.shop.place_order([(Product(title="Sofa", price=Decimal("8600.00")), 1)])

    assert store.read(order.id)["originalTotalPriceSet"]["shopMoney"]["amount"] == "8600.0"


def test_what_a_store_would_not_do_is_refused_with_a_sentence(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)])

    with pytest.raises(ValueError, match="1 are left on the order"):
        order.refund({0: 2})
    with pytest.raises(ValueError, match="Say what is refunded"):
        order.refund()
    with pytest.raises(ValueError, match="no payment to give change on"):
        order.change(Decimal("1.00"))
    with pytest.raises(ValueError, match="more than it received"):
        order.pay_back(Decimal("1.00"))
