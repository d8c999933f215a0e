"""From agreements not booked yet to their documents: invoice, credit note, or the voiding of an invoice.

Positive lines of an agreement make an invoice, negative ones a credit note. A document is never edited once posted:
later facts make later documents. An order cancelled on the day it was placed, before any money moved, is voided
instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.accounting.days import first_open_day, true_day_text
from embedded_app.accounting.documents import Books, Document, DocumentKind, Group, History
from embedded_app.accounting.facts import agreement_hash
from embedded_app.accounting.lines import PlacedLine, document_lines
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Agreement, AgreementKind, LineKind, Order

Side = tuple[DocumentKind, tuple[PlacedLine, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAgreement:
    """An agreement not booked yet. lines: those that are not zero, at least one."""

    agreement: Agreement
    lines: tuple[PlacedLine, ...]

    @property
    def sides(self) -> tuple[Side, ...]:
        """The lines of its invoice and those of its credit note, whichever there are.

        Cash rounding belongs to the larger side, whatever its sign, as it rounded that document's total; alone, or
        where it would turn that total round, it is judged by its own sign.
        """
        rounding = [line for line in self.lines if line.sale.kind is LineKind.ROUNDING]
        sales = [line for line in self.lines if line.sale.kind is not LineKind.ROUNDING]
        invoice = [line for line in sales if line.sale.gross > 0]
        credit = [line for line in sales if line.sale.gross < 0]
        larger = invoice if _gross(invoice) >= -_gross(credit) else credit
        if abs(_gross(rounding)) < abs(_gross(larger)):
            larger += rounding
        else:
            invoice += [line for line in rounding if line.sale.gross > 0]
            credit += [line for line in rounding if line.sale.gross < 0]
        sides = (DocumentKind.INVOICE, tuple(invoice)), (DocumentKind.CREDIT_NOTE, tuple(credit))
        return tuple(side for side in sides if side[1])


def book(
    group: Group, order: Order, pending: Sequence[PendingAgreement], *, contact: str, history: History, books: Books
) -> tuple[Document, ...]:
    """The documents of the pending agreements, in order; contact: who a group's first document is made out to."""
    documents: list[Document] = []
    contact = history.documents[0].contact if history.documents else contact
    for one in pending:
        known = (*history.documents, *documents)
        if _is_undone(order, one, known, history, books):
            documents.append(_void(order, one.agreement, known[0]))
            continue
        for side in one.sides:
            known = (*history.documents, *documents)
            role = _role(one.agreement, side[0], known)
            documents.append(_document(group, order, one.agreement, side, role=role, contact=contact, books=books))
    return tuple(documents)


def _document(
    group: Group, order: Order, agreement: Agreement, side: Side, *, role: str, contact: str, books: Books
) -> Document:
    kind, placed = side
    sign = 1 if kind is DocumentKind.INVOICE else -1
    lines = tuple(line for one in placed for line in document_lines(one, sign))
    day = order.local_day(agreement.happened_at)
    date = first_open_day(day, books)
    return Document(
        role=role,
        kind=kind,
        number=_number(group, role),
        generation=group.generation,
        date=date,
        due_date=date,
        event_day=day,
        contact=contact,
        currency=order.currency,
        reference=f"{order.name}{true_day_text(day, books)}",
        lines=lines,
        total=sum((line.gross for line in lines), ZERO),
        total_tax=sum((line.tax for line in lines), ZERO),
        agreements={agreement.id: agreement_hash(agreement)},
    )


def _role(agreement: Agreement, kind: DocumentKind, known: Sequence[Document]) -> str:
    if kind is DocumentKind.CREDIT_NOTE:
        letter = "R"
    elif agreement.kind is AgreementKind.PLACED and all(document.role != "placed" for document in known):
        return "placed"
    else:
        letter = "E"
    return f"{letter}{1 + sum(document.role.startswith(letter) for document in known)}"


def _number(group: Group, role: str) -> str:
    number = group.number if role == "placed" else f"{group.number}-{role}"
    # Xero may never free a voided number, so a group that was undone and is posted again takes new ones.
    return number if group.generation == 1 else f"{number}.{group.generation}"


def _is_undone(order: Order, one: PendingAgreement, known: Sequence[Document], history: History, books: Books) -> bool:
    """Whether the agreement takes back all there is: same day, no money, one invoice of the same lines, not locked."""
    if order.cancelled_at is None or order.tenders or history.settlements:
        return False
    if len(known) != 1 or known[0].kind is not DocumentKind.INVOICE:
        return False
    invoice = known[0]
    if (
        order.local_day(order.cancelled_at) != invoice.event_day
        or first_open_day(invoice.event_day, books) != invoice.event_day
    ):
        return False
    booked: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in invoice.lines:
        _add(booked[line.account, line.tax_type, line.tax_key], line.gross, line.tax)
    for placed in one.lines:
        _add(booked[placed.account, placed.tax_type, placed.tax_key], placed.sale.gross, placed.sale.tax)
    return not any(gross or tax for gross, tax in booked.values())


def _void(order: Order, agreement: Agreement, invoice: Document) -> Document:
    day = order.local_day(agreement.happened_at)
    return Document(
        role="V1",
        kind=DocumentKind.VOID,
        number=invoice.number,
        generation=invoice.generation,
        date=day,
        due_date=day,
        event_day=day,
        contact=invoice.contact,
        currency=invoice.currency,
        reference=order.name,
        lines=(),
        total=invoice.total,
        total_tax=invoice.total_tax,
        agreements={agreement.id: agreement_hash(agreement)},
        reverses=invoice.role,
    )


def _gross(lines: Sequence[PlacedLine]) -> Decimal:
    return sum((line.sale.gross for line in lines), ZERO)


def _add(sums: list[Decimal], gross: Decimal, tax: Decimal) -> None:
    sums[0] += gross
    sums[1] += tax
