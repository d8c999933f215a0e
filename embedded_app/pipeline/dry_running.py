"""Dry run: what the orders of the last 90 days come to under a mapping that is not saved yet, beside the saved one.

A job goes over the orders in parts and adds up in the row of the change: it survives restarts, a lost wake-up costs no
more than a sweep, and what is changed or stopped meanwhile makes the part that is under way count for nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_, update
from sqlalchemy.orm import Session

from embedded_app import models, recorded
from embedded_app.accounting.documents import Books
from embedded_app.accounting.dry_run import Comparison
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import DryRun, DryRunState, OrderFacts, Store
from embedded_app.queue import wake

LOOK_BACK = timedelta(days=90)
# A part may take 5 s, the last orders it began on included.
PART_SECONDS = 3.0
ORDERS_A_READ = 100

log = structlog.get_logger(__name__)


def begin(session: Session, store: Store, change: DryRun) -> None:
    """Have the orders of the last 90 days looked at under this change, from the beginning. Flushes."""
    change.orders_from = now() - LOOK_BACK
    change.orders = session.scalars(select(func.count()).where(*_orders(store.id, change))).one()
    change.looked_at, change.last_placed_at, change.last_order_id = 0, None, 0
    change.result, change.state = {}, DryRunState.RUNNING
    session.flush()
    wake(session, "dry_run", store.id, queue="gather")


def dry_run(store_id: int) -> bool:
    """Look at some more orders under the store's change; True when there are more. Commits."""
    session = db.session()
    change = session.scalar(_running().where(DryRun.store_id == store_id))
    if change is None:
        return False
    mappings = _mappings(session, change)
    store = session.get_one(Store, store_id)
    if mappings is None or store.organisation is None or store.organisation.chart is None:
        # Setup was erased, or Xero disconnected: there is nothing to compare.
        return _keep(session, change, {"state": DryRunState.STOPPED})
    comparison = Comparison.from_json(change.result)
    values = _part(session, change, comparison, mappings, recorded.books(store.organisation))
    return _keep(session, change, values | {"result": comparison.to_json()})


def stores_running() -> Select[int]:
    """The stores whose dry run is not done, for the sweep."""
    return select(DryRun.store_id).where(DryRun.state == DryRunState.RUNNING, DryRun.closed_at.is_(None))


def decided_orders(session: Session, store_id: int, names: Collection[str]) -> dict[str, int]:
    """The row ids of those of these orders that were decided, by name; of two of one name the later one."""
    decided = OrderFacts.store_id == store_id, OrderFacts.name.in_(names), OrderFacts.outcome.is_not(None)
    rows = session.execute(select(OrderFacts.name, OrderFacts.id).where(*decided).order_by(OrderFacts.id))
    return {name: order_id for name, order_id in rows if name is not None}


def _running() -> Select[DryRun]:
    return select(DryRun).where(DryRun.state == DryRunState.RUNNING, DryRun.closed_at.is_(None))


def _mappings(session: Session, change: DryRun) -> tuple[Mapping, Mapping] | None:
    """The mapping the change was made on, and the change; None where either cannot be read."""
    base = session.scalar(
        select(models.Mapping).where(
            models.Mapping.store_id == change.store_id, models.Mapping.version == change.base_version
        )
    )
    if base is None:
        return None
    try:
        return parse_mapping(base.document, base.version), parse_mapping(change.document, base.version + 1)
    except MappingError:
        return None


def _part(
    session: Session, change: DryRun, comparison: Comparison, mappings: tuple[Mapping, Mapping], books: Books
) -> dict[str, Any]:
    """Add up orders until the part's time is over; how far it is then."""
    old, new = mappings
    until = time.monotonic() + PART_SECONDS
    looked_at, placed_at, order_id = change.looked_at, change.last_placed_at, change.last_order_id
    state = DryRunState.RUNNING
    while state is DryRunState.RUNNING:
        rows = _next(session, change, placed_at, order_id)
        for row in rows:
            comparison.add(from_facts(row.facts), old, new, books)
            looked_at, placed_at, order_id = looked_at + 1, row.placed_at, row.id
        if len(rows) < ORDERS_A_READ:
            state = DryRunState.DONE
        if time.monotonic() >= until:
            break
    return {"state": state, "looked_at": looked_at, "last_placed_at": placed_at, "last_order_id": order_id}


def _next(session: Session, change: DryRun, placed_at: Any, order_id: int) -> Sequence[Row[Any]]:
    """The next orders, oldest first."""
    wanted = select(OrderFacts.id, OrderFacts.placed_at, OrderFacts.facts).where(*_orders(change.store_id, change))
    if placed_at is not None:
        wanted = wanted.where(tuple_(OrderFacts.placed_at, OrderFacts.id) > (placed_at, order_id))
    return session.execute(wanted.order_by(OrderFacts.placed_at, OrderFacts.id).limit(ORDERS_A_READ)).all()


def _orders(store_id: int, change: DryRun) -> tuple[ColumnElement[bool], ...]:
    return (
        OrderFacts.store_id == store_id,
        OrderFacts.placed_at >= change.orders_from,
        OrderFacts.facts.is_not(None),
    )


def _keep(session: Session, change: DryRun, values: dict[str, Any]) -> bool:
    """Keep what a part has come to, unless the change is no longer what it was then; True to go on. Commits."""
    kept = session.execute(
        update(DryRun)
        .where(
            DryRun.id == change.id,
            DryRun.version == change.version,
            DryRun.looked_at == change.looked_at,
            DryRun.state == DryRunState.RUNNING,
            DryRun.closed_at.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    go_on = kept.rowcount == 1 and values["state"] is DryRunState.RUNNING
    told = {"store": change.store_id, "orders": values.get("looked_at", change.looked_at), "kept": kept.rowcount == 1}
    session.commit()
    log.info("dry run", **told)
    return go_on
