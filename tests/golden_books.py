"""The books that documents and settlements make, in base currency, written apart from what decides them.

Every posting is the textbook's: an invoice debits receivables, a payment credits them and debits the account it came
to, and what a payment at another rate than its document's leaves over is a realised gain or loss, as Xero books it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from embedded_app.accounting.documents import Document, DocumentKind, Settlement, SettlementKind

RECEIVABLE, VAT, REALISED_GAINS = "610", "820", "499"
CENT = Decimal("0.01")


def balances(
    documents: Iterable[Document], settlements: Iterable[Settlement], *, day_rates: Mapping[str, Decimal] | None = None
) -> dict[str, Decimal]:
    """What the accounts hold after these documents and settlements, debits positive, accounts at zero left out.

    day_rates: Xero's own, the same on all days, for documents in a foreign currency that send no rate.
    """
    accounts: dict[str, Decimal] = defaultdict(lambda: Decimal(0))
    by_role = _rated(documents, day_rates or {})
    for document in by_role.values():
        if document.kind is DocumentKind.JOURNAL:
            for line in document.lines:
                accounts[line.account] += line.gross
        elif document.kind in (DocumentKind.SPEND_MONEY, DocumentKind.RECEIVE_MONEY):
            side = 1 if document.kind is DocumentKind.RECEIVE_MONEY else -1
            accounts[document.account or ""] += side * _base(document.total, document)
            _add_lines(accounts, document, side)
        elif document.kind is DocumentKind.OVERPAYMENT:
            accounts[document.account or ""] += _base(document.total, document)
            accounts[RECEIVABLE] -= _base(document.total, document)
        else:
            shown = document if document.reverses is None else by_role[document.reverses]
            accounts[RECEIVABLE] += document.sign * _base(document.total, shown)
            _add_lines(accounts, shown, document.sign)
    for settlement in settlements:
        if settlement.account is not None:
            side = 1 if settlement.kind is SettlementKind.PAYMENT else -1
            owed = _base(settlement.amount, by_role[settlement.role])
            banked = owed if settlement.bank_amount is None else settlement.bank_amount
            accounts[settlement.account] += side * banked
            accounts[RECEIVABLE] -= side * owed
            accounts[REALISED_GAINS] -= side * (banked - owed)
    return {account: amount for account, amount in accounts.items() if amount}


def tax_by_type(documents: Iterable[Document], *, day_rates: Mapping[str, Decimal] | None = None) -> dict[str, Decimal]:
    """Tax owed by tax type after these documents, in base currency, without zeros."""
    taxes: dict[str, Decimal] = defaultdict(lambda: Decimal(0))
    by_role = _rated(documents, day_rates or {})
    for document in by_role.values():
        shown = document if document.reverses is None else by_role[document.reverses]
        for line in shown.lines:
            taxes[line.tax_type] += document.sign * _base(line.tax, shown)
    return {tax_type: amount for tax_type, amount in taxes.items() if amount}


def _rated(documents: Iterable[Document], day_rates: Mapping[str, Decimal]) -> dict[str, Document]:
    """The documents by role, each with the rate Xero takes for it."""
    return {one.role: replace(one, rate=one.rate or day_rates.get(one.currency)) for one in documents}


def _add_lines(accounts: dict[str, Decimal], shown: Document, side: int) -> None:
    for line in shown.lines:
        accounts[line.account] -= side * _base(line.gross - line.tax, shown)
        accounts[VAT] -= side * _base(line.tax, shown)


def _base(amount: Decimal, document: Document) -> Decimal:
    return amount if document.rate is None else (amount / document.rate).quantize(CENT, ROUND_HALF_UP)
