"""Are the books right: what the store sold, by day, against what stands in Xero for it; what is held and on the way.

Both sides are added up apart: the store's from the ledgers of its orders, Xero's from the documents it has confirmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import Decision, Held, History
from embedded_app.accounting.documents import Document as Booked
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Order
from embedded_app.accounting.rounding import unbooked_rounding, with_rounding
from embedded_app.accounting.start import is_before_start
from embedded_app.models import (
    AMOUNT,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Hold,
    OrderFacts,
    Outcome,
    Skip,
    Store,
)
from embedded_app.onboarding import UNTIL_SET_UP
from embedded_app.pipeline.day_totals import Sums, replace_day_sales, sums

SENTENCES_A_CAUSE = 5

_NOT_ON_THE_WAY = (DispatchState.POSTED, DispatchState.HELD, DispatchState.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was sold, returns taken off, and what stands in Xero for it, in one currency."""

    currency: str
    sold: Decimal
    in_xero: Decimal

    @property
    def difference(self) -> Decimal:
        """What Xero lacks of the store's sales; negative where it has more."""
        return self.sold - self.in_xero


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One day's figures; days without any are zero on both sides."""

    day: date
    sold: Decimal
    in_xero: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTogether:
    """What is held by one cause: how much of it, and the first few sentences."""

    cause: str
    count: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Orders that a person left out, in one currency. amount: what they sold and is not in Xero by us."""

    currency: str
    orders: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a store's books stand.

    orders: how many ended how, as last decided. on_the_way: writes to Xero that are owed and not held. unread: what
    the store told us of and we have not read yet. left_out: what a person decided is not posted by us; the figures are
    without it. days: those asked for, oldest first. by_day: the figures of each currency on them.
    """

    orders: Mapping[Outcome, int]
    figures: tuple[Figures, ...]
    held: tuple[HeldTogether, ...]
    on_the_way: int
    unread: int
    left_out: tuple[LeftOut, ...] = ()
    days: tuple[date, ...] = ()
    by_day: Mapping[tuple[str, date], Sums] = field(default_factory=dict)

    def day_figures(self, currency: str) -> tuple[DayFigures, ...]:
        """The figures of the days asked for in this currency, oldest first."""
        told = [(day, *self.by_day.get((currency, day), (ZERO, ZERO))) for day in self.days]
        return tuple(DayFigures(day=day, sold=sold, in_xero=in_xero) for day, sold, in_xero in told)

    @property
    def held_count(self) -> int:
        """How many things are held, of whatever cause."""
        return sum(group.count for group in self.held)

    @property
    def in_books(self) -> int:
        """How many orders are to be in these books, posted or not."""
        return sum(self.orders.get(one, 0) for one in (Outcome.RECORDED, Outcome.WAITING, Outcome.HELD))


def keep_day_sales(
    session: Session,
    store_id: int,
    sold: Iterable[tuple[OrderFacts, Order, Decision, History]],
    mapping: AccountMapping | None,
) -> None:
    """Keep what each of these orders, just decided, sold on each day, in place of what was kept. Flushes."""
    told = list(sold)
    if not told:
        return
    rows = [
        {"order_id": row.id, "day": day, "store_id": store_id, "currency": booked.currency, "amount": amount}
        for row, order, decision, history in told
        if not order.test and row.outcome not in (Outcome.NOTHING, Outcome.WAITING)
        if mapping is None or not is_before_start(order, mapping, history)
        for booked in [as_booked(order, (*history.documents, *decision.documents))]
        for day, amount in by_day(booked).items()
    ]
    replace_day_sales(session, store_id, [row.id for row, *_ in told], rows)


def as_booked(order: Order, documents: Sequence[Booked]) -> Order:
    """The order in the currency of its documents."""
    currencies = {document.currency for document in documents}
    return order.presented if order.presented is not None and order.presented.currency in currencies else order


def by_day(order: Order) -> dict[date, Decimal]:
    """What the order sold on each of the store's days, returns taken off, cash rounding included."""
    days: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for agreement in order.agreements:
        days[order.local_day(agreement.happened_at)] += agreement.gross
    rounded = with_rounding(order)
    if not isinstance(rounded, Held):
        for tender, line in unbooked_rounding(rounded, ()):
            days[order.local_day(tender.processed_at)] += line.gross
    return days


def standing(
    session: Session, store: Store, *, until: date = date.min, days: int = 0, count_recorded: bool = True
) -> Standing:
    """How the store's books stand now, and the figures of so many days, `until` the last of them.

    count_recorded: whether the orders that are recorded are counted; alone of all figures that takes longer the more
    there are, some ten milliseconds for 100,000.
    """
    counts: dict[str, dict[str | None, tuple[int, Decimal | None]]] = defaultdict(dict)
    for row in session.execute(_COUNTS if count_recorded else _COUNTS_OF_FEW, {"store_id": store.id}):
        counts[row.of][row.key] = row.total, row.amount
    asked = tuple(until - timedelta(days=before) for before in reversed(range(days)))
    altogether, by_day = sums(session, store.id, min(asked, default=date.max), until)
    return Standing(
        orders={Outcome(key): count for key, (count, _) in counts["orders"].items() if count},
        figures=tuple(
            Figures(currency=one, sold=sold, in_xero=in_xero) for one, (sold, in_xero) in sorted(altogether.items())
        ),
        held=held_together(session, store),
        on_the_way=counts["owed"][""][0],
        unread=counts["unread"][""][0],
        left_out=tuple(
            LeftOut(currency=one or "", orders=count, amount=amount or ZERO)
            for one, (count, amount) in counts["left out"].items()
        ),
        days=asked,
        by_day=by_day,
    )


def on_the_way(session: Session, store: Store) -> int:
    """How many writes to Xero are owed and not held."""
    return session.execute(_OWED, {"store_id": store.id}).one().total


def held_together(session: Session, store: Store) -> tuple[HeldTogether, ...]:
    """What is held by each cause, most first; what merely waits for Setup is left out."""
    sentences: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row in session.execute(_HELD, {"store_id": store.id}):
        sentences[-row.total, row.cause].append(row.sentence)
    return tuple(
        HeldTogether(cause=cause, count=-count, sentences=tuple(some))
        for (count, cause), some in sorted(sentences.items())
    )


# All built once: to compose them takes longer than to run them.
_STORE = bindparam("store_id", type_=Integer)


def _counted(of: str, key: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """How many rows of one sort there are, by a key."""
    named = literal_column(f"'{of}'", String).label("of"), key.label("key")
    return select(*named, func.count().label("total"), literal_column("NULL::numeric", AMOUNT).label("amount")).where(
        *conditions
    )


_ALL = literal_column("''", String)
_OWED = _counted(
    "owed",
    _ALL,
    Dispatch.store_id == _STORE,
    # Written out, as the index has it that serves this.
    Dispatch.state != literal_column(f"'{DispatchState.POSTED.value}'"),
    Dispatch.state.not_in(_NOT_ON_THE_WAY),
)


def _counts(outcomes: Collection[Outcome]) -> CompoundSelect[Any]:
    """All the counts. Orders by each outcome apart: to group them compares all their outcomes."""
    open_ = literal_column(f"'{DeliveryState.OPEN.value}'")
    orders = [
        _counted(
            "orders",
            literal_column(f"'{one.value}'", String),
            OrderFacts.store_id == _STORE,
            OrderFacts.outcome == literal_column(f"'{one.value}'"),
        )
        for one in outcomes
    ]
    # Of those that were never read nobody knows a currency.
    left_out = (
        select(literal_column("'left out'", String), Skip.currency, func.count(), func.sum(Skip.amount))
        .where(Skip.store_id == _STORE, Skip.taken_back_at.is_(None))
        .group_by(Skip.currency)
    )
    unread = _counted("unread", _ALL, Delivery.store_id == _STORE, Delivery.state == open_)
    return union_all(*orders, unread, _OWED, left_out)


_COUNTS, _COUNTS_OF_FEW = _counts(Outcome), _counts([one for one in Outcome if one is not Outcome.RECORDED])


def _held() -> Select[Any]:
    """The causes, how much is held by each, and its first sentences."""
    is_held = Hold.store_id == _STORE, Hold.closed_at.is_(None), Hold.cause.not_in(UNTIL_SET_UP)
    causes = select(Hold.cause, func.count().label("total")).where(*is_held).group_by(Hold.cause).subquery()
    first = (
        select(Hold.id, Hold.sentence)
        .where(*is_held, Hold.cause == causes.c.cause)
        .order_by(Hold.id)
        .limit(SENTENCES_A_CAUSE)
        .lateral()
    )
    return select(causes.c.cause, causes.c.total, first.c.sentence).join(first, true()).order_by(first.c.id)


_HELD = _held()
