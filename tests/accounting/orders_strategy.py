"""Hypothesis strategies for any legal order: what a store could record, event by event, cash rounding included.

Money may come in beyond what is invoiced, on a bank account. A legal order never has more paid back than was credited
or overpaid at any moment; what breaks that waits, and is drawn only where it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from embedded_app.accounting.documents import Books, Group
from embedded_app.accounting.mapping import Mapping, TaxKey, TaxRule
from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tax,
    Tender,
    TenderKind,
)
from embedded_app.accounting.tax import xero_tax

START = datetime(2026, 10, 30, 9, 0, tzinfo=UTC)
CENTS = Decimal("0.01")
RATES = {"OUTPUT2": Decimal("0.2"), "RROUTPUT": Decimal("0.05"), "ZERORATEDOUTPUT": Decimal(0), "NONE": Decimal(0)}
TAX_TYPES = {Decimal("0.2"): "OUTPUT2", Decimal("0.05"): "RROUTPUT", Decimal(0): "ZERORATEDOUTPUT", None: "NONE"}
ACCOUNTS = {LineKind.PRODUCT: "200", LineKind.SHIPPING: "205", LineKind.GIFT_CARD: "815", LineKind.ADJUSTMENT: "260"}
GATEWAYS = {"card": "091", "paypal": "092", "cash": "093", "gift_card": "815"}
GROUP = Group(kind="order", key="gid://shopify/Order/1", currency="GBP", number="SH-1")
MAPPING = Mapping(
    version=1,
    contact="Shopify customers",
    accounts=ACCOUNTS,
    gateways=GATEWAYS,
    no_tax="NONE",
    taxes={
        TaxKey(taxes=() if rate is None else (("VAT", rate, False),), country="GB", kind=kind): TaxRule(
            tax_type=tax_type
        )
        for rate, tax_type in TAX_TYPES.items()
        for kind in (LineKind.PRODUCT, LineKind.SHIPPING, LineKind.ADJUSTMENT)
    },
)


@dataclass(frozen=True, kw_only=True)
class Story:
    """An order and its facts after each event; facts[-1] is the order as it ends."""

    facts: tuple[Order, ...]
    books: Books

    @property
    def order(self) -> Order:
        """The order with everything that happened to it."""
        return self.facts[-1]


@dataclass(kw_only=True)
class _Store:
    """A store that plays an order, drawing what happens next; every event adds the facts as of then."""

    draw: st.DrawFn
    now: datetime = START
    agreements: list[Agreement] = field(default_factory=list)
    tenders: list[Tender] = field(default_factory=list)
    cancelled_at: datetime | None = None
    cancelled_unpaid: bool = False
    overpaid: Decimal = Decimal(0)
    kept: list[SaleLine] = field(default_factory=list)
    facts: list[Order] = field(default_factory=list)

    def agree(self, kind: AgreementKind, lines: list[SaleLine]) -> None:
        number = len(self.agreements) + 1
        lines = [replace(line, id=f"{number}-{position}") for position, line in enumerate(lines)]
        self.agreements.append(Agreement(id=f"agreement/{number}", kind=kind, happened_at=self.now, lines=tuple(lines)))

    def tender(self, kind: TenderKind, amount: Decimal, *, bank: bool = False) -> None:
        gateway = self.draw(st.sampled_from(["card", "cash", "paypal"] if bank else sorted(GATEWAYS)))
        number = f"tender/{len(self.tenders) + 1}"
        change = self.draw(st.sampled_from([0, 0, 0, 800])) * CENTS if kind is TenderKind.RECEIVED else Decimal(0)
        if kind is TenderKind.RECEIVED:
            due = self.sum_of(1) - (self.money(kind) - self.overpaid)
            self.overpaid += max(amount - max(due, Decimal(0)), Decimal(0))
        paid = Tender(id=number, kind=kind, gateway=gateway, amount=amount + change, processed_at=self.now)
        self.tenders.append(paid)
        if change:
            handed_back = replace(paid, id=f"{number}c", kind=TenderKind.CHANGE, amount=change, parent_id=number)
            self.tenders.append(handed_back)

    def remember(self) -> None:
        sides = {TenderKind.RECEIVED: 1, TenderKind.PAID_BACK: -1, TenderKind.CHANGE: -1}
        self.facts.append(
            Order(
                id=GROUP.key,
                name="#1",
                currency="GBP",
                timezone="Europe/London",
                placed_at=START,
                updated_at=self.now,
                agreements=tuple(self.agreements),
                tenders=tuple(self.tenders),
                totals=StoreTotals(
                    original=self.agreements[0].gross,
                    current=sum((agreement.gross for agreement in self.agreements), Decimal(0)),
                    net_payment=sum((sides[tender.kind] * tender.amount for tender in self.tenders), Decimal(0)),
                ),
                cancelled_at=self.cancelled_at,
                country="GB",
            )
        )

    def sum_of(self, sign: int) -> Decimal:
        """What the agreements invoiced (+1) or credited (−1), rounding apart."""
        lines = (line.gross for agreement in self.agreements for line in agreement.lines)
        return sum((abs(gross) for gross in lines if gross * sign > 0), Decimal(0))

    def money(self, kind: TenderKind) -> Decimal:
        change = sum((one.amount for one in self.tenders if one.kind is TenderKind.CHANGE), Decimal(0))
        moved = sum((one.amount for one in self.tenders if one.kind is kind), Decimal(0))
        return moved - change if kind is TenderKind.RECEIVED else moved


@st.composite
def sale_lines(draw: st.DrawFn, *, cards: bool = True) -> SaleLine:
    """A positive line of any kind and rate whose tax is off Xero's by no more than a cent for each unit.

    cards: it may be a gift card.
    """
    kind = draw(st.sampled_from([LineKind.PRODUCT] * 5 + [LineKind.SHIPPING] + [LineKind.GIFT_CARD] * cards))
    rate = None if kind is LineKind.GIFT_CARD else draw(st.sampled_from(list(TAX_TYPES)))
    quantity = draw(st.sampled_from([1, 1, 2, 3, 7, 120]))
    gross = draw(st.integers(min_value=1, max_value=30_000)) * CENTS
    taxes: tuple[Tax, ...] = ()
    if rate is not None:
        off = draw(st.integers(min_value=-min(quantity, 3), max_value=min(quantity, 3))) * CENTS if rate else Decimal(0)
        amount = min(max(xero_tax(gross, rate) + off, Decimal(0)), gross)
        taxes = (Tax(title="VAT", rate=rate, amount=amount),)
    return SaleLine(id="", kind=kind, title="Thing", quantity=quantity, gross=gross, taxes=taxes)


def mirrored(line: SaleLine) -> SaleLine:
    """The line that takes a line back."""
    taxes = tuple(replace(tax, amount=-tax.amount) for tax in line.taxes)
    return replace(line, quantity=-line.quantity, gross=-line.gross, taxes=taxes)


@st.composite
def stories(draw: st.DrawFn, *, early: bool = False) -> Story:
    """A legal order of up to nine events, and books with or without a lock date among its days.

    early: money may also go back before the store records what for, so that it has to wait.
    """
    store = _Store(draw=draw)
    # Placed with gift cards, an order would wait until it is paid (test_waiting.py).
    store.kept = draw(st.lists(sale_lines(cards=False), min_size=1, max_size=4))
    rounding = draw(st.sampled_from([0, 0, 0, 0, 2, -1])) * CENTS
    cash = SaleLine(id="", kind=LineKind.ROUNDING, title="Cash rounding", quantity=0, gross=rounding)
    store.agree(AgreementKind.PLACED, [*store.kept, *([cash] if rounding else [])])
    store.remember()
    for _ in range(draw(st.integers(min_value=0, max_value=8))):
        store.now += draw(st.sampled_from([timedelta(minutes=1), timedelta(hours=7), timedelta(days=1)]))
        draw(st.sampled_from([*EVENTS, *([_refund_early] * 3 if early else [])]))(store)
        store.remember()
    lock_date = draw(st.sampled_from([None, None, date(2026, 10, 29), date(2026, 10, 30), date(2026, 11, 1)]))
    books = Books(base_currency="GBP", rates=RATES, lock_date=lock_date, rounding_account="860")
    return Story(facts=tuple(store.facts), books=books)


def _part(store: _Store, most: Decimal) -> Decimal:
    """All of an amount, or some of it."""
    if store.draw(st.booleans()):
        return most
    return store.draw(st.integers(min_value=1, max_value=int(most / CENTS))) * CENTS


def _pay(store: _Store) -> None:
    # A negative rounding line took from an invoice, not made a credit note: never count more open than there is.
    most = store.sum_of(1) - store.money(TenderKind.RECEIVED) - CENTS * 2
    if most > 0:
        # Where the invoice was voided, all of it is an overpayment.
        store.tender(TenderKind.RECEIVED, _part(store, most), bank=store.cancelled_unpaid)


def _overpay(store: _Store) -> None:
    # On a bank account: on any other the tender would have to wait.
    store.tender(TenderKind.RECEIVED, store.draw(st.integers(min_value=1, max_value=40_000)) * CENTS, bank=True)


def _refund(store: _Store) -> None:
    # Rounding lines took from documents, instead of being some: never count more open than there is.
    most = store.sum_of(-1) + store.overpaid - store.money(TenderKind.PAID_BACK) - CENTS * 4
    if store.cancelled_unpaid:  # voided, there is no credit note
        most = min(most, store.money(TenderKind.RECEIVED) - store.money(TenderKind.PAID_BACK))
    if most > 0:
        store.tender(TenderKind.PAID_BACK, _part(store, most))


def _refund_early(store: _Store) -> None:
    if store.kept:  # goods that come back later
        store.tender(TenderKind.PAID_BACK, _part(store, max(line.gross for line in store.kept)))


def _take_back(store: _Store) -> None:
    if store.kept:
        line = store.kept.pop(store.draw(st.integers(min_value=0, max_value=len(store.kept) - 1)))
        store.agree(store.draw(st.sampled_from(list(AgreementKind)[1:])), [mirrored(line)])


def _exchange(store: _Store) -> None:
    if store.kept:
        new = store.draw(sale_lines())
        store.agree(AgreementKind.RETURNED, [mirrored(store.kept.pop()), new])
        store.kept.append(new)


def _add(store: _Store) -> None:
    if store.cancelled_unpaid:  # nothing is refunded of what is sold after a void
        return
    new = store.draw(st.lists(sale_lines(), min_size=1, max_size=2))
    store.agree(AgreementKind.EDITED, new)
    store.kept += new


def _goodwill(store: _Store) -> None:
    gross = store.draw(st.integers(min_value=1, max_value=500)) * CENTS
    line = SaleLine(id="", kind=LineKind.ADJUSTMENT, title="Goodwill", quantity=0, gross=-gross)
    store.agree(AgreementKind.REFUNDED, [line])


def _cancel(store: _Store) -> None:
    if store.cancelled_at is None and store.kept:
        store.cancelled_at, store.cancelled_unpaid = store.now, not store.tenders
        store.agree(AgreementKind.REFUNDED, [mirrored(line) for line in store.kept])
        store.kept = []


EVENTS = (_pay, _pay, _overpay, _refund, _refund, _take_back, _exchange, _add, _goodwill, _cancel, _cancel)
