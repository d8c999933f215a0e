"""Asking a store: with a token that is good, and what its refusals mean for the store from then on.

A store that is busy is left alone until a moment on its row; one that no longer lets us in is paused with a sentence,
until its merchant has acted or it lets us in again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from embedded_app import waits
from embedded_app.channels import AccessLost, ChannelError, StoreAccess, TokenRefused
from embedded_app.clock import now
from embedded_app.models import Hold, Store
from embedded_app.pipeline import credentials
from embedded_app.queue import wake, wake_at

Answer = TypeVar("Answer")

STORE_ACCESS = "store access"
QUERY_REFUSED = "query refused"

log = structlog.get_logger(__name__)


def ask(session: Session, store: Store, question: Callable[[StoreAccess], Answer]) -> Answer:
    """The store's answer; a token it refuses is refreshed once. Commits before each call.

    Raises what the question raises: StoreBusy, AccessLost, QueryRefused.
    """
    access = credentials.store_access(session, store, now=now())
    try:
        return question(access)
    except TokenRefused:
        return question(credentials.store_access(session, store, now=now(), refresh=True))


def is_put_off(not_before: datetime | None) -> bool:
    """Whether a store's or a delivery's not_before lies ahead."""
    return waits.lies_ahead(not_before, now(), waits.BY_STORES)


def is_due(not_before: InstrumentedAttribute[datetime | None]) -> ColumnElement[bool]:
    """`is_put_off`'s opposite, as a condition on rows."""
    return waits.is_due(not_before, now(), waits.BY_STORES)


def leave_alone(session: Session, store: Store, seconds: float, *, then: str) -> None:
    """Ask the store nothing for some seconds, then have the job `then` woken for it. Commits."""
    store.not_before = now() + timedelta(seconds=seconds)
    wake_at(session, then, store.id, store.not_before, queue="gather")
    session.commit()


def pause(session: Session, store: Store, problem: ChannelError) -> None:
    """Stop asking this store until its merchant has acted; its deliveries stay open and are read then. Commits."""
    log.warning("store paused", store=store.id, why=problem.sentence)
    store.paused = problem.sentence
    cause = STORE_ACCESS if isinstance(problem, AccessLost) else QUERY_REFUSED
    hold = session.scalar(_holds(store).where(Hold.cause == cause))
    if hold is not None:
        hold.sentence = problem.sentence
    else:
        session.add(
            Hold(
                store_id=store.id,
                cause=cause,
                subject=store.external_id,
                sentence=problem.sentence,
                opened_at=now(),
            )
        )
    session.commit()


def resume(session: Session, store: Store, *, by: str) -> None:
    """Go on with a store that lets us in again: what waited for it is read. Flushes."""
    store.paused = None
    for hold in session.scalars(_holds(store)):
        hold.closed_at, hold.closed_by = now(), by
    session.flush()
    wake(session, "gather", store.id)
    log.info("store resumed", store=store.id, by=by)


def _holds(store: Store) -> Select[tuple[Hold]]:
    return select(Hold).where(
        Hold.store_id == store.id, Hold.cause.in_((STORE_ACCESS, QUERY_REFUSED)), Hold.closed_at.is_(None)
    )
