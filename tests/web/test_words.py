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
from embedded_app.web.words import init_words

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


def test_every_sentence_of_the_pages_is_collected_for_translators() -> None:
    rules = [("embedded_app/web/**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

    found = {told[2] for told in extract_from_dir(ROOT, rules, keywords=keywords)}

    assert "Skip to the content" in found
    assert "When it is paid" in found
    assert ("All %(num)s sales are in Xero. Difference: %(zero)s." in str(found)) and len(found) > 200
