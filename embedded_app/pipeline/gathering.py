"""Gather: a store's open deliveries become orders read from the store, decided and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from embedded_app.channels import CHANNELS, AccessLost, QueryRefused, Reading, StoreBusy, TokenRefused, Unreadable
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Delivery, DeliveryState, Hold, Outcome, Store
from embedded_app.pipeline import credentials, organisations
from embedded_app.pipeline.deciding import decide

# A job that runs longer than this wakes itself again, so that a hung one is told from a busy one.
WORK_SECONDS = 5.0
ORDERS_PER_ROUND = 50
DELIVERIES_PER_ROUND = 500
# So often may a gather begin on an order and die before the order is set aside and held.
TRIES = 3
# Before the first reading of an organisation nothing can be decided by its rates and lock dates.
XERO_UNREAD_SECONDS = 30

NO_ORDER = "The store sent a notice that names no order, so there is nothing to post for it."
FAILS = (
    "Crossfoot failed on this order {tries} times and has set it aside so that others are not held up. "
    "Retry it; if it is held again, report it with the order's name."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Round:
    """Some open deliveries, by the order they are about."""

    by_order: dict[str, list[int]]
    without_order: list[int]
    failed: bool

    @property
    def delivery_ids(self) -> list[int]:
        return [one for some in self.by_order.values() for one in some]


def gather(store_id: int) -> bool:
    """Take in the store's open deliveries for some seconds; True when work is left.

    Each round reads up to 50 orders in few calls, outside any transaction, then decides and records them in one. A
    round that dies is begun again; its deliveries stay open until the transaction that ends them.
    """
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    while monotonic() < stop_at:
        store = session.get(Store, store_id)
        if store is None or store.paused or (store.not_before and store.not_before > now()):
            session.rollback()
            return False
        taken = _next_round(session, store_id)
        if taken is None:
            session.rollback()
            return False
        if not _work_through(session, store, taken):
            return False
    return True


def _next_round(session: Session, store_id: int) -> _Round | None:
    """The oldest open deliveries, fresh ones first; those a gather died on before come last, one order at a time."""
    rows = session.execute(
        select(Delivery.id, Delivery.order_external_id, Delivery.tries)
        .where(Delivery.store_id == store_id, Delivery.state == DeliveryState.OPEN)
        .order_by(Delivery.tries, Delivery.id)
        .limit(DELIVERIES_PER_ROUND)
    ).all()
    if not rows:
        return None
    fresh = rows[0].tries == 0
    most = ORDERS_PER_ROUND if fresh else 1
    by_order: dict[str, list[int]] = {}
    without_order = []
    for row in rows:
        if fresh and row.tries:
            break
        if row.order_external_id is None:
            without_order.append(row.id)
        elif row.order_external_id in by_order or len(by_order) < most:
            by_order.setdefault(row.order_external_id, []).append(row.id)
    return _Round(by_order=by_order, without_order=without_order, failed=rows[0].tries >= TRIES)


def _work_through(session: Session, store: Store, taken: _Round) -> bool:
    """Read, decide and record one round; False where the store must be left alone for a while."""
    if taken.without_order:
        _end(session, taken.without_order, Outcome.NOTHING, NO_ORDER)
        session.commit()
    if not taken.by_order:
        return True
    if taken.failed:
        set_aside = Unreadable(cause="failed", sentence=FAILS.format(tries=TRIES))
        decide(session, store, dict.fromkeys(taken.by_order, set_aside), taken.by_order, now=now())
        return True

    if store.organisation is not None and not organisations.keep_fresh(session, store.organisation):
        _leave_alone(session, store, XERO_UNREAD_SECONDS)
        return False
    _count_try(session, taken, 1)
    try:
        reading = _read(session, store, list(taken.by_order))
    except StoreBusy as busy:
        _count_try(session, taken, -1)
        _leave_alone(session, store, busy.retry_seconds)
        return False
    except (AccessLost, QueryRefused) as lost:
        _count_try(session, taken, -1)
        _pause(session, store, lost.sentence)
        return False
    store.read_batch_size = reading.next_batch_size
    unread = _without(taken, reading)
    decide(session, store, reading.orders, taken.by_order, now=now())
    if reading.retry_seconds is not None:
        _count_try(session, unread, -1)
        _leave_alone(session, store, reading.retry_seconds)
        return False
    return True


def _read(session: Session, store: Store, order_ids: Sequence[str]) -> Reading:
    channel = CHANNELS[store.channel]
    batch_size = store.read_batch_size
    access = credentials.store_access(session, store, now=now())
    try:
        return channel.read_orders(credentials.http(), access, order_ids, batch_size=batch_size)
    except TokenRefused:
        access = credentials.store_access(session, store, now=now(), refresh=True)
        return channel.read_orders(credentials.http(), access, order_ids, batch_size=batch_size)


def _without(taken: _Round, reading: Reading) -> _Round:
    unread = {order_id: ids for order_id, ids in taken.by_order.items() if order_id not in reading.orders}
    return _Round(by_order=unread, without_order=[], failed=False)


def _count_try(session: Session, taken: _Round, by: int) -> None:
    session.execute(update(Delivery).where(Delivery.id.in_(taken.delivery_ids)).values(tries=Delivery.tries + by))
    session.commit()


def _leave_alone(session: Session, store: Store, seconds: float) -> None:
    store.not_before = now() + timedelta(seconds=seconds)
    session.commit()


def _pause(session: Session, store: Store, sentence: str) -> None:
    """Stop reading this store until its merchant has acted; its deliveries stay open and are read then."""
    log.warning("store paused", store=store.id, why=sentence)
    store.paused = sentence
    session.add(
        Hold(store_id=store.id, cause="store access", subject=store.external_id, sentence=sentence, opened_at=now())
    )
    session.commit()


def _end(session: Session, delivery_ids: Sequence[int], outcome: Outcome, reason: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids))
        .values(state=DeliveryState.DONE, outcome=outcome, reason=reason, ended_at=now())
    )
