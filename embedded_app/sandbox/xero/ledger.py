"""The double entry behind the records: one balanced entry for everything that stands, derived afresh each time.

An invoice debits receivables with its total and credits each line's account with the net and the tax account with the
tax; a credit note is its mirror. An overpayment debits its bank account and credits receivables. A payment moves
between receivables and its account; what it is worth more or less than the part of the document it settles, at the
document's own rate, is a realised currency gain. An allocation moves such a gain only. Unrealised gains, and the
revaluation of bank accounts in a foreign currency, are reports of Xero's that the sandbox does not draw up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Protocol

from embedded_app.sandbox.xero.arithmetic import round2
from embedded_app.sandbox.xero.bank_records import BankTransaction, BankTransfer, ManualJournal
from embedded_app.sandbox.xero.records import (
    ONE,
    OPEN_STATUSES,
    ZERO,
    Allocation,
    Contact,
    Document,
    Line,
    Payment,
)


class Ledgered(Protocol):
    """What the ledger reads of an organisation."""

    def documents(self) -> list[Document]: ...
    def overpayments(self) -> list[Document]: ...
    def payments(self) -> list[Payment]: ...
    def allocations(self) -> list[Allocation]: ...
    def bank_transactions(self) -> list[BankTransaction]: ...
    def bank_transfers(self) -> list[BankTransfer]: ...
    def journals(self) -> list[ManualJournal]: ...
    def system_codes(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Posting:
    """One account moved: `amount` in base currency, debits positive; `own` in the account's currency."""

    account_code: str
    amount: Decimal
    own: Decimal


@dataclass(frozen=True, slots=True)
class Taxed:
    """What one line adds to the tax report, in base currency: sales positive, credits and purchases negative."""

    tax_type: str
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One balanced entry. `source` is Xero's name for the kind of record, `name` its number, reference or narration."""

    day: date
    source: str
    source_id: str
    name: str
    contact: Contact | None
    postings: tuple[Posting, ...]
    taxes: tuple[Taxed, ...] = ()


def entries(books: Ledgered) -> list[Entry]:
    """Every entry in order of days. Raises AssertionError for one that does not balance: a mistake of the sandbox."""
    codes = books.system_codes()
    found = list(
        chain(
            (_of_document(item, codes) for item in books.documents() if item.status in OPEN_STATUSES),
            (_of_overpayment(item, codes) for item in books.overpayments() if item.status in OPEN_STATUSES),
            (_of_payment(item, codes) for item in books.payments() if not item.deleted),
            _of_allocations(books.allocations(), codes),
            _of_bank_transactions(books.bank_transactions(), codes),
            (_of_transfer(item) for item in books.bank_transfers() if item.status == "AUTHORISED"),
            (_of_journal(item, codes) for item in books.journals() if item.status == "POSTED"),
        )
    )
    for entry in found:
        if sum(posting.amount for posting in entry.postings):
            raise AssertionError(f"The sandbox's entry of {entry.source} {entry.name!r} does not balance.")
    return sorted(found, key=lambda entry: entry.day)


def base_total(document: Document) -> Decimal:
    """What a document put on receivables in base currency: the sum of its rounded parts, so that it balances there."""
    parts = (_parts(line, document.line_amount_types, document.rate) for line in document.lines)
    return sum((net + tax for net, tax in parts), ZERO)


def released(document: Document, settlement: Payment | Allocation) -> Decimal:
    """How much of a document's base total one of its settlements took off receivables.

    The first settlements together take their share, rounded; so the last one takes the rest and nothing stays behind.
    """
    if document.rate == ONE:
        return settlement.amount
    whole, before, after = base_total(document), ZERO, ZERO
    for item in document.standing:
        before, after = after, after + item.amount
        if item is settlement:
            break
    return round2(whole * after / document.total) - round2(whole * before / document.total)


def _parts(line: Line, types: str, rate: Decimal) -> tuple[Decimal, Decimal]:
    """(net, tax) of a line in base currency."""
    return in_base(line.net(types), rate), in_base(line.tax_amount, rate)


def in_base(amount: Decimal, rate: Decimal) -> Decimal:
    """Xero's CurrencyRate is document currency per unit of base currency."""
    return amount if rate == ONE else round2(amount / rate)


def _posting(code: str, amount: Decimal) -> Posting:
    return Posting(code, amount, amount)


def _lines(
    lines: tuple[Line, ...], types: str, rate: Decimal, sign: int, tax_account: str
) -> tuple[list[Posting], list[Taxed]]:
    """The credits (with sign +1) of lines and of their tax, and what they add to the tax report."""
    postings, taxes = [], []
    for line in lines:
        net, tax = _parts(line, types, rate)
        postings.append(_posting(line.account_code, -sign * net))
        if tax:
            postings.append(_posting(tax_account, -sign * tax))
        taxes.append(Taxed(line.tax_type, sign * net, sign * tax))
    return postings, taxes


def _of_document(document: Document, codes: dict[str, str]) -> Entry:
    sign = document.kind.sign
    postings, taxes = _lines(document.lines, document.line_amount_types, document.rate, sign, codes["GST"])
    return Entry(
        day=document.day,
        source=document.kind.type,
        source_id=document.document_id,
        name=document.number,
        contact=document.contact,
        postings=(_posting(codes["DEBTORS"], sign * base_total(document)), *postings),
        taxes=tuple(taxes),
    )


def _of_overpayment(document: Document, codes: dict[str, str]) -> Entry:
    amount = base_total(document)
    bank = Posting(document.bank_account_code, amount, document.total)
    return Entry(
        day=document.day,
        source="AROVERPAYMENT",
        source_id=document.document_id,
        name=document.lines[0].description,
        contact=document.contact,
        postings=(bank, _posting(codes["DEBTORS"], -amount)),
    )


def _of_payment(payment: Payment, codes: dict[str, str]) -> Entry:
    document, sign = payment.document, payment.document.kind.sign
    settled = released(document, payment)
    postings = [
        Posting(payment.account_code, sign * payment.base_amount, sign * payment.bank_amount),
        _posting(codes["DEBTORS"], -sign * settled),
    ]
    if gain := sign * (payment.base_amount - settled):
        postings.append(_posting(codes["REALISEDCURRENCYGAIN"], -gain))
    return Entry(
        day=payment.day,
        source=document.kind.payment_type,
        source_id=payment.payment_id,
        name=payment.reference or document.number,
        contact=document.contact,
        postings=tuple(postings),
    )


def _of_allocations(allocations: list[Allocation], codes: dict[str, str]) -> Iterator[Entry]:
    for allocation in allocations:
        given, taken = ZERO, ZERO
        if not allocation.deleted:
            given, taken = released(allocation.source, allocation), released(allocation.invoice, allocation)
        if given != taken:
            yield Entry(
                day=allocation.day,
                source="ALLOCATION",
                source_id=allocation.allocation_id,
                name=allocation.invoice.number,
                contact=allocation.invoice.contact,
                postings=(
                    _posting(codes["DEBTORS"], given - taken),
                    _posting(codes["REALISEDCURRENCYGAIN"], taken - given),
                ),
            )


def _of_bank_transactions(transactions: list[BankTransaction], codes: dict[str, str]) -> Iterator[Entry]:
    """Money spent and received; overpayments and the sides of transfers have entries of their own."""
    for item in transactions:
        if item.type in ("SPEND", "RECEIVE") and item.status == "AUTHORISED":
            postings, taxes = _lines(item.lines, item.line_amount_types, item.rate, item.sign, codes["GST"])
            amount = -sum((posting.amount for posting in postings), ZERO)
            yield Entry(
                day=item.day,
                source="CASHREC" if item.sign > 0 else "CASHPAID",
                source_id=item.transaction_id,
                name=item.reference,
                contact=item.contact,
                postings=(Posting(item.account_code, amount, item.sign * item.total), *postings),
                taxes=tuple(taxes),
            )


def _of_transfer(transfer: BankTransfer) -> Entry:
    amount = in_base(transfer.amount, transfer.rate)
    return Entry(
        day=transfer.day,
        source="TRANSFER",
        source_id=transfer.transfer_id,
        name=transfer.reference,
        contact=None,
        postings=(
            Posting(transfer.spent.account_code, -amount, -transfer.amount),
            Posting(transfer.received.account_code, amount, transfer.amount),
        ),
    )


def _of_journal(journal: ManualJournal, codes: dict[str, str]) -> Entry:
    postings, taxes = [], []
    for line in journal.lines:
        net = line.net(journal.line_amount_types)
        postings.append(_posting(line.account_code, net))
        if line.tax_amount:
            postings.append(_posting(codes["GST"], line.tax_amount))
        if journal.line_amount_types != "NoTax":
            taxes.append(Taxed(line.tax_type, -net, -line.tax_amount))
    return Entry(
        day=journal.day,
        source="MANJOURNAL",
        source_id=journal.journal_id,
        name=journal.narration,
        contact=None,
        postings=tuple(postings),
        taxes=tuple(taxes),
    )
