"""What documents and settlements come to on the ledger: each a dated entry whose debits equal its credits.

For people to read before anything is posted; Xero makes these entries itself. Amounts are in the document's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.accounting.documents import Document, DocumentKind, Settlement, SettlementKind
from embedded_app.accounting.money import ZERO

# Accounts that Xero keeps by itself: no document line names them.
RECEIVABLE = "accounts receivable"
TAX = "tax"

_SETTLED = {
    SettlementKind.PAYMENT: "Payment of",
    SettlementKind.REFUND: "Refund of",
    SettlementKind.ALLOCATION: "Credit put against",
    SettlementKind.ALLOCATION_REMOVAL: "Credit taken back from",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One row of an entry. account: as the mapping names it, or RECEIVABLE or TAX. One of debit and credit is zero."""

    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One balanced entry. text: what makes it ("invoice SH-1001"). postings: empty where no account changes."""

    date: date
    text: str
    currency: str
    postings: tuple[Posting, ...]


def double_entry(
    documents: Iterable[Document], settlements: Iterable[Settlement], known: Iterable[Document]
) -> tuple[Entry, ...]:
    """The entries of these documents and settlements, in their order.

    known: all documents of the group, by whose roles voids and settlements name theirs. An allocation moves credit of
    a customer within the receivables, so its entry has no postings.
    """
    by_role = {document.role: document for document in known}
    return (
        *(_of_document(document, by_role) for document in documents),
        *(_of_settlement(settlement, by_role) for settlement in settlements),
    )


def _of_document(document: Document, by_role: dict[str, Document]) -> Entry:
    shown = document if document.reverses is None else by_role[document.reverses]
    if document.kind is DocumentKind.JOURNAL:
        amounts = [(line.account, line.gross) for line in document.lines]
    elif document.kind is DocumentKind.OVERPAYMENT:
        amounts = [(document.account or "", document.total), (RECEIVABLE, -document.total)]
    elif document.kind in (DocumentKind.SPEND_MONEY, DocumentKind.RECEIVE_MONEY):
        side = 1 if document.kind is DocumentKind.RECEIVE_MONEY else -1
        amounts = [(document.account or "", side * document.total), *_lines(shown, side)]
    else:
        amounts = [(RECEIVABLE, document.sign * document.total), *_lines(shown, document.sign)]
    of = shown.number if document.kind is DocumentKind.VOID else document.number
    return _entry(document.date, f"{document.kind.value} {of}", document.currency, amounts)


def _lines(document: Document, side: int) -> list[tuple[str, Decimal]]:
    """The other side of a document's total: its lines without tax, and their tax in one sum."""
    return [
        *((line.account, -side * (line.gross - line.tax)) for line in document.lines),
        (TAX, -side * sum((line.tax for line in document.lines), ZERO)),
    ]


def _of_settlement(settlement: Settlement, by_role: dict[str, Document]) -> Entry:
    document = by_role[settlement.to_role or settlement.role]
    amounts: list[tuple[str, Decimal]] = []
    if settlement.account is not None:
        side = 1 if settlement.kind is SettlementKind.PAYMENT else -1
        amounts = [(settlement.account, side * settlement.amount), (RECEIVABLE, -side * settlement.amount)]
    return _entry(settlement.date, f"{_SETTLED[settlement.kind]} {document.number}", document.currency, amounts)


def _entry(day: date, text: str, currency: str, amounts: Sequence[tuple[str, Decimal]]) -> Entry:
    """Debits first, then credits, each account once on its side."""
    sums: dict[tuple[bool, str], Decimal] = {}
    for account, amount in amounts:
        if amount:
            sums[amount < 0, account] = sums.get((amount < 0, account), ZERO) + abs(amount)
    postings = tuple(
        Posting(account=account, debit=ZERO if is_credit else amount, credit=amount if is_credit else ZERO)
        for (is_credit, account), amount in sorted(sums.items(), key=lambda one: one[0][0])
    )
    return Entry(date=day, text=text[:1].upper() + text[1:], currency=currency, postings=postings)
