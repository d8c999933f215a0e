"""Every body we send, against Xero's OpenAPI description and what it leaves open: required and unknown fields."""

import functools
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import yaml

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.xero import payloads
from embedded_app.xero.encoding import Json, encode
from embedded_app.xero.endpoints import (
    ALLOCATIONS,
    BANK_TRANSACTIONS,
    CONTACTS,
    CREDIT_NOTES,
    ENDPOINTS,
    INVOICES,
    JOURNALS,
    OVERPAYMENT_ALLOCATIONS,
    OVERPAYMENTS,
    PAYMENTS,
    VOIDS,
    Endpoint,
)
from tests.specs import specs_dir, xero_properties, xero_request_errors
from tests.xero.cast import (
    ACCOUNT_ID,
    CREDIT_NOTE_ID,
    INVOICE_ID,
    OVERPAYMENT_ID,
    bank_transaction,
    credit_note,
    invoice,
    journal,
    line,
    overpayment,
    settlement,
)

DOCUMENT_FIELDS = {"Type", "Contact", "Date", "LineItems", "LineAmountTypes", "Status"}
# What a body must have for Xero to take it, by endpoint; the description itself requires next to nothing.
REQUIRED: dict[str, set[str]] = {
    "contacts": {"Name", "ContactNumber"},
    "invoices": DOCUMENT_FIELDS | {"CurrencyCode", "InvoiceNumber", "DueDate"},
    "credit notes": DOCUMENT_FIELDS | {"CurrencyCode", "CreditNoteNumber"},
    "overpayments": DOCUMENT_FIELDS | {"CurrencyCode", "BankAccount"},
    "bank transactions": DOCUMENT_FIELDS | {"BankAccount", "Reference"},
    "journals": {"Narration", "JournalLines", "Date", "LineAmountTypes", "Status"},
    "allocations": {"Amount", "Invoice", "Date"},
    "overpayment allocations": {"Amount", "Invoice", "Date"},
    "payments": {"Account", "Date", "Amount", "Reference"},
}
# The same for what is nested, by field: its schema and what it must have.
NESTED: dict[str, tuple[str, set[str]]] = {
    "LineItems": ("LineItem", {"Description", "Quantity", "UnitAmount", "TaxType"}),
    "JournalLines": ("ManualJournalLine", {"LineAmount", "Description"}),
    "Tracking": ("LineItemTracking", {"Name", "Option"}),
    "Contact": ("Contact", {"ContactID"}),
    "Account": ("Account", set()),
    "BankAccount": ("Account", set()),
}
PAID = settlement(SettlementKind.PAYMENT, "24.93")
REFUNDED = settlement(SettlementKind.REFUND, "9.99")
GIVEN = settlement(SettlementKind.ALLOCATION, "9.99")
DISCOUNT = line("-1.77", "-0.30", sends_tax=True, description="Discount", unit_amount=Decimal("-1.77"))
TRACKED = line("20.00", "3.33", tracking=(("Region", "North"),))
AGAINST = line("-20.00", "0.00", account=ACCOUNT_ID)
RATE = Decimal("1.154321")
IN_EUROS = settlement(SettlementKind.PAYMENT, "57.50", bank_amount=Decimal("49.81"))
BODIES: list[tuple[Endpoint, str, Json]] = [
    (INVOICES, "Invoice", payloads.invoice(invoice())),
    (INVOICES, "Invoice", payloads.invoice(invoice(lines=(line("59.00", "9.83", account=ACCOUNT_ID), DISCOUNT)))),
    (CREDIT_NOTES, "CreditNote", payloads.credit_note(credit_note())),
    (
        PAYMENTS,
        "Payment",
        payloads.payment(PAID, document_kind=DocumentKind.INVOICE, document_id=INVOICE_ID, account="091"),
    ),
    (
        PAYMENTS,
        "Payment",
        payloads.payment(
            REFUNDED, document_kind=DocumentKind.CREDIT_NOTE, document_id=CREDIT_NOTE_ID, account=ACCOUNT_ID
        ),
    ),
    (
        PAYMENTS,
        "Payment",
        payloads.payment(REFUNDED, document_kind=DocumentKind.OVERPAYMENT, document_id=OVERPAYMENT_ID, account="091"),
    ),
    (
        PAYMENTS,
        "Payment",
        payloads.payment(IN_EUROS, document_kind=DocumentKind.INVOICE, document_id=INVOICE_ID, account="091"),
    ),
    (
        PAYMENTS,
        "Payment",
        payloads.payment(PAID, document_kind=DocumentKind.INVOICE, document_id=INVOICE_ID, account="095", rate=RATE),
    ),
    (ALLOCATIONS, "Allocation", payloads.allocation(GIVEN, invoice_id=INVOICE_ID)),
    (OVERPAYMENT_ALLOCATIONS, "Allocation", payloads.allocation(GIVEN, invoice_id=INVOICE_ID)),
    (CONTACTS, "Contact", payloads.contact("Ann Ames", "SH-77")),
    (INVOICES, "Invoice", payloads.invoice(invoice(lines=(TRACKED,), currency="EUR", rate=RATE))),
    (CREDIT_NOTES, "CreditNote", payloads.credit_note(credit_note(rate=RATE))),
    (OVERPAYMENTS, "BankTransaction", payloads.overpayment(overpayment(currency="EUR", rate=RATE))),
    (BANK_TRANSACTIONS, "BankTransaction", payloads.bank_transaction(bank_transaction(lines=(TRACKED,), rate=RATE))),
    (
        BANK_TRANSACTIONS,
        "BankTransaction",
        payloads.bank_transaction(bank_transaction(DocumentKind.RECEIVE_MONEY, account=ACCOUNT_ID)),
    ),
    (JOURNALS, "ManualJournal", payloads.journal(journal(lines=(TRACKED, AGAINST)))),
]


@pytest.mark.parametrize(("endpoint", "schema", "element"), BODIES)
def test_a_body_is_as_xero_describes_it(endpoint: Endpoint, schema: str, element: Json) -> None:
    body = json.loads(encode(endpoint, [element]))

    assert xero_request_errors(endpoint.envelope, body) == []
    assert fields_amiss(schema, body[endpoint.envelope][0], REQUIRED[endpoint.name]) == []


def test_a_void_is_as_xero_describes_it() -> None:
    body = json.loads(encode(VOIDS, [payloads.void(INVOICE_ID)]))

    assert xero_request_errors("Invoices", body) == []
    assert set(body["Invoices"][0]) <= xero_properties("Invoice")


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=list(ENDPOINTS))
def test_every_address_and_parameter_is_one_that_xero_describes(endpoint: Endpoint) -> None:
    known = parameters(endpoint)

    assert {name for name, _ in endpoint.params} == known & {"summarizeErrors", "unitdp"}
    assert ("Idempotency-Key" in known) is (endpoint.method != "DELETE")


def test_the_check_sees_a_wrong_field_a_missing_one_and_a_wrong_type() -> None:
    sent = json.loads(encode(INVOICES, [payloads.invoice(invoice())]))["Invoices"][0]
    del sent["DueDate"]
    sent["LineItems"][0]["Acount"] = "200"
    sent["LineItems"][0]["UnitAmount"] = "9.99"

    assert fields_amiss("Invoice", sent, REQUIRED["invoices"]) == [
        "Invoice lacks DueDate",
        "LineItem has an unknown Acount",
    ]
    assert len(xero_request_errors("Invoices", {"Invoices": [sent]})) == 1


@functools.cache
def paths() -> dict[str, Any]:
    """The description's addresses, each id in them as {}."""
    text = (specs_dir() / "xero_accounting.yaml").read_text("utf-8")
    described = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["paths"]
    return {re.sub(r"{\w+}", "{}", path): operations for path, operations in described.items()}


def parameters(endpoint: Endpoint) -> set[str]:
    """What the description takes there besides ids: the last part of each reference."""
    named = {"summarizeErrors": "summarizeErrors", "unitdp": "unitdp", "idempotencyKey": "Idempotency-Key"}
    listed = paths()[endpoint.path][endpoint.method.lower()]["parameters"]
    return {named[name] for given in listed if (name := given.get("$ref", "").rpartition("/")[2]) in named}


def fields_amiss(schema: str, element: dict[str, Any], required: set[str]) -> list[str]:
    """Required fields that are absent and fields that Xero does not know, here and in what is nested."""
    amiss = [f"{schema} lacks {name}" for name in sorted(required - set(element))]
    amiss += [f"{schema} has an unknown {name}" for name in sorted(set(element) - xero_properties(schema))]
    for field, (inner, inner_required) in NESTED.items():
        if element.get("Type") == "RECEIVE-OVERPAYMENT":
            inner_required = inner_required - {"TaxType"}  # Xero posts its line to accounts receivable by itself
        value = element.get(field, [])
        for item in value if isinstance(value, list) else [value]:
            amiss += fields_amiss(inner, item, inner_required)
    return amiss
