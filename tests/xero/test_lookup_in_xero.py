"""Finding again what an unanswered call may have left in Xero."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.documents import DocumentKind
from embedded_app.xero import payloads
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    BANK_TRANSACTIONS,
    CONTACTS,
    CREDIT_NOTES,
    INVOICES,
    JOURNALS,
    OVERPAYMENT_ALLOCATION_REMOVALS,
    OVERPAYMENT_ALLOCATIONS,
    OVERPAYMENTS,
    PAYMENTS,
    VOIDS,
    Endpoint,
)
from embedded_app.xero.lookup import Sought, find, sought_document
from embedded_app.xero.outcomes import Posted
from tests.xero.cast import (
    ACCOUNT_ID,
    ALLOCATION_ID,
    CONTACT_ID,
    CREDIT_NOTE_ID,
    INVOICE_ID,
    OVERPAYMENT_ID,
    PAYMENT_ID,
    bank_transaction,
    invoice,
    journal,
    overpayment,
)

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
TRANSACTION_ID = "0b89bf5c-d40b-4514-96be-36a739fb0188"
SPENT: dict[str, Any] = {
    "Type": "SPEND",
    "BankTransactionID": TRANSACTION_ID,
    "BankAccount": {"AccountID": ACCOUNT_ID.upper(), "Code": "091"},
    "Reference": "Refund of order 900 (SH-0900-S1)",
    "LineItems": [{"Description": "Refund of order 900"}],
    "Total": Decimal("12.00"),
    "TotalTax": Decimal("0.00"),
    "Status": "AUTHORISED",
}
OVERPAID: dict[str, Any] = {
    **SPENT,
    "Type": "RECEIVE-OVERPAYMENT",
    "OverpaymentID": OVERPAYMENT_ID,
    "Reference": "",
    "LineItems": [{"Description": "Overpaid by card (Order 1001 (SH-1001-O1))"}],
    "Total": Decimal("5.00"),
}
JOURNAL: dict[str, Any] = {"ManualJournalID": TRANSACTION_ID, "Narration": "Gift card 1 issued (SH-G1)"}
CONTACT: dict[str, Any] = {
    "ContactID": CONTACT_ID,
    "ContactNumber": "SH-77",
    "Name": "Ann Ames",
    "ContactStatus": "ACTIVE",
}
OVERPAYMENT: dict[str, Any] = {
    "OverpaymentID": OVERPAYMENT_ID,
    "Allocations": [{"AllocationID": ALLOCATION_ID, "Invoice": {"InvoiceID": INVOICE_ID}, "Amount": Decimal("60.00")}],
}
DOCUMENT = Sought(name="SH-1001", contact=CONTACT_ID, amount=Decimal("24.93"))
PAID = Sought(name="SH-1001 tender 1", document_id=INVOICE_ID, amount=Decimal("24.9300"))
VOIDED = Sought(document_id=INVOICE_ID.upper())
ALLOCATED = Sought(document_id=CREDIT_NOTE_ID, invoice_id=INVOICE_ID, amount=Decimal("60"))
REMOVED = Sought(document_id=CREDIT_NOTE_ID, allocation_id=ALLOCATION_ID)
SPENDING = sought_document(bank_transaction())
OVERPAYING = sought_document(overpayment())
JOURNALLED = sought_document(journal())
NUMBERED = Sought(name="SH-77")
FROM_OVERPAYMENT = replace(ALLOCATED, document_id=OVERPAYMENT_ID)


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
        (
            PAYMENTS,
            replace(PAID, document_id=OVERPAYMENT_ID),
            {**PAYMENT, "Invoice": None, "Overpayment": {"OverpaymentID": OVERPAYMENT_ID}},
            PAYMENT_ID,
        ),
        (BANK_TRANSACTIONS, SPENDING, SPENT, TRANSACTION_ID),
        (BANK_TRANSACTIONS, replace(SPENDING, account=ACCOUNT_ID), SPENT, TRANSACTION_ID),
        (BANK_TRANSACTIONS, replace(SPENDING, type="RECEIVE"), {**SPENT, "Type": "RECEIVE"}, TRANSACTION_ID),
        (OVERPAYMENTS, OVERPAYING, OVERPAID, OVERPAYMENT_ID),
        (JOURNALS, JOURNALLED, JOURNAL, TRANSACTION_ID),
        (CONTACTS, NUMBERED, CONTACT, CONTACT_ID),
        (OVERPAYMENT_ALLOCATIONS, FROM_OVERPAYMENT, OVERPAYMENT, ALLOCATION_ID),
        (
            OVERPAYMENT_ALLOCATION_REMOVALS,
            replace(REMOVED, document_id=OVERPAYMENT_ID),
            {**OVERPAYMENT, "Allocations": []},
            None,
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
        (PAYMENTS, PAID, {**PAYMENT, "Reference": "SH-1001 tender 2"}),
        (PAYMENTS, PAID, {**PAYMENT, "Amount": Decimal("24.90")}),
        (PAYMENTS, PAID, {**PAYMENT, "Invoice": {"InvoiceID": OTHER_ID}}),
        (PAYMENTS, replace(PAID, taken=frozenset({PAYMENT_ID.upper()})), PAYMENT),
        (PAYMENTS, Sought(), {"PaymentID": PAYMENT_ID}),
        (BANK_TRANSACTIONS, SPENDING, {**SPENT, "Reference": "Refund of order 901 (SH-0900-S1)"}),
        (BANK_TRANSACTIONS, SPENDING, {**SPENT, "Reference": "", "LineItems": [{"Description": SPENT["Reference"]}]}),
        (BANK_TRANSACTIONS, SPENDING, {**SPENT, "Type": "RECEIVE"}),
        (BANK_TRANSACTIONS, SPENDING, {**SPENT, "Total": Decimal("12.01")}),
        (BANK_TRANSACTIONS, SPENDING, {**SPENT, "BankAccount": {"AccountID": ACCOUNT_ID, "Code": "092"}}),
        (BANK_TRANSACTIONS, replace(SPENDING, account=CONTACT_ID), SPENT),
        (BANK_TRANSACTIONS, SPENDING, {**SPENT, "BankAccount": None}),
        (BANK_TRANSACTIONS, replace(SPENDING, taken=frozenset({TRANSACTION_ID})), SPENT),
        (BANK_TRANSACTIONS, Sought(), {"BankTransactionID": TRANSACTION_ID}),
        (OVERPAYMENTS, OVERPAYING, {**OVERPAID, "LineItems": []}),
        (OVERPAYMENTS, OVERPAYING, {**OVERPAID, "LineItems": None}),
        (OVERPAYMENTS, OVERPAYING, {**OVERPAID, "LineItems": [{"Description": "Order 1001 (SH-1001-O1)"}]}),
        (OVERPAYMENTS, OVERPAYING, {**OVERPAID, "Total": Decimal("5.01")}),
        (OVERPAYMENTS, OVERPAYING, {**OVERPAID, "Type": "RECEIVE-PREPAYMENT"}),
        (OVERPAYMENTS, OVERPAYING, {**OVERPAID, "OverpaymentID": None}),
        (JOURNALS, JOURNALLED, {**JOURNAL, "Narration": "Gift card 1 issued (SH-G2)"}),
        (JOURNALS, Sought(), {"ManualJournalID": TRANSACTION_ID}),
        (CONTACTS, NUMBERED, {**CONTACT, "ContactNumber": "SH-7"}),
        (CONTACTS, NUMBERED, {**CONTACT, "ContactStatus": "ARCHIVED"}),
        (CONTACTS, Sought(), {**CONTACT, "ContactNumber": None}),
        (OVERPAYMENT_ALLOCATIONS, FROM_OVERPAYMENT, {**OVERPAYMENT, "OverpaymentID": OTHER_ID}),
        (OVERPAYMENT_ALLOCATIONS, ALLOCATED, CREDIT_NOTE),
        (OVERPAYMENT_ALLOCATION_REMOVALS, replace(REMOVED, document_id=OVERPAYMENT_ID), OVERPAYMENT),
        (OVERPAYMENT_ALLOCATION_REMOVALS, REMOVED, {**CREDIT_NOTE, "Allocations": []}),
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


def test_a_payment_that_a_person_deleted_meanwhile_is_found_and_so_not_written_again() -> None:
    found = find(PAYMENTS, PAID, [{**PAYMENT, "Status": "DELETED"}])

    assert found is not None
    assert (found.xero_id, found.status) == (PAYMENT_ID, "DELETED")


def test_an_overpayment_is_sought_as_it_was_sent_even_where_its_description_was_cut() -> None:
    long = overpayment(lines=(replace(overpayment().lines[0], description="x" * 4000),))
    sent = payloads.overpayment(long)
    kept = {**OVERPAID, "LineItems": sent["LineItems"]}

    assert len(sent["LineItems"][0]["Description"]) < 1300
    assert find(OVERPAYMENTS, sought_document(long), [kept]) is not None


def test_a_document_is_sought_on_the_contact_it_was_sent_to() -> None:
    theirs = sought_document(invoice(contact="customer:77"), contact=CONTACT_ID)

    assert find(INVOICES, theirs, [INVOICE]) is not None


def test_a_voided_invoice_is_sought_by_its_id() -> None:
    voided = invoice("SH-1001", kind=DocumentKind.VOID, lines=())

    assert sought_document(voided, voided_id=INVOICE_ID) == Sought(document_id=INVOICE_ID)
