"""An organisation's chart as JSON, the form in which a snapshot of it is kept.

Rates are strings in plain notation without trailing zeros; days are ISO; sets are sorted, so that equal charts are
equal texts.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from embedded_app.accounting.chart import Account, Chart, TaxRate, TrackingCategory
from embedded_app.accounting.money import plain


def chart_to_json(chart: Chart) -> dict[str, Any]:
    """The chart as a JSON-able dict; `chart_from_json` gives an equal chart back."""
    return {
        "country": chart.country,
        "base_currency": chart.base_currency,
        "currencies": sorted(chart.currencies),
        "accounts": [_account_to_json(account) for account in chart.accounts],
        "tax_rates": [_tax_rate_to_json(rate) for rate in chart.tax_rates],
        "tracking": [{"name": category.name, "options": list(category.options)} for category in chart.tracking],
        "lock_date": None if chart.lock_date is None else chart.lock_date.isoformat(),
    }


def chart_from_json(stored: dict[str, Any]) -> Chart:
    """The chart that `chart_to_json` described. Raises KeyError or ValueError for anything else."""
    lock_date = stored["lock_date"]
    return Chart(
        country=stored["country"],
        base_currency=stored["base_currency"],
        currencies=frozenset(stored["currencies"]),
        accounts=tuple(_account_from_json(account) for account in stored["accounts"]),
        tax_rates=tuple(_tax_rate_from_json(rate) for rate in stored["tax_rates"]),
        tracking=tuple(
            TrackingCategory(name=category["name"], options=tuple(category["options"]))
            for category in stored["tracking"]
        ),
        lock_date=None if lock_date is None else date.fromisoformat(lock_date),
    )


def _account_to_json(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "code": account.code,
        "name": account.name,
        "type": account.type,
        "account_class": account.account_class,
        "tax_type": account.tax_type,
        "system": account.system,
        "takes_payments": account.takes_payments,
        "active": account.active,
        "currency": account.currency,
    }


def _account_from_json(stored: dict[str, Any]) -> Account:
    return Account(
        id=stored["id"],
        code=stored["code"],
        name=stored["name"],
        type=stored["type"],
        account_class=stored["account_class"],
        tax_type=stored["tax_type"],
        system=stored["system"],
        takes_payments=stored["takes_payments"],
        active=stored["active"],
        currency=stored["currency"],
    )


def _tax_rate_to_json(rate: TaxRate) -> dict[str, Any]:
    return {
        "tax_type": rate.tax_type,
        "name": rate.name,
        "rate": plain(rate.rate),
        "classes": sorted(rate.classes),
        "active": rate.active,
    }


def _tax_rate_from_json(stored: dict[str, Any]) -> TaxRate:
    return TaxRate(
        tax_type=stored["tax_type"],
        name=stored["name"],
        rate=Decimal(stored["rate"]),
        classes=frozenset(stored["classes"]),
        active=stored["active"],
    )
