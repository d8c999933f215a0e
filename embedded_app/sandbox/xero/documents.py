"""The rules for invoices and credit notes: what is accepted, created, voided and deleted.

Sentences are Xero's own where known (see the reference notes); PUT creates only. Sales documents only: purchases do
not occur here.
"""

from datetime import date, datetime
from typing import Any

from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.heading import read_contact, read_currency, read_url
from embedded_app.sandbox.xero.lines import read_lines
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import INVOICE, Document, DocumentKind
from embedded_app.sandbox.xero.wire import Invalid

_ALLOWED = frozenset(
    "Type Contact LineItems Date DueDate LineAmountTypes Reference CurrencyCode CurrencyRate Status".split()
)
_INVOICE_ONLY = frozenset({"Url", "SentToContact"})
HAS_SETTLEMENT = "This document cannot be edited as it has a payment or credit note allocated to it."


def create(organisation: Organisation, kind: DocumentKind, given: Any, *, unit_places: int, now: datetime) -> Document:
    """Create one document from one element of a PUT, or raise Invalid with every sentence that applies."""
    allowed = _ALLOWED | {kind.number_field} | (_INVOICE_ONLY if kind == INVOICE else frozenset())
    fields = Fields(given, allowed, what=kind.name)
    if fields.text("Type") != kind.type:
        fields.refuse(f"The Type of the {kind.name} must be {kind.type}: this sandbox keeps sales documents only.")
    status = fields.one_of("Status", ("DRAFT", "SUBMITTED", "AUTHORISED"), "DRAFT")
    types = fields.one_of("LineAmountTypes", ("Exclusive", "Inclusive", "NoTax"), "Exclusive")
    day, due_day = _read_days(organisation, fields, kind, status=status, now=now)
    currency, rate = read_currency(organisation, fields, organisation.base_currency)
    document = Document(
        kind=kind,
        document_id=organisation.new_id(),
        number=_read_number(organisation, fields, kind),
        contact=read_contact(organisation, fields),
        day=day,
        due_day=due_day,
        reference=fields.text("Reference", longest=255),
        url=read_url(fields),
        currency=currency,
        rate=rate,
        status=status,
        line_amount_types=types,
        lines=read_lines(
            organisation, fields.given.get("LineItems"), types=types, unit_places=unit_places, messages=fields.messages
        ),
        updated_at=now,
    )
    if status == "AUTHORISED":
        _check_authorised(fields, document)
    fields.check()
    _record(organisation, document, now)
    return document


def _record(organisation: Organisation, document: Document, now: datetime) -> None:
    organisation.records.documents[document.document_id] = document
    organisation.records.numbers[document.kind.name, document.number] = document.document_id
    document.settle_status(now)  # A total of zero has nothing open: Xero shows it as paid at once.


def _read_days(
    organisation: Organisation, fields: Fields, kind: DocumentKind, *, status: str, now: datetime
) -> tuple[date, date | None]:
    day = fields.day("Date") or now.date()
    due_day = fields.day("DueDate")
    if message := organisation.lock_message(day):
        fields.refuse(message)
    if kind == INVOICE and status == "AUTHORISED" and fields.given.get("DueDate") is None:
        fields.refuse("A Due Date must be specified for an approved invoice.")
    # Whether Xero takes a due date before the invoice date is not known for sure: the strict reading.
    if due_day is not None and due_day < day:
        fields.refuse("The Due Date cannot be before the document date.")
    return day, due_day


def _read_number(organisation: Organisation, fields: Fields, kind: DocumentKind) -> str:
    number = fields.text(kind.number_field, longest=255)
    taken = organisation.records.numbers
    if not number:
        count = sum(1 for name, _ in taken if name == kind.name) + 1
        while (kind.name, number := f"{kind.number_prefix}{count:04d}") in taken:
            count += 1
    # Numbers of voided and deleted documents stay taken: the strict reading of what is not known for sure.
    elif (kind.name, number) in taken:
        fields.refuse(kind.number_taken)
    return number


def _check_authorised(fields: Fields, document: Document) -> None:
    if fields.given.get("Contact") is None:
        fields.refuse("A Contact must be specified for this type of transaction")
    if not fields.given.get("LineItems"):
        fields.refuse("One or more line items must be specified")
    if document.total < 0:
        fields.refuse(f"The total of the {document.kind.name} must not be negative.")


def change_status(organisation: Organisation, given: Any, *, document: Document, now: datetime) -> None:
    """Void or delete a document as one element of POST /{id} asks, or raise Invalid.

    Xero lets a few other fields change too; here only Status may, for that is all a posted document of ours ever needs.
    """
    kind = document.kind
    fields = Fields(given, frozenset({"Status", kind.id_field, kind.number_field}), what=kind.name)
    named = fields.uuid(kind.id_field)
    if named and named != document.document_id:
        fields.refuse(f"The {kind.id_field} in the body is not the one in the address.")
    if fields.text(kind.number_field) not in ("", document.number):
        fields.refuse(f"The {kind.number_field} cannot be changed in this sandbox.")
    status = fields.one_of("Status", ("VOIDED", "DELETED"), "VOIDED")
    fields.check()
    if document.paid or document.allocated:
        raise Invalid(HAS_SETTLEMENT)
    # PAID without any payment is a document of zero: nothing stands in the way of voiding it.
    before = ("AUTHORISED", "PAID") if status == "VOIDED" else ("DRAFT", "SUBMITTED")
    if document.status not in before:
        raise Invalid(f"{kind.name} not of valid status for modification")
    if message := organisation.lock_message(document.day):
        raise Invalid(message)
    document.status = status
    document.updated_at = now
