"""Are the books right: what the store sold, by day, against what stands in Xero for it; what is held and on the way.

Both sides are added up apart: the store's from the ledgers of its orders, Xero's from the documents it has confirmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import Decision, Held, History
from embedded_app.accounting.documents import Document as Booked
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Order
from embedded_app.accounting.rounding import unbooked_rounding, with_rounding
from embedded_app.accounting.start import is_before_start
from embedded_app.models import (
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
from embedded_app.pipeline.day_totals import day_totals, replace_day_sales, totals

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
    without it.
    """

    orders: Mapping[Outcome, int]
    figures: tuple[Figures, ...]
    held: tuple[HeldTogether, ...]
    on_the_way: int
    unread: int
    left_out: tuple[LeftOut, ...] = ()

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


def standing(session: Session, store: Store) -> Standing:
    """How the store's books stand now."""
    outcomes = session.execute(
        select(OrderFacts.outcome, func.count())
        .where(OrderFacts.store_id == store.id, OrderFacts.outcome.is_not(None))
        .group_by(OrderFacts.outcome)
    )
    unread = select(func.count()).where(Delivery.store_id == store.id, Delivery.state == DeliveryState.OPEN)
    return Standing(
        orders={outcome: count for outcome, count in outcomes if outcome is not None},
        figures=_figures(session, store),
        held=held_together(session, store),
        on_the_way=on_the_way(session, store),
        unread=session.scalars(unread).one(),
        left_out=_left_out(session, store),
    )


def on_the_way(session: Session, store: Store) -> int:
    """How many writes to Xero are owed and not held."""
    owed = select(func.count()).where(Dispatch.store_id == store.id, Dispatch.state.not_in(_NOT_ON_THE_WAY))
    return session.scalars(owed).one()


def _left_out(session: Session, store: Store) -> tuple[LeftOut, ...]:
    rows = session.execute(
        select(Skip.currency, func.count(), func.sum(Skip.amount))
        .where(Skip.store_id == store.id, Skip.taken_back_at.is_(None))
        .group_by(Skip.currency)
    )
    # Of those that were never read nobody knows a currency.
    return tuple(LeftOut(currency=one or "", orders=count, amount=amount or ZERO) for one, count, amount in rows)


def _figures(session: Session, store: Store) -> tuple[Figures, ...]:
    return tuple(
        Figures(currency=one, sold=sold, in_xero=in_xero)
        for one, (sold, in_xero) in sorted(totals(session, store.id).items())
    )


def day_figures(session: Session, store: Store, currency: str, *, until: date, days: int) -> tuple[DayFigures, ...]:
    """The figures of each of the last days, `until` included, oldest first."""
    first = until - timedelta(days=days - 1)
    found = day_totals(session, store.id, currency, first, until)
    return tuple(
        DayFigures(day=day, sold=sold, in_xero=in_xero)
        for day in (first + timedelta(days=after) for after in range(days))
        for sold, in_xero in [found.get(day, (ZERO, ZERO))]
    )


def held_together(session: Session, store: Store) -> tuple[HeldTogether, ...]:
    """What is held by each cause, most first; what merely waits for Setup is left out."""
    open_holds = (Hold.store_id == store.id, Hold.closed_at.is_(None), Hold.cause.not_in(UNTIL_SET_UP))
    counts = session.execute(select(Hold.cause, func.count()).where(*open_holds).group_by(Hold.cause)).all()
    return tuple(
        HeldTogether(
            cause=cause,
            count=count,
            sentences=tuple(
                session.scalars(
                    select(Hold.sentence)
                    .where(*open_holds, Hold.cause == cause)
                    .order_by(Hold.id)
                    .limit(SENTENCES_A_CAUSE)
                )
            ),
        )
        for cause, count in sorted(counts, key=lambda one: (-one[1], one[0]))
    )
