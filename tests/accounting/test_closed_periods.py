"""Lock dates: every write is dated the first open day, or held by setting; credit that cannot be allocated any more."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentKind, History
from embedded_app.accounting.order import AgreementKind, Order
from tests.accounting.shop import (
    BOOKS,
    MAPPING,
    after,
    agreed,
    at,
    causes,
    decided,
    line,
    moves,
    order,
    paid_back,
    placed,
    posted,
    received,
    refunded,
)

LOCKED = replace(BOOKS, lock_date=date(2026, 11, 24))
HOLD = replace(MAPPING, locked="hold")
SOLD_60 = placed(line("60.00"))
BACK_20 = refunded(line("-20.00"), number=3)
ADDED_30 = agreed("agreement/4", AgreementKind.EDITED, line("30.00"))
LATE = received("50.00", day=25)


@pytest.mark.parametrize(
    "facts",
    [
        order(SOLD_60),
        order(SOLD_60, refunded(line("-60.00")), cancelled_at=at(23)),
        order(SOLD_60, BACK_20),
    ],
    ids=["an invoice", "a void", "a credit note"],
)
def test_by_setting_what_falls_into_a_closed_period_is_held(facts: Order) -> None:
    (held,) = decided(facts, mapping=HOLD, books=LOCKED).held

    assert (held.cause, held.subject) == ("closed period", "2026-11-24")
    assert "Something of #1 falls on 2026-11-23" in held.sentence and "Move the lock date in Xero" in held.sentence


def test_by_setting_a_payment_of_a_closed_day_is_held_too() -> None:
    facts = order(SOLD_60, received("60.00", day=24))

    assert causes(decided(facts, posted(order(SOLD_60)), mapping=HOLD, books=LOCKED).held) == ["closed period"]
    assert decided(order(SOLD_60, LATE), posted(order(SOLD_60)), mapping=HOLD, books=LOCKED).held == ()


def test_by_setting_the_voiding_of_a_posted_invoice_is_held() -> None:
    cancelled = order(SOLD_60, refunded(line("-60.00")), cancelled_at=at(23))

    assert causes(decided(cancelled, posted(order(SOLD_60)), mapping=HOLD, books=LOCKED).held) == ["closed period"]


def test_a_cancellation_in_a_closed_period_is_a_credit_note_on_the_first_open_day() -> None:
    cancelled = order(SOLD_60, refunded(line("-60.00")), cancelled_at=at(23))

    (credit,) = decided(cancelled, posted(order(SOLD_60)), books=LOCKED).documents

    assert (credit.kind, credit.date, credit.reference) == (
        DocumentKind.CREDIT_NOTE,
        date(2026, 11, 25),
        "#1 for 2026-11-23",
    )


def test_an_overpayment_in_a_closed_period_is_dated_the_first_open_day() -> None:
    decision = decided(order(SOLD_60, received("70.00", day=24)), posted(order(SOLD_60)), books=LOCKED)

    assert [(one.role, one.date, one.reference) for one in decision.documents] == [
        ("O1", date(2026, 11, 25), "SH-1-O1 T1 for 2026-11-24")
    ]


def test_money_leaves_a_locked_allocation_alone_and_pays_what_is_left() -> None:
    decision = decided(order(SOLD_60, BACK_20, LATE), posted(order(SOLD_60, BACK_20)), books=LOCKED)

    assert moves(decision.settlements) == ["payment placed 40.00"]
    assert [(one.role, one.total) for one in decision.documents] == [("O1", Decimal("10.00"))]


def test_a_refund_of_credit_that_is_allocated_in_a_closed_period_is_held_alone() -> None:
    facts = order(SOLD_60, BACK_20, paid_back("20.00", day=25))

    (held,) = decided(facts, posted(order(SOLD_60, BACK_20)), books=LOCKED).held

    assert (held.cause, held.tender_id) == ("locked allocation", "T2")
    assert "until 2026-11-24" in held.sentence


def test_credit_and_invoice_that_are_both_locked_are_closed_through_clearing_by_equal_amounts() -> None:
    decision = decided(*_paid_then_open_in_a_closed_period(), books=LOCKED)

    assert moves(decision.settlements) == ["refund R1 20.00", "payment E1 20.00"]
    assert {(one.account, one.date, one.tender_id) for one in decision.settlements} == {
        ("092", date(2026, 11, 25), None)
    }
    assert [one.reference for one in decision.settlements] == [
        "SH-1-R1 closed with SH-1-E1 for 2026-11-23",
        "SH-1-E1 closed with SH-1-R1 for 2026-11-23",
    ]


def test_what_was_led_through_clearing_is_not_led_again() -> None:
    facts, history = _paid_then_open_in_a_closed_period()

    again = decided(facts, after(decided(facts, history, books=LOCKED), history), books=LOCKED)

    assert (again.documents, again.settlements, again.held) == ((), (), ())


def test_without_a_clearing_account_to_lead_it_through_the_order_is_held() -> None:
    facts, history = _paid_then_open_in_a_closed_period()

    decision = decided(facts, history, books=LOCKED, mapping=replace(MAPPING, gateways={}))

    assert causes(decision.held) == ["locked allocation"]
    assert "no money of the order tells a clearing account" in decision.held[0].sentence


def _paid_then_open_in_a_closed_period() -> tuple[Order, History]:
    """An order whose credit note and later invoice were posted, but not allocated yet, when the books were closed."""
    facts = order(SOLD_60, received("60.00"), BACK_20, ADDED_30)
    history = posted(facts)
    unallocated = tuple(one for one in history.settlements if one.to_role is None)
    assert moves(history.settlements)[-1] == "allocation R1 to E1 20.00"
    return facts, replace(history, settlements=unallocated)
