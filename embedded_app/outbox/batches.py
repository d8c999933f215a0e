"""Batches: calls to Xero, each claimed, sent and answered in commits of their own.

No call is made here. `next_call` claims exact bytes under an attempt id, the caller sends them, `apply` writes the
answer under that same attempt id. Whatever dies in between, the rows say what is known: nothing, or that something may
have been written, which is looked up before anything is sent again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from embedded_app.models import Batch, BatchElement, BatchState, Dispatch, Organisation, Priority
from embedded_app.outbox.answering import settle_elements
from embedded_app.outbox.filling import fill, refill
from embedded_app.xero.endpoints import CONTACTS
from embedded_app.xero.outcomes import Posted, Refused

# Xero forgets an idempotency key 6 minutes after its first call (reference: Idempotency-Key). Bytes are sent again
# under their key only well before that; from minute 6 on nothing is in flight any more and a look-up tells the truth.
RESEND_WITHIN = timedelta(minutes=5)
LOOK_UP_AFTER = timedelta(minutes=6)
# An attempt older than this has died, or crawls: the longest call takes more than twice as long. To take a crawling one
# over is harmless (same bytes, same key); to wait for it would hold its organisation up.
ATTEMPT_LEASE = timedelta(seconds=35)


@dataclass(frozen=True, slots=True)
class Call:
    """A claimed batch: these bytes are to be sent now, and only the holder of attempt_id may apply the answer.

    webhook_ids: of what led to its elements, for the log.
    doubtful: an earlier attempt may have been carried out, so that a refusal of this one does not say that nothing was.
    """

    batch_id: int
    attempt_id: str
    endpoint: str
    path_ids: tuple[str, ...]
    key: str
    body: bytes
    size: int
    doubtful: bool
    webhook_ids: tuple[str, ...] = ()


def next_call(
    session: Session,
    organisation_id: int,
    *,
    now: datetime,
    least_urgent: Priority = Priority.BACKGROUND,
    only_full: bool = False,
) -> Call | None:
    """Claim what is to be sent next, or None where nothing is due or a call is in flight; commits.

    An attempt that died is sent again under its key while Xero remembers it; after that its batch becomes unknown.
    least_urgent: new batches take nothing less urgent. only_full: no new batch is made that could take more.
    """
    for batch in _open_batches(session, organisation_id):
        if batch.state is BatchState.SENT and batch.attempted_at and batch.attempted_at + ATTEMPT_LEASE > now:
            session.rollback()
            return None
        if batch.state is BatchState.SENT or (batch.state is BatchState.READY and batch.doubtful):
            if batch.first_sent_at and batch.first_sent_at + RESEND_WITHIN <= now:
                _move(session, batch, BatchState.UNKNOWN, note="unanswered for 5 minutes")
                session.commit()
                continue
        if batch.state is BatchState.SENT or (batch.state is BatchState.READY and _due(batch, now)):
            return _claim(session, batch, now=now)

    filled = fill(session, organisation_id, least_urgent=least_urgent, only_full=only_full, now=now)
    return _claim(session, filled, now=now) if filled else None


def apply(session: Session, call: Call, outcomes: Sequence[Posted | Refused], *, now: datetime) -> bool:
    """Write what Xero answered, element by element; False where the attempt was taken over and the answer is not ours.

    Commits. The organisation's row is locked first, so that two answers never overlook each other's dispatches when
    they look for what has become ready.
    """
    organisation_id = _lock(session, call.batch_id)
    if not _close(session, call.batch_id, BatchState.SENT, now=now, attempt_id=call.attempt_id):
        session.rollback()
        return False
    settle_elements(session, organisation_id, call.batch_id, outcomes, now=now)
    session.commit()
    return True


def split(session: Session, call: Call, *, now: datetime) -> bool:
    """Xero refused the call as a whole and did nothing: its elements go again in two calls, until what it does not take
    stands alone.

    Of n elements no more than 2n - 1 calls come, and about 2 log n where one of them is the cause. Commits. Returns
    False where the attempt was taken over.
    """
    organisation_id = _lock(session, call.batch_id)
    if not _close(session, call.batch_id, BatchState.SENT, now=now, attempt_id=call.attempt_id):
        session.rollback()
        return False
    refill(session, organisation_id, session.get_one(Batch, call.batch_id), now=now)
    session.commit()
    return True


def not_sent(session: Session, call: Call, *, not_before: datetime | None, note: str) -> None:
    """Xero did not take the call in (a limit, a lost connection): the same bytes go again at that moment. Commits.

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
    session.commit()


def unknown(session: Session, call: Call, *, note: str) -> None:
    """Nobody can say whether Xero wrote it: nothing is sent again before a look-up. Commits."""
    session.execute(
        update(Batch)
        .where(Batch.id == call.batch_id, Batch.attempt_id == call.attempt_id, Batch.state == BatchState.SENT)
        .values(state=BatchState.UNKNOWN, doubtful=True, note=note)
    )
    session.commit()


def count_unknown(session: Session, organisation_id: int) -> int:
    """How many of the organisation's batches wait for their look-up."""
    unknown = select(func.count()).where(Batch.organisation_id == organisation_id, Batch.state == BatchState.UNKNOWN)
    return session.scalars(unknown).one()


def next_look_up(session: Session, organisation_id: int, *, now: datetime) -> Batch | None:
    """The oldest unknown batch that can be looked up by now."""
    return session.scalar(
        select(Batch)
        .where(
            Batch.organisation_id == organisation_id,
            Batch.state == BatchState.UNKNOWN,
            Batch.first_sent_at <= now - LOOK_UP_AFTER,
            or_(Batch.not_before.is_(None), Batch.not_before <= now),
        )
        .order_by(Batch.id)
        .limit(1)
    )


def apply_look_up(session: Session, batch_id: int, found: Sequence[Posted | None], *, now: datetime) -> bool:
    """Write what a look-up found: posted where it is there, ready for a new batch where it is not. Commits."""
    organisation_id = _lock(session, batch_id)
    if not _close(session, batch_id, BatchState.UNKNOWN, now=now):
        session.rollback()
        return False
    settle_elements(session, organisation_id, batch_id, found, now=now)
    session.commit()
    return True


def webhook_ids(session: Session, batch_id: int) -> list[str]:
    """Of the deliveries that led to a batch's elements, each once, for the log."""
    return list(dict.fromkeys(one for one in _stems(session, batch_id) if one))


def _stems(session: Session, batch_id: int) -> list[str | None]:
    """The webhook id of each element, None where it stems from none."""
    of_batch = select(Dispatch.webhook_id).join(BatchElement, BatchElement.dispatch_id == Dispatch.id)
    return list(session.scalars(of_batch.where(BatchElement.batch_id == batch_id).order_by(BatchElement.position)))


def _open_batches(session: Session, organisation_id: int) -> list[Batch]:
    return list(
        session.scalars(
            select(Batch)
            .where(Batch.organisation_id == organisation_id, Batch.state.in_([BatchState.SENT, BatchState.READY]))
            # Of calls that were split the newest half first: so what is not taken is found before the rest is halved.
            .order_by(Batch.state.desc(), Batch.id.desc())
        )
    )


def _due(row: Batch, now: datetime) -> bool:
    return row.not_before is None or row.not_before <= now


def _claim(session: Session, batch: Batch, *, now: datetime) -> Call | None:
    """Take the batch for one attempt; None where another worker was quicker. Commits."""
    attempt_id = str(uuid.uuid4())
    taken_over = batch.state is BatchState.SENT
    stems = _stems(session, batch.id)
    call = Call(
        batch_id=batch.id,
        attempt_id=attempt_id,
        endpoint=batch.endpoint,
        path_ids=tuple(batch.path_ids),
        key=batch.key,
        body=batch.body,
        size=len(stems),
        doubtful=batch.doubtful or taken_over,
        webhook_ids=tuple(dict.fromkeys(one for one in stems if one)),
    )
    claim = (
        update(Batch)
        .where(
            Batch.id == batch.id,
            Batch.state == batch.state,
            Batch.attempt_id.is_not_distinct_from(batch.attempt_id),
        )
        .values(
            state=BatchState.SENT,
            attempt_id=attempt_id,
            attempted_at=now,
            first_sent_at=func.coalesce(Batch.first_sent_at, now),
            doubtful=call.doubtful,
            not_before=None,
        )
        .returning(Batch.id)
        .execution_options(synchronize_session=False)
    )
    try:
        claimed = session.scalar(claim) is not None
        session.commit()
    except IntegrityError:
        # uq_batch_in_flight: another call of this organisation went out in the meantime.
        session.rollback()
        return None
    return call if claimed else None


def _move(session: Session, batch: Batch, state: BatchState, *, note: str) -> None:
    session.execute(
        update(Batch)
        .where(
            Batch.id == batch.id,
            Batch.state == batch.state,
            Batch.attempt_id.is_not_distinct_from(batch.attempt_id),
        )
        .values(state=state, doubtful=True, note=note)
    )


def _lock(session: Session, batch_id: int) -> int:
    """Lock the organisation the batch is of, and return its id."""
    of_batch = select(Batch.organisation_id).where(Batch.id == batch_id).scalar_subquery()
    return session.scalars(select(Organisation.id).where(Organisation.id == of_batch).with_for_update()).one()


def _close(session: Session, batch_id: int, state: BatchState, *, now: datetime, attempt_id: str | None = None) -> bool:
    closing = update(Batch).where(Batch.id == batch_id, Batch.state == state)
    if attempt_id is not None:
        closing = closing.where(Batch.attempt_id == attempt_id)
    # A batch of contacts holds names; they stay no longer than they are needed.
    body = case((Batch.endpoint == CONTACTS.name, b""), else_=Batch.body)
    closing = closing.values(state=BatchState.CLOSED, closed_at=now, body=body)
    return session.scalar(closing.returning(Batch.id).execution_options(synchronize_session=False)) is not None
