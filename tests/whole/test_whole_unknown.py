"""Outcomes nobody knows: looked up before anything is sent again, so that each document stands exactly once."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from embedded_app import outbox, pipeline
from embedded_app.accounting.order import Order
from embedded_app.db import db
from embedded_app.models import Batch, BatchState, Dispatch, DispatchState, Document, Organisation
from embedded_app.pipeline import credentials
from embedded_app.sandbox.xero.faults import FaultKind
from embedded_app.xero.endpoints import ENDPOINTS
from tests.golden import Case, load_case
from tests.whole.orders import later
from tests.whole.stage import Stage

# What each endpoint writes, and the case that needs it. Journals and other bank transactions are in
# test_whole_beyond_orders.py, contacts in test_whole_contacts.py.
WRITES = {
    "invoices": ("PUT", "/Invoices", "a_vat_included"),
    "credit notes": ("PUT", "/CreditNotes", "b_partial_refund"),
    "payments": ("PUT", "/Payments", "b_partial_refund"),
    "overpayments": ("PUT", "/BankTransactions", "m_overpaid"),
    "overpayment allocations": ("PUT", "/Overpayments/", "m_overpaid_then_added"),
    "overpayment allocation removals": ("DELETE", "/Overpayments/", "m_overpaid_then_added"),
    "voids": ("POST", "/Invoices/", "g_same_day_void"),
    "allocations": ("PUT", "/CreditNotes/", "e_exchange"),
    "allocation removals": ("DELETE", "/CreditNotes/", "e_taken_back"),
}
FAULTS = [FaultKind.TIMEOUT_AFTER_WRITE, FaultKind.TIMEOUT_BEFORE_WRITE, FaultKind.RESET, FaultKind.INTERNAL_ERROR]
# Each write meets the worst of the faults, and the commonest writes meet all of them; nightly all meet all.
UNKNOWN = [
    pytest.param(
        write,
        fault,
        marks=[] if fault is FAULTS[0] or write in ("invoices", "payments") else [pytest.mark.thorough],
    )
    for write in WRITES
    for fault in FAULTS
]


@pytest.fixture
def order() -> Order:
    return load_case("a_vat_included").order


def assert_the_books_are(stage: Stage, case: Case) -> None:
    assert stage.unposted() == 0
    assert stage.held() == []
    assert stage.balances() == case.balances
    assert stage.taxes() == case.vat
    standing = [one for one in stage.organisation.allocations() if not one.deleted]
    assert len(standing) == len({(one.credit_note.number, one.invoice.number) for one in standing})


@pytest.mark.parametrize(("write", "fault"), UNKNOWN)
def test_a_write_whose_outcome_is_unknown_is_looked_up_and_stands_once(
    alice: Stage, write: str, fault: FaultKind
) -> None:
    method, path, case_name = WRITES[write]
    case = load_case(case_name)
    alice.books.faults.add(fault, method=method, path=path, seconds=0.01)
    for step in case.steps:
        alice.state(step.order)
        alice.deliver()
        alice.work_off()
    assert alice.unposted() > 0, "the fault did not strike"

    later(alice, minutes=7)

    assert_the_books_are(alice, case)


def test_an_unknown_batch_waits_for_its_look_up_and_holds_up_no_other(alice: Stage, order: Order) -> None:
    other = load_case("d_sold")
    alice.books.faults.add(FaultKind.TIMEOUT_AFTER_WRITE, method="PUT", path="/Invoices", seconds=0.01)
    alice.post(order)
    alice.post(other.order)

    assert [document.status for document in alice.organisation.documents()] == ["AUTHORISED", "PAID"]

    alice.wait(minutes=7)
    assert [document.status for document in alice.organisation.documents()] == ["PAID", "PAID"]


def test_a_worker_that_dies_before_its_call_costs_only_time(alice: Stage, order: Order) -> None:
    owe(alice, order)
    claim(alice)

    alice.wait(seconds=36)

    assert_the_books_are(alice, load_case("a_vat_included"))


def test_a_worker_that_dies_after_its_call_does_not_write_twice(alice: Stage, order: Order) -> None:
    owe(alice, order)
    send_and_die(alice, claim(alice))

    alice.wait(seconds=36)

    assert_the_books_are(alice, load_case("a_vat_included"))
    assert len(alice.organisation.documents()) == 1


def test_what_died_longer_ago_than_xero_remembers_keys_is_looked_up(alice: Stage, order: Order) -> None:
    owe(alice, order)
    call = claim(alice)
    send_and_die(alice, call)

    alice.clock.advance(5 * 60)
    alice.work_off()
    with alice.app.app_context():
        assert db.session.get_one(Batch, call.batch_id).state is BatchState.UNKNOWN
    alice.wait(minutes=2)

    assert_the_books_are(alice, load_case("a_vat_included"))
    assert len(alice.organisation.documents()) == 1


def test_while_a_call_is_in_flight_no_other_is_made(alice: Stage, order: Order) -> None:
    owe(alice, order)
    claim(alice)
    owe(alice, load_case("d_sold").order)

    with alice.app.app_context():
        assert pipeline.send(db.session.scalars(select(Organisation.id)).one()) is False
    alice.work_off()

    assert alice.organisation.documents() == []


def test_of_two_workers_that_claim_at_the_same_moment_one_makes_a_call(alice: Stage, order: Order) -> None:
    owe(alice, order)
    with alice.app.app_context(), Session(db.engine) as other:
        organisation_id = db.session.scalars(select(Organisation.id)).one()
        other.add(in_flight(organisation_id, alice.clock.now()))
        other.flush()
        # The other commits while we wait for it: we saw no call in flight, and our insert meets the one it left.
        threading.Timer(0.3, other.commit).start()

        assert outbox.next_call(db.session(), organisation_id, now=alice.clock.now()) is None
        assert db.session.scalars(select(Dispatch.state).order_by(Dispatch.id)).first() is DispatchState.READY


def test_an_answer_that_comes_after_a_take_over_is_not_applied(alice: Stage, order: Order) -> None:
    owe(alice, order)
    late = claim(alice)
    alice.wait(seconds=36)

    with alice.app.app_context():
        assert outbox.apply(db.session(), late, [], now=alice.clock.now()) is False
    assert_the_books_are(alice, load_case("a_vat_included"))


def test_a_number_that_somebody_else_used_holds_the_document(alice: Stage, order: Order) -> None:
    bob = load_case("d_sold")
    alice.post(bob.order)
    alice.organisation.document(bob.documents[0].number).number = "SH-1001"
    alice.organisation.records.numbers["Invoice", "SH-1001"] = alice.organisation.documents()[0].document_id
    alice.post(order)

    assert ["SH-1001" in sentence or "number" in sentence for sentence in alice.held()] == [True]
    with alice.app.app_context():
        states = db.session.scalars(select(Dispatch.state).order_by(Dispatch.id)).all()
        assert states[-2:] == [DispatchState.HELD, DispatchState.WAITING]


def test_a_document_that_no_longer_adds_up_is_held_before_it_is_sent(alice: Stage, order: Order) -> None:
    owe(alice, order)
    with alice.app.app_context():
        row = db.session.scalars(select(Document)).one()
        row.content = {**row.content, "total": "24.94"}
        db.session.commit()
    alice.work_off()

    assert alice.organisation.documents() == []
    assert ["24.94" in sentence for sentence in alice.held()] == [True]


def owe(stage: Stage, order: Order) -> None:
    """Decide and record the order, and stop short of sending."""
    with stage.app.app_context():
        organisation = db.session.scalars(select(Organisation)).one()
        organisation.paused = "by the test"
        db.session.commit()
    stage.post(order)
    with stage.app.app_context():
        organisation = db.session.scalars(select(Organisation)).one()
        organisation.paused = None
        db.session.commit()


def in_flight(organisation_id: int, moment: datetime) -> Batch:
    """A call that somebody else has just claimed."""
    return Batch(
        organisation_id=organisation_id,
        endpoint="invoices",
        key="the other's",
        body=b"{}",
        sha256="",
        state=BatchState.SENT,
        attempt_id="the other's",
        created_at=moment,
        attempted_at=moment,
        first_sent_at=moment,
    )


def claim(stage: Stage) -> outbox.Call:
    with stage.app.app_context():
        organisation_id = db.session.scalars(select(Organisation.id)).one()
        call = outbox.next_call(db.session(), organisation_id, now=stage.clock.now())
    assert call is not None
    return call


def send_and_die(stage: Stage, call: outbox.Call) -> None:
    with stage.app.app_context():
        organisation = db.session.scalars(select(Organisation)).one()
        api = credentials.xero_api(db.session(), organisation, now=stage.clock.now())
        api.send(ENDPOINTS[call.endpoint], path_ids=call.path_ids, body=call.body, key=call.key)
