"""The sandbox against Xero's OpenAPI description, both ways: what it answers, what it takes, and where.

What it takes is checked for every element that any test of the sandbox's Xero sends and has accepted: see
`check_taken` in xero_caller. The overlay itself is checked here.
"""

import re
from typing import Any

import pytest

from embedded_app.sandbox.xero import create_xero
from tests.sandbox.xero_caller import XeroCaller, allocation, decode, line, payment
from tests.specs import specs_dir, xero_answer_errors, xero_paths, xero_properties
from tests.xero_overlay import request_amiss

# Real answers carry them; the description's own examples do too.
KNOWN = {"DateString", "DueDateString"}
NESTED = {
    "LineItems": "LineItem",
    "JournalLines": "ManualJournalLine",
    "Payments": "Payment",
    "Allocations": "Allocation",
    "Overpayments": "Overpayment",
    "CreditNotes": "CreditNote",
    "Tracking": "LineItemTracking",
    "BankAccount": "Account",
    "FromBankAccount": "Account",
    "Contact": "Contact",
    "TaxComponents": "TaxComponent",
    "Options": "TrackingOption",
}
LISTS = [
    ("/Organisation", "Organisations", "Organisation"),
    ("/Accounts", "Accounts", "Account"),
    ("/TaxRates", "TaxRates", "TaxRate"),
    ("/Currencies", "Currencies", "Currency"),
    ("/TrackingCategories", "TrackingCategories", "TrackingCategory"),
    ("/Contacts?page=1", "Contacts", "Contact"),
    ("/Invoices?page=1&unitdp=4", "Invoices", "Invoice"),
    ("/Invoices/SH-2", "Invoices", "Invoice"),
    ("/CreditNotes?page=1", "CreditNotes", "CreditNote"),
    ("/Payments?page=1", "Payments", "Payment"),
    ("/BankTransactions?page=1", "BankTransactions", "BankTransaction"),
    ("/BankTransfers", "BankTransfers", "BankTransfer"),
    ("/Overpayments?page=1", "Overpayments", "Overpayment"),
    ("/ManualJournals?page=1", "ManualJournals", "ManualJournal"),
]
JOURNAL = {
    "Narration": "GC-7",
    "Date": "2026-11-24",
    "Status": "POSTED",
    "Url": "https://shop.example/gc/7",
    "JournalLines": [
        {"LineAmount": 5, "AccountCode": "405", "Tracking": [{"Name": "Region", "Option": "Home"}]},
        {"LineAmount": -5, "AccountCode": "815"},
    ],
}


@pytest.fixture
def busy(xero: XeroCaller) -> XeroCaller:
    """One of everything: documents, settlements of each sort, bank transactions, a transfer and a journal."""
    specs_dir()
    tracked = line("12.00", Tracking=[{"Name": "Channel", "Option": "Online store"}])
    first = xero.invoice("SH-1", tracked, line("12.00"), Url="https://shop.example/1")
    invoice, second = xero.put("Invoices", first, xero.invoice("SH-2"))
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1-R1", line("9.99")))
    spent = xero.money("SPEND", Url="https://shop.example/2", Reference="fees")
    over, _ = xero.put("BankTransactions", xero.overpayment("5.00"), spent)
    xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation(second, "1.00"))
    xero.put(f"Overpayments/{over['OverpaymentID']}/Allocations", allocation(second, "2.00"))
    refund = payment(over, "1.00", Date="2026-11-24")
    xero.put("Payments", payment(invoice, "24.00"), payment(note, "5.00"), refund)
    xero.transfer("17.30")
    xero.put("ManualJournals", JOURNAL)
    return xero


@pytest.mark.parametrize(("path", "envelope", "schema"), LISTS)
def test_every_list_conforms_to_the_description(busy: XeroCaller, path: str, envelope: str, schema: str) -> None:
    answer = busy.call("GET", path).json()

    assert xero_answer_errors(envelope, answer) == []
    assert answer[envelope]


@pytest.mark.parametrize(("path", "envelope", "schema"), LISTS)
def test_no_field_has_a_name_the_description_does_not_know(
    busy: XeroCaller, path: str, envelope: str, schema: str
) -> None:
    answer = busy.get(path)

    assert [strange for element in answer[envelope] for strange in unknown(schema, element)] == []


def unknown(schema: str, element: dict[str, Any]) -> list[str]:
    """The fields of an answer that its schema does not know, here and in what is nested."""
    strange = [f"{schema}.{name}" for name in element if name not in xero_properties(schema) | KNOWN]
    for field, inner in NESTED.items():
        value = element.get(field, [])
        for item in value if isinstance(value, list) else [value]:
            strange += unknown(inner, item)
    return strange


@pytest.mark.parametrize("path", ["/Reports/TrialBalance", "/Reports/BankSummary"])
def test_a_report_conforms_to_the_description(busy: XeroCaller, path: str) -> None:
    assert xero_answer_errors("ReportWithRows", busy.call("GET", path).json()) == []


def test_answers_to_writes_conform_to_the_description(busy: XeroCaller) -> None:
    body = {"Invoices": [busy.invoice("SH-3"), busy.invoice("SH-1")]}

    written = busy.call("PUT", "/Invoices?summarizeErrors=false", body).json()
    refused = busy.call("PUT", "/Invoices?summarizeErrors=true", body).json()

    assert xero_answer_errors("Invoices", written) == []
    assert xero_answer_errors("Error", refused) == []


@pytest.mark.parametrize(
    ("envelope", "element"),
    [
        ("BankTransactions", {"Type": "SPEND"}),
        ("ManualJournals", {"Narration": "GC-8"}),
        ("Payments", {"Amount": 5}),
        ("Contacts", {"Name": "Online customers"}),
    ],
)
def test_refused_elements_conform_to_the_description(busy: XeroCaller, envelope: str, element: dict[str, Any]) -> None:
    """Only fields the description requires may be missing: the element is an echo of what was sent."""
    answer = busy.call("PUT", f"/{envelope}?summarizeErrors=false", {envelope: [element]}).json()

    wrong = [error for error in xero_answer_errors(envelope, answer) if "is a required property" not in error]
    assert wrong == []
    assert answer[envelope][0]["StatusAttributeString"] == "ERROR"


def test_answers_to_transfers_and_deletions_conform_to_the_description(busy: XeroCaller) -> None:
    made = busy.transfer("1.00")
    transfer_id = decode(made)["BankTransfers"][0]["BankTransferID"]

    deleted = busy.call("POST", f"/BankTransfers/{transfer_id}", {"Status": "DELETED"})

    assert xero_answer_errors("BankTransfers", made.json()) == []
    assert xero_answer_errors("BankTransfers", deleted.json()) == []


def test_every_endpoint_is_one_that_the_description_has(busy: XeroCaller) -> None:
    described = {(method, re.sub(r"{\w+}", "*", path)) for method, path in xero_paths()}
    offered = {
        (method, re.sub(r"<\w+>", "*", rule.rule.removeprefix("/api.xro/2.0")))
        for rule in create_xero(busy.books, clock=busy.clock).url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.unknown_endpoint"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert len(offered) > 30
    assert offered - described == set()


@pytest.mark.parametrize(
    ("change", "amiss"),
    [
        ({"Date": None}, "BankTransaction lacks Date"),
        ({"Date": "24/11/2026"}, "BankTransaction writes its Date as '24/11/2026'"),
        ({"Acount": "200"}, "BankTransaction has an unknown Acount"),
        ({"BankAccount": {}}, "Account has none of AccountID, Code"),
        ({"LineItems": [{"Quantity": 1}]}, "LineItem lacks Description"),
        ({"Type": "GIVE"}, "BankTransactions/0/Type: 'GIVE' is not one of"),
        ({"CurrencyRate": "1.15"}, "BankTransactions/0/CurrencyRate: '1.15' is not of type 'number'"),
    ],
)
def test_the_overlay_sees_each_kind_of_mistake(xero: XeroCaller, change: dict[str, Any], amiss: str) -> None:
    specs_dir()
    good = xero.money("SPEND", {"Description": "fees", "UnitAmount": 1, "AccountCode": "404"})

    found = request_amiss("BankTransactions", {**good, **change})

    assert request_amiss("BankTransactions", good) == []
    assert [one for one in found if one.startswith(amiss)] != []
