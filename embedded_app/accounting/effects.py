"""What documents and settlements come to, by account, tax rate and tracking option, as Xero will report it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Settlement
from embedded_app.accounting.double_entry import double_entry
from embedded_app.accounting.money import ZERO


class Dimension(StrEnum):
    """By what figures are added up. A line without tracking has no figure of that dimension."""

    ACCOUNT = "account"
    TAX = "tax"
    TRACKING = "tracking"


class Place(NamedTuple):
    """Where a figure stands. name: an account as double_entry names it, a tax type, "category: option"."""

    dimension: Dimension
    name: str
    currency: str


class Figure(NamedTuple):
    """An account: its debits less its credits, and no tax. Else what was sold without tax, credits off, and its tax."""

    amount: Decimal = ZERO
    tax: Decimal = ZERO

    def plus(self, other: Figure, sign: int = 1) -> Figure:
        """The sum, or with −1 the difference, of both parts."""
        return Figure(self.amount + sign * other.amount, self.tax + sign * other.tax)


# Sides of a document's lines, sales positive; what is not here has no lines that Xero reports as sales.
_SIDES = {
    DocumentKind.INVOICE: 1,
    DocumentKind.CREDIT_NOTE: -1,
    DocumentKind.RECEIVE_MONEY: 1,
    DocumentKind.SPEND_MONEY: -1,
    DocumentKind.VOID: -1,
}


def effects(documents: Iterable[Document], settlements: Iterable[Settlement]) -> dict[Place, Figure]:
    """What all documents and settlements of one group come to; what comes to nothing is left out."""
    documents = tuple(documents)
    sums: dict[Place, Figure] = defaultdict(Figure)
    for entry in double_entry(documents, settlements, documents):
        for posting in entry.postings:
            place = Place(Dimension.ACCOUNT, posting.account, entry.currency)
            sums[place] = sums[place].plus(Figure(posting.debit - posting.credit))
    for side, line, currency in _lines(documents):
        sold = Figure(side * (line.gross - line.tax), side * line.tax)
        names = [(Dimension.TAX, line.tax_type), *((Dimension.TRACKING, f"{one}: {of}") for one, of in line.tracking)]
        for dimension, name in names:
            place = Place(dimension, name, currency)
            sums[place] = sums[place].plus(sold)
    return {place: figure for place, figure in sums.items() if figure.amount or figure.tax}


def _lines(documents: tuple[Document, ...]) -> Iterator[tuple[int, DocumentLine, str]]:
    """Each line with its side and currency; a void takes back those of its invoice."""
    by_role = {document.role: document for document in documents}
    for document in documents:
        shown = by_role[document.reverses] if document.reverses else document
        for line in shown.lines if document.kind in _SIDES else ():
            yield _SIDES[document.kind], line, document.currency
