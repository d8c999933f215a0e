"""Bodies for overpayments, spend and receive money, journals and contacts, and what foreign currency adds."""

from dataclasses import replace
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.xero import payloads
from tests.xero.cast import (
    ACCOUNT_ID,
    CONTACT_ID,
    OVERPAYMENT_ID,
    bank_transaction,
    credit_note,
    invoice,
    journal,
    line,
    overpayment,
    settlement,
)

OTHER_ID = "11111111-1111-4111-8111-111111111111"
REGION = (("Region", "North"), ("Channel", "Online"))


def test_an_overpayment_is_one_line_without_account_or_tax() -> None:
    assert payloads.overpayment(overpayment()) == {
        "Type": "RECEIVE-OVERPAYMENT",
        "Contact": {"ContactID": CONTACT_ID},
        "Date": "2026-11-24",
        "LineAmountTypes": "NoTax",
        "CurrencyCode": "GBP",
        "Status": "AUTHORISED",
        "BankAccount": {"Code": "091"},
        "LineItems": [
            {
                "Description": "Overpaid by card (Order 1001 (SH-1001-O1))",
                "Quantity": 1,
                "UnitAmount": Decimal("5.00"),
            }
        ],
    }


@pytest.mark.parametrize(
    ("kind", "sent_type"), [(DocumentKind.SPEND_MONEY, "SPEND"), (DocumentKind.RECEIVE_MONEY, "RECEIVE")]
)
def test_a_bank_transaction_names_its_clearing_account_and_takes_its_currency_from_it(
    kind: DocumentKind, sent_type: str
) -> None:
    sent = payloads.bank_transaction(bank_transaction(kind))

    lines = sent.pop("LineItems")
    assert sent == {
        "Type": sent_type,
        "Contact": {"ContactID": CONTACT_ID},
        "Date": "2026-11-24",
        "LineAmountTypes": "Inclusive",
        "Reference": "Refund of order 900 (SH-0900-S1)",
        "Status": "AUTHORISED",
        "BankAccount": {"Code": "091"},
    }
    assert [(element["AccountCode"], element["TaxType"]) for element in lines] == [("260", "NONE")]


def test_a_bank_account_without_a_code_is_named_by_its_id() -> None:
    sent = payloads.bank_transaction(bank_transaction(account=ACCOUNT_ID))

    assert sent["BankAccount"] == {"AccountID": ACCOUNT_ID}


def test_a_journal_debits_with_plus_and_credits_with_minus_and_has_no_contact() -> None:
    assert payloads.journal(journal()) == {
        "Narration": "Gift card 1 issued (SH-G1)",
        "Date": "2026-11-24",
        "LineAmountTypes": "NoTax",
        "Status": "POSTED",
        "JournalLines": [
            {"LineAmount": Decimal("20.00"), "AccountCode": "405", "Description": "Promotions"},
            {"LineAmount": Decimal("-20.00"), "AccountCode": "815", "Description": "Gift cards"},
        ],
    }


def test_a_contact_is_a_name_and_our_own_number() -> None:
    assert payloads.contact("Ann Ames", "SH-77") == {"Name": "Ann Ames", "ContactNumber": "SH-77"}


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("Order 1001", "Order 1001 (SH-1001-O1)"),
        ("Overpayment SH-1001-O1", "Overpayment SH-1001-O1"),
        (" Order  1001\n", "Order 1001 (SH-1001-O1)"),
        ("", "(SH-1001-O1)"),
        ("x" * 300, "x" * 242 + " (SH-1001-O1)"),
        ("SH-1001-O1 " + "x" * 300, "SH-1001-O1 " + "x" * 231 + " (SH-1001-O1)"),
    ],
)
def test_the_number_is_in_what_finds_a_document_again_and_it_is_no_longer_than_xero_takes(
    reference: str, named: str
) -> None:
    assert payloads.name(overpayment(reference=reference)) == named
    assert len(named) <= 255


def test_invoices_and_credit_notes_are_found_by_their_number() -> None:
    assert (payloads.name(invoice()), payloads.name(credit_note())) == ("SH-1001", "SH-1001-R1")


def test_a_document_for_a_customer_names_the_contact_that_the_caller_knows() -> None:
    theirs = invoice(contact="customer:77")

    assert payloads.invoice(theirs, contact=OTHER_ID)["Contact"] == {"ContactID": OTHER_ID}
    with pytest.raises(ValueError, match="SH-1001 needs the ContactID"):
        payloads.invoice(theirs)


def test_every_kind_with_a_contact_takes_it_from_the_caller() -> None:
    sent = [
        payloads.credit_note(credit_note(contact="customer:77"), contact=OTHER_ID),
        payloads.overpayment(overpayment(contact="customer:77"), contact=OTHER_ID),
        payloads.bank_transaction(bank_transaction(contact="customer:77"), contact=OTHER_ID),
    ]

    assert [element["Contact"] for element in sent] == [{"ContactID": OTHER_ID}] * 3


def test_a_rate_is_sent_with_every_document_that_has_one() -> None:
    rate = Decimal("1.154321")

    sent = [
        payloads.invoice(invoice(rate=rate)),
        payloads.credit_note(credit_note(rate=rate)),
        payloads.overpayment(overpayment(rate=rate)),
        payloads.bank_transaction(bank_transaction(rate=rate)),
    ]

    assert [element["CurrencyRate"] for element in sent] == [rate] * 4
    assert "CurrencyRate" not in payloads.invoice(invoice())


def test_a_payment_in_another_currency_says_what_moved_on_the_account() -> None:
    paid = settlement(SettlementKind.PAYMENT, "57.50", bank_amount=Decimal("49.81"))

    sent = payloads.payment(paid, document_kind=DocumentKind.INVOICE, document_id=OTHER_ID, account="091")

    assert (sent["Amount"], sent["BankAmount"]) == (Decimal("57.50"), Decimal("49.81"))


def test_a_payment_in_the_accounts_own_foreign_currency_goes_at_the_documents_rate() -> None:
    rate = Decimal("1.154321")
    euros, pounds = (
        payloads.payment(paid, document_kind=DocumentKind.INVOICE, document_id=OTHER_ID, account="095", rate=rate)
        for paid in (
            settlement(SettlementKind.PAYMENT, "57.50"),
            settlement(SettlementKind.PAYMENT, "57.50", bank_amount=Decimal("49.81")),
        )
    )

    assert euros["CurrencyRate"] == rate and "BankAmount" not in euros
    assert "CurrencyRate" not in pounds


def test_an_overpayment_is_paid_back_by_a_payment_on_it() -> None:
    paid_back = settlement(SettlementKind.REFUND, "5.00")

    sent = payloads.payment(
        paid_back, document_kind=DocumentKind.OVERPAYMENT, document_id=OVERPAYMENT_ID, account="091"
    )

    assert sent["Overpayment"] == {"OverpaymentID": OVERPAYMENT_ID}
    assert "BankAmount" not in sent


def test_tracking_goes_with_lines_of_documents_and_of_journals() -> None:
    tracked = line("20.00", "3.33", tracking=REGION)
    against = line("-20.00", "0.00", tracking=REGION[:1])
    expected = [{"Name": "Region", "Option": "North"}, {"Name": "Channel", "Option": "Online"}]

    lines = payloads.invoice(invoice(lines=(tracked,)))["LineItems"]
    journal_lines = payloads.journal(journal(lines=(tracked, against)))["JournalLines"]

    assert lines[0]["Tracking"] == expected
    assert [element["Tracking"] for element in journal_lines] == [expected, expected[:1]]


def test_what_xero_could_not_take_is_a_mistake_of_ours() -> None:
    two_lines = overpayment(lines=overpayment().lines * 2)
    lopsided = journal(lines=journal().lines[:1])

    for build, document in [
        (payloads.overpayment, two_lines),
        (payloads.overpayment, bank_transaction()),
        (payloads.overpayment, replace(overpayment(), account=None)),
        (payloads.bank_transaction, overpayment()),
        (payloads.journal, lopsided),
        (payloads.journal, journal(rate=Decimal("1.1"))),
        (payloads.journal, overpayment()),
    ]:
        with pytest.raises(ValueError):
            build(document)
