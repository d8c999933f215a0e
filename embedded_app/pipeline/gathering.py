"""Gather: a store's open deliveries become orders read from the store, decided and recorded.

What is read may be older than what a delivery tells of, or than what we have: the store answers from copies that lag
behind. Nothing is decided on such a stale read; the order is read again in some seconds, and after STALE_WAITS taken as
it is. If it was older still, the catch-up finds the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import cast

import structlog
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from embedded_app import inbox
from embedded_app.accounting.order import Order
from embedded_app.channels import CHANNELS, DELETED, AccessLost, QueryRefused, Reading, StoreBusy, Unreadable
from embedded_app.clock import now
from embedded_app.db import among, db
from embedded_app.models import Delivery, DeliveryState, OrderFacts, Outcome, Store
from embedded_app.pipeline import asking, credentials, organisations
from embedded_app.pipeline.deciding import decide
from embedded_app.queue import wake_at

# A job that runs longer than this wakes itself again, so that a hung one is told from a busy one.
WORK_SECONDS = 5.0
ORDERS_PER_ROUND = 50
# The same of orders that a gather died on once, and more often.
ORDERS_AFTER_DEATHS = (7, 1)
DELIVERIES_PER_ROUND = 500
# So often may a gather begin on an order and die before the order is set aside and held.
TRIES = 3
# How long to wait before an order that was read stale is read again; after the last it is taken as it is.
STALE_WAITS = (2, 4, 8, 16, 30)

NO_ORDER = "The store sent a notice that names no order, so there is nothing to post for it."
FAILS = (
    "Crossfoot failed on this order {tries} times and has set it aside so that others are not held up. "
    "Retry it; if it is held again, report it with the order's name."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Round:
    """Some open deliveries, by the order they are about.

    told: the latest change of each order that they tell of, where they do. stale_reads: how often each was read stale.
    webhook_ids: of all of them, for the log.
    """

    by_order: dict[str, list[int]]
    without_order: list[int]
    failed: bool
    told: dict[str, datetime] = field(default_factory=dict)
    stale_reads: dict[str, int] = field(default_factory=dict)
    webhook_ids: list[str] = field(default_factory=list)

    @property
    def delivery_ids(self) -> list[int]:
        return [one for some in self.by_order.values() for one in some]

    def only(self, order_ids: Iterable[str]) -> _Round:
        """The part of it that is about these orders."""
        return _Round(by_order={one: self.by_order[one] for one in order_ids}, without_order=[], failed=False)


def gather(store_id: int) -> bool:
    """Take in the store's open deliveries for some seconds; True when work is left.

    Each round reads up to 50 orders in few calls, outside any transaction, then decides and records them in one. A
    round that dies is begun again; its deliveries stay open until the transaction that ends them.
    """
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    while monotonic() < stop_at:
        store = session.get(Store, store_id)
        if store is None or store.paused or asking.is_put_off(store.not_before):
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
    """The most urgent of the open deliveries, then the oldest, fresh ones first.

    Those a gather died on come last among the equally urgent, fewer at a time with each try: most were merely there
    when the process was killed, and the one that fails by itself is soon alone.
    """
    rows = session.execute(
        select(
            Delivery.id,
            Delivery.order_external_id,
            Delivery.tries,
            Delivery.order_updated_at,
            Delivery.stale_reads,
            Delivery.webhook_id,
        )
        .where(Delivery.store_id == store_id, Delivery.state == DeliveryState.OPEN, asking.is_due(Delivery.not_before))
        .where(Delivery.topic.not_in(inbox.NOTICES))
        .order_by(Delivery.priority, Delivery.tries, Delivery.id)
        .limit(DELIVERIES_PER_ROUND)
    ).all()
    if not rows:
        return None
    tries = rows[0].tries
    most = ORDERS_AFTER_DEATHS[min(tries, len(ORDERS_AFTER_DEATHS)) - 1] if tries > 0 else ORDERS_PER_ROUND
    taken = _Round(by_order={}, without_order=[], failed=tries >= TRIES)
    for row in rows:
        if row.tries != tries:
            break
        order_id = row.order_external_id
        if order_id is None:
            taken.without_order.append(row.id)
        elif order_id in taken.by_order or len(taken.by_order) < most:
            taken.by_order.setdefault(order_id, []).append(row.id)
            taken.webhook_ids.append(row.webhook_id)
            taken.stale_reads[order_id] = max(row.stale_reads, taken.stale_reads.get(order_id, 0))
            if row.order_updated_at:
                taken.told[order_id] = max(row.order_updated_at, taken.told.get(order_id, row.order_updated_at))
    return taken


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
        # Before its first reading nothing can be decided by its rates and lock dates.
        asking.leave_alone(session, store, organisations.unread_seconds(store.organisation), then="gather")
        return False
    _count_try(session, taken, 1)
    try:
        reading = _read(session, store, list(taken.by_order))
    except StoreBusy as busy:
        _count_try(session, taken, -1)
        asking.leave_alone(session, store, busy.retry_seconds, then="gather")
        return False
    except (AccessLost, QueryRefused) as lost:
        _count_try(session, taken, -1)
        asking.pause(session, store, lost)
        return False
    store.read_batch_size, store.served_version = reading.next_batch_size, reading.served_version
    answers = reading.orders
    log.info("orders read", store=store.id, orders=len(answers), webhooks=taken.webhook_ids)
    stale = _stale(session, store, taken, answers)
    unread = taken.only(order_id for order_id in taken.by_order if order_id not in answers)
    _read_again_later(session, store, taken, stale)
    fresh = {order_id: answer for order_id, answer in answers.items() if order_id not in stale}
    if fresh:
        decide(session, store, fresh, taken.by_order, now=now())
    if reading.retry_seconds is not None:
        _count_try(session, unread, -1)
        asking.leave_alone(session, store, reading.retry_seconds, then="gather")
        return False
    return True


def _read(session: Session, store: Store, order_ids: Sequence[str]) -> Reading:
    channel, batch_size = CHANNELS[store.channel], store.read_batch_size
    return asking.ask(
        session,
        store,
        lambda access: channel.read_orders(credentials.http(), access, order_ids, batch_size=batch_size),
    )


def _stale(session: Session, store: Store, taken: _Round, answers: Mapping[str, Order | Unreadable]) -> dict[str, int]:
    """The orders whose answer does not know yet what we do, and how often that was so; none that waited long enough.

    An order that a delivery tells of and the store does not have may be too new for the copy that answered.
    """
    known = session.execute(_KNOWN_MOMENTS, {"store": store.id, "external_ids": list(answers)})
    at_least = dict(taken.told)
    for row in known:
        at_least[row.external_id] = max(row.store_updated_at, at_least.get(row.external_id, row.store_updated_at))
    return {
        order_id: taken.stale_reads[order_id]
        for order_id, answer in answers.items()
        if taken.stale_reads[order_id] < len(STALE_WAITS) and _is_older(answer, at_least, taken.told, order_id)
    }


_KNOWN_MOMENTS = select(OrderFacts.external_id, OrderFacts.store_updated_at).where(
    OrderFacts.store_id == bindparam("store"),
    among(OrderFacts.external_id, "external_ids"),
    OrderFacts.store_updated_at.is_not(None),
)


def _is_older(
    answer: Order | Unreadable, at_least: Mapping[str, datetime], told: Mapping[str, datetime], order_id: str
) -> bool:
    if isinstance(answer, Unreadable):
        return answer.cause == DELETED and order_id in told
    return order_id in at_least and answer.updated_at < at_least[order_id]


def _read_again_later(session: Session, store: Store, taken: _Round, stale: Mapping[str, int]) -> None:
    """Leave the deliveries of these orders open for some seconds, longer each time. Commits."""
    for order_id, times in stale.items():
        again_at = now() + timedelta(seconds=STALE_WAITS[times])
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(taken.by_order[order_id]))
            .values(tries=Delivery.tries - 1, stale_reads=times + 1, not_before=again_at)
        )
        log.info("order read stale", store=store.id, order=order_id, times=times + 1)
    if stale:
        wake_at(session, "gather", store.id, now() + timedelta(seconds=STALE_WAITS[min(stale.values())]))
        session.commit()


def _count_try(session: Session, taken: _Round, by: int) -> None:
    """Count a try, or take it back; committed with what follows: before the store is asked, or with what it refused."""
    session.execute(_TRIED, {"ids": taken.delivery_ids, "by": by})


_DELIVERIES = cast(Table, Delivery.__table__)
_TRIED = (
    update(_DELIVERIES)
    .where(among(_DELIVERIES.c.id, "ids"))
    .values(tries=_DELIVERIES.c.tries + bindparam("by", type_=_DELIVERIES.c.tries.type))
)


def _end(session: Session, delivery_ids: Sequence[int], outcome: Outcome, reason: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids))
        .values(state=DeliveryState.DONE, outcome=outcome, reason=reason, ended_at=now())
    )
