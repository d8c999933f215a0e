"""Why each line of each document is there: the ledger rows behind it, the rules that placed it, how its tax was told.

Made from the documents as they were decided, so it tells the rules of the mapping version of that time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.accounting.documents import Books, Document, DocumentLine
from embedded_app.accounting.mapping import percent
from embedded_app.accounting.money import Money
from embedded_app.accounting.order import Order, SaleLine, Tender
from embedded_app.accounting.tax import xero_tax

STRATEGIES = {
    "rate": "Xero's tax rate on the line",
    "separate": "each tax on a line of its own, on its liability account",
    "marketplace": "each tax on a line of its own; what a marketplace collects is never yours",
    "price reduction": "a reduction of the price, with the order's own tax mix",
}
OUTSIDE_TAX = "outside tax: {tax_type}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One row of the store's ledgers. event: what happened ("placed", "received"); text: the row in words."""

    event: str
    day: date | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one document line is there.

    number, position: of the document, and of the line in it from 1. rows: what in the store's ledgers made it, at least
    one. account_rule, tax_rule: what chose account and tax type. strategy: how its taxes are told. notes: about
    rounding, in sentences; empty where there is nothing to say.
    """

    number: str
    position: int
    line: DocumentLine
    rows: tuple[LedgerRow, ...]
    account_rule: str
    tax_rule: str
    strategy: str
    notes: tuple[str, ...]


def explain(order: Order, documents: Iterable[Document], books: Books) -> tuple[Explanation, ...]:
    """An explanation for each line of an order's documents, in their order; a void has no lines of its own."""
    ledgers = {one.currency: _Ledgers.of(one) for one in (order.presented, order) if one is not None}
    explanations = []
    for document in documents:
        ledger = ledgers.get(document.currency) or ledgers[order.currency]
        for position, line in enumerate(document.lines, start=1):
            explanations.append(
                Explanation(
                    number=document.number,
                    position=position,
                    line=line,
                    rows=tuple(ledger.row(source) for source in line.sources),
                    account_rule=line.rule,
                    tax_rule=line.tax_rule or OUTSIDE_TAX.format(tax_type=line.tax_type),
                    strategy=STRATEGIES[line.strategy],
                    notes=tuple(_notes(line, ledger, books)),
                )
            )
    return tuple(explanations)


def explain_beyond(documents: Iterable[Document]) -> tuple[Explanation, ...]:
    """An explanation for each line of documents no order is behind: what happened to gift cards, opening balances.

    Such a document is of one event, so the row behind each of its lines is that event, as the document tells it.
    """
    return tuple(
        Explanation(
            number=document.number,
            position=position,
            line=line,
            rows=(_event(document, line),),
            account_rule=line.rule,
            tax_rule=line.tax_rule,
            strategy=STRATEGIES[line.strategy],
            notes=(),
        )
        for document in documents
        for position, line in enumerate(document.lines, start=1)
    )


def _event(document: Document, line: DocumentLine) -> LedgerRow:
    text = f"{line.description}, {Money(document.total, document.currency)}"
    return LedgerRow(event=document.role.rstrip(" 0123456789"), day=document.event_day, text=text)


@dataclass(frozen=True, slots=True)
class _Ledgers:
    """An order's sale lines and tenders by id, each with its event and day."""

    currency: str
    sales: dict[str, tuple[str, date, SaleLine]]
    tenders: dict[str, tuple[date, Tender]]

    @classmethod
    def of(cls, order: Order) -> _Ledgers:
        sales = {
            line.id: (agreement.kind.value, order.local_day(agreement.happened_at), line)
            for agreement in order.agreements
            for line in agreement.lines
        }
        tenders = {tender.id: (order.local_day(tender.processed_at), tender) for tender in order.tenders}
        return cls(order.currency, sales, tenders)

    def row(self, source: str) -> LedgerRow:
        """The row with that id; what is not a sale line is a tender, or the cash rounding declared on one."""
        if source in self.sales:
            event, day, line = self.sales[source]
            return LedgerRow(event=event, day=day, text=self._sale_text(line))
        tender_id, _, part = source.partition("#")
        if tender_id not in self.tenders:
            return LedgerRow(event="removed", day=None, text=f"{source}, which the store no longer has")
        day, tender = self.tenders[tender_id]
        amount = f"{Money(tender.amount, self.currency)} by {tender.gateway}"
        text = f"rounding of {Money(tender.rounding, self.currency)} for cash on {amount}" if part else amount
        return LedgerRow(event=tender.kind.value, day=day, text=text)

    def _sale_text(self, line: SaleLine) -> str:
        taxes = "".join(f", {tax.title} {percent(tax.rate)} {tax.amount:,.2f}" for tax in line.taxes)
        discount = f", {line.discount:,.2f} of discount taken off" if line.discount else ""
        worth = "" if line.face_value is None else f", worth {line.face_value:,.2f}"
        what = f"{line.quantity} × {line.title}" if line.quantity else line.title or line.kind.value
        return f"{line.kind.value}: {what}, {Money(line.gross, self.currency)}{taxes}{discount}{worth}"


def _notes(line: DocumentLine, ledger: _Ledgers, books: Books) -> Iterable[str]:
    """What there is to say about rounding, and about a tax that is not the store's."""
    if line.tax_difference:
        stated = f"The store states {line.stated_tax:.2f} of tax here"
        yield f"{stated}; as a price reduction it is {line.tax_difference + line.stated_tax:.2f}."
    rate = books.rates.get(line.tax_type)
    if line.tax_amount is not None and line.gross < 0:
        yield f"Lines that take off always send their tax: {line.tax_amount:.2f}."
    elif line.tax_amount is not None:
        alone = "The" if rate is None else f"Xero alone would compute {xero_tax(line.gross, rate):.2f}; the"
        yield f"{alone} store says {line.tax_amount:.2f}, which is sent."
    sale = ledger.sales.get(line.sources[0]) if len(line.sources) == 1 else None
    sold = Decimal(abs(sale[2].quantity)) if sale else Decimal(0)
    if sold > 1 and line.quantity == 1 and line.description.startswith(f"{sold:f} × "):
        yield f"No unit price of 4 decimals gives {line.gross:,.2f} for {sold:f}, so they stand as one."
