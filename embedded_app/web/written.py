"""Amounts and days as a locale writes them: what Babel writes, without its looking everything up for each of them.

A page has a hundred of them. How a locale writes a currency is taken from what Babel makes of one and minus one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision, get_decimal_symbol, get_group_symbol

KEPT_CURRENCIES, KEPT_DAYS = 256, 4096
# How most of the world groups digits, and Python, too; Babel writes the others.
_BY_THOUSANDS = (3, 3)


@dataclass(frozen=True, slots=True)
class _Writing:
    """A currency in a locale: what stands around an amount that is not negative, and around one that is; its places;
    the locale's signs for Python's.
    """

    around: tuple[tuple[str, str], tuple[str, str]]
    places: int
    signs: dict[int, str]


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """An amount with its currency: "£1,284.00", "1.284,00 €"."""
    writing = _writing(locale, currency)
    if writing is None or not amount.is_finite():
        return str(format_currency(amount, currency, locale=locale))
    before, after = writing.around[amount.is_signed()]
    return f"{before}{f'{abs(amount):,.{writing.places}f}'.translate(writing.signs)}{after}"


@lru_cache(maxsize=KEPT_DAYS)
def day(value: date, form: str, locale: Locale) -> str:
    """A day: "24 Nov 2026". form: one of Babel's ("short", "medium", "long", "full") or a pattern."""
    return str(format_date(value, form, locale=locale))


@lru_cache(maxsize=KEPT_CURRENCIES)
def _writing(locale: Locale, currency: str) -> _Writing | None:
    """How this locale writes this currency; None where it does not group by thousands."""
    if locale.currency_formats["standard"].grouping != _BY_THOUSANDS:
        return None
    places, point = get_currency_precision(currency), get_decimal_symbol(locale)
    one = f"1{point}{'0' * places}" if places else "1"
    plus, minus = (format_currency(Decimal(sign), currency, locale=locale).partition(one) for sign in ("1", "-1"))
    signs = {ord(","): get_group_symbol(locale), ord("."): point}
    return _Writing(((plus[0], plus[2]), (minus[0], minus[2])), places, signs)
