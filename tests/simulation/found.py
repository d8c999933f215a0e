"""What stands in an organisation's books, told apart by the orders it is for: read from the sandbox's Xero alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from embedded_app.sandbox.xero.bank_records import BankTransaction
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import INVOICE, OPEN_STATUSES, OVERPAYMENT, Document, Payment
from tests.simulation import places
from tests.simulation.expected import ZERO, Sums, without_zeros

# What ends a number of ours after the order's own: E1, R2, O1, an undone document's ".2", an order's id.
_SUFFIX = re.compile(r"(-[A-Z]+\d+)?(\.\d+)?$")
_CLOSED = re.compile(r"\S+ closed with \S+")
CLOSING = "closing"
_NAMED = re.compile(r"(\S+) (\d{6,})\b")


class Unaccounted(AssertionError):
    """Something stands in the books that no order of a store of these books accounts for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One payment, refund or overpayment that stands. to: the day of the document it settles."""

    id: str
    account: str
    day: date
    amount: Decimal
    to: date


@dataclass(slots=True, kw_only=True)
class Found:
    """What stands for one order: the same figures as Expected has. voided: documents that were taken back."""

    accounts: Sums = field(default_factory=lambda: defaultdict(Decimal))
    nets: Sums = field(default_factory=lambda: defaultdict(Decimal))
    taxes: Sums = field(default_factory=lambda: defaultdict(Decimal))
    documents: Counter[tuple[date, Decimal]] = field(default_factory=Counter)
    money: dict[str, list[Moved]] = field(default_factory=lambda: defaultdict(list))
    open: Decimal = ZERO
    invoices: list[Document] = field(default_factory=list)
    voided: list[Document] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands for it, and never did."""
        return not (self.documents or self.money or self.voided)


def order_number(number: str) -> str:
    """The order's own number in a document's."""
    return _SUFFIX.sub("", number)


def found_in(organisation: Organisation) -> dict[str, Found]:
    """What stands in the organisation, by order number. Raises Unaccounted for what names no order."""
    found: dict[str, Found] = defaultdict(Found)
    taken: set[tuple[str, str]] = set()
    for document in organisation.documents():
        if (document.kind.name, document.number) in taken:
            raise Unaccounted(f"two documents are numbered {document.number}")
        taken.add((document.kind.name, document.number))
        _add_document(found[order_number(document.number)], document)
    for payment in organisation.payments():
        if not payment.deleted:
            number, moved = _moved(payment)
            found[number].money[moved.id].append(moved)
    for transaction in organisation.bank_transactions():
        if transaction.status == "AUTHORISED":
            number, moved = _overpaid(transaction)
            found[number].money[moved.id].append(moved)
    for credit in organisation.overpayments():
        found[order_number(_name(_text_of(credit))[0])].open -= credit.due
    for one in found.values():
        one.accounts, one.nets = without_zeros(one.accounts), without_zeros(one.nets)
        one.taxes = without_zeros(one.taxes)
    return found


def _add_document(found: Found, document: Document) -> None:
    if document.status not in OPEN_STATUSES:
        found.voided.append(document)
        return
    sign = document.kind.sign
    for line in document.lines:
        found.accounts[places.family(line.account_code)] += sign * line.line_amount
        found.nets[places.family(line.account_code)] += sign * (line.line_amount - line.tax_amount)
        found.taxes[line.tax_type] += sign * line.tax_amount
    if document.total:
        found.documents[document.day, sign * document.total] += 1
    found.open += sign * document.due
    if document.kind is INVOICE:
        found.invoices.append(document)


def _moved(payment: Payment) -> tuple[str, Moved]:
    document = payment.document
    closed = _CLOSED.match(payment.reference)
    # Credit and debt of a closed period are settled through clearing, both ways: no money of anybody's moves.
    named = _name(_text_of(document))[0] if document.kind is OVERPAYMENT else document.number
    number, tender = (named, CLOSING) if closed else _name(payment.reference)
    if named != number:
        raise Unaccounted(f"payment {payment.reference!r} is on {named}")
    sign = document.kind.sign
    return order_number(number), Moved(
        id=tender,
        account=places.family(payment.account_code),
        day=payment.day,
        amount=sign * payment.amount,
        to=document.day,
    )


def _overpaid(transaction: BankTransaction) -> tuple[str, Moved]:
    if transaction.type != "RECEIVE-OVERPAYMENT":
        raise Unaccounted(f"{transaction.type} {transaction.reference!r} of {transaction.total} is for no order")
    number, tender = _name(" ".join(line.description for line in transaction.lines))
    return order_number(number), Moved(
        id=tender,
        account=places.family(transaction.account_code),
        day=transaction.day,
        amount=transaction.total,
        to=transaction.day,
    )


def _text_of(credit: Document) -> str:
    return " ".join(line.description for line in credit.lines)


def _name(text: str) -> tuple[str, str]:
    """The number and the payment's id that a reference or a description ends with."""
    named = list(_matches(text))
    if not named:
        raise Unaccounted(f"{text!r} names no payment")
    return named[-1]


def _matches(text: str) -> Iterator[tuple[str, str]]:
    for match in _NAMED.finditer(text):
        yield match[1].lstrip("("), match[2]
