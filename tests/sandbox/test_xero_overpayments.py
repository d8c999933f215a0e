"""Overpayments in the sandbox's Xero: credit that money brought in, allocated to invoices or paid back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, allocation, messages, payment

D = Decimal
LATER = {"Date": "2026-11-24"}


def overpaid(xero: XeroCaller, amount: str = "5.00", **fields: Any) -> dict[str, Any]:
    """An overpayment, as its bank transaction is answered."""
    (answer,) = xero.put("BankTransactions", xero.overpayment(amount, **fields))
    return answer


def overpayment(xero: XeroCaller, made: dict[str, Any]) -> dict[str, Any]:
    """The overpayment as it stands now."""
    (found,) = xero.get(f"/Overpayments/{made['OverpaymentID']}")["Overpayments"]
    return dict(found)


def test_an_overpayment_is_credit_of_its_customer(xero: XeroCaller) -> None:
    found = overpayment(xero, overpaid(xero))

    assert (found["Type"], found["Status"], found["RemainingCredit"]) == ("RECEIVE-OVERPAYMENT", "AUTHORISED", D("5"))
    assert xero.organisation.balances() == {"091": D("5.00"), "610": D("-5.00")}
    assert xero.organisation.documents() == []


def test_case_m_pays_what_was_captured_too_much_back(xero: XeroCaller) -> None:
    made = overpaid(xero)

    refused, refund = xero.put("Payments", payment(made, "5.01", **LATER), payment(made, "5.00", **LATER))

    assert messages(refused) == ["Payment amount exceeds the amount outstanding on this document"]
    assert refund["PaymentType"] == "AROVERPAYMENTPAYMENT"
    assert overpayment(xero, made)["Status"] == "PAID"
    assert xero.organisation.balances() == {"091": D("0.00"), "610": D("0.00")}


def test_an_overpayment_pays_a_later_invoice(xero: XeroCaller) -> None:
    made, (invoice,) = overpaid(xero), xero.put("Invoices", xero.invoice("SH-2"))

    xero.put(f"Overpayments/{made['OverpaymentID']}/Allocations", allocation(invoice, "5.00"))

    (standing,) = xero.get("/Invoices/SH-2")["Invoices"]
    assert (standing["AmountDue"], standing["AmountCredited"]) == (D("19.00"), D("5.00"))
    assert [item["OverpaymentID"] for item in standing["Overpayments"]] == [made["OverpaymentID"]]
    assert overpayment(xero, made)["Allocations"][0]["Invoice"]["InvoiceNumber"] == "SH-2"


def test_amounts_are_judged_in_posting_order(xero: XeroCaller) -> None:
    made, (invoice,) = overpaid(xero), xero.put("Invoices", xero.invoice("SH-2"))
    path = f"Overpayments/{made['OverpaymentID']}/Allocations"

    first, second = xero.put(path, allocation(invoice, "3.00"), allocation(invoice, "2.01"))
    refund = xero.put("Payments", payment(made, "2.00", **LATER))[0]

    assert messages(first) == messages(refund) == []
    assert messages(second) == ["The amount to allocate exceeds the remaining credit of this overpayment"]


def test_what_is_taken_back_opens_the_overpayment_again(xero: XeroCaller) -> None:
    made, (invoice,) = overpaid(xero), xero.put("Invoices", xero.invoice("SH-2"))
    path = f"Overpayments/{made['OverpaymentID']}/Allocations"
    (allocated,) = xero.put(path, allocation(invoice, "5.00"))
    spent = overpayment(xero, made)["Status"]

    answer = xero.call("DELETE", f"/{path}/{allocated['AllocationID']}")

    assert (spent, answer.json()["IsDeleted"], overpayment(xero, made)["Status"]) == ("PAID", True, "AUTHORISED")
    assert xero.organisation.document("SH-2").due == D("24.00")


def test_a_refund_taken_back_opens_the_overpayment_again(xero: XeroCaller) -> None:
    made = overpaid(xero)
    (refund,) = xero.put("Payments", payment(made, "5.00", **LATER))

    xero.call("POST", f"/Payments/{refund['PaymentID']}", {"Status": "DELETED"})

    assert overpayment(xero, made)["RemainingCredit"] == D("5.00")
    assert xero.organisation.balances() == {"091": D("5.00"), "610": D("-5.00")}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"LineAmountTypes": "Inclusive"}, "The LineAmountTypes of an overpayment must be NoTax."),
        ({"Reference": "T-1"}, "The Reference is only supported for SPEND and RECEIVE transactions."),
        ({"LineItems": []}, "An overpayment must have exactly one line item."),
        (
            {"LineItems": [{"Description": "x", "UnitAmount": 5}] * 2},
            "An overpayment must have exactly one line item.",
        ),
        (
            {"LineItems": [{"Description": "x", "UnitAmount": 5, "AccountCode": "200"}]},
            "The line item of an overpayment goes to account code '610' and to no other.",
        ),
        (
            {"LineItems": [{"Description": "x", "UnitAmount": 5, "TaxType": "OUTPUT2"}]},
            "The line item of an overpayment has no tax.",
        ),
        ({"BankAccount": {"Code": "815"}}, "The BankAccount '815' is not a bank account."),
        ({"Date": "2026-10-31"}, "The transaction date cannot be before the period lock date, currently set at 31 "),
    ],
)
def test_it_refuses_an_overpayment_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    xero.organisation.period_lock = date(2026, 10, 31)

    (answer,) = xero.put("BankTransactions", {**xero.overpayment("5.00"), **fields})

    assert any(message.startswith(sentence) for message in messages(answer)), messages(answer)
    assert xero.organisation.overpayments() == []


def test_an_overpayment_cannot_be_deleted_as_a_bank_transaction(xero: XeroCaller) -> None:
    made = overpaid(xero)

    answer = xero.call("POST", f"/BankTransactions/{made['BankTransactionID']}", {"Status": "DELETED"})

    sentence = "A bank transaction of the Type RECEIVE-OVERPAYMENT cannot be deleted."
    assert messages(answer.json()["Elements"][0]) == [sentence]


def test_an_allocation_is_taken_back_from_its_own_overpayment_only(xero: XeroCaller) -> None:
    made, other, (invoice,) = overpaid(xero), overpaid(xero), xero.put("Invoices", xero.invoice("SH-2"))
    (allocated,) = xero.put(f"Overpayments/{made['OverpaymentID']}/Allocations", allocation(invoice, "5.00"))

    answer = xero.call("DELETE", f"/Overpayments/{other['OverpaymentID']}/Allocations/{allocated['AllocationID']}")

    assert answer.status_code == 404
    assert xero.organisation.document("SH-2").due == D("19.00")


def test_overpayments_are_allocated_with_the_scope_of_payments(xero: XeroCaller) -> None:
    made, (invoice,) = overpaid(xero), xero.put("Invoices", xero.invoice("SH-2"))
    xero.access, _ = xero.books.issue_tokens(xero.user_id, "accounting.payments")

    (answer,) = xero.put(f"Overpayments/{made['OverpaymentID']}/Allocations", allocation(invoice, "5.00"))

    assert messages(answer) == []


def test_overpayments_are_listed_with_their_lines_by_page(xero: XeroCaller) -> None:
    overpaid(xero, "5.00")
    xero.clock.advance(60)
    overpaid(xero, "7.00")

    (found,) = xero.get("/Overpayments?page=1", If_Modified_Since="2026-11-24T12:00:30")["Overpayments"]

    assert (found["Total"], found["LineItems"][0]["Description"]) == (D("7.00"), "SH-1001 overpaid")
    assert len(xero.get("/Overpayments?page=2&pageSize=1")["Overpayments"]) == 1
    assert "LineItems" not in xero.get("/Overpayments")["Overpayments"][0]


def test_an_overpayment_stays_with_its_customer(xero: XeroCaller) -> None:
    other = xero.organisation.add_contact("Acme Ltd", now=xero.clock.now())
    made = overpaid(xero, Contact={"ContactID": other.contact_id})
    (invoice,) = xero.put("Invoices", xero.invoice("SH-2"))

    (answer,) = xero.put(f"Overpayments/{made['OverpaymentID']}/Allocations", allocation(invoice, "5.00"))

    assert messages(answer) == ["The Contact of the overpayment and of the invoice must be the same."]
