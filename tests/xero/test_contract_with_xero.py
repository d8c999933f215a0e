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
from embedded_app.xero.endpoints import ALLOCATIONS, CREDIT_NOTES, ENDPOINTS, INVOICES, PAYMENTS, VOIDS, Endpoint
from tests.specs import specs_dir, xero_properties, xero_request_errors
from tests.xero.cast import ACCOUNT_ID, CREDIT_NOTE_ID, INVOICE_ID, credit_note, invoice, line, settlement

DOCUMENT_FIELDS = {"Type", "Contact", "Date", "LineItems", "LineAmountTypes", "Status", "CurrencyCode"}
# What a body must have for Xero to take it; the description itself requires next to nothing.
REQUIRED: dict[str, set[str]] = {
    "Invoice": DOCUMENT_FIELDS | {"InvoiceNumber", "DueDate"},
    "CreditNote": DOCUMENT_FIELDS | {"CreditNoteNumber"},
    "Payment": {"Account", "Date", "Amount", "Reference"},
    "Allocation": {"Amount", "Invoice", "Date"},
    "LineItem": {"Description", "Quantity", "UnitAmount", "TaxType"},
    "Contact": {"ContactID"},
    "Account": set(),
}
NESTED = {"LineItems": "LineItem", "Contact": "Contact", "Account": "Account"}
PAID = settlement(SettlementKind.PAYMENT, "24.93")
REFUNDED = settlement(SettlementKind.REFUND, "9.99")
GIVEN = settlement(SettlementKind.ALLOCATION, "9.99")
DISCOUNT = line("-1.77", "-0.30", sends_tax=True, description="Discount", unit_amount=Decimal("-1.77"))
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
    (ALLOCATIONS, "Allocation", payloads.allocation(GIVEN, invoice_id=INVOICE_ID)),
]


@pytest.mark.parametrize(("endpoint", "schema", "element"), BODIES)
def test_a_body_is_as_xero_describes_it(endpoint: Endpoint, schema: str, element: Json) -> None:
    body = json.loads(encode(endpoint, [element]))

    assert xero_request_errors(endpoint.envelope, body) == []
    assert fields_amiss(schema, body[endpoint.envelope][0]) == []


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

    assert fields_amiss("Invoice", sent) == ["Invoice lacks DueDate", "LineItem has an unknown Acount"]
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


def fields_amiss(schema: str, element: dict[str, Any]) -> list[str]:
    """Required fields that are absent and fields that Xero does not know, here and in what is nested."""
    amiss = [f"{schema} lacks {name}" for name in sorted(REQUIRED[schema] - set(element))]
    amiss += [f"{schema} has an unknown {name}" for name in sorted(set(element) - xero_properties(schema))]
    for field, inner in NESTED.items():
        value = element.get(field, [])
        for item in value if isinstance(value, list) else [value]:
            amiss += fields_amiss(inner, item)
    return amiss
