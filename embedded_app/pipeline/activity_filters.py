"""Which orders Activity shows: filters, search and states as conditions on rows, each served by an index."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
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
from embedded_app.pipeline.searching import Found


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
MOST_NAMED = 500
# Any of them may hold.
Conditions = tuple[ColumnElement[bool], ...]

_OWED = (DispatchState.WAITING, DispatchState.READY, DispatchState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last order of a page, after which the next begins. placed_at: None for one that was never read."""

    placed_at: datetime | None
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which orders to show; what is None or empty does not narrow.

    cause, subject: by and for what they are held. since, until: the store's days on which they were placed, both
    included. least, most: their total now, in the shop's money. text: an order, a document, an id of Xero's, or words
    of what was sold.
    """

    state: State | None = None
    cause: str = ""
    subject: str = ""
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


def wanted_orders(
    session: Session, store: Store, filters: Filters, local: ZoneInfo, found: Sequence[Found]
) -> tuple[Select[tuple[int]], ...]:
    """The ids of the orders that the filters let through: those of any of these selects, in no order yet.

    found: what the filters' text names exactly; where that is no order, its words are looked for.

    Apart, because each is read by day along an index of its own and stops after a page; one with OR reads all orders.
    """
    wanted = select(OrderFacts.id).where(OrderFacts.store_id == store.id, *_narrowed(filters, local))
    if filters.text:
        named = [one.row_id for one in found if one.is_order]
        wanted = wanted.where(OrderFacts.id.in_(named) if named else _says(filters.text))
    states = _states(session, store, filters.state) if filters.state is not None else (true(),)
    holds = _held_by(session, store, filters.cause, filters.subject) if filters.cause else (true(),)
    return tuple(wanted.where(in_state, held) for in_state in states for held in holds)


def _narrowed(filters: Filters, local: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    """What the filters say of the orders' own columns."""
    if filters.since is not None:
        yield OrderFacts.placed_at >= datetime.combine(filters.since, time(), local)
    if filters.until is not None:
        yield OrderFacts.placed_at < datetime.combine(filters.until + timedelta(days=1), time(), local)
    if filters.least is not None:
        yield OrderFacts.amount >= filters.least
    if filters.most is not None:
        yield OrderFacts.amount <= filters.most
    if filters.gateway:
        yield OrderFacts.gateways.bool_op("@>")([filters.gateway])
    if filters.sold_at:
        yield OrderFacts.sold_at == filters.sold_at


def _says(text: str) -> ColumnElement[bool]:
    return OrderFacts.search.op("@@")(func.plainto_tsquery("simple", text))


def _states(session: Session, store: Store, state: State) -> Conditions:
    """The order is in this state: as it was last decided, and as its writes to Xero stand."""
    recorded = OrderFacts.outcome == Outcome.RECORDED
    if state is State.UNREAD:
        return (OrderFacts.outcome.is_(None),)
    if state in _ENDED.values() and state is not State.HELD:
        (outcome,) = (one for one, ended in _ENDED.items() if ended is state)
        return (OrderFacts.outcome == outcome,)
    if state is State.POSTED:
        unposted = _written_by(session, store, Dispatch.state.in_([*_OWED, DispatchState.HELD]))
        return (and_(recorded, *(~one for one in unposted)),)
    held = _written_by(session, store, Dispatch.state == DispatchState.HELD)
    if state is State.HELD:
        return OrderFacts.outcome == Outcome.HELD, *(and_(OrderFacts.outcome != Outcome.SKIPPED, one) for one in held)
    owed = _written_by(session, store, Dispatch.state.in_(_OWED))
    return tuple(and_(recorded, one, *(~other for other in held)) for one in owed)


def _held_by(session: Session, store: Store, cause: str, subject: str) -> Conditions:
    """The order itself, or one of its writes, is held by this cause, and for this subject where one is given."""
    held = [Hold.store_id == store.id, Hold.cause == cause, Hold.closed_at.is_(None)]
    if subject:
        held.append(Hold.subject == subject)
    writes = select(Hold.dispatch_id).where(*held, Hold.dispatch_id.is_not(None))
    orders = select(Hold.order_id).where(*held, Hold.order_id.is_not(None))
    return OrderFacts.id.in_(orders), *_written_by(session, store, Dispatch.id.in_(writes))


def _written_by(session: Session, store: Store, which: ColumnElement[bool]) -> Conditions:
    """A document or a settlement of the order is written by such a dispatch, which is not posted.

    Few orders are named. Of many the latest are soon found by looking at each order's own writes, the latest first,
    while naming all of them would take longer the more they are.
    """
    # As the index has it that serves this, beside the condition asked for.
    unposted = Dispatch.store_id == store.id, Dispatch.state != DispatchState.POSTED, which
    writes = select(Dispatch.document_id, Dispatch.settlement_id).where(*unposted, Dispatch.contact_id.is_(None))
    some = writes.limit(MOST_NAMED + 1).subquery()
    named = session.scalars(
        select(OrderFacts.id)
        .select_from(some)
        .outerjoin(Document, Document.id == some.c.document_id)
        .outerjoin(Settlement, Settlement.id == some.c.settlement_id)
        .join(PostingGroup, PostingGroup.id == func.coalesce(Document.group_id, Settlement.group_id))
        .outerjoin(OrderFacts, is_group_of_order())
    ).all()
    if len(named) <= MOST_NAMED:
        return (OrderFacts.id.in_({order_id for order_id in named if order_id is not None}),)
    groups = select(PostingGroup.id).where(is_group_of_order()).correlate(OrderFacts)
    documents = groups.join(Document, Document.group_id == PostingGroup.id).join(
        Dispatch, Dispatch.document_id == Document.id
    )
    settlements = groups.join(Settlement, Settlement.group_id == PostingGroup.id).join(
        Dispatch, Dispatch.settlement_id == Settlement.id
    )
    return documents.where(*unposted).exists(), settlements.where(*unposted).exists()


def is_group_of_order() -> ColumnElement[bool]:
    """The posting group is the order's."""
    return and_(
        PostingGroup.store_id == OrderFacts.store_id,
        PostingGroup.kind == "order",
        PostingGroup.key == OrderFacts.external_id,
    )
