"""From agreements not booked yet to their documents: invoice, credit note, or the voiding of an invoice.

Positive lines of an agreement make an invoice, negative ones a credit note. A document is never edited once posted:
later facts make later documents. An order cancelled on the day it was placed, before any money moved, is voided
instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from embedded_app.accounting.basis import Basis, next_role
from embedded_app.accounting.currency import document_rate
from embedded_app.accounting.days import first_open_day, is_closed, true_day_text
from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, History
from embedded_app.accounting.facts import agreement_hash
from embedded_app.accounting.lines import PlacedLine, document_lines
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Agreement, AgreementKind, LineKind, Tender

Side = tuple[DocumentKind, tuple[PlacedLine, ...]]
Rounding = tuple[Tender, PlacedLine]  # what a tender was rounded by for cash


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAgreement:
    """An agreement not booked yet. lines: those that book something, at least one."""

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
        invoice = [line for line in sales if line.sign > 0]
        credit = [line for line in sales if line.sign < 0]
        larger = invoice if _gross(invoice) >= -_gross(credit) else credit
        if abs(_gross(rounding)) < abs(_gross(larger)):
            larger += rounding
        else:
            invoice += [line for line in rounding if line.sale.gross > 0]
            credit += [line for line in rounding if line.sale.gross < 0]
        sides = (DocumentKind.INVOICE, tuple(invoice)), (DocumentKind.CREDIT_NOTE, tuple(credit))
        return tuple(side for side in sides if side[1])


def book(
    basis: Basis, pending: Sequence[PendingAgreement], history: History, *, rounding: Sequence[Rounding] = ()
) -> tuple[Document, ...]:
    """The documents of the pending agreements, in order, and those of cash rounding that came too late for them."""
    documents: list[Document] = []
    for one in pending:
        known = (*history.documents, *documents)
        if _is_undone(basis, one, known, history):
            documents.append(_void(basis, one.agreement, known[0]))
            continue
        for side in one.sides:
            known = (*history.documents, *documents)
            role = _role(one.agreement, side[0], known)
            documents.append(_sale(basis, one.agreement, side, role))
    for tender, placed in rounding:
        role = next_role("C", (one.role for one in (*history.documents, *documents)))
        documents.append(_rounded(basis, tender, placed, role))
    return tuple(documents)


def _sale(basis: Basis, agreement: Agreement, side: Side, role: str) -> Document:
    day = basis.order.local_day(agreement.happened_at)
    return replace(_document(basis, side, role, day), agreements={agreement.id: agreement_hash(agreement)})


def _rounded(basis: Basis, tender: Tender, placed: PlacedLine, role: str) -> Document:
    """Its own small document, as no other was left to hold the rounding of this tender."""
    kind = DocumentKind.INVOICE if placed.sale.gross > 0 else DocumentKind.CREDIT_NOTE
    day = basis.order.local_day(tender.processed_at)
    return replace(_document(basis, (kind, (placed,)), role, day), tender_id=tender.id)


def _document(basis: Basis, side: Side, role: str, day: date) -> Document:
    kind, placed = side
    sign = 1 if kind is DocumentKind.INVOICE else -1
    lines = document_lines(placed, sign)
    book_date = first_open_day(day, basis.books)
    return Document(
        role=role,
        kind=kind,
        number=basis.number(role),
        generation=basis.group.generation,
        date=book_date,
        due_date=_due(basis, book_date) if kind is DocumentKind.INVOICE else book_date,
        event_day=day,
        contact=basis.contact,
        currency=basis.order.currency,
        reference=f"{basis.order.name}{true_day_text(day, basis.books)}",
        lines=lines,
        total=sum((line.gross for line in lines), ZERO),
        total_tax=sum((line.tax for line in lines), ZERO),
        rate=document_rate(basis.order, basis.shop, (source for line in lines for source in line.sources)),
    )


def _due(basis: Basis, book_date: date) -> date:
    """By the order's payment terms, never before the invoice itself; at once where they fix no day."""
    terms = basis.order.terms
    return book_date if terms is None or terms.due_on is None else max(terms.due_on, book_date)


def _role(agreement: Agreement, kind: DocumentKind, known: Sequence[Document]) -> str:
    if kind is DocumentKind.CREDIT_NOTE:
        letter = "R"
    elif agreement.kind is AgreementKind.PLACED and all(document.role != "placed" for document in known):
        return "placed"
    else:
        letter = "E"
    return next_role(letter, (document.role for document in known))


def _is_undone(basis: Basis, one: PendingAgreement, known: Sequence[Document], history: History) -> bool:
    """Whether the agreement takes back all there is: same day, no money, one invoice of the same lines, not locked.

    Money that came after the cancellation leaves it undone: it is the customer's own, kept as an overpayment.
    """
    order = basis.order
    if order.cancelled_at is None or history.settlements:
        return False
    undone_at = max(order.cancelled_at, one.agreement.happened_at)
    if any(tender.processed_at <= undone_at for tender in order.tenders):
        return False
    if len(known) != 1 or known[0].kind is not DocumentKind.INVOICE:
        return False
    invoice = known[0]
    if order.local_day(order.cancelled_at) != invoice.event_day or is_closed(invoice.event_day, basis.books):
        return False
    booked: dict[tuple[str, str, str, bool], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in invoice.lines:
        _add(booked, line, 1)
    for line in document_lines(one.lines, -1):
        _add(booked, line, -1)
    return not any(gross or tax for gross, tax in booked.values())


def _add(booked: dict[tuple[str, str, str, bool], list[Decimal]], line: DocumentLine, sign: int) -> None:
    sums = booked[line.account, line.tax_type, line.tax_key, line.is_tax]
    sums[0] += sign * line.gross
    sums[1] += sign * line.tax


def _void(basis: Basis, agreement: Agreement, invoice: Document) -> Document:
    day = basis.order.local_day(agreement.happened_at)
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
        reference=basis.order.name,
        lines=(),
        total=invoice.total,
        total_tax=invoice.total_tax,
        agreements={agreement.id: agreement_hash(agreement)},
        reverses=invoice.role,
        rate=invoice.rate,
    )


def _gross(lines: Sequence[PlacedLine]) -> Decimal:
    return sum((line.sale.gross for line in lines), ZERO)
