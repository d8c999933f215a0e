"""Finds in Xero what we wrote before: by our own number, reference and amounts, never by guess: pure.

Used after an outcome that is not known. What is found is posted; what is not may be sent again, in a new batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.accounting.documents import Document, DocumentKind
from embedded_app.xero.encoding import Json
from embedded_app.xero.endpoints import (
    ALLOCATIONS,
    BANK_TRANSACTIONS,
    CONTACTS,
    CREDIT_NOTES,
    INVOICES,
    JOURNALS,
    OVERPAYMENT_ALLOCATIONS,
    OVERPAYMENTS,
    PAYMENTS,
    REMOVALS,
    VOIDS,
    Endpoint,
)
from embedded_app.xero.outcomes import Posted, identity, is_overpayment_named, read_posted
from embedded_app.xero.payloads import BANK_TRANSACTION_TYPES, is_id, name
from embedded_app.xero.values import amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What one dispatch would have left in Xero; each endpoint uses its own fields.

    invoices, credit notes: name (the number), contact (ContactID), amount (the total). overpayments, bank
    transactions: name (payloads.name), type (Xero's), account (code or AccountID), amount. journals: name (the
    narration). contacts: name (our number). payments: name (the reference), document_id (the InvoiceID, CreditNoteID or
    OverpaymentID settled), amount. voids: document_id. allocations: document_id (the CreditNoteID or OverpaymentID),
    invoice_id, amount. allocation removals: document_id, allocation_id. taken: Xero ids that other dispatches of ours
    own already, so that two alike are not both found in one.
    """

    name: str | None = None
    contact: str | None = None
    amount: Decimal | None = None
    document_id: str | None = None
    invoice_id: str | None = None
    allocation_id: str | None = None
    type: str | None = None
    account: str | None = None
    taken: frozenset[str] = frozenset()


def sought_document(document: Document, *, contact: str | None = None, voided_id: str | None = None) -> Sought:
    """What posting this document would have left; contact as for payloads, voided_id: the InvoiceID of a voided one."""
    if document.kind is DocumentKind.VOID:
        return Sought(document_id=voided_id)
    return Sought(
        name=name(document),
        contact=contact or document.contact,
        amount=document.total,
        type=BANK_TRANSACTION_TYPES.get(document.kind),
        account=document.account,
    )


def find(endpoint: Endpoint, sought: Sought, found: Iterable[Json]) -> Posted | None:
    """The outcome of what was sought, None where Xero does not hold it.

    found: elements of endpoint.list_envelope. A document with our number but another contact, type or total is not
    ours and not found: sending again is then refused for its number, which holds it for the merchant.
    """
    taken = {xero_id.lower() for xero_id in sought.taken}
    for element in found:
        match = _match(endpoint, sought, element, taken)
        if match is not None:
            return match
    return None


def _match(endpoint: Endpoint, sought: Sought, element: Json, taken: set[str]) -> Posted | None:
    if endpoint in (ALLOCATIONS, OVERPAYMENT_ALLOCATIONS, *REMOVALS):
        if not _same(identity(element, endpoint.list_id_field), sought.document_id):
            return None
        if endpoint in REMOVALS:
            return _removal(endpoint, sought, element)
        return _allocation(endpoint, sought, element, taken)
    xero_id = identity(element, endpoint.id_field)
    if xero_id is None or xero_id in taken or not _IS_OURS[endpoint.name](sought, element):
        return None
    return read_posted(endpoint, element)


def _is_invoice(sought: Sought, element: Json) -> bool:
    return element.get("Type") == "ACCREC" and _is_document(sought, element, INVOICES)


def _is_credit_note(sought: Sought, element: Json) -> bool:
    return element.get("Type") == "ACCRECCREDIT" and _is_document(sought, element, CREDIT_NOTES)


def _is_document(sought: Sought, element: Json, endpoint: Endpoint) -> bool:
    return (
        sought.name is not None
        and element.get(endpoint.name_field or "") == sought.name
        and _same(identity(_nested(element, "Contact"), "ContactID"), sought.contact)
        and sought.amount is not None
        and amount(element.get("Total")) == sought.amount
    )


def _is_bank_transaction(sought: Sought, element: Json) -> bool:
    bank_account = _nested(element, "BankAccount")
    return (
        _is_named(sought, element)
        and sought.type is not None
        and element.get("Type") == sought.type
        and sought.account is not None
        and (
            _same(identity(bank_account, "AccountID"), sought.account)
            if is_id(sought.account)
            else bank_account.get("Code") == sought.account
        )
        and sought.amount is not None
        and amount(element.get("Total")) == sought.amount
    )


def _is_named(sought: Sought, element: Json) -> bool:
    if sought.name is None:
        return False
    if element.get("Type") == BANK_TRANSACTION_TYPES[DocumentKind.OVERPAYMENT]:
        return is_overpayment_named(element, sought.name)
    return element.get("Reference") == sought.name


def _is_journal(sought: Sought, element: Json) -> bool:
    return sought.name is not None and element.get("Narration") == sought.name


def _is_contact(sought: Sought, element: Json) -> bool:
    """An archived one is not found: sending again is then refused for its number, which holds it for the merchant."""
    return (
        sought.name is not None
        and element.get("ContactNumber") == sought.name
        and element.get("ContactStatus") == "ACTIVE"
    )


def _is_payment(sought: Sought, element: Json) -> bool:
    """Also one that a person deleted before we looked: written again, it would undo what that person did."""
    settled = [identity(_nested(element, kind), f"{kind}ID") for kind in ("Invoice", "CreditNote", "Overpayment")]
    return (
        sought.name is not None
        and element.get("Reference") == sought.name
        and any(_same(xero_id, sought.document_id) for xero_id in settled)
        and sought.amount is not None
        and amount(element.get("Amount")) == sought.amount
    )


def _is_void(sought: Sought, element: Json) -> bool:
    return _same(identity(element, "InvoiceID"), sought.document_id) and element.get("Status") == "VOIDED"


_IS_OURS = {
    INVOICES.name: _is_invoice,
    CREDIT_NOTES.name: _is_credit_note,
    OVERPAYMENTS.name: _is_bank_transaction,
    BANK_TRANSACTIONS.name: _is_bank_transaction,
    JOURNALS.name: _is_journal,
    CONTACTS.name: _is_contact,
    PAYMENTS.name: _is_payment,
    VOIDS.name: _is_void,
}


def _allocation(endpoint: Endpoint, sought: Sought, credit: Json, taken: set[str]) -> Posted | None:
    for allocation in _allocations(credit):
        if (
            _same(identity(_nested(allocation, "Invoice"), "InvoiceID"), sought.invoice_id)
            and sought.amount is not None
            and amount(allocation.get("Amount")) == sought.amount
            and identity(allocation, "AllocationID") not in taken
        ):
            return read_posted(endpoint, allocation)
    return None


def _removal(endpoint: Endpoint, sought: Sought, credit: Json) -> Posted | None:
    """Done if the credit note or overpayment was read, with its allocations, and has this one no longer."""
    if not isinstance(credit.get("Allocations"), list):
        return None
    left = [identity(allocation, "AllocationID") for allocation in _allocations(credit)]
    if sought.allocation_id is None or sought.allocation_id.lower() in left:
        return None
    return read_posted(endpoint, credit)


def _allocations(credit: Json) -> list[Json]:
    listed = credit.get("Allocations")
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, dict) and one.get("IsDeleted") is not True]


def _nested(element: Json, field: str) -> Json:
    inner = element.get(field)
    return inner if isinstance(inner, dict) else {}


def _same(theirs: str | None, ours: str | None) -> bool:
    return theirs is not None and ours is not None and theirs == ours.lower()
