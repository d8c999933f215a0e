"""Reads what an organisation offers a mapping from Xero's own lists: pure.

Nothing is guessed: an account, a rate or a date that does not have its shape is a refusal, since a wrong rate or a lock
date overlooked would make wrong books.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from embedded_app.accounting.chart import Account, Chart, TaxRate, TrackingCategory
from embedded_app.xero.encoding import Json
from embedded_app.xero.outcomes import amount

# Xero's JSON dates: milliseconds since 1970, in UTC.
_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")

_CLASSES = {
    "CanApplyToAssets": "ASSET",
    "CanApplyToEquity": "EQUITY",
    "CanApplyToExpenses": "EXPENSE",
    "CanApplyToLiabilities": "LIABILITY",
    "CanApplyToRevenue": "REVENUE",
}


def read_chart(
    organisation: Json,
    accounts: list[Json],
    tax_rates: list[Json],
    tracking: list[Json],
    currencies: list[Json],
) -> Chart:
    """The organisation as a mapping sees it, from XeroApi's reads of the same names.

    Archived accounts and tax rates are kept and marked, archived tracking left out; rates without an effective rate
    (Xero's pending ones) are left out. Raises ValueError or KeyError for what is not as Xero describes it.
    """
    base = str(organisation["BaseCurrency"])
    locks = [read_day(organisation.get(name)) for name in ("PeriodLockDate", "EndOfYearLockDate")]
    return Chart(
        country=organisation.get("CountryCode") or None,
        base_currency=base,
        currencies=frozenset({base, *(str(currency["Code"]) for currency in currencies)}),
        accounts=tuple(_account(account, base) for account in accounts),
        tax_rates=tuple(_tax_rate(rate) for rate in tax_rates if rate.get("EffectiveRate") is not None),
        tracking=tuple(_category(category) for category in tracking if category.get("Status") == "ACTIVE"),
        lock_date=max((lock for lock in locks if lock is not None), default=None),
    )


def read_day(written: Any) -> date | None:
    """A day as Xero writes it, "/Date(1793404800000+0000)/" or ISO; None for nothing. Raises ValueError otherwise."""
    if not written:
        return None
    matched = _DATE.fullmatch(written)
    if matched is None:
        return date.fromisoformat(written[:10])
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(matched[1]))).date()


def _account(account: Json, base_currency: str) -> Account:
    currency = account.get("CurrencyCode") or base_currency
    return Account(
        id=str(account["AccountID"]).lower(),
        code=account.get("Code") or None,
        name=str(account["Name"]),
        type=str(account["Type"]),
        account_class=str(account["Class"]),
        tax_type=account.get("TaxType") or None,
        system=account.get("SystemAccount") or None,
        takes_payments=account.get("EnablePaymentsToAccount") is True,
        active=account.get("Status") == "ACTIVE",
        currency=None if currency == base_currency else currency,
    )


def _tax_rate(rate: Json) -> TaxRate:
    percentage = amount(rate["EffectiveRate"])
    if percentage is None:
        raise ValueError(f"the effective rate of {rate['TaxType']} is not a number")
    return TaxRate(
        tax_type=str(rate["TaxType"]),
        name=str(rate["Name"]),
        rate=percentage.scaleb(-2),  # exact, where a division might round
        classes=frozenset(name for field, name in _CLASSES.items() if rate.get(field) is True),
        active=rate.get("Status") == "ACTIVE",
    )


def _category(category: Json) -> TrackingCategory:
    options = category.get("Options") or []
    return TrackingCategory(
        name=str(category["Name"]),
        options=tuple(str(option["Name"]) for option in options if option.get("Status") == "ACTIVE"),
    )
