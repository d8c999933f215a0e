"""Reads what an organisation offers a mapping from Xero's own lists: pure.

Nothing is guessed: an account, a rate or a date that does not have its shape is a refusal, since a wrong rate or a lock
date overlooked would make wrong books.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from embedded_app.accounting.chart import Account, Chart, TaxRate, TrackingCategory
from embedded_app.xero.encoding import Json
from embedded_app.xero.values import amount, words

_LONGEST_TEXT, _LONGEST_PLAN = 500, 32
_CURRENCY = re.compile(r"[A-Z]{3}")
# Xero's JSON dates: milliseconds since 1970, in UTC.
_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")

_CLASSES = {
    "CanApplyToAssets": "ASSET",
    "CanApplyToEquity": "EQUITY",
    "CanApplyToExpenses": "EXPENSE",
    "CanApplyToLiabilities": "LIABILITY",
    "CanApplyToRevenue": "REVENUE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an organisation says of itself. short_code: for addresses in Xero. plan: Xero's name of it (plans.py)."""

    name: str
    short_code: str | None
    base_currency: str
    country: str | None
    plan: str | None
    period_lock_date: date | None
    end_of_year_lock_date: date | None


def read_chart(
    organisation: Json,
    accounts: list[Json],
    tax_rates: list[Json],
    tracking: list[Json],
    currencies: list[Json],
) -> Chart:
    """The organisation as a mapping sees it, from XeroApi's reads of the same names.

    Archived accounts and tax rates are kept and marked, archived tracking left out; rates without an effective rate
    (Xero's pending ones) are left out. Raises ValueError for what is not as Xero describes it.
    """
    base = _currency(organisation, "BaseCurrency")
    locks = [read_day(organisation.get(name)) for name in ("PeriodLockDate", "EndOfYearLockDate")]
    return Chart(
        country=_optional(organisation, "CountryCode"),
        base_currency=base,
        currencies=frozenset({base, *(_currency(currency, "Code") for currency in currencies)}),
        accounts=tuple(_account(account, base) for account in accounts),
        tax_rates=tuple(_tax_rate(rate) for rate in tax_rates if rate.get("EffectiveRate") is not None),
        tracking=tuple(_category(category) for category in tracking if category.get("Status") == "ACTIVE"),
        lock_date=max((lock for lock in locks if lock is not None), default=None),
    )


def read_about(organisation: Json) -> About:
    """What the organisation says of itself, from XeroApi.organisation. Raises ValueError as read_chart does."""
    country, plan = _optional(organisation, "CountryCode"), _optional(organisation, "Class")
    return About(
        name=_optional(organisation, "Name") or "",
        short_code=_optional(organisation, "ShortCode"),
        base_currency=_currency(organisation, "BaseCurrency"),
        country=country if country is None or len(country) == 2 else None,
        plan=plan and plan[:_LONGEST_PLAN],
        period_lock_date=read_day(organisation.get("PeriodLockDate")),
        end_of_year_lock_date=read_day(organisation.get("EndOfYearLockDate")),
    )


def read_day(written: Any) -> date | None:
    """A day as Xero writes it, "/Date(1793404800000+0000)/" or ISO; None for nothing. Raises ValueError otherwise."""
    if not written:
        return None
    if not isinstance(written, str):
        raise ValueError("a day is not written as text")
    matched = _DATE.fullmatch(written)
    if matched is None:
        return date.fromisoformat(written[:10])
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(matched[1]))).date()
    except OverflowError as error:
        raise ValueError("a day lies beyond the calendar") from error


def _account(account: Json, base_currency: str) -> Account:
    currency = account.get("CurrencyCode") or base_currency
    return Account(
        id=_text(account, "AccountID").lower(),
        code=_optional(account, "Code"),
        name=_text(account, "Name"),
        type=_text(account, "Type"),
        account_class=_text(account, "Class"),
        tax_type=_optional(account, "TaxType"),
        system=_optional(account, "SystemAccount"),
        takes_payments=account.get("EnablePaymentsToAccount") is True,
        active=account.get("Status") == "ACTIVE",
        currency=None if currency == base_currency else _currency(account, "CurrencyCode"),
    )


def _tax_rate(rate: Json) -> TaxRate:
    tax_type, percentage = _text(rate, "TaxType"), amount(rate["EffectiveRate"])
    if percentage is None:
        raise ValueError(f"the effective rate of {tax_type} is not a number")
    return TaxRate(
        tax_type=tax_type,
        name=_text(rate, "Name"),
        rate=percentage.scaleb(-2),  # exact, where a division might round
        classes=frozenset(name for field, name in _CLASSES.items() if rate.get(field) is True),
        active=rate.get("Status") == "ACTIVE",
    )


def _category(category: Json) -> TrackingCategory:
    options = category.get("Options") or []
    if not isinstance(options, list) or not all(isinstance(option, dict) for option in options):
        raise ValueError("a tracking category's options are no list")
    return TrackingCategory(
        name=_text(category, "Name"),
        options=tuple(_text(option, "Name") for option in options if option.get("Status") == "ACTIVE"),
    )


def _text(element: Json, field: str) -> str:
    found = _optional(element, field)
    if found is None:
        raise ValueError(f"{field} is missing")
    return found


def _optional(element: Json, field: str) -> str | None:
    value = element.get(field)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{field} is not text")
    return words(value, _LONGEST_TEXT) or None


def _currency(element: Json, field: str) -> str:
    code = _text(element, field)
    if not _CURRENCY.fullmatch(code):
        raise ValueError(f"{field} is no currency's code")
    return code
