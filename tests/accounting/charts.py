"""Charts of six countries for suggestions, read from the sandbox's companies, and short ways to vary them."""

from __future__ import annotations

from dataclasses import replace

from embedded_app.accounting.chart import Account, Chart, TaxRate
from embedded_app.sandbox.xero import companies


def chart_of(company: companies.Company) -> Chart:
    """The chart an organisation of this company offers a mapping; ids are made from codes."""
    return Chart(
        country=company.country,
        base_currency=company.base_currency,
        currencies=frozenset({company.base_currency, *company.currencies}),
        accounts=tuple(
            Account(
                id=f"id-{account.code}",
                code=account.code,
                name=account.name,
                type=account.type,
                account_class=account.account_class,
                tax_type=account.tax_type,
                system=account.system or None,
                takes_payments=account.enable_payments,
                currency=account.currency or None,
            )
            for account in companies.open_accounts(company)
        ),
        tax_rates=tuple(
            TaxRate(tax_type=rate.tax_type, name=rate.name, rate=rate.rate.scaleb(-2), classes=rate.classes)
            for rate in companies.open_tax_rates(company)
        ),
    )


AU, CA, DE, NZ, UK, US = map(
    chart_of, (companies.AU, companies.CA, companies.DE, companies.NZ, companies.UK, companies.US)
)
CHARTS = {"AU": AU, "CA": CA, "DE": DE, "NZ": NZ, "UK": UK, "US": US}


def an_account(code: str, name: str, type: str, /, **more: object) -> Account:
    """One account beside those of a chart."""
    account_class = companies.CLASS_OF_TYPE[type]
    one = Account(id=f"id-{code}", code=code, name=name, type=type, account_class=account_class, tax_type="NONE")
    return replace(one, **more)  # type: ignore[arg-type]


def with_accounts(chart: Chart, *accounts: Account) -> Chart:
    """The chart with more accounts."""
    return replace(chart, accounts=(*chart.accounts, *accounts))


def without_accounts(chart: Chart, *codes: str) -> Chart:
    """The chart without some of its accounts."""
    return replace(chart, accounts=tuple(one for one in chart.accounts if one.code not in codes))


def with_account(chart: Chart, code: str, **changes: object) -> Chart:
    """The chart with one account changed."""
    return replace(
        chart,
        accounts=tuple(
            replace(one, **changes) if one.code == code else one  # type: ignore[arg-type]
            for one in chart.accounts
        ),
    )


def with_rates(chart: Chart, *rates: TaxRate) -> Chart:
    """The chart with more tax rates."""
    return replace(chart, tax_rates=(*chart.tax_rates, *rates))
