"""What we send to Xero for each document and each settlement: pure, plain dictionaries with Decimals.

Documents name their contact by ContactID alone: any other field would update the contact. That id is the document's
own, or the keyword `contact` where the document only says whose it is ("customer:…"). LineAmount, Total and SubTotal
are left to Xero, which computes them; SentToContact is left out, since nothing is e-mailed.
"""

from __future__ import annotations

import re
from decimal import Decimal

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Settlement, SettlementKind
from embedded_app.accounting.money import ZERO
from embedded_app.xero.encoding import Json

BANK_TRANSACTION_TYPES = {
    DocumentKind.OVERPAYMENT: "RECEIVE-OVERPAYMENT",
    DocumentKind.SPEND_MONEY: "SPEND",
    DocumentKind.RECEIVE_MONEY: "RECEIVE",
}
_LONGEST_NAME = 255  # characters, Xero's limit for numbers and references
_LONGEST_DESCRIPTION = 1000  # Xero takes 4,000 for a line; the name follows
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def name(document: Document) -> str:
    """What finds the document again in Xero, the same whenever it is asked for.

    The number for invoices and credit notes. Other kinds have no number in Xero: reference and number, as sent in
    Reference (spend and receive money), Narration (journals) or at the end of the line's description (overpayments).
    """
    if document.kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
        return document.number
    reference = " ".join(document.reference.split())
    if document.number in reference and len(reference) <= _LONGEST_NAME:
        return reference
    return f"{reference[: _LONGEST_NAME - len(document.number) - 3]} ({document.number})".strip()


def contact(name: str, number: str) -> Json:
    """An element of PUT /Contacts: a customer's name, and our own number (ContactNumber, at most 50 characters)."""
    return {"Name": name, "ContactNumber": number}


def invoice(document: Document, *, contact: str | None = None) -> Json:
    """An element of PUT /Invoices: approved, amounts including tax. Raises ValueError for another kind."""
    _require(document.kind is DocumentKind.INVOICE, document.kind)
    return {
        "Type": "ACCREC",
        "InvoiceNumber": document.number,
        **_header(document, contact),
        "Reference": document.reference,
        "CurrencyCode": document.currency,
        **_rate(document),
        "DueDate": document.due_date.isoformat(),
        "LineItems": [_line(line) for line in document.lines],
    }


def credit_note(document: Document, *, contact: str | None = None) -> Json:
    """An element of PUT /CreditNotes: approved, amounts including tax. Raises ValueError for another kind."""
    _require(document.kind is DocumentKind.CREDIT_NOTE, document.kind)
    return {
        "Type": "ACCRECCREDIT",
        "CreditNoteNumber": document.number,
        **_header(document, contact),
        "Reference": document.reference,
        "CurrencyCode": document.currency,
        **_rate(document),
        "LineItems": [_line(line) for line in document.lines],
    }


def overpayment(document: Document, *, contact: str | None = None) -> Json:
    """An element of PUT /BankTransactions: money received beyond what is open, on an account of type BANK.

    Xero takes exactly one line, without tax, and posts it to accounts receivable by itself. It takes a Reference for
    spend and receive money only, so the line's description carries the name (Xero's reference, BankTransactions).
    Raises ValueError for another kind or another number of lines.
    """
    _require(document.kind is DocumentKind.OVERPAYMENT, document.kind)
    if len(document.lines) != 1:
        raise ValueError(f"an overpayment has one line, not {len(document.lines)}")
    line = document.lines[0]
    return {
        **_header(document, contact),
        **_bank(document),
        "LineAmountTypes": "NoTax",
        "CurrencyCode": document.currency,
        **_rate(document),
        "LineItems": [
            {
                "Description": f"{line.description[:_LONGEST_DESCRIPTION]} ({name(document)})",
                "Quantity": 1,
                "UnitAmount": line.gross,
            }
        ],
    }


def bank_transaction(document: Document, *, contact: str | None = None) -> Json:
    """An element of PUT /BankTransactions: money spent or received on an account of type BANK.

    The currency is the account's: Xero takes none here. Raises ValueError for another kind.
    """
    _require(document.kind in (DocumentKind.SPEND_MONEY, DocumentKind.RECEIVE_MONEY), document.kind)
    return {
        **_header(document, contact),
        **_bank(document),
        "Reference": name(document),
        **_rate(document),
        "LineItems": [_line(line) for line in document.lines],
    }


def journal(document: Document) -> Json:
    """An element of PUT /ManualJournals, posted: debits positive, credits negative, in base currency, without contact.

    Raises ValueError for another kind, a rate, or lines that do not balance.
    """
    _require(document.kind is DocumentKind.JOURNAL, document.kind)
    if document.rate is not None or sum((line.gross for line in document.lines), ZERO) != ZERO:
        raise ValueError("a journal is in base currency and balances")
    return {
        "Narration": name(document),
        "Date": document.date.isoformat(),
        "LineAmountTypes": "NoTax",
        "Status": "POSTED",
        "JournalLines": [
            {
                "LineAmount": line.gross,
                **_account(line.account),
                "Description": line.description,
                **_tracking(line),
            }
            for line in document.lines
        ],
    }


def payment(
    settlement: Settlement,
    *,
    document_kind: DocumentKind,
    document_id: str,
    account: str,
    rate: Decimal | None = None,
) -> Json:
    """An element of PUT /Payments: money in for an invoice, or out for a credit note or an overpayment.

    document_id: Xero's InvoiceID, CreditNoteID or OverpaymentID. account: code or AccountID; BANK or with payments
    enabled. The amount is in the document's currency, BankAmount in the account's where that is another. rate: the
    document's; sent where there is no BankAmount, which says the rate by itself.
    Raises ValueError where the settlement's kind and the document's do not belong together.
    """
    match settlement.kind, document_kind:
        case SettlementKind.PAYMENT, DocumentKind.INVOICE:
            target: Json = {"Invoice": {"InvoiceID": document_id}}
        case SettlementKind.REFUND, DocumentKind.CREDIT_NOTE:
            target = {"CreditNote": {"CreditNoteID": document_id}}
        case SettlementKind.REFUND, DocumentKind.OVERPAYMENT:
            target = {"Overpayment": {"OverpaymentID": document_id}}
        case _:
            raise ValueError(f"a {settlement.kind} does not settle a {document_kind}")
    foreign: Json = {}
    if settlement.bank_amount is not None:
        foreign = {"BankAmount": settlement.bank_amount}
    elif rate is not None:
        foreign = {"CurrencyRate": rate}
    return {
        **target,
        "Account": {"AccountID" if is_id(account) else "Code": account},
        "Date": settlement.date.isoformat(),
        "Amount": settlement.amount,
        **foreign,
        "Reference": settlement.reference,
    }


def allocation(settlement: Settlement, *, invoice_id: str) -> Json:
    """The element of PUT /CreditNotes/{id}/Allocations and of /Overpayments/…; Xero wants all three fields."""
    _require(settlement.kind is SettlementKind.ALLOCATION, settlement.kind)
    return {
        "Amount": settlement.amount,
        "Invoice": {"InvoiceID": invoice_id},
        "Date": settlement.date.isoformat(),
    }


def void(invoice_id: str) -> Json:
    """The element of POST /Invoices/{id} that takes an approved, unpaid invoice back."""
    return {"InvoiceID": invoice_id, "Status": "VOIDED"}


def is_id(account: str) -> bool:
    """Whether an account is named by its AccountID rather than by its code."""
    return _UUID.fullmatch(account) is not None


def _header(document: Document, contact: str | None) -> Json:
    contact_id = contact or document.contact
    if contact_id.startswith("customer:"):
        raise ValueError(f"{name(document)} needs the ContactID of its customer")
    return {
        "Contact": {"ContactID": contact_id},
        "Date": document.date.isoformat(),
        "LineAmountTypes": "Inclusive",  # the default differs per kind of document: always said
        "Status": "AUTHORISED",
    }


def _bank(document: Document) -> Json:
    if document.account is None:
        raise ValueError(f"{name(document)} needs its clearing account")
    account = document.account
    return {
        "Type": BANK_TRANSACTION_TYPES[document.kind],
        "BankAccount": {"AccountID" if is_id(account) else "Code": account},
    }


def _rate(document: Document) -> Json:
    return {} if document.rate is None else {"CurrencyRate": document.rate}


def _line(line: DocumentLine) -> Json:
    element: Json = {
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_amount,
        **_account(line.account),
        "TaxType": line.tax_type,
        **_tracking(line),
    }
    if line.tax_amount is not None:
        element["TaxAmount"] = line.tax_amount
    return element


def _account(account: str) -> Json:
    return {"AccountID" if is_id(account) else "AccountCode": account}


def _tracking(line: DocumentLine) -> Json:
    pairs = [{"Name": category, "Option": option} for category, option in line.tracking]
    return {"Tracking": pairs} if pairs else {}


def _require(fits: bool, kind: DocumentKind | SettlementKind) -> None:
    if not fits:
        raise ValueError(f"a {kind} is sent by another endpoint")
