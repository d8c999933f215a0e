"""Contacts, documents and what settles them as Xero's JSON: names and shapes of its OpenAPI description."""

from collections.abc import Iterable
from datetime import date

from embedded_app.sandbox.xero.arithmetic import round2
from embedded_app.sandbox.xero.records import (
    CREDIT_NOTE,
    INVOICE,
    OVERPAYMENT,
    Allocation,
    Contact,
    Document,
    Line,
    Payment,
    Tracked,
)
from embedded_app.sandbox.xero.wire import JsonObject, ms_date, ms_moment


def days_json(name: str, day: date | None) -> JsonObject:
    """A day in both of Xero's forms; None is left out."""
    return {} if day is None else {f"{name}String": f"{day.isoformat()}T00:00:00", name: ms_date(day)}


def document_json(document: Document, *, unit_places: int = 2, summary: bool = False) -> JsonObject:
    """An invoice or credit note. `summary` leaves out lines, payments, allocations and the contact's details."""
    kind = document.kind
    shown: JsonObject = {
        "Type": kind.type,
        kind.id_field: document.document_id,
        kind.number_field: document.number,
        "Reference": document.reference,
        "CurrencyCode": document.currency,
        "CurrencyRate": document.rate,
        **days_json("Date", document.day),
        **days_json("DueDate", document.due_day),
        "Status": document.status,
        "LineAmountTypes": document.line_amount_types,
        "SubTotal": document.sub_total,
        "TotalTax": document.total_tax,
        "Total": document.total,
        "UpdatedDateUTC": ms_moment(document.updated_at),
        "HasAttachments": False,
        "HasErrors": False,
        **_open_amounts(document),
    }
    if document.url:
        shown["Url"] = document.url
    if document.contact is not None:
        shown["Contact"] = {"ContactID": document.contact.contact_id, "Name": document.contact.name}
    if not summary:
        shown["LineItems"] = [line_json(line, unit_places) for line in document.lines]
        shown["Payments"] = payments_json(document)
        shown.update(_applied(document))
    return shown


def _open_amounts(document: Document) -> JsonObject:
    if document.kind == INVOICE:
        amounts = {"AmountDue": document.due, "AmountPaid": document.paid, "AmountCredited": document.allocated}
    else:
        amounts = {"RemainingCredit": document.due, "AppliedAmount": document.paid + document.allocated}
    if document.status != "PAID":
        return amounts
    return {**amounts, "FullyPaidOnDate": ms_date(max((item.day for item in document.standing), default=document.day))}


def _applied(document: Document) -> JsonObject:
    if document.kind != INVOICE:
        return {"Allocations": allocations_json(document)}
    standing = [allocation for allocation in document.allocations if not allocation.deleted]
    notes = [
        {
            **_applied_part(allocation),
            "CreditNoteNumber": allocation.source.number,
            "LineItems": [],
            "HasErrors": False,
        }
        for allocation in standing
        if allocation.source.kind == CREDIT_NOTE
    ]
    overpayments = [_applied_part(item) for item in standing if item.source.kind == OVERPAYMENT]
    return {"CreditNotes": notes, "Prepayments": [], "Overpayments": overpayments}


def _applied_part(allocation: Allocation) -> JsonObject:
    source = allocation.source
    return {
        source.kind.id_field: source.document_id,
        "AppliedAmount": allocation.amount,
        **days_json("Date", allocation.day),
        "Total": source.total,
    }


def allocations_json(document: Document) -> list[JsonObject]:
    """The allocations that stand, as their credit note or overpayment shows them."""
    return [_inner_allocation(allocation) for allocation in document.allocations if not allocation.deleted]


def payments_json(document: Document) -> list[JsonObject]:
    """The payments that stand, as their document shows them."""
    return [_inner_payment(payment) for payment in document.payments if not payment.deleted]


def line_json(line: Line, unit_places: int) -> JsonObject:
    """A line item."""
    return {
        "LineItemID": line.line_item_id,
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_amount if unit_places == 4 else round2(line.unit_amount),
        "AccountCode": line.account_code,
        "AccountID": line.account_id,
        "TaxType": line.tax_type,
        "TaxAmount": line.tax_amount,
        "LineAmount": line.line_amount,
        "Tracking": tracking_json(line.tracking),
    }


def tracking_json(tracking: tuple[Tracked, ...]) -> list[JsonObject]:
    """The tracking of a line."""
    return [
        {
            "Name": item.category,
            "Option": item.option,
            "TrackingCategoryID": item.category_id,
            "TrackingOptionID": item.option_id,
        }
        for item in tracking
    ]


def _inner_payment(payment: Payment) -> JsonObject:
    return {
        "PaymentID": payment.payment_id,
        "Date": ms_date(payment.day),
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.rate,
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _inner_allocation(allocation: Allocation) -> JsonObject:
    invoice = {"InvoiceID": allocation.invoice.document_id, "InvoiceNumber": allocation.invoice.number}
    return {
        "AllocationID": allocation.allocation_id,
        "Amount": allocation.amount,
        "Date": ms_date(allocation.day),
        "IsDeleted": allocation.deleted,
        "Invoice": invoice,
    }


def allocation_json(allocation: Allocation) -> JsonObject:
    """An allocation of a credit note or an overpayment, with both its documents named."""
    source = allocation.source
    return {**_inner_allocation(allocation), source.kind.name: _named(source)}


def _named(document: Document) -> JsonObject:
    named: JsonObject = {document.kind.id_field: document.document_id}
    return {**named, document.kind.number_field: document.number} if document.kind.number_field else named


def payment_json(payment: Payment) -> JsonObject:
    """A payment with its account and its document."""
    document = payment.document
    named = _named(document)
    if document.contact is not None:
        named["Contact"] = {"ContactID": document.contact.contact_id, "Name": document.contact.name}
    return {
        "PaymentID": payment.payment_id,
        "Date": ms_date(payment.day),
        "BankAmount": payment.bank_amount,
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.rate,
        "PaymentType": document.kind.payment_type,
        "Status": payment.status,
        "UpdatedDateUTC": ms_moment(payment.updated_at),
        "HasAccount": True,
        "IsReconciled": False,
        "Account": {"AccountID": payment.account_id, "Code": payment.account_code},
        document.kind.name: {**named, "Type": document.kind.type, "CurrencyCode": document.currency},
        "HasValidationErrors": False,
    }


def contact_json(contact: Contact) -> JsonObject:
    """A contact; empty fields are left out."""
    optional = {
        "ContactNumber": contact.number,
        "AccountNumber": contact.account_number,
        "FirstName": contact.first_name,
        "LastName": contact.last_name,
        "EmailAddress": contact.email,
    }
    return {
        "ContactID": contact.contact_id,
        "ContactStatus": contact.status,
        "Name": contact.name,
        **{name: value for name, value in optional.items() if value},
        "Addresses": [],
        "Phones": [],
        "IsCustomer": True,
        "IsSupplier": False,
        "UpdatedDateUTC": ms_moment(contact.updated_at),
        "HasAttachments": False,
        "HasValidationErrors": False,
    }


def page_json(envelope: str, items: Iterable[JsonObject], *, page: int, page_size: int, count: int) -> JsonObject:
    """One page of a list with its `pagination` block."""
    pages = max(1, -(-count // page_size))
    pagination = {"page": page, "pageSize": page_size, "pageCount": pages, "itemCount": count}
    return {"pagination": pagination, envelope: list(items)}
