"""Of Shopify's order transactions only the money that really moved becomes tenders."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from embedded_app.accounting.order import Order, Tender, TenderKind
from embedded_app.channels import Unreadable
from embedded_app.channels.shopify.orders import parse_order
from tests.channels.shopify_bodies import Json, money, order, transaction

CARD = "gid://shopify/OrderTransaction/1"


def read(*transactions: Json) -> tuple[Tender, ...]:
    found = parse_order(order(transactions=transactions), "Europe/London")
    assert isinstance(found, Order), found
    return found.tenders


def held(node: Json) -> Unreadable:
    found = parse_order(node, "Europe/London")
    assert isinstance(found, Unreadable)
    return found


def test_a_successful_payment_is_a_tender() -> None:
    assert read(transaction(1, "24.93")) == (
        Tender(
            id=CARD,
            kind=TenderKind.RECEIVED,
            gateway="shopify_payments",
            amount=Decimal("24.93"),
            processed_at=datetime(2026, 11, 20, 23, 30, 2, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SALE", [TenderKind.RECEIVED]),
        ("CAPTURE", [TenderKind.RECEIVED]),
        ("REFUND", [TenderKind.PAID_BACK]),
        ("CHANGE", [TenderKind.CHANGE]),
        ("AUTHORIZATION", []),
        ("EMV_AUTHORIZATION", []),
        ("VOID", []),
        ("SUGGESTED_REFUND", []),
    ],
)
def test_sales_captures_refunds_and_change_are_money(kind: str, expected: list[TenderKind]) -> None:
    assert [tender.kind for tender in read(transaction(1, "5.00", kind=kind))] == expected


@pytest.mark.parametrize("status", ["PENDING", "FAILURE", "ERROR", "AWAITING_RESPONSE"])
def test_what_did_not_succeed_moved_no_money(status: str) -> None:
    assert read(transaction(1, "5.00", status=status)) == ()


def test_test_payments_and_payments_of_nothing_moved_no_money() -> None:
    assert read(transaction(1, "5.00", test=True), transaction(2, "0.00")) == ()


def test_a_refund_names_the_payment_it_answers() -> None:
    refund = transaction(2, "5.00", kind="REFUND", parentTransaction={"id": CARD}, processedAt="2026-11-22T10:00:00Z")

    assert [tender.parent_id for tender in read(transaction(1, "24.93"), refund)] == [None, CARD]


def test_a_capture_does_not_point_to_its_authorisation() -> None:
    authorisation = transaction(1, "24.93", kind="AUTHORIZATION")

    (capture,) = read(authorisation, transaction(2, "24.93", kind="CAPTURE", parentTransaction={"id": CARD}))

    assert capture.parent_id is None


def test_tenders_are_sorted_by_moment_and_ties_keep_the_stores_order() -> None:
    late = transaction(1, "1.00", processedAt="2026-11-25T10:00:00Z")

    found = read(late, transaction(3, "1.00"), transaction(2, "1.00"))

    assert [tender.id.rpartition("/")[2] for tender in found] == ["3", "2", "1"]


def test_a_payment_without_a_processing_moment_counts_from_its_creation() -> None:
    (tender,) = read(transaction(1, "5.00", processedAt=None))

    assert tender.processed_at == datetime(2026, 11, 20, 23, 30, 1, tzinfo=UTC)


@pytest.mark.parametrize("changes", [{"kind": "LOAN"}, {"status": "UNKNOWN"}, {"status": "REVERSED"}])
def test_an_unknown_kind_or_status_holds_the_order(changes: Json) -> None:
    found = held(order(transactions=(transaction(1, "5.00", **changes),)))

    assert found.cause == "unknown value"
    assert str(*changes.values()) in found.sentence


@pytest.mark.parametrize("count", [{"count": 2, "precision": "EXACT"}, {"count": 1, "precision": "AT_LEAST"}])
def test_payments_that_are_not_all_there_hold_the_order(count: Json) -> None:
    assert held(order(transactions=(transaction(1, "5.00"),), transactionsCount=count)).cause == "ledgers incomplete"


def test_a_payment_listed_twice_holds_the_order() -> None:
    assert held(order(transactions=(transaction(1, "5.00"), transaction(1, "5.00")))).cause == "ledgers incomplete"


@pytest.mark.parametrize(
    ("stated", "rounding"), [(money("0.02"), "0.02"), (money("-0.02"), "-0.02"), (money("0.0"), "0"), (None, "0")]
)
def test_what_coins_rounded_a_payment_by_keeps_the_stores_sign(stated: Json | None, rounding: str) -> None:
    (tender,) = read(transaction(1, "5.00", amountRoundingSet=stated))

    assert (tender.amount, tender.rounding) == (Decimal("5.00"), Decimal(rounding))


def test_a_payment_below_zero_holds_the_order() -> None:
    assert held(order(transactions=(transaction(1, "-5.00"),))).cause == "unknown value"


def test_a_payment_without_a_gateway_holds_the_order() -> None:
    assert "without a readable gateway" in held(order(transactions=(transaction(1, "5.00", gateway=None),))).sentence
