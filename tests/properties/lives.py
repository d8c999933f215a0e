"""Lives of orders as a store tells them, drawn: step by step, and as two ledgers that arrive each at its own pace."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from embedded_app.accounting.chart import Chart
from embedded_app.accounting.documents import Books, Group
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import AgreementKind, Order, SaleLine, Tender, TenderKind
from embedded_app.sandbox.shopify.checkouts import EVERYTHING, Allowed
from embedded_app.sandbox.shopify.lawful import lawful_orders
from embedded_app.sandbox.shopify.markets import Market
from tests.properties.moments import apart
from tests.properties.organisations import books_of, charts, mappings

ZERO = Decimal(0)
SIDES = {TenderKind.RECEIVED: 1, TenderKind.PAID_BACK: -1, TenderKind.CHANGE: -1}
OPTIONS = (
    "adjustments",
    "discounts",
    "post_when",
    "contacts_terms",
    "locked",
    "before_start",
    "currency",
    "start_date",
)
# Hypothesis's own random numbers make each choice of a life one that it can shrink; a seed makes likelier lives.
DRAWS = st.one_of(
    st.integers(min_value=0, max_value=2**32).map(random.Random),
    st.integers(min_value=0, max_value=2**32).map(random.Random),
    st.randoms(use_true_random=False),
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Life:
    """An order's facts after each step of its life, and where it is posted. facts[-1] is the order as it ends.

    contains_rounding: whether amounts of this store's payments contain what was rounded for cash.
    """

    facts: tuple[Order, ...]
    mapping: Mapping
    chart: Chart
    contains_rounding: bool

    def __repr__(self) -> str:
        """The life in the words a failure is understood by."""
        options = {name: getattr(self.mapping, name) for name in OPTIONS}
        rules = {f"{key.text}: {rule.strategy} {rule.tax_type}" for key, rule in self.mapping.taxes.items()}
        used = {line.kind.value for one in self.order.agreements for line in one.lines}
        return "\n".join(
            [
                f"Life ending with {self.order.id}, cancelled {self.order.cancelled_at}, {self.order.totals}",
                *told(self.order),
                *(told(self.order.presented) if self.order.presented else ()),
                f"locked until {self.chart.lock_date}, contains rounding {self.contains_rounding}, {options}",
                *sorted(rule for rule in rules if any(rule.split(":")[0].endswith(kind) for kind in used)),
            ]
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis prints it."""
        printer.text(repr(self))

    @property
    def order(self) -> Order:
        """The order with everything that happened to it."""
        return self.facts[-1]

    @property
    def books(self) -> Books:
        """What the core is told of the organisation."""
        return books_of(self.chart)

    @property
    def group(self) -> Group:
        """The order's group of documents."""
        return group_of(self.order)

    def locked(self, day: date | None) -> Life:
        """The same life where the books are closed until that day, or never were."""
        return replace(self, chart=replace(self.chart, lock_date=day))


def group_of(order: Order) -> Group:
    """The group of one order, as the program makes it."""
    return Group(kind="order", key=order.id, currency=order.currency, number=f"SH-{order.name.strip('#')}")


@st.composite
def lives(draw: st.DrawFn, market: Market) -> Life:
    """A lawful life in the market, with any mapping, lock date and start date."""
    allowed = draw(st.sampled_from([EVERYTHING, EVERYTHING, Allowed()]))
    allowed = replace(allowed, most_deeds=draw(st.sampled_from([8, 8, 8, 12, 3])))
    facts = apart(draw(DRAWS), lawful_orders(draw(DRAWS), market=market, allowed=allowed))
    contains_rounding = draw(st.booleans())
    if contains_rounding:
        facts = tuple(_containing_rounding(order) for order in facts)
    days = _days(facts[-1])
    mapping, chart = draw(mappings(market)), draw(charts(market))
    start = draw(st.sampled_from([None] * 9 + [days[0], days[len(days) // 2], days[-1] + timedelta(days=1)]))
    lock = draw(st.sampled_from([None, None, days[0] - timedelta(days=1), *days]))
    return Life(
        facts=facts,
        mapping=replace(mapping, start_date=start),
        chart=replace(chart, lock_date=lock),
        contains_rounding=contains_rounding,
    )


def steps(data: st.DataObject, life: Life) -> list[Order]:
    """The life as a reader saw it that looked now and then; the last look shows all of it."""
    return [*(order for order in life.facts[:-1] if data.draw(st.booleans())), life.order]


def arrivals(data: st.DataObject, life: Life) -> list[Order]:
    """The life with the two ledgers apart: agreements in their order, each payment (with its change) at any time.

    Every second time payments keep their order, too.
    """
    whole = life.order
    payments: dict[str, set[str]] = {}
    for tender in whole.tenders:
        payments.setdefault(_payment(tender), set()).add(tender.id)
    entries = [set[str]()] * (len(whole.agreements) - 1) + list(payments.values())
    agreements, tenders, looks = 1, set[str](), []
    shuffled = data.draw(st.permutations(entries))
    if data.draw(st.booleans()):
        in_order = iter(payments.values())
        shuffled = [entry and next(in_order) for entry in shuffled]
    for entry in shuffled:
        agreements, tenders = agreements + (not entry), tenders | entry
        if data.draw(st.booleans()):
            looks.append(seen(whole, agreements, tenders))
    return [*looks, whole]


def seen(order: Order, agreements: int, tenders: set[str]) -> Order:
    """The order with its first agreements and some tenders, and the totals a store would give it then."""
    known = order.agreements[:agreements]
    moved = tuple(tender for tender in order.tenders if tender.id in tenders)
    totals = replace(
        order.totals,
        original=sum((one.gross for one in known if one.kind is AgreementKind.PLACED), ZERO),
        current=sum((one.gross for one in known), ZERO),
        net_payment=sum((SIDES[one.kind] * one.amount for one in moved), ZERO),
        rounding=sum((SIDES[one.kind] * one.rounding for one in moved), ZERO),
    )
    cancelled_at = order.cancelled_at if agreements == len(order.agreements) else None
    presented = None if order.presented is None else seen(order.presented, agreements, tenders)
    return replace(
        order, agreements=known, tenders=moved, totals=totals, cancelled_at=cancelled_at, presented=presented
    )


def _payment(tender: Tender) -> str:
    return str(tender.parent_id) if tender.kind is TenderKind.CHANGE else tender.id


def _days(order: Order) -> list[date]:
    """The local days on which anything happened to the order, oldest first."""
    moments = [one.happened_at for one in order.agreements] + [one.processed_at for one in order.tenders]
    return sorted({order.local_day(moment) for moment in moments})


def _containing_rounding(order: Order) -> Order:
    """The order of a store whose payments' amounts contain what was rounded."""
    moved = sum((SIDES[one.kind] * one.rounding for one in order.tenders), ZERO)
    if not any(one.rounding for one in order.tenders):
        return order
    return replace(
        order,
        tenders=tuple(replace(one, amount=one.amount + one.rounding) for one in order.tenders),
        totals=replace(order.totals, net_payment=order.totals.net_payment + moved),
        presented=None if order.presented is None else _containing_rounding(order.presented),
    )


def told(order: Order) -> list[str]:
    """The order's two ledgers in words, an entry a line."""
    entries = [
        (one.happened_at, f"{one.happened_at} {one.kind.value}: " + "; ".join(_line(line) for line in one.lines))
        for one in order.agreements
    ]
    entries += [
        (one.processed_at, f"{one.processed_at} {one.kind.value} {one.amount} by {one.gateway} {one.id} {_rest(one)}")
        for one in order.tenders
    ]
    return [f"{order.currency} {text}" for _, text in sorted(entries, key=lambda entry: entry[0])]


def _line(line: SaleLine) -> str:
    taxes = ", ".join(f"{tax.title} {tax.rate} {tax.amount} {tax.marketplace or ''}".strip() for tax in line.taxes)
    worth = "" if line.face_value is None else f" worth {line.face_value}"
    return f"{line.quantity} {line.kind.value} {line.gross} (tax {taxes or 'none'}, discount {line.discount}){worth}"


def _rest(tender: Tender) -> str:
    return f"on {tender.parent_id}, rounding {tender.rounding}, settled {tender.settled}"
