"""What the sandbox's Xero accepts and refuses as invoices and credit notes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, line, messages, payment

D = Decimal
LOCK = "The document date cannot be before the period lock date, currently set at 31 October 2026."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Type": "ACCPAY"}, "The Type of the Invoice must be ACCREC: this sandbox keeps sales documents only."),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": None}, "One or more line items must be specified"),
        ({"DueDate": None}, "A Due Date must be specified for an approved invoice."),
        ({"DueDate": "2026-11-22"}, "The Due Date cannot be before the document date."),
        ({"Date": "23/11/2026"}, "The Date '23/11/2026' of the Invoice must be a date as YYYY-MM-DD."),
        ({"Date": "2026-02-30"}, "The Date '2026-02-30' of the Invoice must be a date as YYYY-MM-DD."),
        ({"Date": "2026-10-31"}, LOCK),
        ({"CurrencyCode": "USD"}, "Organisation is not subscribed to currency USD"),
        ({"CurrencyCode": "EUR"}, "A currency rate must be specified"),
        ({"InvoiceNumber": "X" * 256}, "The length of the field InvoiceNumber must be at most 255 characters."),
        ({"Colour": "red"}, "The field 'Colour' is not accepted on the Invoice."),
        ({"Total": 24}, "The field 'Total' is not accepted on the Invoice."),
        ({"Contact": {"ContactID": "ten"}}, "The ContactID 'ten' of the Contact must be a UUID."),
        ({"Status": "PAID"}, "The Status 'PAID' of the Invoice must be one of: DRAFT, SUBMITTED, AUTHORISED."),
    ],
)
def test_it_refuses_an_invoice_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    xero.organisation.period_lock = date(2026, 10, 31)

    (answer,) = xero.put("Invoices", xero.invoice("SH-1", **fields))

    assert sentence in messages(answer)
    assert (answer["StatusAttributeString"], answer["HasErrors"]) == ("ERROR", True)
    assert xero.organisation.documents() == []


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (line(Description=""), "Description is required on a line item: it must have at least 1 character."),
        (line(Description="x" * 4001), "The length of the field Description must be at most 4000 characters."),
        (line(Description="\ud83d"), "The Description of the line item holds a character that is not valid Unicode."),
        (line(account="999"), "Account code '999' is not a valid code for this document."),
        (line(account="091", tax_type="NONE"), "Account code '091' is not a valid code for this document."),
        (line(account="610", tax_type="NONE"), "Account code '610' is not a valid code for this document."),
        (line(account="820", tax_type="NONE"), "Account code '820' is not a valid code for this document."),
        (line(account="270", tax_type="NONE"), "Account code '270' has been archived, or has been deleted"),
        (line(AccountCode=None), "Account code must be specified."),
        (line(tax_type="INPUT2"), "The TaxType code 'INPUT2' cannot be used with account code '200'."),
        (line(tax_type="GST"), "The TaxType code 'GST' does not exist or is not active in this organisation."),
        (line(LineAmount=D("24.01")), "The line total 24.01 does not match the expected line total 24.00"),
        (line(UnitAmount="24.00"), "The UnitAmount of the line item must be a JSON number."),
        (line(UnitAmount=None), "A line item must have a UnitAmount or a LineAmount."),
        (line(TaxAmount=D("24.01")), "The TaxAmount 24.01 cannot be greater than the UnitAmount 24.0000."),
        (line(TaxAmount=D("-4")), "The TaxAmount -4.0 must have the sign of the line total 24.00."),
        (line(TaxAmount=D("4.005")), "The TaxAmount of the line item must have at most 2 decimals."),
        (
            line(tax_type="ZERORATEDOUTPUT", TaxAmount=D("1")),
            "The TaxAmount 1.0 cannot be used with the TaxType code 'ZERORATEDOUTPUT', whose rate is 0.",
        ),
        (line(ItemCode="MUG"), "The field 'ItemCode' is not accepted on the line item."),
        (line("-24.00"), "The total of the Invoice must not be negative."),
    ],
)
def test_it_refuses_a_line_with_a_sentence(xero: XeroCaller, item: dict[str, Any], sentence: str) -> None:
    xero.organisation.accounts["270"].status = "ARCHIVED"

    (answer,) = xero.put("Invoices", xero.invoice("SH-1", item))

    assert sentence in messages(answer)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [("invoice", "Invoice # must be unique."), ("credit_note", "Credit note # must be unique.")],
)
def test_a_number_is_taken_once_even_after_a_void(xero: XeroCaller, make: str, sentence: str) -> None:
    envelope = "Invoices" if make == "invoice" else "CreditNotes"
    document = getattr(xero, make)("SH-1")
    (first,) = xero.put(envelope, document)
    xero.call("POST", f"/{envelope}/SH-1", {"Status": "VOIDED"})

    (second,) = xero.put(envelope, document)

    assert messages(first) == []
    assert messages(second) == [sentence]


def test_an_invoice_and_a_credit_note_may_share_a_number(xero: XeroCaller) -> None:
    xero.put("Invoices", xero.invoice("SH-1"))

    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1"))

    assert messages(note) == []


def test_good_elements_of_a_batch_are_kept_beside_a_refused_one(xero: XeroCaller) -> None:
    answers = xero.put(
        "Invoices", xero.invoice("SH-1"), xero.invoice("SH-2", line(account="999")), xero.invoice("SH-3")
    )

    assert [answer["StatusAttributeString"] for answer in answers] == ["OK", "ERROR", "OK"]
    assert [document.number for document in xero.organisation.documents()] == ["SH-1", "SH-3"]


@pytest.mark.parametrize("query", ["", "?summarizeErrors=true"])
def test_a_summarised_batch_with_one_bad_element_leaves_no_trace(xero: XeroCaller, query: str) -> None:
    body = {"Invoices": [xero.invoice("SH-1"), xero.invoice("SH-2", line(account="999"))]}

    answer = xero.call("PUT", f"/Invoices{query}", body)

    assert answer.status_code == 400
    assert answer.json()["ErrorNumber"] == 10
    assert messages(answer.json()["Elements"][0]) == ["Account code '999' is not a valid code for this document."]
    assert xero.organisation.documents() == []
    assert messages(xero.put("Invoices", xero.invoice("SH-1"))[0]) == []


def test_a_draft_needs_neither_lines_nor_contact_and_is_not_in_the_ledger(xero: XeroCaller) -> None:
    draft = {"Type": "ACCREC", "Status": "DRAFT", "Date": "2026-11-23"}

    (answer,) = xero.put("Invoices", draft)

    assert (answer["Status"], answer["InvoiceNumber"]) == ("DRAFT", "INV-0001")
    assert xero.organisation.balances() == {}


def test_an_invoice_of_nothing_is_paid_at_once(xero: XeroCaller) -> None:
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line("0.00")))

    assert (answer["Status"], answer["AmountDue"]) == ("PAID", D(0))


def test_an_archived_contact_cannot_be_used(xero: XeroCaller) -> None:
    xero.organisation.contact("Online customers").status = "ARCHIVED"

    (answer,) = xero.put("Invoices", xero.invoice("SH-1"))

    assert messages(answer) == ["The contact status 'ARCHIVED' is not valid for contacts on this document."]


def test_a_void_takes_the_invoice_out_of_the_ledger(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))

    answer = xero.call("POST", f"/Invoices/{invoice['InvoiceID']}", {"Invoices": [{"Status": "VOIDED"}]})

    assert answer.json()["Invoices"][0]["Status"] == "VOIDED"
    assert xero.organisation.balances() == {}


def test_a_paid_invoice_cannot_be_voided(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))
    xero.put("Payments", payment(invoice, "24.00"))

    answer = xero.call("POST", "/Invoices/SH-1", {"Status": "VOIDED"})

    assert answer.status_code == 400
    sentence = "This document cannot be edited as it has a payment or credit note allocated to it."
    assert messages(answer.json()["Elements"][0]) == [sentence]


def test_a_void_in_a_locked_period_is_refused(xero: XeroCaller) -> None:
    xero.put("Invoices", xero.invoice("SH-1", Date="2026-10-31", DueDate="2026-10-31"))
    xero.organisation.period_lock = date(2026, 10, 31)

    answer = xero.call("POST", "/Invoices/SH-1", {"Status": "VOIDED"})

    assert messages(answer.json()["Elements"][0]) == [LOCK]


def test_a_voided_invoice_cannot_be_voided_again(xero: XeroCaller) -> None:
    xero.put("Invoices", xero.invoice("SH-1"))
    xero.call("POST", "/Invoices/SH-1", {"Status": "VOIDED"})

    answer = xero.call("POST", "/Invoices/SH-1", {"Status": "VOIDED"})

    assert messages(answer.json()["Elements"][0]) == ["Invoice not of valid status for modification"]
