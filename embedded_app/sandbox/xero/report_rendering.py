"""Trial balance and bank summary as Xero's report JSON: rows of cells whose values are text."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from embedded_app.sandbox.xero import reports
from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import ZERO
from embedded_app.sandbox.xero.wire import JsonObject, ms_moment

_SECTIONS = {
    "REVENUE": "Revenue",
    "EXPENSE": "Expenses",
    "ASSET": "Assets",
    "LIABILITY": "Liabilities",
    "EQUITY": "Equity",
}


def trial_balance_json(organisation: Organisation, on: date, *, now: datetime) -> JsonObject:
    """The trial balance at the end of a day.

    Columns: account, debit and credit of the month so far, debit and credit to date. Xero starts the year's columns of
    income and costs with the financial year; the sandbox has no year end, so they hold everything.
    """
    entries = organisation.entries()
    to_date = reports.balances(entries, on=on)
    before = reports.balances(entries, on=on.replace(day=1) - timedelta(days=1))
    rows: list[JsonObject] = [_row("Header", ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit"))]
    for account_class, title in _SECTIONS.items():
        section = []
        for code in sorted(to_date):
            account = organisation.accounts[code]
            if account.account_class == account_class:
                moved = to_date[code] - before.get(code, ZERO)
                cells = (f"{account.name} ({code})", *_sides(moved), *_sides(to_date[code]))
                section.append(_row("Row", cells, account))
        if section:
            rows.append({"RowType": "Section", "Title": title, "Rows": section})
    debits = sum((amount for amount in to_date.values() if amount > 0), ZERO)
    credits = sum((-amount for amount in to_date.values() if amount < 0), ZERO)
    total = _row("SummaryRow", ("Total", "", "", _money(debits), _money(credits)))
    rows.append({"RowType": "Section", "Title": "", "Rows": [total]})
    return _report(organisation, "TrialBalance", "Trial Balance", f"As at {_spoken(on)}", rows, now=now)


def bank_summary_json(organisation: Organisation, first: date, last: date, *, now: datetime) -> JsonObject:
    """Opening balance, money received and spent, and closing balance of each bank account, in base currency."""
    entries = organisation.entries()
    opening = reports.balances(entries, on=first - timedelta(days=1))
    columns = ("Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
    section, totals = [], [ZERO] * 4
    for account in organisation.accounts.values():
        if account.type == "BANK":
            moved = reports.account_transactions(entries, account.code, first, last)
            begun = opening.get(account.code, ZERO)
            received, spent = sum((row.debit for row in moved), ZERO), sum((row.credit for row in moved), ZERO)
            amounts = [begun, received, spent, begun + received - spent]
            totals = [total + amount for total, amount in zip(totals, amounts, strict=True)]
            section.append(_row("Row", (account.name, *map(_money, amounts)), account))
    section.append(_row("SummaryRow", ("Total", *map(_money, totals))))
    rows = [_row("Header", columns), {"RowType": "Section", "Title": "", "Rows": section}]
    titles = f"From {_spoken(first)} to {_spoken(last)}"
    return _report(organisation, "BankSummary", "Bank Summary", titles, rows, now=now)


def _row(row_type: str, values: Iterable[str], account: Account | None = None) -> JsonObject:
    """A row; the cells of an account's row name it by its AccountID."""
    attributes = {} if account is None else {"Attributes": [{"Value": account.account_id, "Id": "account"}]}
    return {"RowType": row_type, "Cells": [{"Value": value, **attributes} for value in values]}


def _sides(amount: Decimal) -> tuple[str, str]:
    return (_money(amount), "") if amount >= 0 else ("", _money(-amount))


def _money(amount: Decimal) -> str:
    return format(amount, "f")


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _report(
    organisation: Organisation, report_type: str, name: str, period: str, rows: list[JsonObject], *, now: datetime
) -> JsonObject:
    report = {
        "ReportID": report_type,
        "ReportName": name,
        "ReportType": report_type,
        "ReportTitles": [name, organisation.name, period],
        "ReportDate": _spoken(now.date()),
        "UpdatedDateUTC": ms_moment(now),
        "Fields": [],
        "Rows": rows,
    }
    return {"Reports": [report]}
