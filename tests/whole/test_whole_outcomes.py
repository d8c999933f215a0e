"""What Xero refuses or leaves in doubt costs the document in question, never the others of its call."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from embedded_app.db import db
from embedded_app.models import (
    Batch,
    BatchState,
    Dispatch,
    DispatchState,
    Document,
    Hold,
    Organisation,
    Settlement,
)
from embedded_app.pipeline import sending
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage
from tests.whole.test_whole_unknown import claim, owe, send_and_die

# What no person has to do anything about. Limits are in test_whole_limits.py, the rest of what stays unknown in
# test_whole_unknown.py.
GO_BY_THEMSELVES = [
    FaultKind.UNAVAILABLE,
    FaultKind.BAD_GATEWAY,
    FaultKind.FORBIDDEN_PAGE,
    FaultKind.UNAUTHORIZED,
    FaultKind.RESET_AFTER_WRITE,
    FaultKind.HALF_ANSWER,
    FaultKind.LATE_WRITE,
    FaultKind.EMPTY_BODY,
    FaultKind.OVERSIZED_BODY,
    FaultKind.WRONG_CHARSET,
]


def calls_to(stage: Stage, endpoint: str) -> int:
    with stage.app.app_context():
        sent = select(func.count()).where(Batch.endpoint == endpoint, Batch.first_sent_at.is_not(None))
        return db.session.scalars(sent).one()


def unknown_batches(stage: Stage) -> int:
    with stage.app.app_context():
        return db.session.scalars(select(func.count()).where(Batch.state == BatchState.UNKNOWN)).one()


def owed(stage: Stage, count: int) -> list[str]:
    """So many orders decided and recorded, and nothing of them sent; the numbers of their invoices."""
    pause(stage, "by the test")
    numbers = [handle.order.name.replace("#", "SH-") for handle in place(stage, count)]
    stage.deliver()
    stage.work_off()
    return numbers


def go_on(stage: Stage) -> None:
    pause(stage, None)
    stage.work_off()


def pause(stage: Stage, why: str | None) -> None:
    with stage.app.app_context():
        db.session.scalars(select(Organisation)).one().paused = why
        db.session.commit()


def states_and_causes(stage: Stage) -> tuple[list[DispatchState], list[tuple[str, str]]]:
    """The states of all writes not posted, and cause and subject of all that is held."""
    with stage.app.app_context():
        states = db.session.scalars(select(Dispatch.state).where(Dispatch.state != DispatchState.POSTED))
        holds = db.session.execute(select(Hold.cause, Hold.subject).where(Hold.closed_at.is_(None)))
        return sorted(states), [(hold.cause, hold.subject) for hold in holds]


@pytest.mark.parametrize("fault", GO_BY_THEMSELVES)
def test_whatever_xero_answers_the_books_end_equal_by_themselves(alice: Stage, fault: FaultKind) -> None:
    struck = alice.books.faults.add(fault, method="PUT", path="/Invoices", seconds=0.01)
    place(alice, 2)
    alice.deliver()
    alice.work_off()
    later(alice, minutes=5)
    later(alice, minutes=7)

    assert struck.hits == 1
    assert_the_books_are_equal(alice)


def test_a_call_that_xero_refuses_as_a_whole_holds_only_the_document_it_is_about(alice: Stage) -> None:
    bad = place(alice, 20)[7].order.name.removeprefix("#")
    fault = alice.books.faults.add(
        FaultKind.REFUSED_WHOLE, path="/Invoices", containing=f'"SH-{bad}"', calls=100, message="The JSON is invalid."
    )
    alice.deliver()
    alice.work_off()

    assert ["The JSON is invalid." in sentence for sentence in alice.held()] == [True]
    assert sorted(one.status for one in alice.organisation.documents()) == ["PAID"] * 19
    assert calls_to(alice, "invoices") <= 1 + 2 * 5  # 20 is split five times at most

    fault.calls = 0  # over
    alice.retry()
    assert_the_books_are_equal(alice)


def test_a_xero_that_refuses_every_call_is_left_alone_before_the_days_calls_are_gone(alice: Stage) -> None:
    place(alice, 40)
    fault = alice.books.faults.add(FaultKind.REFUSED_WHOLE, method="PUT", calls=1000, message="The plan has ended.")
    alice.deliver()
    alice.work_off()

    assert len(alice.held()) == sending.MOST_REFUSED_IN_A_ROW
    assert calls_to(alice, "invoices") <= 30

    fault.calls = 0  # over
    alice.retry()
    assert_the_books_are_equal(alice)


def test_a_refusal_after_an_attempt_in_doubt_is_looked_up_and_not_believed(alice: Stage) -> None:
    owe(alice, load_case("a_vat_included").order)
    send_and_die(alice, claim(alice))
    alice.books.faults.add(FaultKind.REFUSED_WHOLE, path="/Invoices", method="PUT")
    later(alice, seconds=36)

    assert (alice.held(), unknown_batches(alice)) == ([], 1)

    later(alice, minutes=7)
    assert [one.status for one in alice.organisation.documents()] == ["PAID"]
    assert alice.unposted() == 0


def test_a_look_up_that_xero_refuses_pauses_posting_until_somebody_retries(alice: Stage) -> None:
    alice.books.faults.add(FaultKind.TIMEOUT_AFTER_WRITE, method="PUT", path="/Invoices", seconds=0.01)
    place(alice)
    alice.deliver()
    alice.work_off()
    alice.books.faults.add(FaultKind.REFUSED_WHOLE, method="GET", path="/Invoices", message="The plan has ended.")
    later(alice, minutes=7)
    later(alice, hours=2)

    assert unknown_batches(alice) == 1
    with alice.app.app_context():
        assert "The plan has ended." in (db.session.scalars(select(Organisation.paused)).one() or "")

    alice.retry()
    assert_the_books_are_equal(alice)


def test_a_record_that_cannot_be_read_is_held_alone(alice: Stage) -> None:
    torn = owed(alice, 3)[1]
    with alice.app.app_context():
        db.session.execute(update(Document).where(Document.number == torn).values(content={"torn": "row"}))
        db.session.commit()
    go_on(alice)

    assert sorted(one.status for one in alice.organisation.documents()) == ["PAID", "PAID"]
    assert states_and_causes(alice) == ([DispatchState.HELD, DispatchState.WAITING], [("unreadable", torn)])


def test_a_record_that_became_unreadable_while_its_call_was_in_doubt_is_held_alone(alice: Stage) -> None:
    torn = owed(alice, 3)[1]
    pause(alice, None)
    send_and_die(alice, claim(alice))
    with alice.app.app_context():
        db.session.execute(update(Document).where(Document.number == torn).values(content={"torn": "row"}))
        db.session.commit()
    later(alice, minutes=7)

    assert sorted(one.status for one in alice.organisation.documents()) == ["AUTHORISED", "PAID", "PAID"]
    assert states_and_causes(alice) == ([DispatchState.HELD, DispatchState.WAITING], [("unreadable", torn)])


def test_a_write_whose_invoice_has_lost_its_place_in_xero_is_held_alone(alice: Stage) -> None:
    lost = owed(alice, 3)[1]
    with alice.app.app_context():
        invoice = db.session.scalars(select(Dispatch).join(Dispatch.document).where(Document.number == lost)).one()
        payment = db.session.scalars(
            select(Dispatch).join(Dispatch.settlement).join(Settlement.document).where(Document.number == lost)
        ).one()
        invoice.state, payment.state = DispatchState.HELD, DispatchState.READY
        reference = payment.settlement.reference if payment.settlement else ""
        db.session.commit()
    go_on(alice)

    assert sorted(one.status for one in alice.organisation.documents()) == ["PAID", "PAID"]
    assert states_and_causes(alice) == ([DispatchState.HELD, DispatchState.HELD], [("unreadable", reference)])


def test_while_xero_is_away_no_pile_of_unknown_calls_grows(alice: Stage) -> None:
    fault = alice.books.faults.add(FaultKind.UNAVAILABLE, method="PUT", calls=1000)
    for _ in range(12):
        place(alice)
        alice.deliver()
        later(alice, seconds=20)

    assert 2 <= unknown_batches(alice) <= len(sending.DOUBT_PAUSES)

    fault.calls = 0  # over
    for _ in range(3):
        later(alice, minutes=7)
    assert_the_books_are_equal(alice)


def test_what_waited_for_a_limit_is_in_doubt_only_from_when_it_was_sent_again(alice: Stage) -> None:
    place(alice)
    alice.books.faults.add(FaultKind.RATE_DAY, method="PUT", path="/Invoices", seconds=3600)
    alice.deliver()
    alice.work_off()
    alice.books.faults.add(FaultKind.TIMEOUT_AFTER_WRITE, method="PUT", path="/Invoices", seconds=0.01)
    later(alice, seconds=3601)

    later(alice, minutes=5)
    assert unknown_batches(alice) == 1, "it was looked up while the call might still have been under way"

    later(alice, minutes=2)
    assert_the_books_are_equal(alice)
