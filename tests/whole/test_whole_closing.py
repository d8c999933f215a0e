"""A period that is closed between the decision and the write: what Xero then refuses goes to the first open day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from embedded_app.db import db
from embedded_app.models import Hold, Organisation
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.whole.stage import Stage


def pause(stage: Stage, why: str | None) -> None:
    with stage.app.app_context():
        db.session.scalars(select(Organisation)).one().paused = why
        db.session.commit()


def causes(stage: Stage) -> list[str]:
    with stage.app.app_context():
        return list(db.session.scalars(select(Hold.cause).where(Hold.closed_at.is_(None))))


def decided_before_the_lock(stage: Stage, name: str) -> date:
    """A golden case's order, decided while posting was paused, and its first day closed since; that day."""
    order = load_case(name).order
    pause(stage, "by the test")
    stage.post(order)
    day = order.local_day(order.placed_at)
    stage.organisation.period_lock = day
    pause(stage, None)
    stage.work_off()
    return day


def test_what_was_decided_before_the_books_were_closed_goes_to_the_first_open_day(alice: Stage) -> None:
    day = decided_before_the_lock(alice, "a_vat_included")
    assert causes(alice) == ["refused by Xero: lock date"]

    alice.retry()

    (invoice,) = alice.organisation.documents()
    first_open = day + timedelta(days=1)
    assert (invoice.day, invoice.status) == (first_open, "PAID")
    assert invoice.reference.endswith(f" for {day.isoformat()}")
    assert [one.day for one in alice.organisation.payments()] == [first_open]
    assert (alice.held(), alice.unposted()) == ([], 0)


@pytest.mark.thorough
def test_a_void_that_came_too_late_becomes_a_credit_note(alice: Stage) -> None:
    case = load_case("g_same_day_void")
    alice.post(case.steps[0].orders[-1][1])
    pause(alice, "by the test")
    alice.post(case.order)
    alice.organisation.period_lock = case.order.local_day(case.order.placed_at)
    pause(alice, None)
    alice.work_off()
    assert causes(alice) == ["refused by Xero: lock date"]

    alice.retry()

    assert sorted(one.status for one in alice.organisation.documents()) == ["PAID", "PAID"]
    assert alice.balances() == {}
    assert (alice.held(), alice.unposted()) == ([], 0)


def test_credit_and_invoice_closed_before_they_were_joined_are_led_through_clearing(alice: Stage) -> None:
    order = load_case("e_exchange").order
    fault = alice.books.faults.add(FaultKind.REFUSED_WHOLE, path="/CreditNotes/", method="PUT", message="Not now.")
    alice.post(order)
    assert alice.organisation.allocations() == []
    fault.calls = 0
    last = max(one.day for one in alice.organisation.documents())
    alice.organisation.period_lock = last
    alice.retry()
    assert causes(alice) == ["refused by Xero: lock date"]
    before = alice.balances()

    alice.retry()

    led = [one for one in alice.organisation.payments() if one.day == last + timedelta(days=1)]
    assert sorted((one.document.kind.sign, one.amount) for one in led) == [(-1, Decimal(60)), (1, Decimal(60))]
    assert alice.organisation.allocations() == []
    assert alice.balances() == before
    assert [one.status for one in alice.organisation.documents()] == ["PAID"] * 3
    assert (alice.held(), alice.unposted()) == ([], 0)


@pytest.mark.thorough
def test_by_setting_what_was_closed_in_between_is_held(alice: Stage) -> None:
    alice.map({**load_case("a_vat_included").mapping, "locked": "hold"})
    decided_before_the_lock(alice, "a_vat_included")

    alice.retry()

    assert (causes(alice), alice.unposted()) == (["closed period"], 0)


@pytest.mark.thorough
def test_a_lock_date_that_was_moved_back_leaves_the_day_as_it_was(alice: Stage) -> None:
    day = decided_before_the_lock(alice, "a_vat_included")
    alice.organisation.period_lock = None

    alice.retry()

    assert [(one.day, one.status) for one in alice.organisation.documents()] == [(day, "PAID")]
    assert (alice.held(), alice.unposted()) == ([], 0)
