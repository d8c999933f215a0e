"""The pages' words: in the merchant's language where it is there, money and days in their locale either way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from flask import Flask, g, render_template_string

from embedded_app import ROOT
from embedded_app.web.words import amount, amount_told, init_words

PAGE = """{{ lang() }} · {{ _("Home") }} · {{ POST_WHEN["paid"] }} · {{ amount|money("EUR") }} · {{ on|day }}"""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An app whose pages somebody began to translate into German."""
    catalog = Catalog(locale="de")
    catalog.add("Home", "Start")
    catalog.add("When it is paid", "Sobald sie bezahlt ist")
    place = tmp_path / "de" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    app = Flask("words")
    init_words(app, tmp_path)
    return app


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de-DE", "de · Start · Sobald sie bezahlt ist · 1.284,00\u00a0€ · 24.11.2026"),
        ("en", "en · Home · When it is paid · €1,284.00 · 24 Nov 2026"),
        ("fr", "en · Home · When it is paid · 1\u202f284,00\u00a0€ · 24 nov. 2026"),
        ("zz-ZZ", "en · Home · When it is paid · €1,284.00 · 24 Nov 2026"),
    ],
)
def test_words_money_and_days_are_the_merchants_own(app: Flask, locale: str, said: str) -> None:
    with app.test_request_context():
        g.merchant = SimpleNamespace(locale=locale)

        assert render_template_string(PAGE, amount=Decimal(1284), on=date(2026, 11, 24)) == said


@pytest.mark.parametrize(
    ("locale", "typed", "meant"),
    [
        ("de-DE", "120,50", "120.50"),
        ("de-DE", "1.234,5", "1234.5"),
        ("de-DE", "1.234", "1234"),
        ("de-DE", "120.50", "120.50"),
        ("fr", "1\u202f234,50", "1234.50"),
        ("en-GB", "1,234.50", "1234.50"),
        ("en-GB", " -3 ", "-3"),
        ("en-GB", "12.5x", None),
        ("en-GB", "1,23,4", None),
        ("de-DE", "1,234.50", None),
        ("en-GB", "NaN", None),
        ("en-GB", "-Infinity", None),
    ],
)
def test_an_amount_is_read_as_the_merchant_types_it(app: Flask, locale: str, typed: str, meant: str | None) -> None:
    with app.test_request_context():
        g.merchant = SimpleNamespace(locale=locale)

        read = amount_told(typed)

        assert read == (None if meant is None else Decimal(meant))
        assert read is None or amount_told(amount(read)) == read


def test_every_sentence_of_the_pages_is_collected_for_translators() -> None:
    rules = [("embedded_app/web/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

    found = {told[2] for told in extract_from_dir(ROOT, rules, keywords=keywords)}

    assert "Skip to the content" in found
    assert "When it is paid" in found
    assert "Mail from Crossfoot arrives" in found
    assert ("All %(num)s sales are in Xero. Difference: %(zero)s." in str(found)) and len(found) > 200
