"""Reading back from the sandbox's Xero: lists, filters, single documents, contacts, and the page of its books."""

from decimal import Decimal

import pytest
import requests

from tests.sandbox.xero_caller import XeroCaller, messages, payment

D = Decimal


@pytest.fixture
def five(xero: XeroCaller) -> XeroCaller:
    """SH-1 to SH-5, one a minute; SH-2 voided."""
    for number in range(1, 6):
        xero.put("Invoices", xero.invoice(f"SH-{number}"))
        xero.clock.advance(60)
    xero.call("POST", "/Invoices/SH-2", {"Status": "VOIDED"})
    return xero


def listed(xero: XeroCaller, query: str, **headers: str) -> list[str]:
    """The numbers a list answers."""
    return [invoice["InvoiceNumber"] for invoice in xero.get(f"/Invoices{query}", **headers)["Invoices"]]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("?page=1&pageSize=2", ["SH-1", "SH-2"]),
        ("?page=3&pageSize=2", ["SH-5"]),
        ("?page=4&pageSize=2", []),
        ("?InvoiceNumbers=SH-3,SH-4,SH-9", ["SH-3", "SH-4"]),
        ("?Statuses=VOIDED", ["SH-2"]),
        ("?Statuses=AUTHORISED,PAID&page=1&pageSize=1", ["SH-1"]),
    ],
)
def test_lists_are_paged_and_filtered(five: XeroCaller, query: str, numbers: list[str]) -> None:
    assert listed(five, query) == numbers


def test_a_page_says_how_many_there_are(five: XeroCaller) -> None:
    pagination = five.get("/Invoices?page=2&pageSize=2")["pagination"]

    assert pagination == {"page": 2, "pageSize": 2, "pageCount": 3, "itemCount": 5}


@pytest.mark.parametrize("since", ["2026-11-24T12:03:00", "2026-11-24T12:03:00Z", "Tue, 24 Nov 2026 12:03:00 GMT"])
def test_if_modified_since_finds_what_changed_after_that_second(five: XeroCaller, since: str) -> None:
    assert listed(five, "?page=1", If_Modified_Since=since) == ["SH-2", "SH-5"]


def test_ids_find_documents_whatever_their_number(five: XeroCaller) -> None:
    wanted = five.organisation.document("SH-4").document_id

    assert listed(five, f"?IDs={wanted}") == ["SH-4"]


@pytest.mark.parametrize(("query", "lines"), [("?page=1", True), ("?page=1&summaryOnly=true", False), ("", False)])
def test_line_items_come_with_a_page_only(five: XeroCaller, query: str, lines: bool) -> None:
    assert ("LineItems" in five.get(f"/Invoices{query}")["Invoices"][0]) is lines


def test_a_document_is_read_by_id_or_number(five: XeroCaller) -> None:
    document = five.organisation.document("SH-3")

    by_id, by_number = five.get(f"/Invoices/{document.document_id}"), five.get("/Invoices/SH-3")

    assert by_id == by_number
    assert by_id["Invoices"][0]["DateString"] == "2026-11-23T00:00:00"
    assert by_id["Invoices"][0]["Date"] == "/Date(1795392000000+0000)/"


def test_payments_are_listed_with_their_references(five: XeroCaller) -> None:
    invoice = five.get("/Invoices/SH-1")["Invoices"][0]
    five.put("Payments", payment(invoice, "24.00", Reference="T-1"))

    (found,) = five.get("/Payments?page=1", If_Modified_Since="2026-11-24T12:04:59")["Payments"]

    assert (found["Reference"], found["Amount"], found["Invoice"]["InvoiceNumber"]) == ("T-1", D("24.00"), "SH-1")


def test_credit_notes_take_no_filters_but_pages(five: XeroCaller) -> None:
    assert five.call("GET", "/CreditNotes?InvoiceNumbers=SH-1").status_code == 400
    assert five.get("/CreditNotes?page=1")["CreditNotes"] == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Name": "online CUSTOMERS"}, "The contact name online CUSTOMERS is already assigned to another contact."),
        ({"Name": "Two  spaces"}, "The contact Name must have no leading, trailing or repeated spaces"),
        ({"Name": ""}, "The contact Name must be specified."),
        ({"Name": "X", "EmailAddress": "jörg@example.com"}, "Email address must be valid."),
        ({"Name": "X", "Phones": []}, "The field 'Phones' is not accepted on the Contact."),
    ],
)
def test_it_refuses_a_contact_with_a_sentence(xero: XeroCaller, fields: dict[str, str], sentence: str) -> None:
    (answer,) = xero.put("Contacts", fields)

    assert any(message.startswith(sentence) for message in messages(answer))


def test_a_contact_is_created_and_listed(xero: XeroCaller) -> None:
    (made,) = xero.put("Contacts", {"Name": "Acme Ltd", "ContactNumber": "SH-77"})

    names = [contact["Name"] for contact in xero.get("/Contacts?page=1")["Contacts"]]

    assert names == ["Online customers", "Acme Ltd"]
    assert xero.organisation.contact("Acme Ltd").contact_id == made["ContactID"]


def test_the_page_shows_the_books_and_escapes_what_was_sent(five: XeroCaller) -> None:
    five.organisation.contact("Online customers").name = "<script>alert(1)</script>"
    invoice = five.get("/Invoices/SH-1")["Invoices"][0]
    five.put("Payments", payment(invoice, "24.00", Reference="<b>T-1</b>"))

    page = requests.get(f"{five.url}/books/{five.organisation.tenant_id}", timeout=30).text

    assert "<script>" not in page and "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "091 Shopify Payments clearing" in page


def test_the_page_of_an_unknown_organisation_is_not_found(xero: XeroCaller) -> None:
    assert requests.get(f"{xero.url}/books/nobody", timeout=30).status_code == 404
