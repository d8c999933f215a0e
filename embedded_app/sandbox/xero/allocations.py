"""The rules for allocations: using open credit of a credit note or overpayment on an invoice, and taking that back."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import INVOICE, ZERO, Allocation, Document
from embedded_app.sandbox.xero.wire import Invalid

_ALLOWED = frozenset({"Invoice", "Amount", "Date"})
_NAMES = {"CreditNote": "credit note", "Overpayment": "overpayment"}
BOTH_LOCKED = "The allocation cannot be changed: both documents lie on or before the lock date."


def create(organisation: Organisation, given: Any, *, source: Document, now: datetime) -> Allocation:
    """Allocate from one element of PUT /CreditNotes/{id}/Allocations or /Overpayments/{id}/…, or raise Invalid."""
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
    if messages := _objections(organisation, source, invoice, amount=amount, day=day):
        raise Invalid(*messages)
    allocation = Allocation(
        allocation_id=organisation.new_id(),
        source=source,
        invoice=invoice,
        day=day,
        amount=amount.quantize(ZERO),
    )
    organisation.records.allocations[allocation.allocation_id] = allocation
    for document in (source, invoice):
        document.settlements.append(allocation)
        document.settle_status(now)
    return allocation


def _objections(
    organisation: Organisation, source: Document, invoice: Document, *, amount: Decimal, day: date
) -> list[str]:
    found = []
    credit = _NAMES[source.kind.name]
    if source.status != "AUTHORISED" or invoice.status != "AUTHORISED":
        found.append("Credit can only be allocated between Authorised documents with something open on each")
    if source.contact is not invoice.contact:
        found.append(f"The Contact of the {credit} and of the invoice must be the same.")
    if source.currency != invoice.currency:
        found.append(f"The currency of the {credit} and of the invoice must be the same.")
    if amount > source.due:
        found.append(f"The amount to allocate exceeds the remaining credit of this {credit}")
    if amount > invoice.due:
        found.append("The amount to allocate exceeds the amount outstanding on this invoice")
    # Xero dates an allocation no earlier than both documents; whether it refuses or moves an earlier date is not
    # known for sure: the strict reading.
    if day < max(source.day, invoice.day):
        found.append(f"The allocation date cannot be before the dates of the {credit} and the invoice.")
    if message := organisation.lock_message(day, "allocation"):
        found.append(message)
    elif organisation.locked(source.day) and organisation.locked(invoice.day):
        found.append(BOTH_LOCKED)
    return found


def delete(organisation: Organisation, *, allocation: Allocation, now: datetime) -> None:
    """Take an allocation back, or raise Invalid."""
    if allocation.deleted:
        raise Invalid("The allocation has been deleted already.")
    documents = (allocation.source, allocation.invoice)
    if message := organisation.lock_message(allocation.day, "allocation"):
        raise Invalid(message)
    if all(organisation.locked(document.day) for document in documents):
        raise Invalid(BOTH_LOCKED)
    allocation.deleted = True
    for document in documents:
        document.settle_status(now)
