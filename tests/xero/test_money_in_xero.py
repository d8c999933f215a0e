"""Overpayments, bank transactions, journals and contacts against the sandbox's Xero, over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from embedded_app.accounting.chart_json import chart_from_json, chart_to_json
from embedded_app.accounting.documents import Document, DocumentKind, SettlementKind
from embedded_app.sandbox.xero.faults import FaultKind
from embedded_app.xero import payloads
from embedded_app.xero.chart import read_chart
from embedded_app.xero.encoding import Json
from embedded_app.xero.endpoints import (
    BANK_TRANSACTIONS,
    CONTACTS,
    INVOICES,
    JOURNALS,
    OVERPAYMENT_ALLOCATION_REMOVALS,
    OVERPAYMENT_ALLOCATIONS,
    OVERPAYMENTS,
    PAYMENTS,
    Endpoint,
)
from embedded_app.xero.errors import OutcomeUnknown
from embedded_app.xero.lookup import Sought, find, sought_document
from embedded_app.xero.outcomes import Posted, Refused
from embedded_app.xero.refusals import Cause
from tests.xero.calls import posted, send, sh1001
from tests.xero.cast import bank_transaction, invoice, journal, line, overpayment, settlement
from tests.xero.conftest import Marlow

SINCE = datetime(2026, 11, 24, 11, 58, tzinfo=UTC)
OVERPAID, SPENT, RECEIVED = (
    overpayment(),
    bank_transaction(),
    bank_transaction(DocumentKind.RECEIVE_MONEY),
)


def sent(marlow: Marlow, document: Document) -> Json:
    """The body of a document, made out to the contact of all retail orders."""
    builds: dict[DocumentKind, Callable[..., Json]] = {
        DocumentKind.INVOICE: payloads.invoice,
        DocumentKind.OVERPAYMENT: payloads.overpayment,
        DocumentKind.SPEND_MONEY: payloads.bank_transaction,
        DocumentKind.RECEIVE_MONEY: payloads.bank_transaction,
    }
    if document.kind is DocumentKind.JOURNAL:
        return payloads.journal(document)
    return builds[document.kind](document, contact=marlow.contact_id)


def test_an_overpayment_is_credit_of_the_customer_until_it_is_paid_back(marlow: Marlow) -> None:
    (outcome,) = send(marlow.api, OVERPAYMENTS, sent(marlow, OVERPAID))
    assert isinstance(outcome, Posted) and outcome.xero_id
    assert (outcome.total, outcome.total_tax) == (Decimal("5.00"), Decimal("0.00"))
    assert marlow.organisation.balances()["610"] == Decimal("-5.00")

    back = payloads.payment(
        settlement(SettlementKind.REFUND, "5.00"),
        document_kind=DocumentKind.OVERPAYMENT,
        document_id=outcome.xero_id,
        account="091",
    )
    posted(marlow.api, PAYMENTS, back, key="t:2")

    balances = marlow.organisation.balances()
    assert balances.get("610", Decimal(0)) == balances.get("091", Decimal(0)) == 0


def test_an_overpayment_is_given_to_an_invoice_found_there_and_taken_back(marlow: Marlow) -> None:
    overpayment_id = posted(marlow.api, OVERPAYMENTS, sent(marlow, OVERPAID))
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)), key="t:2")
    given = payloads.allocation(settlement(SettlementKind.ALLOCATION, "5.00"), invoice_id=invoice_id)
    sought = Sought(document_id=overpayment_id, invoice_id=invoice_id, amount=Decimal("5.00"))

    allocation_id = posted(marlow.api, OVERPAYMENT_ALLOCATIONS, given, path_ids=(overpayment_id,), key="t:3")
    credit = marlow.api.by_id(OVERPAYMENT_ALLOCATIONS, overpayment_id)
    assert credit is not None and marlow.organisation.document("SH-1001").due == Decimal("19.93")
    found = find(OVERPAYMENT_ALLOCATIONS, sought, [credit])
    assert found is not None and found.xero_id == allocation_id

    path_ids = (overpayment_id, allocation_id)
    (removed,) = send(marlow.api, OVERPAYMENT_ALLOCATION_REMOVALS, {}, path_ids=path_ids, key="t:4")
    left = marlow.api.by_id(OVERPAYMENT_ALLOCATION_REMOVALS, overpayment_id)
    assert left is not None and marlow.organisation.document("SH-1001").due == Decimal("24.93")
    gone = Sought(document_id=overpayment_id, allocation_id=allocation_id)
    assert find(OVERPAYMENT_ALLOCATION_REMOVALS, gone, [left]) == removed


def test_money_spent_and_received_moves_clearing_and_the_account_chosen(marlow: Marlow) -> None:
    received = replace(RECEIVED, number="SH-0901-S1", lines=(line("13.50", "0.00", account="260", tax_type="NONE"),))

    out, back = send(marlow.api, BANK_TRANSACTIONS, sent(marlow, SPENT), sent(marlow, received))

    assert isinstance(out, Posted) and (out.total, out.total_tax) == (Decimal("12.00"), Decimal("0.00"))
    assert isinstance(back, Posted) and back.total == Decimal("13.50")
    balances = marlow.organisation.balances()
    assert (balances["091"], balances["260"]) == (Decimal("1.50"), Decimal("-1.50"))


def test_a_journal_moves_amounts_between_accounts(marlow: Marlow) -> None:
    (outcome,) = send(marlow.api, JOURNALS, sent(marlow, journal()))

    assert isinstance(outcome, Posted) and (outcome.total, outcome.status) == (None, "POSTED")
    balances = marlow.organisation.balances()
    assert (balances["405"], balances["815"]) == (Decimal("20.00"), Decimal("-20.00"))


def test_a_contact_of_a_customers_own_takes_their_invoice(marlow: Marlow) -> None:
    contact_id = posted(marlow.api, CONTACTS, payloads.contact("Ann Ames", "SH-77"))
    theirs = payloads.invoice(invoice(contact="customer:77"), contact=contact_id)

    posted(marlow.api, INVOICES, theirs, key="t:2")

    found = find(CONTACTS, Sought(name="SH-77"), marlow.api.changed(CONTACTS, SINCE))
    assert found is not None and found.xero_id == contact_id


def test_a_name_that_is_taken_and_a_number_that_is_taken_are_told_apart(marlow: Marlow) -> None:
    posted(marlow.api, CONTACTS, payloads.contact("Ann Ames", "SH-77"))

    name, number = send(
        marlow.api,
        CONTACTS,
        payloads.contact("Ann Ames", "SH-78"),
        payloads.contact("Ann Ames (78)", "SH-77"),
        key="t:2",
    )

    assert isinstance(name, Refused) and name.code is Cause.NAME_TAKEN
    assert isinstance(number, Refused) and number.code is Cause.NUMBER_TAKEN


@pytest.mark.parametrize(
    ("endpoint", "document"),
    [(OVERPAYMENTS, OVERPAID), (BANK_TRANSACTIONS, SPENT), (BANK_TRANSACTIONS, RECEIVED), (JOURNALS, journal())],
)
def test_what_was_written_before_the_answer_got_lost_is_found_among_its_likes(
    marlow: Marlow, endpoint: Endpoint, document: Document
) -> None:
    for position, other in enumerate([OVERPAID, SPENT, RECEIVED, journal()]):
        alike = replace(other, number=f"{other.number}{position}")
        kind = {DocumentKind.OVERPAYMENT: OVERPAYMENTS, DocumentKind.JOURNAL: JOURNALS}
        posted(marlow.api, kind.get(other.kind, BANK_TRANSACTIONS), sent(marlow, alike), key=f"t:{position}")
    sought = sought_document(document, contact=marlow.contact_id)
    assert find(endpoint, sought, marlow.api.changed(endpoint, SINCE)) is None

    marlow.books.faults.add(FaultKind.RESET_AFTER_WRITE, method="PUT", path=endpoint.path)
    with pytest.raises(OutcomeUnknown):
        send(marlow.api, endpoint, sent(marlow, document), key="t:9")

    found = find(endpoint, sought, marlow.api.changed(endpoint, SINCE))
    assert found is not None and found.xero_id
    if endpoint is not JOURNALS:
        assert found.total == document.total


def test_an_invoice_in_euros_is_paid_through_an_account_in_pounds(marlow: Marlow) -> None:
    euros = sh1001(marlow, currency="EUR", rate=Decimal("1.154321"))
    paid = settlement(SettlementKind.PAYMENT, "24.93", bank_amount=Decimal("21.55"))

    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(euros))
    (outcome,) = send(
        marlow.api,
        PAYMENTS,
        payloads.payment(paid, document_kind=DocumentKind.INVOICE, document_id=invoice_id, account="091"),
        key="t:2",
    )

    assert isinstance(outcome, Posted) and outcome.total == Decimal("24.93")
    assert marlow.organisation.balances()["091"] == Decimal("21.55")


def test_an_invoice_in_euros_is_paid_through_an_account_in_euros(marlow: Marlow) -> None:
    rate = Decimal("1.154321")
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow, currency="EUR", rate=rate)))
    paid = settlement(SettlementKind.PAYMENT, "24.93")

    for_euros = payloads.payment(
        paid, document_kind=DocumentKind.INVOICE, document_id=invoice_id, account="095", rate=rate
    )
    posted(marlow.api, PAYMENTS, for_euros, key="t:2")

    assert marlow.organisation.document("SH-1001").due == 0
    assert marlow.organisation.balances().get("610", Decimal(0)) == 0


def test_money_spent_in_euros_goes_at_the_rate_it_names(marlow: Marlow) -> None:
    euros = replace(SPENT, account="095", currency="EUR", rate=Decimal("1.2"))

    (outcome,) = send(marlow.api, BANK_TRANSACTIONS, sent(marlow, euros))

    assert isinstance(outcome, Posted) and outcome.total == Decimal("12.00")
    assert marlow.organisation.balances()["260"] == Decimal("10.00")


def test_a_line_is_tracked_by_the_names_of_category_and_option(marlow: Marlow) -> None:
    tracked = line("24.93", "4.16", tracking=(("Channel", "Online store"), ("Region", "Home")))

    posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow, lines=(tracked,))))

    (shown,) = marlow.api.changed(INVOICES, SINCE)
    pairs = [(item["Name"], item["Option"]) for item in shown["LineItems"][0]["Tracking"]]
    assert pairs == [("Channel", "Online store"), ("Region", "Home")]


@pytest.mark.parametrize(
    ("endpoint", "document", "cause"),
    [
        (INVOICES, invoice(lines=(line("1.00", "0.17", tracking=(("Region", "Moon"),)),)), Cause.TRACKING),
        (INVOICES, invoice(lines=(line("1.00", "0.17", tracking=(("Era", "Old"),)),)), Cause.TRACKING),
        (INVOICES, invoice(currency="EUR"), Cause.RATE),
        (INVOICES, invoice(currency="SEK", rate=Decimal("13.1")), Cause.CURRENCY),
        (OVERPAYMENTS, replace(OVERPAID, currency="EUR", rate=Decimal("1.1")), Cause.CURRENCY),
        (OVERPAYMENTS, replace(OVERPAID, account="815"), Cause.ACCOUNT),
        (OVERPAYMENTS, replace(OVERPAID, date=date(2026, 10, 31)), Cause.LOCK_DATE),
        (BANK_TRANSACTIONS, replace(SPENT, account="999"), Cause.ACCOUNT),
        (BANK_TRANSACTIONS, replace(SPENT, account="095"), Cause.RATE),
        (BANK_TRANSACTIONS, replace(SPENT, lines=(line("12.00", "0.00", account="090"),)), Cause.ACCOUNT),
        (
            JOURNALS,
            journal(lines=(line("20.00", "0.00", account="091"), line("-20.00", "0.00", account="815"))),
            Cause.ACCOUNT,
        ),
        (JOURNALS, journal(date=date(2026, 10, 31)), Cause.LOCK_DATE),
    ],
)
def test_a_refusal_of_these_kinds_is_told_by_its_cause(
    marlow: Marlow, endpoint: Endpoint, document: Document, cause: Cause
) -> None:
    marlow.organisation.period_lock = date(2026, 10, 31)

    (outcome,) = send(marlow.api, endpoint, sent(marlow, document))

    assert isinstance(outcome, Refused) and outcome.code is cause, outcome


def test_a_journal_that_does_not_balance_is_told_as_a_mistake_of_ours(marlow: Marlow) -> None:
    lopsided = payloads.journal(journal())
    lopsided["JournalLines"][0]["LineAmount"] = Decimal("20.01")

    (outcome,) = send(marlow.api, JOURNALS, lopsided)

    assert isinstance(outcome, Refused) and outcome.code is Cause.TOTALS


def test_the_chart_is_read_whole_and_kept_as_it_was_read(marlow: Marlow) -> None:
    marlow.organisation.period_lock, marlow.organisation.year_lock = date(2026, 3, 31), date(2026, 10, 31)
    api = marlow.api

    chart = read_chart(api.organisation(), api.accounts(), api.tax_rates(), api.tracking_categories(), api.currencies())

    assert (chart.country, chart.base_currency, chart.lock_date) == ("GB", "GBP", date(2026, 10, 31))
    assert {"GBP", "EUR"} <= chart.currencies
    accounts = {account.code: account for account in chart.accounts}
    assert (accounts["095"].currency, accounts["091"].currency) == ("EUR", None)
    assert accounts["815"].takes_payments and accounts["860"].system == "ROUNDING"
    assert {rate.tax_type: rate.rate for rate in chart.tax_rates}["OUTPUT2"] == Decimal("0.2")
    assert {category.name for category in chart.tracking} == {"Channel", "Region"}
    assert chart_from_json(chart_to_json(chart)) == chart
