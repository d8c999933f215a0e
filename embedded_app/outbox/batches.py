"""What became of a call to Xero: answered, refused as a whole, not sent, or unknown and then looked up.

Whatever dies between a claim (claiming.py) and its answer, the rows say what is known: nothing, or that something may
have been written, which is looked up before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from embedded_app import waits
from embedded_app.models import MOMENT, Batch, BatchState, Organisation
from embedded_app.outbox.answering import settle_elements
from embedded_app.outbox.claiming import RESEND_WITHIN, Call
from embedded_app.outbox.filling import refill
from embedded_app.xero.endpoints import CONTACTS
from embedded_app.xero.outcomes import Posted, Refused

# From minute 6 on nothing is in flight any more, and a look-up tells the truth (reference: Idempotency-Key).
LOOK_UP_AFTER = timedelta(minutes=6)
# The clocks of several machines are not quite the same.
CLOCK_MAY_STRAY = timedelta(seconds=30)


def apply(session: Session, call: Call, outcomes: Sequence[Posted | Refused], *, now: datetime) -> bool:
    """Write what Xero answered, element by element; False where the attempt was taken over and the answer is not ours.

    The caller commits. The organisation's row is locked first, so that two answers never overlook each other's
    dispatches when they look for what has become ready.
    """
    _lock(session, call.organisation_id)
    if not _close(session, call.batch_id, BatchState.SENT, now=now, attempt_id=call.attempt_id):
        return False
    settle_elements(session, call.organisation_id, call.batch_id, outcomes, now=now)
    return True


def split(session: Session, call: Call, *, now: datetime) -> bool:
    """Xero refused the call as a whole and did nothing: its elements go again in two calls, until what it does not take
    stands alone.

    Of n elements no more than 2n - 1 calls come, and about 2 log n where one of them is the cause. The caller commits.
    Returns False where the attempt was taken over.
    """
    _lock(session, call.organisation_id)
    if not _close(session, call.batch_id, BatchState.SENT, now=now, attempt_id=call.attempt_id):
        return False
    refill(session, call.organisation_id, session.get_one(Batch, call.batch_id), now=now)
    return True


def not_sent(session: Session, call: Call, *, not_before: datetime | None, note: str) -> None:
    """Xero did not take the call in (a limit, a lost connection): the same bytes go again at that moment. The caller
    commits.

    Where no earlier attempt is in doubt the batch counts as never sent: its minutes, after which Xero has forgotten the
    key and nothing is in flight any more, begin with the next attempt.
    """
    session.execute(
        update(Batch)
        .where(Batch.id == call.batch_id, Batch.attempt_id == call.attempt_id, Batch.state == BatchState.SENT)
        .values(
            state=BatchState.READY,
            not_before=not_before,
            note=note,
            first_sent_at=case((Batch.doubtful, Batch.first_sent_at), else_=None),
        )
    )


def unknown(session: Session, call: Call, *, note: str) -> None:
    """Nobody can say whether Xero wrote it: nothing is sent again before a look-up. The caller commits."""
    session.execute(
        update(Batch)
        .where(Batch.id == call.batch_id, Batch.attempt_id == call.attempt_id, Batch.state == BatchState.SENT)
        .values(state=BatchState.UNKNOWN, doubtful=True, note=note)
    )


def mind_the_clock(session: Session, *, now: datetime) -> None:
    """Let attempts that are yet to come, for the clock was set back, count as made now; the caller commits.

    Else their organisation would wait until the clock has come there again. How long ago the first of them really was
    nobody knows, so that none is sent again before it was looked up.
    """
    ahead = Batch.first_sent_at > now + CLOCK_MAY_STRAY, Batch.attempted_at > now + CLOCK_MAY_STRAY
    session.execute(
        update(Batch)
        .where(Batch.state != BatchState.CLOSED, or_(*ahead))
        .values(first_sent_at=now - RESEND_WITHIN, attempted_at=func.least(Batch.attempted_at, now))
    )


def count_unknown(session: Session, organisation_id: int) -> int:
    """How many of the organisation's batches wait for their look-up."""
    unknown = select(func.count()).where(Batch.organisation_id == organisation_id, Batch.state == BatchState.UNKNOWN)
    return session.scalars(unknown).one()


def next_look_up(session: Session, organisation_id: int, *, now: datetime) -> Batch | None:
    """The oldest unknown batch that can be looked up by now."""
    return session.scalar(_UNKNOWN, {"organisation": organisation_id, "sent": now - LOOK_UP_AFTER, "now": now})


def apply_look_up(session: Session, batch_id: int, found: Sequence[Posted | None], *, now: datetime) -> bool:
    """Write what a look-up found: posted where it is there, ready for a new batch where not. The caller commits."""
    organisation_id = session.get_one(Batch, batch_id).organisation_id
    _lock(session, organisation_id)
    if not _close(session, batch_id, BatchState.UNKNOWN, now=now):
        return False
    settle_elements(session, organisation_id, batch_id, found, now=now)
    return True


def _lock(session: Session, organisation_id: int) -> None:
    """Lock the organisation's row until the caller commits, and read it afresh."""
    session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)


def _close(session: Session, batch_id: int, state: BatchState, *, now: datetime, attempt_id: str | None = None) -> bool:
    """Close the batch where it is still in this state, and under this attempt; a look-up belongs to none."""
    wanted = {"of_batch": batch_id, "of_state": state, "now": now}
    if attempt_id is None:
        return session.scalar(_CLOSED, wanted) is not None
    return session.scalar(_CLOSED_UNDER, {**wanted, "of_attempt": attempt_id}) is not None


# Composed once, for every call needs them.
_UNKNOWN = (
    select(Batch)
    .where(
        Batch.organisation_id == bindparam("organisation"),
        Batch.state == BatchState.UNKNOWN,
        Batch.first_sent_at <= bindparam("sent"),
        waits.is_due(Batch.not_before, bindparam("now", type_=MOMENT), waits.BY_XERO),
    )
    .order_by(Batch.id)
    .limit(1)
)
_BATCHES = cast(Table, Batch.__table__)
_CLOSED = (
    update(_BATCHES)
    .where(
        _BATCHES.c.id == bindparam("of_batch"), _BATCHES.c.state == bindparam("of_state", type_=_BATCHES.c.state.type)
    )
    .values(
        state=BatchState.CLOSED,
        closed_at=bindparam("now", type_=_BATCHES.c.closed_at.type),
        # A batch of contacts holds names; they stay no longer than they are needed.
        body=case((_BATCHES.c.endpoint == CONTACTS.name, b""), else_=_BATCHES.c.body),
    )
    .returning(_BATCHES.c.id)
)
_CLOSED_UNDER = _CLOSED.where(_BATCHES.c.attempt_id == bindparam("of_attempt"))
