"""What we send to Xero for each document and each settlement: pure, plain dictionaries with Decimals.

Contacts are sent as ContactID alone: any other field would update the contact. LineAmount, Total and SubTotal are left
to Xero, which computes them; SentToContact is left out, since nothing is e-mailed.
"""

from __future__ import annotations

import re

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Settlement, SettlementKind
from embedded_app.xero.encoding import Json

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def invoice(document: Document) -> Json:
    """An element of PUT /Invoices: approved, amounts including tax. Raises ValueError for another kind."""
    _require(document.kind is DocumentKind.INVOICE, document.kind)
    return {
        "Type": "ACCREC",
        "InvoiceNumber": document.number,
        **_header(document),
        "DueDate": document.due_date.isoformat(),
        "LineItems": [_line(line) for line in document.lines],
    }


def credit_note(document: Document) -> Json:
    """An element of PUT /CreditNotes: approved, amounts including tax. Raises ValueError for another kind."""
    _require(document.kind is DocumentKind.CREDIT_NOTE, document.kind)
    return {
        "Type": "ACCRECCREDIT",
        "CreditNoteNumber": document.number,
        **_header(document),
        "LineItems": [_line(line) for line in document.lines],
    }


def payment(settlement: Settlement, *, document_kind: DocumentKind, document_id: str, account: str) -> Json:
    """An element of PUT /Payments: money in for an invoice, or out for a credit note.

    document_id: Xero's InvoiceID or CreditNoteID. account: code or AccountID; BANK or with payments enabled.
    Raises ValueError where the settlement's kind and the document's do not belong together.
    """
    match settlement.kind, document_kind:
        case SettlementKind.PAYMENT, DocumentKind.INVOICE:
            target: Json = {"Invoice": {"InvoiceID": document_id}}
        case SettlementKind.REFUND, DocumentKind.CREDIT_NOTE:
            target = {"CreditNote": {"CreditNoteID": document_id}}
        case _:
            raise ValueError(f"a {settlement.kind} does not settle a {document_kind}")
    return {
        **target,
        "Account": {"AccountID" if _is_id(account) else "Code": account},
        "Date": settlement.date.isoformat(),
        "Amount": settlement.amount,
        "Reference": settlement.reference,
    }


def allocation(settlement: Settlement, *, invoice_id: str) -> Json:
    """The element of PUT /CreditNotes/{id}/Allocations; Xero wants all three fields."""
    _require(settlement.kind is SettlementKind.ALLOCATION, settlement.kind)
    return {
        "Amount": settlement.amount,
        "Invoice": {"InvoiceID": invoice_id},
        "Date": settlement.date.isoformat(),
    }


def void(invoice_id: str) -> Json:
    """The element of POST /Invoices/{id} that takes an approved, unpaid invoice back."""
    return {"InvoiceID": invoice_id, "Status": "VOIDED"}


def _header(document: Document) -> Json:
    return {
        "Contact": {"ContactID": document.contact},
        "Date": document.date.isoformat(),
        "LineAmountTypes": "Inclusive",  # the default differs per kind of document: always said
        "CurrencyCode": document.currency,
        "Reference": document.reference,
        "Status": "AUTHORISED",
    }


def _line(line: DocumentLine) -> Json:
    element: Json = {
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_amount,
        "AccountID" if _is_id(line.account) else "AccountCode": line.account,
        "TaxType": line.tax_type,
    }
    if line.tax_amount is not None:
        element["TaxAmount"] = line.tax_amount
    return element


def _is_id(account: str) -> bool:
    return _UUID.fullmatch(account) is not None


def _require(fits: bool, kind: DocumentKind | SettlementKind) -> None:
    if not fits:
        raise ValueError(f"a {kind} is sent by another endpoint")
