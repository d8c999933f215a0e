"""What the sandbox's Xero says of its books: trial balance, account transactions, VAT, receivables, and its pages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.sandbox.xero_caller import XeroCaller, line, payment

D = Decimal
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def week(xero: XeroCaller) -> XeroCaller:
    """Monday: an invoice and its payment. Tuesday: a refund, a fee and a journal. Friday: the payout."""
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))
    xero.put("Payments", payment(invoice, "24.00", Reference="T-1"))
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1-R1", line("6.00"), Date="2026-11-24"))
    xero.put("Payments", payment(note, "6.00", Date="2026-11-24", Reference="T-2"))
    xero.put("BankTransactions", xero.money("SPEND", Reference="fees"))
    lines = [{"LineAmount": 5, "AccountCode": "405"}, {"LineAmount": -5, "AccountCode": "815"}]
    journal = {"Narration": "GC-7", "Date": "2026-11-24", "Status": "POSTED", "JournalLines": lines}
    xero.put("ManualJournals", journal)
    xero.transfer("17.30", Reference="payout")
    return xero


def test_the_trial_balance_of_a_day_knows_nothing_of_the_next(week: XeroCaller) -> None:
    monday, all_of_it = week.organisation.trial_balance(MONDAY), week.organisation.balances()

    assert monday == {"200": D("-20.00"), "820": D("-4.00"), "610": D("0.00"), "091": D("24.00")}
    assert (all_of_it["091"], all_of_it["090"]) == (D("0.00"), D("17.30"))
    assert sum(all_of_it.values()) == 0


def test_the_clearing_account_shows_every_source(week: XeroCaller) -> None:
    rows = week.organisation.account_transactions("091", MONDAY, date(2026, 11, 30))

    assert [(row.day.day, row.source, row.name, row.debit, row.credit) for row in rows] == [
        (23, "ACCRECPAYMENT", "T-1", D("24.00"), D("0.00")),
        (24, "ARCREDITPAYMENT", "T-2", D("0.00"), D("6.00")),
        (24, "CASHPAID", "fees", D("0.00"), D("0.70")),
        (27, "TRANSFER", "payout", D("0.00"), D("17.30")),
    ]


def test_what_is_posted_later_for_an_earlier_day_stands_before(week: XeroCaller) -> None:
    week.put("BankTransactions", week.money("SPEND", Date="2026-11-20", Reference="early"))

    rows = week.organisation.account_transactions("091", date(2026, 11, 1), MONDAY)

    assert [row.name for row in rows] == ["early", "T-1"]


def test_account_transactions_keep_to_their_days(week: XeroCaller) -> None:
    rows = week.organisation.account_transactions("200", TUESDAY, TUESDAY)

    assert [(row.source, row.name, row.contact, row.debit) for row in rows] == [
        ("ACCRECCREDIT", "SH-1-R1", "Online customers", D("5.00"))
    ]


def test_journals_show_by_their_narration(week: XeroCaller) -> None:
    (row,) = week.organisation.account_transactions("815", MONDAY, TUESDAY)

    assert (row.source, row.name, row.credit) == ("MANJOURNAL", "GC-7", D("5.00"))


def test_the_vat_report_keeps_to_its_period(week: XeroCaller) -> None:
    (monday,) = week.organisation.vat_report(MONDAY, MONDAY).values()
    both = week.organisation.vat_report(MONDAY, TUESDAY)["OUTPUT2"]

    assert (monday.net, monday.tax) == (D("20.00"), D("4.00"))
    assert (both.net, both.tax) == (D("15.00"), D("3.00"))


def test_receivables_say_who_owes_what(week: XeroCaller) -> None:
    other = week.organisation.add_contact("Acme Ltd", now=week.clock.now())
    week.put("Invoices", week.invoice("SH-2", Contact={"ContactID": other.contact_id}))
    week.put("BankTransactions", week.overpayment("3.00"))

    owed = week.organisation.receivables(TUESDAY)

    assert owed == {"Acme Ltd": D("24.00"), "Online customers": D("-3.00")}
    assert sum(owed.values()) == week.organisation.balances()["610"]


def test_what_is_voided_or_deleted_is_in_no_report(xero: XeroCaller) -> None:
    xero.put("Invoices", xero.invoice("SH-1"))
    xero.call("POST", "/Invoices/SH-1", {"Status": "VOIDED"})

    assert xero.organisation.entries() == []


def cells(report: dict[str, Any], title: str) -> list[list[str]]:
    """The values of a section's rows, row by row."""
    (section,) = [row for row in report["Rows"] if row.get("Title") == title]
    return [[cell["Value"] for cell in row["Cells"]] for row in section["Rows"]]


def test_the_trial_balance_is_a_report_over_http(week: XeroCaller) -> None:
    (report,) = week.get("/Reports/TrialBalance?date=2026-11-30")["Reports"]

    assert cells(report, "Revenue") == [["Sales (200)", "", "15.00", "", "15.00"]]
    assert ["Business Bank Account (090)", "17.30", "", "17.30", ""] in cells(report, "Assets")
    assert cells(report, "") == [["Total", "", "", "23.00", "23.00"]]
    assert report["ReportTitles"] == ["Trial Balance", "Marlow & Finch Ltd", "As at 30 November 2026"]


def test_the_trial_balance_of_a_month_sets_it_apart_from_what_was_before(week: XeroCaller) -> None:
    week.put("Invoices", week.invoice("SH-2", Date="2026-12-01", DueDate="2026-12-01"))

    (report,) = week.get("/Reports/TrialBalance?date=2026-12-31")["Reports"]

    assert cells(report, "Revenue") == [["Sales (200)", "", "20.00", "", "35.00"]]


def test_the_bank_summary_opens_with_what_was_there_before(week: XeroCaller) -> None:
    (report,) = week.get("/Reports/BankSummary?fromDate=2026-11-24&toDate=2026-11-30")["Reports"]

    rows = cells(report, "")
    assert ["Shopify Payments clearing", "24.00", "0.00", "24.00", "0.00"] in rows
    assert rows[-1] == ["Total", "24.00", "17.30", "24.00", "17.30"]


@pytest.mark.parametrize("path", ["/Reports/TrialBalance?date=today", "/Reports/BankSummary?toDate=2026-13-01"])
def test_a_report_of_no_day_is_refused(xero: XeroCaller, path: str) -> None:
    assert xero.call("GET", path).status_code == 400


def test_reports_want_their_own_scopes(xero: XeroCaller) -> None:
    xero.access, _ = xero.books.issue_tokens(xero.user_id, "accounting.reports.trialbalance.read")

    assert xero.call("GET", "/Reports/TrialBalance").status_code == 200
    assert xero.call("GET", "/Reports/BankSummary").status_code == 401


def page(xero: XeroCaller, path: str = "") -> requests.Response:
    """A page of the organisation's books."""
    return requests.get(f"{xero.url}/books/{xero.organisation.tenant_id}{path}", timeout=30)


def test_the_page_of_the_books_links_to_every_account_that_moved(week: XeroCaller) -> None:
    text = page(week).text

    assert f'href="/books/{week.organisation.tenant_id}/accounts/091"' in text
    assert "SPEND-TRANSFER" in text and "GC-7" in text


def test_the_page_of_an_account_shows_its_transactions(week: XeroCaller) -> None:
    week.put("BankTransactions", week.money("SPEND", Reference="<b>fees</b>"))

    text = page(week, "/accounts/091").text

    assert "ARCREDITPAYMENT" in text and "17.30" in text
    assert "&lt;b&gt;fees&lt;/b&gt;" in text and "<b>" not in text


def test_the_page_of_a_euro_account_says_how_many_euros_it_holds(xero: XeroCaller) -> None:
    account = {"BankAccount": {"Code": "095"}, "CurrencyRate": D("1.25")}
    xero.put("BankTransactions", xero.money("RECEIVE", line("12.50", "404", "NONE"), **account))

    assert "The account is kept in EUR: 12.50." in page(xero, "/accounts/095").text


def test_the_page_of_an_unknown_account_is_not_found(xero: XeroCaller) -> None:
    assert page(xero, "/accounts/999").status_code == 404
