"""The double entry behind the documents: account balances and tax totals, derived afresh from the records.

An invoice debits receivables with its total and credits each line's account with the net and the tax account with the
tax; a credit note is its mirror. A payment moves between receivables and its account. An allocation moves nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.sandbox.xero.arithmetic import round2
from embedded_app.sandbox.xero.records import OPEN_STATUSES, ZERO, Document, Payment


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """Net and tax of one tax type in base currency; sales positive."""

    net: Decimal
    tax: Decimal


def balances(
    documents: Iterable[Document], payments: Iterable[Payment], system_codes: dict[str, str]
) -> dict[str, Decimal]:
    """Account code → balance in base currency, debits positive; accounts that nothing touched are left out."""
    accounts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    receivable, tax_account = system_codes["DEBTORS"], system_codes["GST"]
    for document in documents:
        if document.status in OPEN_STATUSES:
            for line in document.lines:
                net = document.kind.sign * _in_base(document, document.net(line))
                tax = document.kind.sign * _in_base(document, line.tax_amount)
                accounts[line.account_code] -= net
                if tax:
                    accounts[tax_account] -= tax
                # Receivables take the sum of the rounded parts, so that every document balances in base currency too.
                accounts[receivable] += net + tax
    for payment in payments:
        if payment.status == "AUTHORISED":
            amount = payment.document.kind.sign * _in_base(payment.document, payment.amount)
            accounts[payment.account_code] += amount
            accounts[receivable] -= amount
    return dict(accounts)


def tax_totals(documents: Iterable[Document]) -> dict[str, TaxTotal]:
    """Tax type → totals over all documents that stand (accrual basis)."""
    totals: dict[str, TaxTotal] = {}
    for document in documents:
        if document.status in OPEN_STATUSES:
            for line in document.lines:
                before = totals.get(line.tax_type, TaxTotal(ZERO, ZERO))
                net = document.kind.sign * _in_base(document, document.net(line))
                tax = document.kind.sign * _in_base(document, line.tax_amount)
                totals[line.tax_type] = TaxTotal(before.net + net, before.tax + tax)
    return totals


def _in_base(document: Document, amount: Decimal) -> Decimal:
    """Xero's CurrencyRate is document currency per unit of base currency."""
    return amount if document.rate == 1 else round2(amount / document.rate)
