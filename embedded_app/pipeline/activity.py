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

from sqlalchemy import CompoundSelect, Integer, Row, bindparam, func, literal_column, null, select, union, union_all
from sqlalchemy.orm import Session

from embedded_app.db import among
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
from embedded_app.pipeline.searching import Found, search

PAGE = 50
LOOKED_AT = 1000  # orders, for what there is to choose from
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the last orders can be filtered by: through what their money moved, and where they were sold."""

    gateways: tuple[str, ...]
    sold_at: tuple[str, ...]


def page(
    session: Session,
    store: Store,
    filters: Filters,
    *,
    after: Cursor | None,
    local: ZoneInfo,
    found: Sequence[Found] = (),
    size: int = PAGE,
) -> Page:
    """The orders that the filters let through, from the cursor on.

    local: the store's time zone. found: what the filters' text names exactly.
    """
    wanted = wanted_orders(session, store, filters, local, found)
    if after is not None:
        wanted = tuple(some.where(follows(after)) for some in wanted)
    firsts = [some.order_by(*newest_first()).limit(size + 1).subquery() for some in wanted]
    ids = union_all(*(select(first.c.id) for first in firsts))
    chosen = select(*_COLUMNS).where(OrderFacts.id.in_(ids)).order_by(*newest_first()).limit(size + 1)
    rows = session.execute(chosen).all()
    shown = rows[:size]
    last = Cursor(placed_at=shown[-1].placed_at, order_id=shown[-1].id) if len(rows) > size else None
    return Page(events=_events(session, shown), after=last)


def everything(session: Session, store: Store, filters: Filters, local: ZoneInfo) -> Iterator[Event]:
    """All orders that the filters let through, a few hundred in memory at a time."""
    after: Cursor | None = None
    found = search(session, store, filters.text)
    while True:
        some = page(session, store, filters, after=after, local=local, found=found, size=AT_A_TIME)
        yield from some.events
        if some.after is None:
            return
        after = some.after


def choices(session: Session, store: Store) -> Choices:
    """What there is to choose from in the store's last orders."""
    told: dict[str, list[str]] = {"gateway": [], "sold at": []}
    for of, value in session.execute(_CHOICES, {"store_id": store.id}):
        told[of].append(value)
    return Choices(gateways=tuple(told["gateway"]), sold_at=tuple(told["sold at"]))


def _choices() -> CompoundSelect[Any]:
    last = (
        select(OrderFacts.gateways, OrderFacts.sold_at)
        .where(OrderFacts.store_id == bindparam("store_id", type_=Integer), OrderFacts.placed_at.is_not(None))
        .order_by(OrderFacts.placed_at.desc(), OrderFacts.id.desc())
        .limit(LOOKED_AT)
        .cte("last")
    )
    gateways = select(literal_column("'gateway'").label("of"), func.unnest(last.c.gateways).label("value"))
    channels = select(literal_column("'sold at'"), last.c.sold_at).where(last.c.sold_at.is_not(None))
    return union(gateways, channels).order_by("of", "value")


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


def _events(session: Session, rows: Sequence[Row[Any]]) -> tuple[Event, ...]:
    """The rows with what became of their writes; one statement for all of them."""
    if not rows:
        return ()
    documents: dict[int, list[str]] = defaultdict(list)
    unposted: dict[int, list[DispatchState]] = defaultdict(list)
    sentences: dict[int, list[str]] = defaultdict(list)
    for one in session.execute(_BECAME, {"order_ids": [row.id for row in rows]}):
        if one.number is not None:
            documents[one.order_id].append(one.number)
        if one.sentence is not None:
            sentences[one.order_id].append(one.sentence)
        elif one.state is not DispatchState.POSTED:
            unposted[one.order_id].append(one.state)
    return tuple(
        Event(
            order_id=row.id,
            name=row.name or row.external_id.rpartition("/")[2],
            placed_at=row.placed_at,
            amount=row.amount,
            currency=row.currency,
            sold_at=row.sold_at,
            gateways=tuple(row.gateways or ()),
            state=state_of(row.outcome, unposted[row.id]),
            sentences=tuple(dict.fromkeys(sentences[row.id])) or ((row.reason,) if row.reason else ()),
            documents=tuple(dict.fromkeys(documents[row.id])),
        )
        for row in rows
    )


def _became() -> CompoundSelect[Any]:
    """What became of some orders: their documents' writes, what of their settlements is not posted, what is held.

    By the row's id, so that what is older comes first.
    """
    wanted = among(OrderFacts.id, "order_ids")
    writes = select(OrderFacts.id.label("order_id"), Dispatch.id.label("dispatch_id"), Dispatch.state)
    writes = writes.select_from(OrderFacts).join(PostingGroup, is_group_of_order()).where(wanted)
    of_documents = (
        writes.add_columns(Document.id.label("row_id"), Document.number)
        .join(Document, Document.group_id == PostingGroup.id)
        .join(Dispatch, Dispatch.document_id == Document.id)
    )
    of_settlements = (
        writes.add_columns(Settlement.id, null())
        .join(Settlement, Settlement.group_id == PostingGroup.id)
        .join(Dispatch, Dispatch.settlement_id == Settlement.id)
        .where(Dispatch.state != DispatchState.POSTED)
    )
    written = union_all(of_documents, of_settlements).cte("written")
    hold = select(null(), null(), Hold.id, Hold.sentence).where(Hold.closed_at.is_(None))
    held_writes = hold.join(written, written.c.dispatch_id == Hold.dispatch_id)
    return union_all(
        select(written.c.order_id, written.c.number, written.c.state, written.c.row_id, null().label("sentence")),
        hold.with_only_columns(Hold.order_id, *hold.selected_columns).where(among(Hold.order_id, "order_ids")),
        held_writes.with_only_columns(written.c.order_id, *hold.selected_columns),
    ).order_by("row_id")


# Built once: to compose them takes longer than to run them.
_CHOICES, _BECAME = _choices(), _became()
