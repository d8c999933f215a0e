"""Every situation of a store's orders, played in the sandbox and read back over HTTP."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify.markets import MARKETS
from embedded_app.sandbox.shopify.situations import SITUATIONS
from tests.sandbox.shopify_caller import MONEY, StoreCaller, money, open_store, sales_of

SIGNS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1, "CHANGE": -1, "AUTHORIZATION": 0, "VOID": 0}
BOTH = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def played(store: StoreCaller, name: str) -> list[str]:
    """The ids of the situation's orders, once it is over; the store is its market's."""
    case = SITUATIONS[name]
    store.shop = MARKETS[case.market].open(store.world)
    store.tokens = store.shop.issue_tokens()
    return list(dict.fromkeys(order.id for order, _ in case.play(store.shop)))


def last(store: StoreCaller, name: str) -> Any:
    return store.read(played(store, name)[-1])


def figures(order: Any) -> tuple[str, str, str]:
    """What was sold, what is left of it, and what was paid net."""
    sets = ("originalTotalPriceSet", "currentTotalPriceSet", "netPaymentSet")
    original, current, net = (f"{money(order[name]):.2f}" for name in sets)
    return original, current, net


@pytest.mark.parametrize("name", [name for name in SITUATIONS if name not in ("lines", "names")])
def test_the_ledgers_and_totals_of_a_situation_agree(store: StoreCaller, name: str) -> None:
    for order_id in played(store, name):
        order = store.read(order_id)
        moved = [entry for entry in order["transactions"] if entry["status"] == "SUCCESS" and name != "test"]

        assert sum(money(sale["totalAmount"]) for sale in sales_of(order)) == money(order["currentTotalPriceSet"])
        assert sum(SIGNS[entry["kind"]] * money(entry["amountSet"]) for entry in moved) == money(order["netPaymentSet"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A", ("24.93", "24.93", "24.93")),
        ("B", ("24.93", "14.94", "14.94")),
        ("C", ("117.00", "117.00", "117.00")),
        ("C taxed", ("117.70", "117.70", "117.70")),
        ("D", ("80.00", "80.00", "80.00")),
        ("D below", ("45.00", "45.00", "45.00")),
        ("E", ("60.00", "75.00", "75.00")),
        ("E both ways", ("60.00", "75.00", "75.00")),
        ("F", ("500.00", "380.00", "380.00")),
        ("G", ("42.00", "0.00", "0.00")),
        ("H", ("100.00", "90.00", "90.00")),
        ("H balanced", ("100.00", "0.00", "0.00")),
        ("I", ("54.00", "27.00", "54.00")),
        ("J cash", ("42.00", "42.00", "42.00")),
        ("L return fee", ("30.00", "5.00", "5.00")),
        ("M", ("40.00", "40.00", "45.00")),
        ("M refunded", ("40.00", "40.00", "40.00")),
        ("coins refunded", ("9.99", "4.97", "4.97")),
        ("bare refund", ("20.00", "20.00", "0.00")),
    ],
)
def test_a_situation_comes_to_the_figures_of_its_worked_case(
    store: StoreCaller, name: str, expected: tuple[str, str, str]
) -> None:
    assert figures(last(store, name)) == expected


def test_two_taxes_stand_on_each_line_and_none_on_an_untaxed_delivery(store: StoreCaller) -> None:
    item, delivery = sales_of(last(store, "C"))

    assert [(tax["taxLine"]["title"], money(tax["amount"])) for tax in item["taxes"]] == [
        ("State tax", Decimal("6.0")),
        ("County tax", Decimal("1.0")),
    ]
    assert (money(delivery["totalAmount"]), delivery["taxes"]) == (Decimal("10.0"), [])


def test_both_parts_of_a_two_part_rate_are_rounded_by_themselves(store: StoreCaller) -> None:
    goods, _ = sales_of(last(store, "quebec"))

    assert [money(tax["amount"]) for tax in goods["taxes"]] == [Decimal("3.0"), Decimal("5.98")]


@pytest.mark.parametrize(("name", "liable"), [("marketplace", True), ("unclear tax", None), ("C", False)])
def test_a_tax_says_whether_a_marketplace_remits_it(store: StoreCaller, name: str, liable: bool | None) -> None:
    taxes = sales_of(last(store, name))[0]["taxes"]

    assert {tax["taxLine"]["channelLiable"] for tax in taxes} == {liable}


def test_goodwill_contains_tax_only_where_the_store_says_so(store: StoreCaller) -> None:
    assert money(sales_of(last(store, "H"))[-1]["totalTaxAmount"]) == 0
    assert money(sales_of(last(store, "H taxed"))[-1]["totalTaxAmount"]) == Decimal("-1.67")


def test_a_full_return_after_goodwill_is_balanced_by_an_adjustment(store: StoreCaller) -> None:
    *_, returned, balancing = sales_of(last(store, "H balanced"))

    assert (returned["lineType"], money(returned["totalAmount"])) == ("PRODUCT", Decimal("-100.0"))
    assert (balancing["lineType"], money(balancing["totalAmount"])) == ("ADJUSTMENT", Decimal("10.0"))
    assert money(balancing["totalTaxAmount"]) == Decimal("1.67")


def test_a_fee_kept_from_a_return_stands_in_the_same_agreement(store: StoreCaller) -> None:
    order = last(store, "L return fee")

    back = order["agreements"]["nodes"][-1]
    assert back["__typename"] == "ReturnAgreement"
    assert [(sale["__typename"], money(sale["totalAmount"])) for sale in back["sales"]["nodes"]] == [
        ("ProductSale", Decimal("-30.0")),
        ("FeeSale", Decimal("5.0")),
    ]


def test_tips_duties_and_fees_are_sales_of_their_own_kinds(store: StoreCaller) -> None:
    kinds = [(sale["__typename"], money(sale["totalAmount"])) for sale in sales_of(last(store, "L"))[1:]]

    assert kinds == [
        ("TipSale", Decimal("3.0")),
        ("DutySale", Decimal("6.4")),
        ("AdditionalFeeSale", Decimal("1.2")),
    ]


def test_an_order_on_terms_says_when_it_is_due_and_who_owes_it(store: StoreCaller) -> None:
    (order_id,) = played(store, "F open")
    query = """query($id: ID!) { order(id: $id) { customer { id } merchantBusinessEntity { displayName }
        paymentTerms { paymentTermsName paymentTermsType dueInDays due overdue paymentSchedules(first: 1) {
            nodes { dueAt completedAt balanceDue { amount } } } }
        purchasingEntity { ... on PurchasingCompany { company { id name } location { id } } } } }"""

    order = store.ask(query, id=order_id)["data"]["order"]
    store.clock.advance(31 * 86_400)
    store.tokens = store.shop.issue_tokens()
    later = store.ask(query, id=order_id)["data"]["order"]["paymentTerms"]

    assert order["paymentTerms"] == {
        "paymentTermsName": "Net 30",
        "paymentTermsType": "NET",
        "dueInDays": 30,
        "due": False,
        "overdue": False,
        "paymentSchedules": {
            "nodes": [{"dueAt": "2026-12-24T12:00:00Z", "completedAt": None, "balanceDue": {"amount": "500.0"}}]
        },
    }
    assert order["purchasingEntity"]["company"] == {"id": "gid://shopify/Company/7101", "name": "Hollow Hill Ltd"}
    assert order["customer"] == {"id": "gid://shopify/Customer/7002"}
    assert later["overdue"]


def test_coins_round_beside_the_amounts_not_in_them(store: StoreCaller) -> None:
    (order_id,) = played(store, "coins refunded")
    query = f"""query($id: ID!) {{ order(id: $id) {{ totalReceivedSet {MONEY} totalRefundedSet {MONEY}
        totalCashRoundingAdjustment {{ paymentSet {MONEY} refundSet {MONEY} }}
        transactions {{ kind amountSet {MONEY} amountRoundingSet {MONEY} }} }} }}"""

    order = store.ask(query, id=order_id)["data"]["order"]
    rounding = order["totalCashRoundingAdjustment"]
    paid, change, back = order["transactions"]

    assert (money(order["totalReceivedSet"]), money(rounding["paymentSet"])) == (Decimal("9.99"), Decimal("0.01"))
    assert (money(order["totalRefundedSet"]), money(rounding["refundSet"])) == (Decimal("5.02"), Decimal("-0.02"))
    assert (money(paid["amountSet"]), money(paid["amountRoundingSet"])) == (Decimal("19.99"), Decimal("0.01"))
    assert (money(change["amountSet"]), change["amountRoundingSet"]) == (Decimal("10.0"), None)
    assert (money(back["amountSet"]), money(back["amountRoundingSet"])) == (Decimal("5.02"), Decimal("-0.02"))


def test_each_amount_is_served_in_the_customers_currency_too(store: StoreCaller) -> None:
    (order_id,) = played(store, "K refunded")
    query = f"""query($id: ID!) {{ order(id: $id) {{ presentmentCurrencyCode originalTotalPriceSet {BOTH}
        netPaymentSet {BOTH}
        transactions {{ amountSet {BOTH} currencyExchangeAdjustment {{ adjustment {{ amount currencyCode }}
            finalAmountSet {{ amount }} }} }} }} }}"""

    order = store.ask(query, id=order_id)["data"]["order"]
    sold, refund = order["originalTotalPriceSet"], order["transactions"][-1]

    assert order["presentmentCurrencyCode"] == "EUR"
    assert sold["presentmentMoney"] == {"amount": "57.5", "currencyCode": "EUR"}
    assert sold["shopMoney"] == {"amount": "50.0", "currencyCode": "GBP"}
    assert order["netPaymentSet"]["presentmentMoney"]["amount"] == "0.0"
    assert refund["currencyExchangeAdjustment"] == {
        "adjustment": {"amount": "-0.87", "currencyCode": "GBP"},
        "finalAmountSet": {"amount": "49.13"},
    }


def test_an_edit_that_makes_a_line_cheaper_moves_no_goods(store: StoreCaller) -> None:
    edit = last(store, "edited")["agreements"]["nodes"][-1]["sales"]["nodes"]

    cheaper = next(sale for sale in edit if sale["actionType"] == "UPDATE")
    assert (cheaper["quantity"], money(cheaper["totalAmount"])) == (0, Decimal("-5.0"))
    assert money(cheaper["totalDiscountAmountAfterTaxes"]) == Decimal("5.0")
    assert {sale["actionType"] for sale in edit} == {"ORDER", "RETURN", "UPDATE"}


def test_captures_in_parts_answer_their_authorisation(store: StoreCaller) -> None:
    reserved, *captures = last(store, "captures")["transactions"]

    assert [entry["kind"] for entry in captures] == ["CAPTURE", "CAPTURE"]
    assert {entry["parentTransaction"]["id"] for entry in captures} == {reserved["id"]}


def test_two_orders_may_bear_one_name(store: StoreCaller) -> None:
    names = [store.read(order_id)["name"] for order_id in played(store, "same name")]

    assert names == ["#1001-COPY", "#1001-COPY"]


def test_very_many_lines_and_tenders_are_in_the_store_whole(store: StoreCaller) -> None:
    (long,) = played(store, "lines")
    stored = store.shop.orders[long]
    (often,) = played(store, "tenders")

    assert len(stored.sales()) == 600
    assert sum(sale.discount for sale in stored.sales()) == Decimal("77.77")
    assert len(store.read(often)["transactions"]) == 60
