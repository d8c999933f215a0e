"""What a merchant is to be told of: looked for every five minutes, kept as rows, closed when it is no longer so.

    held      the first held item of a cause; told again once that cause had none and has one anew
    stopped   the store or Xero no longer lets us in
    backlog   something is owed and nothing was posted for an hour
    digest    yesterday's figures, in the morning of the store's own day
    test      asked for on the page

A look goes by what is so at that moment, and not by what happened in between: what mended itself within five minutes
needs nobody. The rows say what was told, so nothing is told twice on purpose. letters.py writes it, mailing.py sends
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import inbox
from embedded_app.clock import now
from embedded_app.models import (
    Alert,
    AlertKind,
    AuditEntry,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Hold,
    Priority,
    Store,
)
from embedded_app.onboarding import UNTIL_SET_UP
from embedded_app.pipeline import surveying
from embedded_app.pipeline.stopped import what_stopped
from embedded_app.queue import wake

BACKLOG_AFTER = timedelta(hours=1)
DIGEST_HOUR = 7  # by the store's own clock
TESTS_A_DAY = 10
# What lasts and then ends; a digest and a test end with being sent.
_LASTING = (AlertKind.HELD, AlertKind.STOPPED, AlertKind.BACKLOG)
_OWED = (DispatchState.WAITING, DispatchState.READY, DispatchState.SENDING)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has been owed for too long: how much is owed now, and since when the oldest is."""

    count: int
    since: datetime


def look(session: Session, store: Store) -> None:
    """Open an alert for what is new, and close those of what is no longer so. Commits."""
    wanted = {one for one in _so_now(session, store) if one[0] not in store.notify_off}
    lasting = select(Alert).where(Alert.store_id == store.id, Alert.kind.in_(_LASTING), Alert.closed_at.is_(None))
    for known in session.scalars(lasting):
        if (known.kind, known.cause) not in wanted:
            known.closed_at = now()
    if AlertKind.DIGEST not in store.notify_off and store.posting:
        yesterday = _yesterday_in_the_morning(session, store)
        if yesterday is not None:
            _close_older_digests(session, store, yesterday)
            wanted.add((AlertKind.DIGEST, yesterday.isoformat()))
    session.flush()
    for kind, cause in sorted(wanted):
        open_alert(session, store, kind, cause)
    session.commit()


def open_alert(session: Session, store: Store, kind: AlertKind, cause: str) -> bool:
    """Have the merchant told of this; False where they were or will be told already."""
    values = {"store_id": store.id, "kind": kind, "cause": cause, "opened_at": now()}
    opened = insert(Alert).values(tries=0, **values).on_conflict_do_nothing().returning(Alert.id)
    return session.scalar(opened) is not None


def ask_for_test(session: Session, store: Store, *, actor: str) -> bool:
    """Have a test mail sent; False where one is on its way or a day's were sent. Commits."""
    since = now() - timedelta(days=1)
    sent = select(func.count()).where(Alert.store_id == store.id, Alert.kind == AlertKind.TEST, Alert.opened_at > since)
    if session.scalars(sent).one() >= TESTS_A_DAY or not open_alert(session, store, AlertKind.TEST, "asked for"):
        session.rollback()
        return False
    session.add(AuditEntry(store_id=store.id, at=now(), actor=actor, act="asked for a test mail"))
    wake(session, "alert", store.id, queue="gather")
    session.commit()
    return True


def backlog(session: Session, store: Store) -> Backlog | None:
    """What is owed, where that is so for an hour and nothing was posted meanwhile; None where all is well."""
    since = now() - BACKLOG_AFTER
    if what_stopped(store) is not None:
        return None
    unread = session.execute(
        select(func.count(), func.min(Delivery.received_at)).where(
            Delivery.store_id == store.id,
            Delivery.state == DeliveryState.OPEN,
            Delivery.priority == Priority.LIVE,
            Delivery.topic.not_in(inbox.NOTICES),
        )
    ).one()
    owed = session.execute(
        select(func.count(), func.min(Dispatch.created_at)).where(
            Dispatch.store_id == store.id,
            Dispatch.state != DispatchState.POSTED,  # as the index has it
            Dispatch.state.in_(_OWED),
            Dispatch.priority == Priority.LIVE,
        )
    ).one()
    counted = [unread] if not store.posting or _posted_since(session, store, since) else [unread, owed]
    oldest = min((one[1] for one in counted if one[1]), default=None)
    if oldest is None or oldest > since:
        return None
    return Backlog(sum(one[0] for one in counted), oldest)


def yesterday_of(session: Session, store: Store) -> date:
    """The day before the store's own today."""
    return local(session, store, now()).date() - timedelta(days=1)


def local(session: Session, store: Store, moment: datetime) -> datetime:
    """The moment by the store's own clock."""
    return moment.astimezone(surveying.zone(session, store))


def _so_now(session: Session, store: Store) -> set[tuple[AlertKind, str]]:
    causes = session.scalars(
        select(Hold.cause)
        .where(Hold.store_id == store.id, Hold.closed_at.is_(None), Hold.cause.not_in(UNTIL_SET_UP))
        .distinct()
    )
    so = {(AlertKind.HELD, cause) for cause in causes}
    stopped = what_stopped(store)
    if stopped is not None:
        so.add((AlertKind.STOPPED, stopped[0]))
    if backlog(session, store) is not None:
        so.add((AlertKind.BACKLOG, "owed"))
    return so


def _posted_since(session: Session, store: Store, since: datetime) -> bool:
    posted = select(Dispatch.id).where(
        Dispatch.store_id == store.id, Dispatch.posted_at > since, Dispatch.told_at.is_not(None)
    )
    return session.scalar(posted.limit(1)) is not None


def _yesterday_in_the_morning(session: Session, store: Store) -> date | None:
    """The day whose figures are due now; None during the night."""
    here = local(session, store, now())
    return here.date() - timedelta(days=1) if here.hour >= DIGEST_HOUR else None


def _close_older_digests(session: Session, store: Store, day: date) -> None:
    """What could not be sent on its day is no news any more."""
    old = (Alert.store_id == store.id, Alert.kind == AlertKind.DIGEST, Alert.closed_at.is_(None))
    session.execute(update(Alert).where(*old, Alert.cause != day.isoformat()).values(closed_at=now()))
