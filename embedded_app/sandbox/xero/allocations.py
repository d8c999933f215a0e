"""The rules for allocations: using a credit note's open credit on an invoice, and taking that back."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import INVOICE, ZERO, Allocation, Document
from embedded_app.sandbox.xero.wire import Invalid

_ALLOWED = frozenset({"Invoice", "Amount", "Date"})
BOTH_LOCKED = "The allocation cannot be changed: both documents lie on or before the lock date."


def create(organisation: Organisation, given: Any, *, credit_note: Document, now: datetime) -> Allocation:
    """Allocate from one element of PUT /CreditNotes/{id}/Allocations, or raise Invalid."""
    fields = Fields(given, _ALLOWED, what="Allocation")
    amount, day = fields.number("Amount", places=2), fields.day("Date")
    if amount is None or amount <= 0:
        fields.refuse("The allocation Amount must be greater than zero.")
    if fields.given.get("Date") is None:
        fields.refuse("The allocation Date must be specified.")
    inner = fields.inner("Invoice", frozenset({"InvoiceID", "InvoiceNumber"}))
    named = "" if inner is None else inner.uuid("InvoiceID") or inner.text("InvoiceNumber")
    invoice = organisation.find(INVOICE, named) if named else None
    if invoice is None:
        fields.refuse("The Invoice of the allocation could not be found.")
    fields.check()
    if amount is None or day is None or invoice is None:
        raise AssertionError("An allocation passed its checks without amount, day or invoice.")
    if messages := _objections(organisation, credit_note, invoice, amount=amount, day=day):
        raise Invalid(*messages)
    allocation = Allocation(
        allocation_id=organisation.new_id(),
        credit_note=credit_note,
        invoice=invoice,
        day=day,
        amount=amount.quantize(ZERO),
    )
    organisation.records.allocations[allocation.allocation_id] = allocation
    for document in (credit_note, invoice):
        document.allocations.append(allocation)
        document.settle_status(now)
    return allocation


def _objections(
    organisation: Organisation, credit_note: Document, invoice: Document, *, amount: Decimal, day: date
) -> list[str]:
    found = []
    if credit_note.status != "AUTHORISED" or invoice.status != "AUTHORISED":
        found.append("Credit can only be allocated between Authorised documents with something open on each")
    if credit_note.contact is not invoice.contact:
        found.append("The Contact of the credit note and of the invoice must be the same.")
    if credit_note.currency != invoice.currency:
        found.append("The currency of the credit note and of the invoice must be the same.")
    if amount > credit_note.due:
        found.append("The amount to allocate exceeds the remaining credit of this credit note")
    if amount > invoice.due:
        found.append("The amount to allocate exceeds the amount outstanding on this invoice")
    # Xero dates an allocation no earlier than both documents; whether it refuses or moves an earlier date is not
    # known for sure: the strict reading.
    if day < max(credit_note.day, invoice.day):
        found.append("The allocation date cannot be before the dates of the credit note and the invoice.")
    if message := organisation.lock_message(day, "allocation"):
        found.append(message)
    elif organisation.locked(credit_note.day) and organisation.locked(invoice.day):
        found.append(BOTH_LOCKED)
    return found


def delete(organisation: Organisation, *, allocation: Allocation, now: datetime) -> None:
    """Take an allocation back, or raise Invalid."""
    if allocation.deleted:
        raise Invalid("The allocation has been deleted already.")
    documents = (allocation.credit_note, allocation.invoice)
    if message := organisation.lock_message(allocation.day, "allocation"):
        raise Invalid(message)
    if all(organisation.locked(document.day) for document in documents):
        raise Invalid(BOTH_LOCKED)
    allocation.deleted = True
    for document in documents:
        document.settle_status(now)
