"""Finding again what an unanswered call may have left in Xero."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    CREDIT_NOTES,
    INVOICES,
    PAYMENTS,
    VOIDS,
    Endpoint,
)
from embedded_app.xero.lookup import Sought, find
from embedded_app.xero.outcomes import Posted
from tests.xero.cast import ALLOCATION_ID, CONTACT_ID, CREDIT_NOTE_ID, INVOICE_ID, PAYMENT_ID

OTHER_ID = "11111111-1111-4111-8111-111111111111"
INVOICE: dict[str, Any] = {
    "Type": "ACCREC",
    "InvoiceID": INVOICE_ID,
    "InvoiceNumber": "SH-1001",
    "Contact": {"ContactID": CONTACT_ID},
    "Total": Decimal("24.93"),
    "TotalTax": Decimal("4.16"),
    "Status": "AUTHORISED",
}
CREDIT_NOTE: dict[str, Any] = {
    "Type": "ACCRECCREDIT",
    "CreditNoteID": CREDIT_NOTE_ID,
    "CreditNoteNumber": "SH-1001",
    "Contact": {"ContactID": CONTACT_ID},
    "Total": Decimal("24.93"),
    "TotalTax": Decimal("4.16"),
    "Status": "AUTHORISED",
    "Allocations": [{"AllocationID": ALLOCATION_ID, "Invoice": {"InvoiceID": INVOICE_ID}, "Amount": Decimal("60.00")}],
}
PAYMENT: dict[str, Any] = {
    "PaymentID": PAYMENT_ID,
    "Invoice": {"InvoiceID": INVOICE_ID},
    "Reference": "SH-1001 tender 1",
    "Amount": Decimal("24.93"),
    "Status": "AUTHORISED",
}
DOCUMENT = Sought(name="SH-1001", contact=CONTACT_ID, amount=Decimal("24.93"))
PAID = Sought(name="SH-1001 tender 1", document_id=INVOICE_ID, amount=Decimal("24.9300"))
VOIDED = Sought(document_id=INVOICE_ID.upper())
ALLOCATED = Sought(document_id=CREDIT_NOTE_ID, invoice_id=INVOICE_ID, amount=Decimal("60"))
REMOVED = Sought(document_id=CREDIT_NOTE_ID, allocation_id=ALLOCATION_ID)


@pytest.mark.parametrize(
    ("endpoint", "sought", "element", "xero_id"),
    [
        (INVOICES, DOCUMENT, INVOICE, INVOICE_ID),
        (CREDIT_NOTES, DOCUMENT, CREDIT_NOTE, CREDIT_NOTE_ID),
        (PAYMENTS, PAID, PAYMENT, PAYMENT_ID),
        (
            PAYMENTS,
            replace(PAID, document_id=CREDIT_NOTE_ID),
            {**PAYMENT, "Invoice": None, "CreditNote": {"CreditNoteID": CREDIT_NOTE_ID}},
            PAYMENT_ID,
        ),
        (VOIDS, VOIDED, {**INVOICE, "Status": "VOIDED"}, INVOICE_ID),
        (ALLOCATIONS, ALLOCATED, CREDIT_NOTE, ALLOCATION_ID),
        (ALLOCATION_REMOVALS, REMOVED, {**CREDIT_NOTE, "Allocations": []}, None),
        (
            ALLOCATION_REMOVALS,
            REMOVED,
            {**CREDIT_NOTE, "Allocations": [{**CREDIT_NOTE["Allocations"][0], "IsDeleted": True}]},
            None,
        ),
    ],
)
def test_it_finds_what_we_wrote_among_what_others_wrote(
    endpoint: Endpoint, sought: Sought, element: dict[str, Any], xero_id: str | None
) -> None:
    found = find(endpoint, sought, [{}, {"Type": "ACCPAY"}, element])

    assert isinstance(found, Posted) and found.xero_id == xero_id


@pytest.mark.parametrize(
    ("endpoint", "sought", "element"),
    [
        (INVOICES, DOCUMENT, {**INVOICE, "InvoiceNumber": "SH-1002"}),
        (INVOICES, DOCUMENT, {**INVOICE, "Type": "ACCPAY"}),
        (INVOICES, DOCUMENT, {**INVOICE, "Contact": {"ContactID": OTHER_ID}}),
        (INVOICES, DOCUMENT, {**INVOICE, "Contact": None}),
        (INVOICES, DOCUMENT, {**INVOICE, "Total": Decimal("24.94")}),
        (INVOICES, DOCUMENT, CREDIT_NOTE),
        (INVOICES, Sought(), INVOICE),
        (CREDIT_NOTES, DOCUMENT, INVOICE),
        (CREDIT_NOTES, DOCUMENT, {**CREDIT_NOTE, "Type": "ACCPAYCREDIT"}),
        (PAYMENTS, PAID, {**PAYMENT, "Status": "DELETED"}),
        (PAYMENTS, PAID, {**PAYMENT, "Reference": "SH-1001 tender 2"}),
        (PAYMENTS, PAID, {**PAYMENT, "Amount": Decimal("24.90")}),
        (PAYMENTS, PAID, {**PAYMENT, "Invoice": {"InvoiceID": OTHER_ID}}),
        (PAYMENTS, replace(PAID, taken=frozenset({PAYMENT_ID.upper()})), PAYMENT),
        (PAYMENTS, Sought(), {"PaymentID": PAYMENT_ID}),
        (VOIDS, VOIDED, INVOICE),
        (VOIDS, replace(VOIDED, document_id=OTHER_ID), {**INVOICE, "Status": "VOIDED"}),
        (ALLOCATIONS, ALLOCATED, {**CREDIT_NOTE, "CreditNoteID": OTHER_ID}),
        (ALLOCATIONS, replace(ALLOCATED, amount=Decimal("59.99")), CREDIT_NOTE),
        (ALLOCATIONS, replace(ALLOCATED, invoice_id=OTHER_ID), CREDIT_NOTE),
        (ALLOCATIONS, replace(ALLOCATED, taken=frozenset({ALLOCATION_ID})), CREDIT_NOTE),
        (ALLOCATIONS, ALLOCATED, {**CREDIT_NOTE, "Allocations": None}),
        (ALLOCATION_REMOVALS, REMOVED, CREDIT_NOTE),
        (ALLOCATION_REMOVALS, REMOVED, {**CREDIT_NOTE, "CreditNoteID": OTHER_ID, "Allocations": []}),
        (ALLOCATION_REMOVALS, REMOVED, {"CreditNoteID": CREDIT_NOTE_ID}),
    ],
)
def test_it_does_not_take_for_ours_what_differs_in_one_thing(
    endpoint: Endpoint, sought: Sought, element: dict[str, Any]
) -> None:
    assert find(endpoint, sought, [element]) is None


def test_it_reports_the_status_a_document_has_now() -> None:
    found = find(INVOICES, DOCUMENT, [{**INVOICE, "Status": "VOIDED"}])

    assert found == Posted(xero_id=INVOICE_ID, total=Decimal("24.93"), total_tax=Decimal("4.16"), status="VOIDED")
