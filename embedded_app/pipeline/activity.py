"""Activity: every order of a store and what became of it, page by page, or all of them for a download.

A page costs the same few statements however many orders there are and however many it shows. Pages follow each other by
key, never by offset: the newest first, those without a date (which were never read) before all others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, or_, select, union_all
from sqlalchemy.orm import Session

from embedded_app.models import Dispatch, DispatchState, Document, Hold, OrderFacts, PostingGroup, Settlement, Store
from embedded_app.pipeline.activity_filters import (
    Cursor,
    Filters,
    State,
    follows,
    is_group_of_order,
    newest_first,
    state_of,
    wanted_orders,
)

PAGE = 50
AT_A_TIME = 500  # of a download


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One order in the list. sentences: why it is held, or how it ended; documents: their numbers, oldest first."""

    order_id: int
    name: str
    placed_at: datetime | None
    amount: Decimal | None
    currency: str | None
    sold_at: str | None
    gateways: tuple[str, ...]
    state: State
    sentences: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some orders. after: where the next page begins, None after the last."""

    events: tuple[Event, ...]
    after: Cursor | None


def page(
    session: Session, store: Store, filters: Filters, *, after: Cursor | None, local: ZoneInfo, size: int = PAGE
) -> Page:
    """The orders that the filters let through, from the cursor on. local: the store's time zone."""
    wanted = wanted_orders(session, store, filters, local)
    if after is not None:
        wanted = tuple(some.where(follows(after)) for some in wanted)
    firsts = [some.order_by(*newest_first()).limit(size + 1).subquery() for some in wanted]
    ids = union_all(*(select(first.c.id) for first in firsts))
    chosen = select(*_COLUMNS).where(OrderFacts.id.in_(ids)).order_by(*newest_first()).limit(size + 1)
    rows = session.execute(chosen).all()
    shown = rows[:size]
    last = Cursor(placed_at=shown[-1].placed_at, order_id=shown[-1].id) if len(rows) > size else None
    return Page(events=_events(session, store, shown), after=last)


def everything(session: Session, store: Store, filters: Filters, local: ZoneInfo) -> Iterator[Event]:
    """All orders that the filters let through, a few hundred in memory at a time."""
    after: Cursor | None = None
    while True:
        found = page(session, store, filters, after=after, local=local, size=AT_A_TIME)
        yield from found.events
        if found.after is None:
            return
        after = found.after


def sales_channels(session: Session, store: Store) -> tuple[str, ...]:
    """Where the store's last orders were sold, to choose from."""
    return _latest(session, store, select(OrderFacts.sold_at.label("value")))


def gateways(session: Session, store: Store) -> tuple[str, ...]:
    """Through what the money of the store's last orders moved, to choose from."""
    return _latest(session, store, select(func.unnest(OrderFacts.gateways).label("value")))


def _latest(session: Session, store: Store, values: Select[Any]) -> tuple[str, ...]:
    last = (
        values.where(OrderFacts.store_id == store.id, OrderFacts.placed_at.is_not(None))
        .order_by(OrderFacts.placed_at.desc(), OrderFacts.id.desc())
        .limit(1000)
        .subquery()
    )
    told = session.scalars(select(last.c.value).where(last.c.value.is_not(None)).distinct().order_by(last.c.value))
    return tuple(told)


_COLUMNS = (
    OrderFacts.id,
    OrderFacts.external_id,
    OrderFacts.name,
    OrderFacts.placed_at,
    OrderFacts.outcome,
    OrderFacts.reason,
    OrderFacts.amount,
    OrderFacts.currency,
    OrderFacts.sold_at,
    OrderFacts.gateways,
)


def _events(session: Session, store: Store, rows: Sequence[Row[Any]]) -> tuple[Event, ...]:
    """The rows with what became of their writes; three statements for all of them."""
    if not rows:
        return ()
    documents: dict[int, list[str]] = defaultdict(list)
    unposted: dict[int, dict[int, DispatchState]] = defaultdict(dict)
    for order_id, number, dispatch_id, state in session.execute(_documents(rows)):
        documents[order_id].append(number)
        if state is not DispatchState.POSTED:
            unposted[order_id][dispatch_id] = state
    for order_id, dispatch_id, state in session.execute(_unposted_settlements(rows)):
        unposted[order_id][dispatch_id] = state
    order_of = {dispatch_id: order_id for order_id, some in unposted.items() for dispatch_id in some}
    sentences: dict[int, list[str]] = defaultdict(list)
    for hold in session.execute(
        select(Hold.order_id, Hold.dispatch_id, Hold.sentence)
        .where(
            Hold.store_id == store.id,
            Hold.closed_at.is_(None),
            or_(Hold.order_id.in_([row.id for row in rows]), Hold.dispatch_id.in_(list(order_of))),
        )
        .order_by(Hold.id)
    ):
        sentences[hold.order_id or order_of[hold.dispatch_id]].append(hold.sentence)
    return tuple(
        Event(
            order_id=row.id,
            name=row.name or row.external_id.rpartition("/")[2],
            placed_at=row.placed_at,
            amount=row.amount,
            currency=row.currency,
            sold_at=row.sold_at,
            gateways=tuple(row.gateways or ()),
            state=state_of(row.outcome, unposted[row.id].values()),
            sentences=tuple(dict.fromkeys(sentences[row.id])) or ((row.reason,) if row.reason else ()),
            documents=tuple(dict.fromkeys(documents[row.id])),
        )
        for row in rows
    )


def _documents(rows: Sequence[Row[Any]]) -> Select[tuple[int, str, int, DispatchState]]:
    return (
        select(OrderFacts.id, Document.number, Dispatch.id, Dispatch.state)
        .join(PostingGroup, is_group_of_order())
        .join(Document, Document.group_id == PostingGroup.id)
        .join(Dispatch, Dispatch.document_id == Document.id)
        .where(OrderFacts.id.in_([row.id for row in rows]))
        .order_by(Document.id)
    )


def _unposted_settlements(rows: Sequence[Row[Any]]) -> Select[tuple[int, int, DispatchState]]:
    return (
        select(OrderFacts.id, Dispatch.id, Dispatch.state)
        .join(PostingGroup, is_group_of_order())
        .join(Settlement, Settlement.group_id == PostingGroup.id)
        .join(Dispatch, Dispatch.settlement_id == Settlement.id)
        .where(OrderFacts.id.in_([row.id for row in rows]), Dispatch.state != DispatchState.POSTED)
    )
