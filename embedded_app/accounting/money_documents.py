"""Documents for money that no invoice and no credit note stands for: overpayments, bank transactions, journals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.accounting.basis import Basis
from embedded_app.accounting.days import first_open_day, true_day_text
from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Tender
from embedded_app.accounting.tenders import is_bank


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that came to an account (amount positive) or left it (negative), against another account, outside tax.

    amount: in the organisation's base currency. what: in words, for the line. rule: what chose the other account.
    """

    role: str
    tender: Tender
    amount: Decimal
    account: str
    against: str
    what: str
    rule: str


def overpayment(basis: Basis, tender: Tender, amount: Decimal, role: str) -> Document:
    """Money received beyond what is open, on its gateway's clearing account: credit that can be allocated or refunded.

    Its one line has no account: Xero puts it on accounts receivable by itself.
    """
    account = basis.mapping.gateways[tender.gateway]
    line = _line(
        f"Overpayment of {basis.order.name}",
        amount,
        account="",
        basis=basis,
        tender=tender,
        rule="received beyond what is open",
    )
    return _document(basis, DocumentKind.OVERPAYMENT, role, tender, account, (line,))


def currency_difference(basis: Basis, tender: Tender, amount: Decimal, role: str, *, against: str) -> Document:
    """What a refund settled at another rate than its credit note left on its gateway's account, against currency gains.

    amount: in the organisation's base currency; positive where less was paid back than the credit note says.
    """
    movement = Movement(
        role=role,
        tender=tender,
        amount=amount,
        account=basis.mapping.gateways[tender.gateway],
        against=against,
        what=f"Refund of {basis.order.name} settled at another rate than its credit note",
        rule=f"currency differences go to account {against}",
    )
    return moved(basis, movement)


def moved(basis: Basis, movement: Movement) -> Document:
    """Spend money or receive money on a bank account; a journal where the account is none (gift cards)."""
    if not is_bank(movement.account, basis.mapping, basis.books):
        lines = tuple(
            _line(movement.what, amount, account=account, basis=basis, tender=movement.tender, rule=movement.rule)
            for account, amount in ((movement.account, movement.amount), (movement.against, -movement.amount))
        )
        return _document(basis, DocumentKind.JOURNAL, movement.role, movement.tender, None, lines)
    kind = DocumentKind.RECEIVE_MONEY if movement.amount > 0 else DocumentKind.SPEND_MONEY
    line = _line(
        movement.what,
        abs(movement.amount),
        account=movement.against,
        basis=basis,
        tender=movement.tender,
        rule=movement.rule,
    )
    return _document(basis, kind, movement.role, movement.tender, movement.account, (line,))


def _line(what: str, amount: Decimal, *, account: str, basis: Basis, tender: Tender, rule: str) -> DocumentLine:
    return untaxed_line(what, amount, account=account, tax_type=basis.mapping.no_tax, sources=(tender.id,), rule=rule)


def untaxed_line(
    what: str, amount: Decimal, *, account: str, tax_type: str, sources: tuple[str, ...], rule: str
) -> DocumentLine:
    """A line outside tax; tax_type: the organisation's out-of-scope type."""
    return DocumentLine(
        description=what,
        quantity=Decimal(1),
        unit_amount=amount,
        gross=amount,
        account=account,
        tax_type=tax_type,
        tax=ZERO,
        tax_amount=None,
        tax_key="outside tax",
        sources=sources,
        rule=rule,
        tax_rule=f"outside tax: {tax_type}",
    )


def _document(
    basis: Basis, kind: DocumentKind, role: str, tender: Tender, account: str | None, lines: tuple[DocumentLine, ...]
) -> Document:
    day = basis.order.local_day(tender.processed_at)
    number = basis.number(role)
    return Document(
        role=role,
        kind=kind,
        number=number,
        generation=basis.group.generation,
        date=first_open_day(day, basis.books),
        due_date=first_open_day(day, basis.books),
        event_day=day,
        contact=basis.contact,
        currency=basis.order.currency if kind is DocumentKind.OVERPAYMENT else basis.books.base_currency,
        reference=tender_reference(number, tender, day, basis),
        lines=lines,
        total=sum((line.gross for line in lines if line.gross > 0), ZERO),
        total_tax=ZERO,
        tender_id=tender.id,
        account=account,
    )


def tender_reference(number: str, tender: Tender, day: date, basis: Basis) -> str:
    """What finds a tender's write again in Xero: the document's number, the tender's own, and a true day if moved."""
    return f"{number} {tender.id.rsplit('/', 1)[-1]}{true_day_text(day, basis.books)}"
