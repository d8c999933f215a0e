"""Payments and allocations in the sandbox's Xero: what they may settle, in posting order, and taking them back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, allocation, line, messages, payment

D = Decimal
EXCEEDS = "Payment amount exceeds the amount outstanding on this document"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Amount": D("24.01")}, EXCEEDS),
        ({"Amount": D("0")}, "The payment amount must be greater than zero."),
        ({"Amount": D("-1")}, "The payment amount must be greater than zero."),
        ({"Amount": D("1.005")}, "The Amount of the Payment must have at most 2 decimals."),
        ({"Date": "2026-11-22"}, "The payment date cannot be before the date of the document it pays."),
        ({"Date": None}, "The payment Date must be specified."),
        ({"Account": {"Code": "200"}}, "Account code '200' is not a valid code for this document."),
        ({"Account": {"Code": "999"}}, "Account could not be found: '999' is not an active account."),
        ({"Account": None}, "A payment must name an Account."),
        ({"Invoice": {"InvoiceNumber": "SH-9"}}, "The Invoice of the payment could not be found."),
        ({"Invoice": None}, "A payment must name exactly one Invoice, CreditNote or Overpayment."),
        ({"IsReconciled": True}, "The field 'IsReconciled' is not accepted on the Payment."),
    ],
)
def test_it_refuses_a_payment_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))

    (answer,) = xero.put("Payments", {**payment(invoice, "24.00"), **fields})

    assert sentence in messages(answer)
    assert answer["HasValidationErrors"] is True
    assert xero.organisation.payments() == []


def test_a_draft_cannot_be_paid(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1", Status="DRAFT"))

    (answer,) = xero.put("Payments", payment(invoice, "24.00"))

    assert messages(answer) == ["Payments can only be made against Authorised documents"]


def test_amounts_are_judged_in_posting_order_within_a_batch(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))

    answers = xero.put("Payments", *(payment(invoice, amount) for amount in ("20.00", "5.00", "4.00")))

    assert [messages(answer) for answer in answers] == [[], [EXCEEDS], []]
    assert xero.get("/Invoices/SH-1")["Invoices"][0]["Status"] == "PAID"


def test_a_gift_card_account_pays_because_payments_are_enabled_on_it(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))

    (answer,) = xero.put("Payments", payment(invoice, "24.00", Account={"Code": "815"}))

    assert messages(answer) == []
    assert xero.organisation.balances()["815"] == D("24.00")


def test_a_deleted_payment_opens_its_invoice_again(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))
    (paid,) = xero.put("Payments", payment(invoice, "24.00"))

    answer = xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    assert answer.json()["Payments"][0]["Status"] == "DELETED"
    reopened = xero.get("/Invoices/SH-1")["Invoices"][0]
    assert (reopened["Status"], reopened["AmountDue"]) == ("AUTHORISED", D("24.00"))


def test_a_payment_taken_back_leaves_no_date_behind(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))
    (wrong,) = xero.put("Payments", payment(invoice, "24.00", Date="2026-11-25"))
    xero.call("POST", f"/Payments/{wrong['PaymentID']}", {"Status": "DELETED"})

    xero.put("Payments", payment(invoice, "24.00", Date="2026-11-23"))

    (standing,) = xero.get("/Invoices/SH-1")["Invoices"]
    assert standing["FullyPaidOnDate"] == standing["Date"]


def test_a_payment_is_deleted_once(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))
    (paid,) = xero.put("Payments", payment(invoice, "24.00"))
    xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    answer = xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    assert messages(answer.json()["Elements"][0]) == ["Payment not of valid status for modification"]


def test_payments_obey_the_lock_both_ways(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))
    (paid,) = xero.put("Payments", payment(invoice, "4.00"))
    xero.organisation.year_lock = date(2026, 11, 23)

    (late,) = xero.put("Payments", payment(invoice, "20.00"))
    deletion = xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    sentence = "The payment date cannot be before the end of year lock date, currently set at 23 November 2026."
    assert messages(late) == messages(deletion.json()["Elements"][0]) == [sentence]


def exchange(xero: XeroCaller) -> tuple[dict[str, Any], dict[str, Any]]:
    """Case E: 60.00 comes back, 75.00 goes out."""
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1-E1", line("75.00")))
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1-R1", line("60.00")))
    return invoice, note


def test_an_exchange_is_allocated_and_the_rest_paid(xero: XeroCaller) -> None:
    invoice, note = exchange(xero)

    xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation(invoice, "60.00"))
    xero.put("Payments", payment(invoice, "15.00"))

    assert xero.organisation.balances() == {"200": D("-12.50"), "820": D("-2.50"), "610": D("0.00"), "091": D("15.00")}
    assert {document.status for document in xero.organisation.documents()} == {"PAID"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Amount": D("60.01")}, "The amount to allocate exceeds the remaining credit of this credit note"),
        ({"Amount": D("75.01")}, "The amount to allocate exceeds the amount outstanding on this invoice"),
        ({"Amount": D("0")}, "The allocation Amount must be greater than zero."),
        ({"Date": None}, "The allocation Date must be specified."),
        (
            {"Date": "2026-11-22"},
            "The allocation date cannot be before the dates of the credit note and the invoice.",
        ),
        ({"Invoice": {"InvoiceNumber": "SH-9"}}, "The Invoice of the allocation could not be found."),
    ],
)
def test_it_refuses_an_allocation_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    invoice, note = exchange(xero)

    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    (answer,) = xero.put(path, {**allocation(invoice, "60.00"), **fields})

    assert sentence in messages(answer)
    assert xero.organisation.allocations() == []


def test_credit_stays_with_its_contact(xero: XeroCaller) -> None:
    other = xero.organisation.add_contact("Acme Ltd", now=xero.clock.now())
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1", Contact={"ContactID": other.contact_id}))
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-2-R1"))

    (answer,) = xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation(invoice, "24.00"))

    assert messages(answer) == ["The Contact of the credit note and of the invoice must be the same."]


def test_an_allocation_is_taken_back(xero: XeroCaller) -> None:
    invoice, note = exchange(xero)
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    (made,) = xero.put(path, allocation(invoice, "60.00"))

    answer = xero.call("DELETE", f"/{path}/{made['AllocationID']}")

    assert answer.json()["IsDeleted"] is True
    assert {document.status for document in xero.organisation.documents()} == {"AUTHORISED"}
    assert [document.due for document in xero.organisation.documents()] == [D("75.00"), D("60.00")]


def test_allocations_between_locked_documents_are_refused(xero: XeroCaller) -> None:
    invoice, note = exchange(xero)
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    (made,) = xero.put(path, allocation(invoice, "10.00", Date="2026-11-25"))
    xero.organisation.period_lock = date(2026, 11, 24)

    (answer,) = xero.put(path, allocation(invoice, "10.00", Date="2026-11-25"))
    back = xero.call("DELETE", f"/{path}/{made['AllocationID']}")

    sentence = "The allocation cannot be changed: both documents lie on or before the lock date."
    assert messages(answer) == messages(back.json()["Elements"][0]) == [sentence]


def test_a_credit_note_refunds_no_more_than_it_holds(xero: XeroCaller) -> None:
    invoice, note = exchange(xero)
    xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation(invoice, "50.00"))

    answers = xero.put("Payments", payment(note, "10.01"), payment(note, "10.00"))

    assert [messages(answer) for answer in answers] == [[EXCEEDS], []]
    assert answers[1]["PaymentType"] == "ARCREDITPAYMENT"
