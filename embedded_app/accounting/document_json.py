"""Documents as JSON, the form in which a decision is kept.

Amounts are strings in plain notation without trailing zeros; days are ISO.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine
from embedded_app.accounting.money import plain


def document_to_json(document: Document) -> dict[str, Any]:
    """The document as a JSON-able dict; `document_from_json` gives an equal document back."""
    return {
        "role": document.role,
        "kind": document.kind.value,
        "number": document.number,
        "generation": document.generation,
        "date": document.date.isoformat(),
        "due_date": document.due_date.isoformat(),
        "event_day": document.event_day.isoformat(),
        "contact": document.contact,
        "currency": document.currency,
        "reference": document.reference,
        "lines": [_line_to_json(line) for line in document.lines],
        "total": plain(document.total),
        "total_tax": plain(document.total_tax),
        "agreements": dict(document.agreements),
        "reverses": document.reverses,
        "tender_id": document.tender_id,
        "account": document.account,
        "rate": _written(document.rate),
    }


def document_from_json(stored: dict[str, Any]) -> Document:
    """The document that `document_to_json` described. Raises KeyError or ValueError for anything else."""
    return Document(
        role=stored["role"],
        kind=DocumentKind(stored["kind"]),
        number=stored["number"],
        generation=stored["generation"],
        date=date.fromisoformat(stored["date"]),
        due_date=date.fromisoformat(stored["due_date"]),
        event_day=date.fromisoformat(stored["event_day"]),
        contact=stored["contact"],
        currency=stored["currency"],
        reference=stored["reference"],
        lines=tuple(_line_from_json(line) for line in stored["lines"]),
        total=Decimal(stored["total"]),
        total_tax=Decimal(stored["total_tax"]),
        agreements=stored["agreements"],
        reverses=stored["reverses"],
        tender_id=stored["tender_id"],
        account=stored["account"],
        rate=_read(stored["rate"]),
    )


def _line_to_json(line: DocumentLine) -> dict[str, Any]:
    return {
        "description": line.description,
        "quantity": plain(line.quantity),
        "unit_amount": plain(line.unit_amount),
        "gross": plain(line.gross),
        "account": line.account,
        "tax_type": line.tax_type,
        "tax": plain(line.tax),
        "tax_amount": _written(line.tax_amount),
        "tax_key": line.tax_key,
        "sources": list(line.sources),
        "rule": line.rule,
        "tracking": [list(pair) for pair in line.tracking],
        "is_tax": line.is_tax,
        "tax_rule": line.tax_rule,
        "strategy": line.strategy,
        "tax_difference": plain(line.tax_difference),
    }


def _line_from_json(stored: dict[str, Any]) -> DocumentLine:
    return DocumentLine(
        description=stored["description"],
        quantity=Decimal(stored["quantity"]),
        unit_amount=Decimal(stored["unit_amount"]),
        gross=Decimal(stored["gross"]),
        account=stored["account"],
        tax_type=stored["tax_type"],
        tax=Decimal(stored["tax"]),
        tax_amount=_read(stored["tax_amount"]),
        tax_key=stored["tax_key"],
        sources=tuple(stored["sources"]),
        rule=stored["rule"],
        tracking=tuple((category, option) for category, option in stored["tracking"]),
        is_tax=stored["is_tax"],
        tax_rule=stored["tax_rule"],
        strategy=stored["strategy"],
        tax_difference=Decimal(stored["tax_difference"]),
    )


def _written(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _read(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)
