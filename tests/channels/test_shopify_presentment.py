"""An order that the customer saw in another currency is told in both, with the same ids."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest

from embedded_app.accounting.order import Order
from embedded_app.channels import Unreadable
from embedded_app.channels.shopify.orders import parse_order
from tests.channels.shopify_bodies import Json, in_euros, mugs_by_post, transaction

LONDON = "Europe/London"


def read(node: Json) -> Order:
    found = parse_order(node, LONDON)
    assert isinstance(found, Order), found
    return found


def shown_of(node: Json) -> Order:
    shown = read(node).presented
    assert shown is not None
    return shown


def refunded(*, adjusted_to: Json | None) -> Json:
    refund = transaction(2, "9.99", kind="REFUND", currencyExchangeAdjustment=adjusted_to)
    node = mugs_by_post()
    node["transactions"].append(refund)
    return in_euros(node | {"transactionsCount": {"count": 2, "precision": "EXACT"}})


def test_an_order_in_the_shops_own_currency_is_told_once() -> None:
    assert read(mugs_by_post()).presented is None


def test_the_order_in_the_customers_currency_has_its_amounts_and_the_same_ids() -> None:
    order, shown = read(in_euros(mugs_by_post())), shown_of(in_euros(mugs_by_post()))

    assert (order.currency, shown.currency, shown.presented) == ("GBP", "EUR", None)
    assert [line.gross for line in shown.agreements[0].lines] == [Decimal("22.98"), Decimal("5.69")]
    assert [line.tax for line in shown.agreements[0].lines] == [Decimal("3.83"), Decimal("0.95")]
    assert [line.id for line in shown.agreements[0].lines] == [line.id for line in order.agreements[0].lines]
    assert (shown.tenders[0].id, shown.tenders[0].amount) == (order.tenders[0].id, Decimal("28.67"))
    assert (shown.totals.original, shown.id, shown.name) == (Decimal("28.67"), order.id, order.name)


def test_in_shop_money_it_is_the_same_order_as_if_the_customer_had_seen_that() -> None:
    order = read(in_euros(mugs_by_post()))

    assert {name: getattr(order, name) for name in ("agreements", "tenders", "totals")} == {
        name: getattr(read(mugs_by_post()), name) for name in ("agreements", "tenders", "totals")
    }


def test_a_tender_in_the_customers_currency_says_what_it_settled_in_the_shops() -> None:
    assert [tender.settled for tender in shown_of(in_euros(mugs_by_post())).tenders] == [Decimal("24.93")]
    assert [tender.settled for tender in read(in_euros(mugs_by_post())).tenders] == [None]


@pytest.mark.parametrize(
    ("adjusted_to", "settled"),
    [
        (None, "9.99"),
        ({"amount": "-10.04", "currencyCode": "GBP"}, "10.04"),
        ({"amount": "10.04", "currencyCode": "GBP"}, "10.04"),
        ({"amount": "-11.51", "currencyCode": "EUR"}, "9.99"),
    ],
    ids=["same rate", "as Shopify signs it", "unsigned", "not told in the shop's currency"],
)
def test_money_paid_back_at_another_rate_settled_what_the_adjustment_ends_at(
    adjusted_to: Json | None, settled: str
) -> None:
    adjustment = adjusted_to and {"finalAmountSet": adjusted_to}

    refund = shown_of(refunded(adjusted_to=adjustment)).tenders[1]

    assert (refund.amount, refund.settled) == (Decimal("11.49"), Decimal(settled))


def test_an_amount_that_is_missing_in_the_customers_currency_holds_the_order() -> None:
    node = in_euros(mugs_by_post())
    del node["netPaymentSet"]["presentmentMoney"]

    found = parse_order(node, LONDON)

    assert isinstance(found, Unreadable)
    assert "without a readable presentment money" in found.sentence


def test_reading_in_two_currencies_leaves_the_stores_json_as_it_was() -> None:
    node = in_euros(mugs_by_post())
    before = deepcopy(node)

    read(node)

    assert node == before
