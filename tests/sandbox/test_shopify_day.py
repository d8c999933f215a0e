"""A played day: lawful to the cent, the same for the same seed, and with every kind of story in it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.clock import SetClock
from embedded_app.sandbox.day import DAY_GATEWAYS, play_day, store_totals
from embedded_app.sandbox.shopify import World
from tests.sandbox.shopify_caller import StoreCaller, money, open_store, sales_of

SIGNS = {"SALE": 1, "CAPTURE": 1, "CHANGE": -1, "REFUND": -1}


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        caller.world.limits = False
        yield caller


@pytest.fixture
def day(store: StoreCaller) -> list[Any]:
    """The orders of a day of forty, as the Admin API gives them."""
    for _ in play_day(store.shop, orders=40, seed=11, between=lambda: store.clock.advance(20)):
        pass
    return [store.read(order_id) for order_id in store.shop.orders]


def test_the_sum_of_all_agreements_is_the_current_total(day: list[Any]) -> None:
    for order in day:
        assert sum(money(sale["totalAmount"]) for sale in sales_of(order)) == money(order["currentTotalPriceSet"])


def test_the_placed_agreement_is_the_original_total(day: list[Any]) -> None:
    for order in day:
        placed = order["agreements"]["nodes"][0]
        assert placed["__typename"] == "OrderAgreement"
        total = sum(money(sale["totalAmount"]) for sale in placed["sales"]["nodes"])
        assert total == money(order["originalTotalPriceSet"])


def test_the_sum_of_successful_transactions_is_the_net_payment(day: list[Any]) -> None:
    for order in day:
        moved = [entry for entry in order["transactions"] if entry["status"] == "SUCCESS"]
        net = sum((SIGNS[entry["kind"]] * money(entry["amountSet"]) for entry in moved), Decimal(0))
        assert net == money(order["netPaymentSet"])
        assert order["transactionsCount"] == {"count": len(order["transactions"]), "precision": "EXACT"}


def test_the_taxes_of_each_sale_add_up_to_its_tax(day: list[Any]) -> None:
    for sale in (sale for order in day for sale in sales_of(order)):
        assert sum(money(tax["amount"]) for tax in sale["taxes"]) == money(sale["totalTaxAmount"])


def test_the_closing_line_is_the_sum_of_the_orders(store: StoreCaller, day: list[Any]) -> None:
    sales = sum(money(order["currentTotalPriceSet"]) for order in day)
    tenders = sum(money(order["netPaymentSet"]) for order in day)

    assert store_totals(store.shop) == {"GBP": {"sales": sales, "tenders": tenders}}
    assert sales > 0


def test_a_day_has_so_many_orders_and_one_in_six_gives_money_back(day: list[Any]) -> None:
    refunded = [order for order in day if any(entry["kind"] == "REFUND" for entry in order["transactions"])]

    assert len(day) == 40
    assert 4 <= len(refunded) <= 12


def test_a_day_has_every_kind_of_agreement_tender_and_gateway(day: list[Any]) -> None:
    agreements = {entry["__typename"] for order in day for entry in order["agreements"]["nodes"]}
    entries = [entry for order in day for entry in order["transactions"]]

    assert agreements == {"OrderAgreement", "OrderEditAgreement", "RefundAgreement", "ReturnAgreement"}
    assert {entry["kind"] for entry in entries} == {"SALE", "REFUND", "CHANGE"}
    assert {entry["status"] for entry in entries} == {"SUCCESS", "FAILURE"}
    assert {entry["gateway"] for entry in entries} == set(DAY_GATEWAYS)
    assert any(order["cancelledAt"] and not order["transactions"] for order in day)
    assert any(sale["lineType"] == "GIFT_CARD" for order in day for sale in sales_of(order))


def test_all_taxes_and_countries_of_a_day_are_british(day: list[Any]) -> None:
    taxes = {tax["taxLine"]["title"] for order in day for sale in sales_of(order) for tax in sale["taxes"]}

    assert taxes == {"VAT"}
    assert {(order["shippingAddress"] or {}).get("countryCodeV2", "GB") for order in day} == {"GB"}


def test_the_same_seed_plays_the_same_day(clock: SetClock) -> None:
    def deeds(seed: int) -> list[tuple[str, str]]:
        shop = World(clock=clock).shop()
        return [(step.order.name, step.deed) for step in play_day(shop, orders=25, seed=seed)]

    assert deeds(3) == deeds(3)
    assert deeds(3) != deeds(4)


def test_stories_of_several_orders_run_side_by_side(store: StoreCaller) -> None:
    names = [step.order.name for step in play_day(store.shop, orders=25, seed=5)]

    changes = sum(one != other for one, other in zip(names, names[1:], strict=False))
    assert changes > len(set(names))


def test_unmapped_orders_come_only_on_request(store: StoreCaller) -> None:
    for _ in play_day(store.shop, orders=6, seed=2, unmapped=True):
        pass

    gateways = Counter(entry.gateway for order in store.shop.orders.values() for entry in order.transactions)
    countries = Counter(order.country for order in store.shop.orders.values())
    assert gateways["klarna"] == 1
    assert countries["DE"] == 1
    assert len(store.shop.orders) == 8


def test_a_store_with_tax_on_top_has_no_british_day(store: StoreCaller) -> None:
    shop = store.world.shop("carol.myshopify.com", taxes_included=False)

    with pytest.raises(ValueError, match="taxes_included=True"):
        next(play_day(shop, orders=1, seed=1))


def test_a_day_with_every_case_has_all_that_can_happen_in_britain(store: StoreCaller) -> None:
    deeds = {step.deed for step in play_day(store.shop, orders=3, seed=2, every_case=True)}

    kinds = {sale.line_type for order in store.shop.orders.values() for sale in order.sales()}
    assert {"PRODUCT", "SHIPPING", "TIP", "DUTY", "ADDITIONAL_FEE", "FEE", "GIFT_CARD", "ADJUSTMENT"} == kinds
    assert {"45.00 captured on 40.00", "placed on 30 days", "57.50 EUR paid", "a test"} <= deeds
