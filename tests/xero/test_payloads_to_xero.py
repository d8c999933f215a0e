"""Bodies for each kind of document and settlement."""

from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.xero import payloads
from tests.xero.cast import ACCOUNT_ID, CONTACT_ID, CREDIT_NOTE_ID, INVOICE_ID, credit_note, invoice, line, settlement


def test_an_invoice_is_sent_approved_and_with_tax_included() -> None:
    sent = payloads.invoice(invoice())

    lines = sent.pop("LineItems")
    assert sent == {
        "Type": "ACCREC",
        "InvoiceNumber": "SH-1001",
        "Contact": {"ContactID": CONTACT_ID},
        "Date": "2026-11-24",
        "DueDate": "2026-11-24",
        "LineAmountTypes": "Inclusive",
        "CurrencyCode": "GBP",
        "Reference": "Order 1001",
        "Status": "AUTHORISED",
    }
    assert [element["AccountCode"] for element in lines] == ["200", "205"]


def test_a_line_sends_its_tax_type_always_and_its_tax_only_where_xero_would_differ() -> None:
    mug, shipping = payloads.invoice(invoice())["LineItems"]

    assert mug == {
        "Description": "Mug",
        "Quantity": Decimal("2"),
        "UnitAmount": Decimal("9.99"),
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
    }
    assert shipping["TaxAmount"] == Decimal("0.83")


def test_a_tax_amount_of_zero_is_sent_like_any_other() -> None:
    free = line("1.00", "0.00", sends_tax=True)

    assert payloads.invoice(invoice(lines=(free,)))["LineItems"][0]["TaxAmount"] == Decimal("0.00")


def test_an_account_without_a_code_is_sent_by_its_id() -> None:
    coded, known_by_id = line("1.00", "0.17"), line("1.00", "0.17", account=ACCOUNT_ID)

    first, second = payloads.invoice(invoice(lines=(coded, known_by_id)))["LineItems"]

    assert first["AccountCode"] == "200"
    assert second["AccountID"] == ACCOUNT_ID and "AccountCode" not in second


def test_a_credit_note_has_its_own_number_and_no_due_date() -> None:
    sent = payloads.credit_note(credit_note())

    assert sent["Type"] == "ACCRECCREDIT"
    assert sent["CreditNoteNumber"] == "SH-1001-R1"
    assert "DueDate" not in sent and "InvoiceNumber" not in sent


@pytest.mark.parametrize(
    ("kind", "document_kind", "target"),
    [
        (SettlementKind.PAYMENT, DocumentKind.INVOICE, {"Invoice": {"InvoiceID": INVOICE_ID}}),
        (SettlementKind.REFUND, DocumentKind.CREDIT_NOTE, {"CreditNote": {"CreditNoteID": INVOICE_ID}}),
    ],
)
def test_a_payment_names_its_document_by_id(
    kind: SettlementKind, document_kind: DocumentKind, target: dict[str, object]
) -> None:
    paid = settlement(kind, "24.93")

    sent = payloads.payment(paid, document_kind=document_kind, document_id=INVOICE_ID, account="091")

    assert sent == {
        **target,
        "Account": {"Code": "091"},
        "Date": "2026-11-24",
        "Amount": Decimal("24.93"),
        "Reference": "SH-1001 tender 1",
    }


def test_a_payment_into_an_account_without_a_code_names_its_id() -> None:
    paid = settlement(SettlementKind.PAYMENT, "24.93")

    sent = payloads.payment(paid, document_kind=DocumentKind.INVOICE, document_id=INVOICE_ID, account=ACCOUNT_ID)

    assert sent["Account"] == {"AccountID": ACCOUNT_ID}


def test_a_refund_cannot_be_put_on_an_invoice() -> None:
    paid_back = settlement(SettlementKind.REFUND, "9.99")

    with pytest.raises(ValueError, match="a refund does not settle a invoice"):
        payloads.payment(paid_back, document_kind=DocumentKind.INVOICE, document_id=INVOICE_ID, account="091")


def test_an_allocation_names_the_invoice_that_the_credit_goes_to() -> None:
    given = settlement(SettlementKind.ALLOCATION, "60.00")

    sent = payloads.allocation(given, invoice_id=INVOICE_ID)

    assert sent == {"Amount": Decimal("60.00"), "Invoice": {"InvoiceID": INVOICE_ID}, "Date": "2026-11-24"}


def test_a_void_changes_nothing_but_the_status() -> None:
    assert payloads.void(INVOICE_ID) == {"InvoiceID": INVOICE_ID, "Status": "VOIDED"}


def test_a_credit_note_is_not_sent_as_an_invoice() -> None:
    with pytest.raises(ValueError, match="another endpoint"):
        payloads.invoice(credit_note())
    with pytest.raises(ValueError, match="another endpoint"):
        payloads.credit_note(invoice())
    with pytest.raises(ValueError, match="another endpoint"):
        payloads.allocation(settlement(SettlementKind.PAYMENT, "1.00"), invoice_id=CREDIT_NOTE_ID)
