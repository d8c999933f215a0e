"""What the rows say of a fault's victims, and until when nothing can be done but wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from embedded_app.models import (
    AppLimit,
    Batch,
    BatchElement,
    BatchState,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Organisation,
    Store,
)
from embedded_app.outbox import LOOK_UP_AFTER
from embedded_app.outbox.filling import SPLIT

# The answers of a batch's elements, as outbox writes them.
FOUND, ABSENT = "posted", "not found in Xero; to be sent again"


def due_at(session: Session, *, now: datetime) -> datetime | None:
    """When the next thing that is owed can be done: now, or later; None where nothing is owed."""
    store_waits = session.scalars(select(Store.not_before)).all()
    xero_waits = [*session.scalars(select(Organisation.not_before)), *session.scalars(select(AppLimit.not_before))]
    moments = [
        _latest(now, one, *store_waits)
        for one in session.scalars(select(Delivery.not_before).where(Delivery.state == DeliveryState.OPEN))
    ]
    moments += [
        _latest(now, one, *xero_waits)
        for one in session.scalars(select(Dispatch.not_before).where(Dispatch.state == DispatchState.READY))
    ]
    for batch in session.scalars(select(Batch).where(Batch.state != BatchState.CLOSED)):
        looked_up_at = None
        if batch.state == BatchState.UNKNOWN and batch.first_sent_at:
            looked_up_at = batch.first_sent_at + LOOK_UP_AFTER
        in_flight = batch.state == BatchState.SENT
        moments.append(now if in_flight else _latest(now, looked_up_at, batch.not_before, *xero_waits))
    return min(moments, default=None)


def _latest(now: datetime, *moments: datetime | None) -> datetime:
    return max([now, *(moment for moment in moments if moment is not None)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of the calls under some keys. looked_up: a look-up told. answers: of their elements, counted."""

    looked_up: bool
    answers: Counter[str]
    seconds: float

    def words(self) -> str:
        """For the terminal."""
        if self.looked_up:
            after = f"looked up {self.seconds / 60:.0f} min later"
            if self.answers[ABSENT]:
                return f"{after}: not there, so sent again"
            return f"{after}: there already, so not sent again"
        if self.answers[SPLIT] == self.answers.total():
            return "sent again in halves until all was in"
        if self.answers[FOUND] < self.answers.total():
            return "held"
        return f"sent again {_seconds(self.seconds)}"


def fate_of_calls(session: Session, keys: Sequence[str], *, since: datetime) -> Fate | None:
    """What became of these calls to Xero; None while one of them is open, or where there was none."""
    batches = session.scalars(select(Batch).where(Batch.key.in_(keys))).all()
    if not batches or any(batch.closed_at is None for batch in batches):
        return None
    answers = session.scalars(select(BatchElement.answer).where(BatchElement.batch_id.in_([one.id for one in batches])))
    ended = max(batch.closed_at for batch in batches if batch.closed_at)
    return Fate(
        looked_up=any(batch.doubtful for batch in batches),
        answers=Counter(answer or "" for answer in answers),
        seconds=max((ended - since).total_seconds(), 0.0),
    )


def read_again(session: Session, orders: Sequence[str], *, began: datetime, struck_at: datetime) -> str:
    """How soon after the strike all that had been told of the struck orders was taken in. began: before it was told."""
    taken_in = session.scalars(
        select(Delivery.ended_at).where(
            Delivery.order_external_id.in_(orders), Delivery.ended_at >= began, Delivery.triggered_at <= struck_at
        )
    )
    last = max((moment for moment in taken_in if moment is not None), default=struck_at)
    return f"read again {_seconds((last - struck_at).total_seconds())}"


def _seconds(seconds: float) -> str:
    return "at once" if seconds < 1 else f"{seconds:.0f} s later" if seconds < 90 else f"{seconds / 60:.0f} min later"
