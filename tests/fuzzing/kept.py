"""What rows and Xero can hold, by which a fuzzer judges what was read."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Decision, Document, DocumentKind, History
from embedded_app.accounting.facts import from_facts, to_facts
from embedded_app.accounting.order import Order
from embedded_app.accounting.wording import legible
from embedded_app.db import db
from embedded_app.xero import payloads
from embedded_app.xero.encoding import encode_element
from embedded_app.xero.values import amount

ELEMENTS = {
    DocumentKind.INVOICE: payloads.invoice,
    DocumentKind.CREDIT_NOTE: payloads.credit_note,
    DocumentKind.OVERPAYMENT: payloads.overpayment,
    DocumentKind.SPEND_MONEY: payloads.bank_transaction,
    DocumentKind.RECEIVE_MONEY: payloads.bank_transaction,
    DocumentKind.JOURNAL: payloads.journal,
}
LONGEST_DESCRIPTION, LONGEST_REFERENCE = 4000, 255


def fits(table: str, column: str, value: str | None) -> None:
    """The column can hold the text."""
    length = db.metadata.tables[table].columns[column].type.length  # type: ignore[attr-defined]
    assert value is None or length is None or len(value) <= length, f"{table}.{column} holds {length} characters"
    can_be_kept(value)


def can_be_kept(value: Any) -> None:
    """A text, or JSON, that the database takes."""
    assert is_text(json.dumps(value, default=str, ensure_ascii=False)), "the database refuses it"


def is_text(written: str) -> bool:
    """Whether JSON has neither NUL in it nor half characters, which have no UTF-8."""
    return "\\u0000" not in written and not any("\ud800" <= character <= "\udfff" for character in written)


def moment_can_be_kept(moment: datetime | None) -> None:
    """A moment that the database can give back in any time zone."""
    assert moment is None or 1 < moment.year < 9999


def order_can_be_kept(order: Order) -> None:
    """Its rows can hold it, and its facts give it back."""
    fits("order_facts", "external_id", order.id)
    fits("order_facts", "name", order.name)
    fits("order_facts", "currency", order.currency)
    for moment in (order.placed_at, order.updated_at, order.cancelled_at, order.fulfilled_at):
        moment_can_be_kept(moment)
    for tender in order.tenders:
        fits("tender", "external_id", tender.id)
        fits("tender", "parent_external_id", tender.parent_id)
        fits("tender", "gateway", tender.gateway)
        assert amount(tender.amount) is not None
    for agreement in order.agreements:
        fits("document_order", "agreement_external_id", agreement.id)
    assert amount(order.totals.current) is not None
    facts = to_facts(order)
    can_be_kept(facts)
    assert from_facts(json.loads(json.dumps(facts))) == legible(order)


def decision_can_be_kept(decision: Decision, history: History) -> None:
    """Its documents can be recorded and written to Xero, and each hold is told."""
    roles = [document.role for document in (*history.documents, *decision.documents)]
    assert len(set(roles)) == len(roles), "a role is there twice"
    for document in decision.documents:
        _document_can_be_kept(document)
    for settlement in decision.settlements:
        fits("settlement", "reference", settlement.reference)
        assert settlement.amount > 0 and amount(settlement.amount) is not None
    for held in decision.held:
        fits("hold", "cause", held.cause)
        fits("hold", "subject", held.subject)
        can_be_kept(held.sentence)
        assert "a mistake of ours" not in held.sentence, held.sentence


def _document_can_be_kept(document: Document) -> None:
    fits("document", "role", document.role)
    fits("document", "number", document.number)
    assert len(document.reference) <= LONGEST_REFERENCE and amount(document.total) is not None
    assert document.total_tax == sum((line.tax for line in document.lines), Decimal(0)) or not document.lines
    assert all(0 < len(line.description) <= LONGEST_DESCRIPTION for line in document.lines)
    make = ELEMENTS.get(document.kind)
    if make is not None:
        encode_element(make(document) if make is payloads.journal else make(document, contact="c" * 36))
