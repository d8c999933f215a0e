"""What cannot be taken over of an order holds that order with a sentence; nothing is guessed, nothing crashes."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.order import Order
from embedded_app.channels import Unreadable
from embedded_app.channels.shopify.orders import parse_order
from tests.channels.shopify_bodies import (
    Json,
    agreement,
    connection,
    in_euros,
    money,
    mugs_by_post,
    order,
    sale,
    shipping,
    tax,
    transaction,
)

LONDON = "Europe/London"
WHO_AND_WHEN = {
    "displayFulfillmentStatus": "FULFILLED",
    "fulfillments": [{"status": "SUCCESS", "createdAt": "2026-11-21T08:00:00Z"}],
    "paymentTerms": {"paymentSchedules": {"nodes": [{"dueAt": "2026-12-20T23:30:00Z"}]}},
    "purchasingEntity": {"__typename": "PurchasingCompany", "company": {"id": "gid://shopify/Company/9"}},
}


def held(node: Json, timezone: str = LONDON) -> Unreadable:
    found = parse_order(node, timezone)
    assert isinstance(found, Unreadable)
    return found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lineType": "SUBSCRIPTION"}, "line type “SUBSCRIPTION”"),
        ({"lineType": "UNKNOWN"}, "line type “UNKNOWN”"),
        ({"actionType": "UNKNOWN"}, "action type “UNKNOWN”"),
    ],
)
def test_an_unknown_value_on_a_sale_holds_the_order_and_is_named(changes: Json, words: str) -> None:
    found = held(order(agreement(1, sale(1, "5.00", **changes))))

    assert found.cause == "unknown value"
    assert found.sentence.startswith("Order #1001 has the ") and words in found.sentence


@pytest.mark.parametrize("changes", [{"__typename": "BarterAgreement"}, {"reason": "UNKNOWN"}, {"reason": "BARTER"}])
def test_an_unknown_agreement_holds_the_order(changes: Json) -> None:
    assert held(order(agreement(1, sale(1, "5.00"), **changes))).cause == "unknown value"


@pytest.mark.parametrize(
    "node",
    [
        order(agreements=connection(agreement(1, sale(1, "5.00")), more="agreement-1")),
        order(agreement(1, sale(1, "5.00"), more_sales="sale-1")),
        order(agreement(1, sale(1, "5.00")), agreement(1, sale(2, "5.00"))),
        order(agreement(1, sale(1, "5.00"), sale(1, "5.00"))),
    ],
    ids=["more agreements", "more sales", "an agreement twice", "a line twice"],
)
def test_ledgers_that_are_not_whole_hold_the_order(node: Json) -> None:
    assert held(node).cause == "ledgers incomplete"


def test_taxes_that_do_not_add_up_hold_the_order_with_both_figures() -> None:
    found = held(order(agreement(1, sale(1, "5.00", taxes=(tax("0.83"),), tax_total="0.84"))))

    assert found.cause == "taxes differ"
    assert "0.84" in found.sentence and "0.83" in found.sentence


def test_an_amount_in_another_currency_holds_the_order() -> None:
    found = held(order(agreement(1, sale(1, "5.00", totalAmount=money("5.00", "EUR")))))

    assert found.cause == "currency"
    assert "is in GBP, but its total amount is in EUR" in found.sentence


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "America", "../etc/passwd", ""])
def test_an_unknown_time_zone_holds_the_order(timezone: str) -> None:
    assert held(mugs_by_post(), timezone).cause == "time zone"


@pytest.mark.parametrize(
    "changes",
    [
        {"currencyCode": None},
        {"name": ""},
        {"processedAt": "yesterday"},
        {"processedAt": "2026-11-20T23:29:59"},
        {"netPaymentSet": money("NaN")},
        {"netPaymentSet": money("twelve")},
        {"netPaymentSet": None},
        {"agreements": []},
        {"transactions": [None]},
        {"test": "no"},
        {"displayFulfillmentStatus": None},
        {"displayFulfillmentStatus": "FULFILLED", "fulfillments": None},
        {"paymentTerms": {}},
        {"paymentTerms": {"paymentSchedules": {"nodes": [{"dueAt": "soon"}]}}},
        {"purchasingEntity": {"__typename": "PurchasingCompany", "company": None}},
        {"presentmentCurrencyCode": "EUR"},
        {"presentmentCurrencyCode": None},
    ],
)
def test_json_of_another_shape_holds_the_order_instead_of_crashing(changes: Json) -> None:
    assert held(order(**changes)).cause == "unexpected answer"


def test_a_tax_without_any_rate_holds_the_order() -> None:
    line = shipping(1, "5.00", taxes=[tax("0.83", rate=None)], totalTaxAmount=money("0.83"))

    assert "without a readable rate percentage" in held(order(agreement(1, line))).sentence


@pytest.mark.parametrize("value", [None, "", "x", -1, Decimal("0.5"), True, [], [5], {}], ids=repr)
def test_no_single_wrong_value_anywhere_crashes_the_reading(value: Any) -> None:
    fee = sale(3, "5.00", lineType="FEE", fee={"__typename": "RestockingFee"}, additionalFee={"name": "Deposit"})
    till = {"name": "Soho", "address": {"countryCode": "GB"}}
    refund = transaction(2, "5.00", kind="REFUND", amountRoundingSet=money("0.0"), parentTransaction={"id": "gid://x"})
    node = mugs_by_post() | {"retailLocation": till, "cancelledAt": "2026-11-21T08:00:00Z"} | WHO_AND_WHEN
    node["agreements"]["edges"].append(agreement(2, fee))
    node["transactions"].append(refund)
    node = in_euros(node)
    adjusted = {"amount": "-5.02", "currencyCode": "GBP"}
    node["transactions"][-1]["currencyExchangeAdjustment"] = {"finalAmountSet": adjusted}
    assert isinstance(parse_order({**node, "transactionsCount": {"count": 2, "precision": "EXACT"}}, LONDON), Order)

    for path in _paths(node):
        assert isinstance(parse_order(_changed(node, path, value), LONDON), Order | Unreadable), path


def _paths(value: Any) -> list[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [(key, *rest) for key in keys for rest in [(), *_paths(value[key])]]


def _changed(node: Json, path: tuple[Any, ...], value: Any) -> Json:
    changed = deepcopy(node)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed
