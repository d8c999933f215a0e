"""Which orders Activity shows: filters, search and states as conditions on rows, each served by an index."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, any_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from embedded_app.models import (
    Dispatch,
    DispatchState,
    Document,
    Hold,
    OrderFacts,
    Outcome,
    PostingGroup,
    Settlement,
    Store,
)
from embedded_app.pipeline.searching import search


class State(StrEnum):
    """What became of an order, as a merchant sees it. UNREAD: it is still to be read or decided."""

    HELD = "held"
    ON_THE_WAY = "on the way"
    POSTED = "posted"
    WAITING = "waiting"
    NOTHING = "nothing"
    SKIPPED = "left out"
    UNREAD = "unread"


_ENDED = {
    Outcome.WAITING: State.WAITING,
    Outcome.NOTHING: State.NOTHING,
    Outcome.SKIPPED: State.SKIPPED,
    Outcome.HELD: State.HELD,
}
_OWED = (DispatchState.WAITING, DispatchState.READY, DispatchState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last order of a page, after which the next begins. placed_at: None for one that was never read."""

    placed_at: datetime | None
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which orders to show; what is None or empty does not narrow.

    since, until: the store's days on which they were placed, both included. least, most: their total now, in the shop's
    money. text: an order, a document, an id of Xero's, or words of what was sold.
    """

    state: State | None = None
    cause: str = ""
    since: date | None = None
    until: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    gateway: str = ""
    sold_at: str = ""
    text: str = ""

    @property
    def is_any(self) -> bool:
        """Whether they narrow at all."""
        return self != Filters()


def state_of(outcome: Outcome | None, unposted: Collection[DispatchState]) -> State:
    """What became of an order that was last decided so, and of whose writes to Xero these are not posted."""
    if outcome is None:
        return State.UNREAD
    if outcome is Outcome.SKIPPED:
        return State.SKIPPED
    if DispatchState.HELD in unposted:
        return State.HELD
    if outcome is Outcome.RECORDED:
        return State.ON_THE_WAY if any(one in _OWED for one in unposted) else State.POSTED
    return _ENDED[outcome]


def newest_first() -> tuple[ColumnElement[Any], ...]:
    """How the list is sorted; those never read come first."""
    return OrderFacts.placed_at.desc(), OrderFacts.id.desc()


def follows(cursor: Cursor) -> ColumnElement[bool]:
    """The order comes after the cursor's, as they are sorted."""
    if cursor.placed_at is None:
        undated = and_(OrderFacts.placed_at.is_(None), OrderFacts.id < cursor.order_id)
        return or_(undated, OrderFacts.placed_at.is_not(None))
    return tuple_(OrderFacts.placed_at, OrderFacts.id) < tuple_(cursor.placed_at, cursor.order_id)


def wanted_orders(session: Session, store: Store, filters: Filters, local: ZoneInfo) -> Select[tuple[int]]:
    """The ids of the orders that the filters let through, in no order yet."""
    wanted = select(OrderFacts.id).where(OrderFacts.store_id == store.id)
    if filters.state is not None:
        wanted = wanted.where(_is_in(store, filters.state))
    if filters.cause:
        held = Hold.store_id == store.id, Hold.cause == filters.cause, Hold.closed_at.is_(None)
        writes = Dispatch.id.in_(select(Hold.dispatch_id).where(*held, Hold.dispatch_id.is_not(None)))
        of_orders = OrderFacts.id.in_(select(Hold.order_id).where(*held, Hold.order_id.is_not(None)))
        wanted = wanted.where(or_(of_orders, OrderFacts.id.in_(_orders_of(store, writes))))
    if filters.since is not None:
        wanted = wanted.where(OrderFacts.placed_at >= datetime.combine(filters.since, time(), local))
    if filters.until is not None:
        wanted = wanted.where(OrderFacts.placed_at < datetime.combine(filters.until + timedelta(days=1), time(), local))
    if filters.least is not None:
        wanted = wanted.where(OrderFacts.amount >= filters.least)
    if filters.most is not None:
        wanted = wanted.where(OrderFacts.amount <= filters.most)
    if filters.gateway:
        wanted = wanted.where(literal(filters.gateway) == any_(OrderFacts.gateways))
    if filters.sold_at:
        wanted = wanted.where(OrderFacts.sold_at == filters.sold_at)
    if filters.text:
        found = [one.row_id for one in search(session, store, filters.text) if one.is_order]
        wanted = wanted.where(OrderFacts.id.in_(found) if found else _says(filters.text))
    return wanted


def _says(text: str) -> ColumnElement[bool]:
    return OrderFacts.search.op("@@")(func.plainto_tsquery("simple", text))


def _is_in(store: Store, state: State) -> ColumnElement[bool]:
    """The order is in this state: as it was last decided, and as its writes to Xero stand."""
    held = OrderFacts.id.in_(_orders_of(store, Dispatch.state == DispatchState.HELD))
    if state is State.HELD:
        return or_(OrderFacts.outcome == Outcome.HELD, and_(OrderFacts.outcome != Outcome.SKIPPED, held))
    if state is State.UNREAD:
        return OrderFacts.outcome.is_(None)
    if state is State.ON_THE_WAY:
        owed = OrderFacts.id.in_(_orders_of(store, Dispatch.state.in_(_OWED)))
        return and_(OrderFacts.outcome == Outcome.RECORDED, ~held, owed)
    if state is State.POSTED:
        unposted = OrderFacts.id.in_(_orders_of(store, Dispatch.state.in_([*_OWED, DispatchState.HELD])))
        return and_(OrderFacts.outcome == Outcome.RECORDED, ~unposted)
    (outcome,) = (one for one, ended in _ENDED.items() if ended is state)
    return OrderFacts.outcome == outcome


def _orders_of(store: Store, which: ColumnElement[bool]) -> Select[tuple[int]]:
    """The orders whose documents or settlements are written by these dispatches, none of them posted."""
    # As the index has it that serves this, beside the condition asked for.
    unposted = Dispatch.store_id == store.id, Dispatch.state != DispatchState.POSTED, which
    groups = union_all(
        select(Document.group_id).join(Dispatch, Dispatch.document_id == Document.id).where(*unposted),
        select(Settlement.group_id).join(Dispatch, Dispatch.settlement_id == Settlement.id).where(*unposted),
    ).subquery()
    return select(OrderFacts.id).join(PostingGroup, is_group_of_order()).where(PostingGroup.id.in_(select(groups)))


def is_group_of_order() -> ColumnElement[bool]:
    """The posting group is the order's."""
    return and_(
        PostingGroup.store_id == OrderFacts.store_id,
        PostingGroup.kind == "order",
        PostingGroup.key == OrderFacts.external_id,
    )
