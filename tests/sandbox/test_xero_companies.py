"""The companies the sandbox can open: each chart is whole, and each can keep a shop's books in its country's taxes."""

from decimal import Decimal

import pytest

from embedded_app.sandbox.xero.companies import (
    AU,
    CA,
    CLASS_OF_TYPE,
    DE,
    EVERY_COMPANY,
    NZ,
    UK,
    US,
    Company,
    open_accounts,
    open_tax_rates,
)
from tests.sandbox.xero_caller import XeroCaller, line, messages, payment

D = Decimal
COUNTRIES = (UK, AU, NZ, US, CA, DE)
by_country = pytest.mark.parametrize("company", EVERY_COMPANY, ids=lambda company: company.name)


@by_country
def test_codes_and_tax_types_are_there_once(company: Company) -> None:
    codes, types = [row[0] for row in company.accounts], [row[0] for row in company.tax_rates]

    assert len(set(codes)) == len(codes)
    assert len(set(types)) == len(types)
    assert all(1 <= len(code) <= 10 for code in codes)


@by_country
def test_every_default_rate_is_allowed_for_its_account(company: Company) -> None:
    rates = {rate.tax_type: rate for rate in open_tax_rates(company)}

    amiss = [
        account.code
        for account in open_accounts(company)
        if account.account_class not in rates[account.tax_type].classes
    ]

    assert amiss == []


@by_country
def test_what_the_settings_name_is_in_the_chart(company: Company) -> None:
    types = {row[0]: row[2] for row in company.accounts}

    assert company.payments_enabled <= types.keys()
    assert company.system_accounts.keys() <= types.keys()
    assert {types[code] for code in company.foreign_accounts} <= {"BANK"}
    assert set(company.foreign_accounts.values()) <= set(company.currencies)
    assert set(types.values()) <= CLASS_OF_TYPE.keys()


@by_country
def test_each_has_the_system_accounts_the_ledger_needs(company: Company) -> None:
    standing = {account.system for account in open_accounts(company)}

    assert standing >= {"DEBTORS", "CREDITORS", "GST", "ROUNDING", "REALISEDCURRENCYGAIN", "RETAINEDEARNINGS"}


@by_country
def test_the_parts_of_a_rate_add_up_to_it(company: Company) -> None:
    for rate in open_tax_rates(company):
        assert sum(share for _, share in rate.components) == rate.rate, rate.name


@pytest.mark.parametrize(
    ("company", "account", "tax_type", "tax", "bank"),
    [
        (UK, "200", "OUTPUT2", "20.00", "091"),
        (AU, "200", "OUTPUT", "10.91", "091"),
        (NZ, "200", "OUTPUT2", "15.65", "091"),
        (US, "200", "NONE", "0.00", "091"),
        (CA, "200", "TAX005", "15.63", "091"),
        (DE, "8400", "TAX001", "19.16", "1361"),
    ],
    ids=lambda value: value.country if isinstance(value, Company) else str(value),
)
def test_a_sale_of_120_is_booked_in_each_country(
    xero: XeroCaller, company: Company, account: str, tax_type: str, tax: str, bank: str
) -> None:
    xero.organisation = xero.books.open_organisation(company, xero.user_id)

    (made,) = xero.put("Invoices", xero.invoice("SH-1", line("120.00", account, tax_type)))
    xero.put("Payments", payment(made, "120.00", Account={"Code": bank}))

    assert (messages(made), made["TotalTax"], made["CurrencyCode"]) == ([], D(tax), company.base_currency)
    assert xero.organisation.balances()[bank] == D("120.00")


def test_sales_taxes_of_the_united_states_are_lines_on_their_own_accounts(xero: XeroCaller) -> None:
    xero.organisation = xero.books.open_organisation(US, xero.user_id)
    sale = [line(amount, code, "NONE") for amount, code in (("100.00", "200"), ("10.00", "205"))]
    taxes = [line(amount, code, "NONE") for amount, code in (("6.00", "821"), ("1.00", "822"))]

    xero.put("Invoices", xero.invoice("SH-1", *sale, *taxes))

    assert xero.organisation.balances() == {
        "610": D("117.00"),
        "200": D("-100.00"),
        "205": D("-10.00"),
        "821": D("-6.00"),
        "822": D("-1.00"),
    }


def test_a_rate_of_two_parts_is_listed_with_both(xero: XeroCaller) -> None:
    xero.organisation = xero.books.open_organisation(CA, xero.user_id)

    rates = {rate["TaxType"]: rate for rate in xero.get("/TaxRates")["TaxRates"]}

    parts = [(part["Name"], part["Rate"]) for part in rates["TAX005"]["TaxComponents"]]
    assert (rates["TAX005"]["EffectiveRate"], parts) == (D("14.975"), [("GST", D("5")), ("QST", D("9.975"))])


@pytest.mark.parametrize("company", COUNTRIES, ids=lambda company: company.country)
def test_a_company_is_opened_afresh_each_time(xero: XeroCaller, company: Company) -> None:
    first, second = (xero.books.open_organisation(company, xero.user_id) for _ in range(2))

    next(iter(first.accounts.values())).status = "ARCHIVED"

    assert next(iter(second.accounts.values())).status == "ACTIVE"
    assert [category.name for category in first.tracking] == [name for name, _ in company.tracking]


@pytest.mark.parametrize("company", [UK, AU], ids=lambda company: company.country)
def test_british_and_australian_books_track_channel_and_region(company: Company) -> None:
    assert [name for name, _ in company.tracking] == ["Channel", "Region"]


def test_a_euro_account_says_so(xero: XeroCaller) -> None:
    currencies = {account["Code"]: account.get("CurrencyCode") for account in xero.get("/Accounts")["Accounts"]}

    assert (currencies["091"], currencies["095"], currencies["200"]) == ("GBP", "EUR", None)
