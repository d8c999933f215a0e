"""Who owes an order, when it is due, when all of it had left, and what coins rounded it by."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from embedded_app.accounting.order import Customer, Order, Terms
from embedded_app.channels.shopify.orders import parse_order
from tests.channels.shopify_bodies import Json, money, order

PLACED = datetime(2026, 11, 20, 23, 29, 59, tzinfo=UTC)


def read(timezone: str = "Europe/London", **changes: Json | list[Json] | str | None) -> Order:
    found = parse_order(order(**changes), timezone)
    assert isinstance(found, Order), found
    return found


def terms(*due: str | None) -> Json:
    return {"paymentSchedules": {"nodes": [{"dueAt": one} for one in due]}}


def sent(at: str, status: str = "SUCCESS") -> Json:
    return {"status": status, "createdAt": at}


def test_an_order_that_is_due_at_once_has_no_terms() -> None:
    assert read(paymentTerms=None).terms is None


@pytest.mark.parametrize(
    ("timezone", "day"), [("Europe/London", date(2026, 12, 20)), ("Pacific/Auckland", date(2026, 12, 21))]
)
def test_terms_are_due_on_the_stores_local_day(timezone: str, day: date) -> None:
    assert read(timezone, paymentTerms=terms("2026-12-20T23:30:00Z")).terms == Terms(due_on=day)


@pytest.mark.parametrize("stated", [terms(None), terms()], ids=["no moment", "no schedule"])
def test_terms_whose_day_nothing_fixes_yet_are_terms_all_the_same(stated: Json) -> None:
    assert read(paymentTerms=stated).terms == Terms(due_on=None)


@pytest.mark.parametrize(
    ("entity", "customer"),
    [
        (None, None),
        ({"__typename": "Customer", "id": "gid://shopify/Customer/7"}, Customer(id="gid://shopify/Customer/7")),
        (
            {"__typename": "PurchasingCompany", "company": {"id": "gid://shopify/Company/9"}},
            Customer(id="gid://shopify/Company/9", is_company=True),
        ),
    ],
    ids=["a guest, or denied", "a person", "a company"],
)
def test_who_bought_is_known_by_id_alone(entity: Json | None, customer: Customer | None) -> None:
    assert read(purchasingEntity=entity).customer == customer


@pytest.mark.parametrize("status", ["UNFULFILLED", "PARTIALLY_FULFILLED", "IN_PROGRESS", "A_STATUS_OF_TOMORROW"])
def test_an_order_of_which_something_is_still_to_be_sent_has_not_left(status: str) -> None:
    found = read(displayFulfillmentStatus=status, fulfillments=[sent("2026-11-21T08:00:00Z")])

    assert found.fulfilled_at is None


def test_an_order_had_left_when_the_last_of_it_was_sent() -> None:
    parcels = [
        sent("2026-11-22T08:00:00Z"),
        sent("2026-11-24T09:00:00Z"),
        sent("2026-11-23T08:00:00Z"),
        sent("2026-11-25T08:00:00Z", "CANCELLED"),
    ]

    found = read(displayFulfillmentStatus="FULFILLED", fulfillments=parcels)

    assert found.fulfilled_at == datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_an_order_with_nothing_to_send_counts_from_its_placing() -> None:
    assert read(displayFulfillmentStatus="FULFILLMENT_NOT_REQUIRED").fulfilled_at == PLACED


@pytest.mark.parametrize(
    ("paid", "paid_back", "rounding"),
    [("0.02", "0.0", "0.02"), ("-0.02", "0.0", "-0.02"), ("0.02", "-0.01", "0.03"), ("0.0", "0.0", "0")],
)
def test_cash_rounding_of_an_order_is_that_of_payments_less_that_of_refunds(
    paid: str, paid_back: str, rounding: str
) -> None:
    declared: Json = {"paymentSet": money(paid), "refundSet": money(paid_back)}

    assert read(totalCashRoundingAdjustment=declared).totals.rounding == Decimal(rounding)
