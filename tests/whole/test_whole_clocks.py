"""Our machine's clock is wrong, or is set: what nobody knows the outcome of is still written once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from embedded_app import pipeline
from embedded_app.accounting.order import Order
from embedded_app.clock import EXTENSION
from embedded_app.db import db
from embedded_app.models import Batch, BatchState, Organisation
from embedded_app.sandbox.day import CARD, MUG
from embedded_app.sandbox.xero.faults import FaultKind
from tests.clocks import OurClock
from tests.golden import load_case
from tests.whole.dying import MOST_COMMITS, killed_at
from tests.whole.orders import assert_the_books_are_equal, later
from tests.whole.stage import Stage

HOUR = timedelta(hours=1)


def test_a_look_up_finds_what_was_written_while_our_clock_was_ahead(alice: Stage) -> None:
    clock = _own_clock(alice)
    alice.post(_order("d_sold"))

    clock.offset = HOUR
    alice.books.faults.add(FaultKind.TIMEOUT_AFTER_WRITE, method="PUT", path="/Payments", seconds=0.01)
    alice.post(_order("a_vat_included"))
    later(alice, minutes=7)

    assert (alice.held(), alice.unposted()) == ([], 0)
    assert [document.status for document in alice.organisation.documents()] == ["PAID", "PAID"]


def test_what_was_in_doubt_when_our_clock_was_set_back_is_looked_up_soon(alice: Stage) -> None:
    clock = _own_clock(alice)
    clock.offset = HOUR
    alice.books.faults.add(FaultKind.TIMEOUT_AFTER_WRITE, method="PUT", path="/Payments", seconds=0.01)
    alice.post(_order("a_vat_included"))

    clock.offset = timedelta()
    _pass_five_minutes(alice)
    later(alice, minutes=7)

    assert (alice.held(), alice.unposted()) == ([], 0)
    assert len([one for one in alice.organisation.payments() if not one.deleted]) == 1


def test_a_crash_while_our_clock_was_ahead_leaves_each_document_once(alice: Stage) -> None:
    clock = _own_clock(alice)
    for nth in range(1, MOST_COMMITS):
        clock.offset = HOUR
        alice.shop.place_order([(MUG, 1)]).pay(CARD, Decimal(1))  # a second payment of 1.00 would be taken, too
        alice.deliver()
        with alice.app.app_context():
            pipeline.gather(alice.store_id)
            organisation_id = db.session.scalars(select(Organisation.id)).one()
        with alice.app.app_context(), killed_at(nth, "before_commit") as fate:
            pipeline.send(organisation_id)

        alice.clock.advance(600)  # by then Xero has forgotten the key
        clock.offset = timedelta()
        _pass_five_minutes(alice)
        later(alice, seconds=36)
        later(alice, minutes=7)
        assert_the_books_are_equal(alice)
        if not fate.struck:
            break
    assert 3 < nth < MOST_COMMITS - 1, "it was not killed at each commit"


def test_an_attempt_in_doubt_that_is_yet_to_come_is_looked_up_and_not_sent_again(alice: Stage) -> None:
    alice.books.faults.add(FaultKind.RESET_AFTER_WRITE, method="PUT", path="/Payments")
    alice.post(_order("a_vat_included"))
    in_doubt = Batch.state == BatchState.UNKNOWN
    again = {"state": BatchState.READY, "doubtful": True, "first_sent_at": alice.clock.now() + HOUR}
    with alice.app.app_context():
        assert db.session.scalars(update(Batch).where(in_doubt).values(again).returning(Batch.id)).one()
        organisation_id = db.session.scalars(select(Organisation.id)).one()
        db.session.commit()
        pipeline.send(organisation_id)

        assert db.session.scalars(select(Batch.endpoint).where(in_doubt)).all() == ["payments"]
    assert len(alice.organisation.payments()) == 1


@pytest.mark.parametrize("fault", [FaultKind.RATE_MINUTE, FaultKind.FORBIDDEN_PAGE])
@pytest.mark.parametrize("path", ["/Invoices", "/connect/token"])
def test_what_was_put_off_by_a_clock_days_ahead_does_not_wait_for_these_days(
    alice: Stage, fault: FaultKind, path: str
) -> None:
    clock = _own_clock(alice)
    clock.offset = timedelta(days=3)
    alice.books.faults.add(fault, path=path, seconds=60)
    alice.post(_order("a_vat_included"))
    assert alice.organisation.documents() == []

    clock.offset = timedelta()
    alice.clock.advance(120)
    with alice.app.app_context():
        pipeline.sweep()
    alice.work_off()

    assert (alice.held(), alice.unposted()) == ([], 0)


def _own_clock(stage: Stage) -> OurClock:
    clock = OurClock(stage.clock)
    stage.app.extensions[EXTENSION] = clock
    return clock


def _pass_five_minutes(stage: Stage) -> None:
    with stage.app.app_context():
        pipeline.five_minutes()
        db.session.rollback()


def _order(case: str) -> Order:
    return load_case(case).order
