"""Amounts and days are written as Babel writes them, in whatever locale."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.core import Locale
from babel.dates import format_date
from babel.localedata import locale_identifiers
from babel.numbers import format_currency
from flask import Flask

from embedded_app import ROOT
from embedded_app.web import written
from embedded_app.web.words import init_words, moment

AMOUNTS = ("0", "-0.00", "0.005", "0.015", "-0.004", "9.99", "999.995", "1000", "-1234.5", "123456789.12", "1E+5")
CURRENCIES = ("GBP", "EUR", "USD", "JPY", "KWD", "CHF", "XYZ")
LOCALES = ("en_GB", "en_US", "en_IN", "de", "de_CH", "de_AT", "fr", "es", "pl", "pt_PT", "nb", "sv", "nl", "ar", "he")
LANGUAGES = [one for one in locale_identifiers() if "_" not in one and one not in LOCALES]


@pytest.mark.parametrize("name", LOCALES)
def test_an_amount_is_written_as_babel_writes_it(name: str) -> None:
    locale = Locale.parse(name)

    ours = {(told, one): written.money(Decimal(told), one, locale) for told, one in _all()}

    babels = {(told, one): format_currency(Decimal(told), one, locale=locale) for told, one in _all()}
    # Babel takes two of Switzerland's apostrophes for quotes, and drops them.
    assert _without_apostrophes(ours) == _without_apostrophes(babels)


def test_the_swiss_keep_their_apostrophes() -> None:
    assert written.money(Decimal("1234567.5"), "CHF", Locale.parse("de_CH")) == "CHF\xa01'234'567.50"


@pytest.mark.thorough
@pytest.mark.parametrize("name", LANGUAGES)
def test_an_amount_is_written_as_babel_writes_it_in_every_language(name: str) -> None:
    test_an_amount_is_written_as_babel_writes_it(name)


@pytest.mark.parametrize("form", ["short", "medium", "long", "full", "d MMM"])
def test_a_day_is_written_as_babel_writes_it(form: str) -> None:
    value = date(2026, 11, 4)

    for name in LOCALES:
        locale = Locale.parse(name)
        assert written.day(value, form, locale) == format_date(value, form, locale=locale)


def test_a_moment_is_of_the_day_it_is_by_its_own_clock() -> None:
    app = Flask("words")
    init_words(app, ROOT / "translations")
    half_past_midnight = datetime(2026, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/London"))

    with app.test_request_context():
        assert moment(half_past_midnight) == "1 Jul 2026, 00:30"


def _all() -> list[tuple[str, str]]:
    return [(told, currency) for told in AMOUNTS for currency in CURRENCIES]


def _without_apostrophes(texts: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    return {name: text.replace("'", "") for name, text in texts.items()}
