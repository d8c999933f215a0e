"""Finds in Xero what we wrote before: by our own number, reference and amounts, never by guess: pure.

Used after an outcome that is not known. What is found is posted; what is not may be sent again, in a new batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.xero.encoding import Json
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    CREDIT_NOTES,
    INVOICES,
    PAYMENTS,
    VOIDS,
    Endpoint,
)
from embedded_app.xero.outcomes import Posted, amount, identity, read_posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What one dispatch would have left in Xero; each endpoint uses its own fields.

    invoices, credit notes: name (the number), contact (ContactID), amount (the total). payments: name (the reference),
    document_id (the InvoiceID or CreditNoteID settled), amount. voids: document_id. allocations: document_id (the
    CreditNoteID), invoice_id, amount. allocation removals: document_id, allocation_id. taken: Xero ids that
    other dispatches of ours own already, so that two alike are not both found in one.
    """

    name: str | None = None
    contact: str | None = None
    amount: Decimal | None = None
    document_id: str | None = None
    invoice_id: str | None = None
    allocation_id: str | None = None
    taken: frozenset[str] = frozenset()


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
    if endpoint in (ALLOCATIONS, ALLOCATION_REMOVALS):
        if not _same(identity(element, "CreditNoteID"), sought.document_id):
            return None
        if endpoint is ALLOCATION_REMOVALS:
            return _removal(sought, element)
        return _allocation(sought, element, taken)
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


def _is_payment(sought: Sought, element: Json) -> bool:
    settled = identity(_nested(element, "Invoice"), "InvoiceID")
    refunded = identity(_nested(element, "CreditNote"), "CreditNoteID")
    return (
        sought.name is not None
        and element.get("Reference") == sought.name
        and element.get("Status") != "DELETED"
        and (_same(settled, sought.document_id) or _same(refunded, sought.document_id))
        and sought.amount is not None
        and amount(element.get("Amount")) == sought.amount
    )


def _is_void(sought: Sought, element: Json) -> bool:
    return _same(identity(element, "InvoiceID"), sought.document_id) and element.get("Status") == "VOIDED"


_IS_OURS = {
    INVOICES.name: _is_invoice,
    CREDIT_NOTES.name: _is_credit_note,
    PAYMENTS.name: _is_payment,
    VOIDS.name: _is_void,
}


def _allocation(sought: Sought, credit_note: Json, taken: set[str]) -> Posted | None:
    for allocation in _allocations(credit_note):
        if (
            _same(identity(_nested(allocation, "Invoice"), "InvoiceID"), sought.invoice_id)
            and sought.amount is not None
            and amount(allocation.get("Amount")) == sought.amount
            and identity(allocation, "AllocationID") not in taken
        ):
            return read_posted(ALLOCATIONS, allocation)
    return None


def _removal(sought: Sought, credit_note: Json) -> Posted | None:
    """Done if the credit note was read, with its allocations, and has this one no longer."""
    if not isinstance(credit_note.get("Allocations"), list):
        return None
    left = [identity(allocation, "AllocationID") for allocation in _allocations(credit_note)]
    if sought.allocation_id is None or sought.allocation_id.lower() in left:
        return None
    return read_posted(ALLOCATION_REMOVALS, credit_note)


def _allocations(credit_note: Json) -> list[Json]:
    listed = credit_note.get("Allocations") or []
    return [allocation for allocation in listed if allocation.get("IsDeleted") is not True]


def _nested(element: Json, field: str) -> Json:
    inner = element.get(field)
    return inner if isinstance(inner, dict) else {}


def _same(theirs: str | None, ours: str | None) -> bool:
    return theirs is not None and ours is not None and theirs == ours.lower()
