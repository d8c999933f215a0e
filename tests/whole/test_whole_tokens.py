"""Xero's tokens: traded once, kept as a pair, tried again after any accident; posting pauses only for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from embedded_app import pipeline
from embedded_app.db import db
from embedded_app.models import Grant, Organisation
from embedded_app.sandbox.xero.faults import FaultKind
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage, connect_xero

HALF_AN_HOUR = 30 * 60
NOT_TRADED = [FaultKind.UNAVAILABLE, FaultKind.RESET, FaultKind.TIMEOUT_BEFORE_WRITE, FaultKind.BAD_GATEWAY]
TRADED_UNHEARD = [FaultKind.TIMEOUT_AFTER_WRITE, FaultKind.RESET_AFTER_WRITE, FaultKind.EMPTY_BODY]


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_before_the_pair_is_kept() -> Iterator[None]:
    """The next commit that would keep new tokens never happens."""

    def die(session: Session) -> None:
        if any(isinstance(row, Grant) for row in session.dirty):
            raise Killed

    event.listen(Session, "before_commit", die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        event.remove(Session, "before_commit", die)


def refresh_token(stage: Stage) -> str:
    with stage.app.app_context():
        return db.session.scalars(select(Grant)).one().refresh_token


def owe_with_an_expired_token(stage: Stage) -> None:
    """An order is recorded, and the token that is to send it has just expired."""
    place(stage)
    stage.deliver()
    with stage.app.app_context():
        pipeline.gather(stage.store_id)
    stage.clock.advance(HALF_AN_HOUR)


def send(stage: Stage) -> None:
    with stage.app.app_context():
        pipeline.send(db.session.scalars(select(Organisation.id)).one())


def pauses(stage: Stage) -> str | None:
    with stage.app.app_context():
        return db.session.scalars(select(Organisation.paused)).one()


def test_a_crash_between_the_refresh_and_its_commit_costs_no_reconnecting(alice: Stage) -> None:
    owe_with_an_expired_token(alice)
    before = refresh_token(alice)
    with killed_before_the_pair_is_kept():
        send(alice)
    assert refresh_token(alice) == before, "the pair was kept after all"

    later(alice, minutes=29)

    assert_the_books_are_equal(alice)
    assert refresh_token(alice) != before


@pytest.mark.parametrize("fault", NOT_TRADED + TRADED_UNHEARD)
def test_a_refresh_without_an_answer_is_done_again_and_is_no_revocation(alice: Stage, fault: FaultKind) -> None:
    owe_with_an_expired_token(alice)
    alice.books.faults.add(fault, path="/connect/token", seconds=0.01)
    alice.work_off()

    assert (alice.organisation.documents(), pauses(alice)) == ([], None)

    later(alice, minutes=2)
    assert_the_books_are_equal(alice)


def test_while_one_worker_refreshes_another_waits_and_uses_its_pair(alice: Stage) -> None:
    owe_with_an_expired_token(alice)
    before = refresh_token(alice)
    with alice.app.app_context(), Session(db.engine) as other:
        other.execute(select(Grant).with_for_update()).all()
        send(alice)
        assert refresh_token(alice) == before

    later(alice, seconds=2)
    assert_the_books_are_equal(alice)


def test_who_needs_an_organisation_never_read_waits_no_longer_than_for_the_refresh(alice: Stage) -> None:
    alice.clock.advance(HALF_AN_HOUR)
    place(alice)
    alice.deliver()
    with alice.app.app_context(), Session(db.engine) as other:
        other.execute(select(Grant).with_for_update()).all()
        pipeline.gather(alice.store_id)

    later(alice, seconds=2)
    assert_the_books_are_equal(alice)


def test_a_pair_that_another_worker_has_just_kept_is_used_and_not_traded_again(alice: Stage) -> None:
    place(alice)
    alice.deliver()
    with alice.app.app_context():
        pipeline.gather(alice.store_id)
        organisation = db.session.scalars(select(Organisation)).one()
        refused = db.session.scalars(select(Grant)).one().access_token
        alice.clock.advance(HALF_AN_HOUR)
        pipeline.credentials.xero_api(db.session(), organisation, now=alice.clock.now())
        kept = refresh_token(alice)
        pipeline.credentials._refresh_xero(
            db.session(), 1, alice.app.extensions["crossfoot.config"], refused, now=alice.clock.now()
        )
    assert refresh_token(alice) == kept


def test_a_revoked_connection_pauses_posting_until_somebody_connects_again(alice: Stage) -> None:
    owe_with_an_expired_token(alice)
    alice.books.identity.revoke(alice.user_id)
    alice.work_off()
    place(alice)
    alice.deliver()
    later(alice, hours=1)

    assert alice.organisation.documents() == []
    assert "Connect Xero again" in (pauses(alice) or "")

    alice.books.identity.connect(alice.user_id, alice.organisation.tenant_id, alice.clock.now())
    with alice.app.app_context():
        connect_xero(alice.books, alice.organisation, alice.user_id, now=alice.clock.now())
        db.session.commit()
    alice.work_off()
    assert_the_books_are_equal(alice)


def test_a_token_that_xero_refuses_before_its_time_is_refreshed_at_once(alice: Stage) -> None:
    place(alice)
    alice.books.faults.add(FaultKind.UNAUTHORIZED, method="PUT", path="/Invoices")
    alice.deliver()
    alice.work_off()

    assert_the_books_are_equal(alice)


def test_a_xero_that_refuses_every_token_is_not_asked_for_ever(alice: Stage) -> None:
    fault = alice.books.faults.add(FaultKind.UNAUTHORIZED, method="PUT", calls=20)
    place(alice)
    alice.deliver()
    alice.work_off()

    assert "Connect Xero again" in (pauses(alice) or "")
    assert fault.hits == 2

    fault.calls = 0  # over
    with alice.app.app_context():
        connect_xero(alice.books, alice.organisation, alice.user_id, now=alice.clock.now())
        db.session.commit()
    alice.work_off()
    assert_the_books_are_equal(alice)


def test_a_token_that_posting_does_not_use_is_renewed_before_it_dies(alice: Stage) -> None:
    for _ in range(4):
        later(alice, days=29)

    with alice.app.app_context():
        organisation = db.session.scalars(select(Organisation)).one()
        assert organisation.grant is not None
        assert organisation.grant.refresh_expires_at > alice.clock.now() + timedelta(days=29)
        api = pipeline.credentials.xero_api(db.session(), organisation, now=alice.clock.now())
        assert api.organisation()["BaseCurrency"] == "GBP"
