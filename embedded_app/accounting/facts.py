"""Orders and documents as JSON, and the hashes that tell whether they changed.

Amounts are strings in plain notation without trailing zeros, so "8600.0" and "8600.00" are one fact; moments are ISO
in UTC.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine
from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tax,
    Tender,
    TenderKind,
)


def to_facts(order: Order) -> dict[str, Any]:
    """The order as a JSON-able dict; `from_facts` gives an equal order back."""
    return {
        "id": order.id,
        "name": order.name,
        "currency": order.currency,
        "timezone": order.timezone,
        "placed_at": _moment(order.placed_at),
        "updated_at": _moment(order.updated_at),
        "cancelled_at": None if order.cancelled_at is None else _moment(order.cancelled_at),
        "country": order.country,
        "channel": order.channel,
        "location": order.location,
        "test": order.test,
        "totals": {
            "original": _amount(order.totals.original),
            "current": _amount(order.totals.current),
            "net_payment": _amount(order.totals.net_payment),
        },
        "agreements": [_agreement_facts(agreement) for agreement in order.agreements],
        "tenders": [_tender_facts(tender) for tender in order.tenders],
    }


def from_facts(facts: dict[str, Any]) -> Order:
    """The order that `to_facts` described. Raises KeyError or ValueError for anything else."""
    cancelled_at = facts["cancelled_at"]
    return Order(
        id=facts["id"],
        name=facts["name"],
        currency=facts["currency"],
        timezone=facts["timezone"],
        placed_at=datetime.fromisoformat(facts["placed_at"]),
        updated_at=datetime.fromisoformat(facts["updated_at"]),
        cancelled_at=None if cancelled_at is None else datetime.fromisoformat(cancelled_at),
        country=facts["country"],
        channel=facts["channel"],
        location=facts["location"],
        test=facts["test"],
        totals=StoreTotals(**{name: Decimal(amount) for name, amount in facts["totals"].items()}),
        agreements=tuple(_agreement(agreement) for agreement in facts["agreements"]),
        tenders=tuple(_tender(tender) for tender in facts["tenders"]),
    )


def facts_hash(order: Order) -> str:
    """SHA-256 of the order's facts, without the moment it was last touched: unchanged ledgers hash alike."""
    facts = to_facts(order)
    del facts["updated_at"]
    return _hash(facts)


def agreement_hash(agreement: Agreement) -> str:
    """SHA-256 of what an agreement books: its kind, moment and signed lines with their taxes.

    Titles, SKUs, tags and the like are left out and lines are ordered by id: a product renamed in the store does not
    change a past agreement.
    """
    lines = sorted(
        (
            [
                line.id,
                line.kind.value,
                line.quantity,
                _amount(line.gross),
                _amount(line.discount),
                sorted([tax.title, _amount(tax.rate), _amount(tax.amount), str(tax.marketplace)] for tax in line.taxes),
            ]
            for line in agreement.lines
        ),
        key=str,
    )
    return _hash([agreement.id, agreement.kind.value, _moment(agreement.happened_at), lines])


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
        "total": _amount(document.total),
        "total_tax": _amount(document.total_tax),
        "agreements": dict(document.agreements),
        "reverses": document.reverses,
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
    )


def _line_to_json(line: DocumentLine) -> dict[str, Any]:
    return {
        "description": line.description,
        "quantity": _amount(line.quantity),
        "unit_amount": _amount(line.unit_amount),
        "gross": _amount(line.gross),
        "account": line.account,
        "tax_type": line.tax_type,
        "tax": _amount(line.tax),
        "tax_amount": None if line.tax_amount is None else _amount(line.tax_amount),
        "tax_key": line.tax_key,
        "sources": list(line.sources),
        "rule": line.rule,
    }


def _line_from_json(stored: dict[str, Any]) -> DocumentLine:
    tax_amount = stored["tax_amount"]
    return DocumentLine(
        description=stored["description"],
        quantity=Decimal(stored["quantity"]),
        unit_amount=Decimal(stored["unit_amount"]),
        gross=Decimal(stored["gross"]),
        account=stored["account"],
        tax_type=stored["tax_type"],
        tax=Decimal(stored["tax"]),
        tax_amount=None if tax_amount is None else Decimal(tax_amount),
        tax_key=stored["tax_key"],
        sources=tuple(stored["sources"]),
        rule=stored["rule"],
    )


def _agreement_facts(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "kind": agreement.kind.value,
        "happened_at": _moment(agreement.happened_at),
        "lines": [_sale_facts(line) for line in agreement.lines],
    }


def _agreement(facts: dict[str, Any]) -> Agreement:
    return Agreement(
        id=facts["id"],
        kind=AgreementKind(facts["kind"]),
        happened_at=datetime.fromisoformat(facts["happened_at"]),
        lines=tuple(_sale(line) for line in facts["lines"]),
    )


def _sale_facts(line: SaleLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.kind.value,
        "title": line.title,
        "quantity": line.quantity,
        "gross": _amount(line.gross),
        "discount": _amount(line.discount),
        "taxes": [
            {
                "title": tax.title,
                "rate": _amount(tax.rate),
                "amount": _amount(tax.amount),
                "marketplace": tax.marketplace,
            }
            for tax in line.taxes
        ],
        "sku": line.sku,
        "product_type": line.product_type,
        "vendor": line.vendor,
        "tags": list(line.tags),
    }


def _sale(facts: dict[str, Any]) -> SaleLine:
    return SaleLine(
        id=facts["id"],
        kind=LineKind(facts["kind"]),
        title=facts["title"],
        quantity=facts["quantity"],
        gross=Decimal(facts["gross"]),
        discount=Decimal(facts["discount"]),
        taxes=tuple(
            Tax(
                title=tax["title"],
                rate=Decimal(tax["rate"]),
                amount=Decimal(tax["amount"]),
                marketplace=tax["marketplace"],
            )
            for tax in facts["taxes"]
        ),
        sku=facts["sku"],
        product_type=facts["product_type"],
        vendor=facts["vendor"],
        tags=tuple(facts["tags"]),
    )


def _tender_facts(tender: Tender) -> dict[str, Any]:
    return {
        "id": tender.id,
        "kind": tender.kind.value,
        "gateway": tender.gateway,
        "amount": _amount(tender.amount),
        "processed_at": _moment(tender.processed_at),
        "parent_id": tender.parent_id,
    }


def _tender(facts: dict[str, Any]) -> Tender:
    return Tender(
        id=facts["id"],
        kind=TenderKind(facts["kind"]),
        gateway=facts["gateway"],
        amount=Decimal(facts["amount"]),
        processed_at=datetime.fromisoformat(facts["processed_at"]),
        parent_id=facts["parent_id"],
    )


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _hash(facts: object) -> str:
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
