"""Claims: exact bytes and their key, taken for one attempt under an id of its own and committed before they are sent.

No call is made here. The caller sends what `next_call` claimed; the answer is written down under the same attempt id
(batches.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from embedded_app import waits
from embedded_app.models import Batch, BatchElement, BatchState, Dispatch, Organisation, Priority
from embedded_app.outbox.filling import add_batch, fill
from embedded_app.outbox.packing import Packed

# Xero forgets an idempotency key 6 minutes after its first call (reference: Idempotency-Key). Bytes are sent again
# under their key only well before that.
RESEND_WITHIN = timedelta(minutes=5)
# An attempt older than this has died, or crawls: the longest call takes more than twice as long. To take a crawling one
# over is harmless (same bytes, same key); to wait for it would hold its organisation up.
ATTEMPT_LEASE = timedelta(seconds=35)


@dataclass(frozen=True, slots=True)
class Call:
    """A claimed batch: these bytes are to be sent now, and only the holder of attempt_id may apply the answer.

    webhook_ids: of what led to its elements, for the log.
    doubtful: an earlier attempt may have been carried out, so that a refusal of this one does not say that nothing was.
    """

    organisation_id: int
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
            # A first attempt that is yet to come: the clock was set back, and nobody knows how old it is.
            if batch.first_sent_at and not batch.first_sent_at <= now < batch.first_sent_at + RESEND_WITHIN:
                _move(session, batch, BatchState.UNKNOWN, note="unanswered for 5 minutes")
                session.commit()
                continue
        if batch.state is BatchState.SENT or (batch.state is BatchState.READY and _due(batch, now)):
            return _claim(session, batch, now=now)

    packed = fill(session, organisation_id, least_urgent=least_urgent, only_full=only_full, now=now)
    return _claim_new(session, organisation_id, packed, now=now) if packed else None


def _open_batches(session: Session, organisation_id: int) -> list[Batch]:
    return list(session.scalars(_OPEN, {"of_organisation": organisation_id}))


# Composed once, for every call needs it.
_OPEN = (
    select(Batch)
    .where(
        Batch.organisation_id == bindparam("of_organisation"),
        Batch.state.in_([BatchState.SENT, BatchState.READY]),
    )
    # Of calls that were split the newest half first: so what is not taken is found before the rest is halved.
    .order_by(Batch.state.desc(), Batch.id.desc())
)


def _due(row: Batch, now: datetime) -> bool:
    return not waits.lies_ahead(row.not_before, now, waits.BY_XERO)


def _claim_new(session: Session, organisation_id: int, packed: Packed, *, now: datetime) -> Call | None:
    """Make a batch of what is packed, for an attempt at once; None where another call has just gone out. Commits."""
    attempt_id = str(uuid.uuid4())
    stems = (dispatch.webhook_id for dispatch in packed.dispatches)
    try:
        batch_id, key = add_batch(session, organisation_id, packed, attempt_id=attempt_id, now=now)
    except IntegrityError:
        # uq_batch_in_flight: another call of this organisation went out in the meantime.
        session.rollback()
        return None
    call = Call(
        organisation_id=organisation_id,
        batch_id=batch_id,
        attempt_id=attempt_id,
        endpoint=packed.endpoint,
        path_ids=packed.path_ids,
        key=key,
        body=packed.body,
        size=len(packed.dispatches),
        doubtful=False,
        webhook_ids=_known(stems),
    )
    session.commit()
    return call


def _claim(session: Session, batch: Batch, *, now: datetime) -> Call | None:
    """Take the batch for one attempt; None where another worker was quicker. Commits."""
    attempt_id = str(uuid.uuid4())
    taken_over = batch.state is BatchState.SENT
    stems = _stems(session, batch.id)
    call = Call(
        organisation_id=batch.organisation_id,
        batch_id=batch.id,
        attempt_id=attempt_id,
        endpoint=batch.endpoint,
        path_ids=tuple(batch.path_ids),
        key=batch.key,
        body=batch.body,
        size=len(stems),
        doubtful=batch.doubtful or taken_over,
        webhook_ids=_known(stems),
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
            written_after=func.coalesce(Batch.written_after, _XERO_CLOCK),
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


_XERO_CLOCK = select(Organisation.xero_clock).where(Organisation.id == Batch.organisation_id).scalar_subquery()


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


def webhook_ids(session: Session, batch_id: int) -> list[str]:
    """Of the deliveries that led to a batch's elements, each once, for the log."""
    return list(_known(_stems(session, batch_id)))


def _stems(session: Session, batch_id: int) -> list[str | None]:
    """The webhook id of each element, None where it stems from none."""
    of_batch = select(Dispatch.webhook_id).join(BatchElement, BatchElement.dispatch_id == Dispatch.id)
    return list(session.scalars(of_batch.where(BatchElement.batch_id == batch_id).order_by(BatchElement.position)))


def _known(stems: Iterable[str | None]) -> tuple[str, ...]:
    """Each webhook id once, in order."""
    return tuple(dict.fromkeys(one for one in stems if one))
