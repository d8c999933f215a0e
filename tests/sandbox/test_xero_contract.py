"""The sandbox's answers against Xero's OpenAPI description."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, line, payment
from tests.specs import specs_dir, xero_answer_errors, xero_properties


@pytest.fixture
def busy(xero: XeroCaller) -> XeroCaller:
    """A paid invoice, an allocated credit note, a refund and a refused element."""
    specs_dir()
    invoice, _ = xero.put("Invoices", xero.invoice("SH-1", Url="https://shop.example/1"), xero.invoice("SH-2"))
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1-R1", line("9.99")))
    allocation = {"Invoice": {"InvoiceNumber": "SH-2"}, "Amount": 1, "Date": "2026-11-23"}
    xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation)
    xero.put("Payments", payment(invoice, "24.00"), payment(note, "5.00"))
    return xero


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/Organisation", "Organisations"),
        ("/Accounts", "Accounts"),
        ("/TaxRates", "TaxRates"),
        ("/Currencies", "Currencies"),
        ("/Contacts?page=1", "Contacts"),
        ("/Invoices?page=1&unitdp=4", "Invoices"),
        ("/Invoices/SH-1", "Invoices"),
        ("/CreditNotes?page=1", "CreditNotes"),
        ("/Payments?page=1", "Payments"),
    ],
)
def test_every_list_conforms_to_the_description(busy: XeroCaller, path: str, schema: str) -> None:
    answer = busy.call("GET", path).json()

    assert xero_answer_errors(schema, answer) == []
    assert answer[schema]


def test_answers_to_writes_conform_to_the_description(busy: XeroCaller) -> None:
    body = {"Invoices": [busy.invoice("SH-3"), busy.invoice("SH-1")]}

    written = busy.call("PUT", "/Invoices?summarizeErrors=false", body).json()
    refused = busy.call("PUT", "/Invoices?summarizeErrors=true", body).json()

    assert xero_answer_errors("Invoices", written) == []
    assert xero_answer_errors("Error", refused) == []


def test_no_field_has_a_name_the_description_does_not_know(busy: XeroCaller) -> None:
    known = {"DateString", "DueDateString"}  # Real answers carry them; the description's own examples do too.
    invoices, notes = busy.get("/Invoices?page=1")["Invoices"], busy.get("/CreditNotes?page=1")["CreditNotes"]
    payments = busy.get("/Payments?page=1")["Payments"]

    strange = [
        (schema, name)
        for schema, elements in (("Invoice", invoices), ("CreditNote", notes), ("Payment", payments))
        for name in _names(elements)
        if name not in xero_properties(schema) | known
    ]

    assert strange == []


def _names(elements: list[dict[str, Any]]) -> Iterator[str]:
    for element in elements:
        yield from element
