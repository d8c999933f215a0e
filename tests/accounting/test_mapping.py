"""The mapping document: what it gives, and the sentence for everything it cannot be."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.mapping import MappingError, TaxKey, parse_mapping, tax_key
from embedded_app.accounting.order import LineKind, Tax
from tests.accounting.shop import line, order

DOCUMENT: dict[str, Any] = {
    "contact": "Shopify customers",
    "accounts": {"product": "200", "gift card": "815"},
    "gateways": {"paypal": "092"},
    "no_tax": "NONE",
    "start_date": "2026-11-01",
    "taxes": [
        {
            "taxes": [{"title": "VAT", "rate": "0.2", "marketplace": False}],
            "countries": ["GB", None],
            "kinds": ["product", "shipping"],
            "tax_type": "OUTPUT2",
        }
    ],
}

AGAIN = {**DOCUMENT["taxes"][0], "countries": ["GB"], "kinds": ["product"], "tax_type": "RROUTPUT"}


def changed(**changes: object) -> dict[str, Any]:
    """The document with top-level fields changed."""
    return {**deepcopy(DOCUMENT), **changes}


def entry(**changes: object) -> dict[str, Any]:
    """The document with fields of its tax entry changed."""
    return changed(taxes=[{**deepcopy(DOCUMENT["taxes"][0]), **changes}])


def test_a_tax_entry_stands_for_each_of_its_countries_and_kinds() -> None:
    mapping = parse_mapping(DOCUMENT, version=3)

    keys = {(key.country, key.kind) for key in mapping.taxes}
    assert keys == {(country, kind) for country in ("GB", None) for kind in (LineKind.PRODUCT, LineKind.SHIPPING)}
    assert set(mapping.taxes.values()) == {"OUTPUT2"}
    assert (mapping.version, mapping.start_date) == (3, date(2026, 11, 1))


def test_a_key_is_found_however_its_rate_is_written() -> None:
    key = tax_key(order(), line("12.00", "2.00"))

    assert key.taxes[0][1].as_tuple().exponent == -2
    assert parse_mapping(DOCUMENT, version=1).tax_type_for(key) == ("OUTPUT2", f"{key.text} goes to OUTPUT2")


def test_a_key_is_the_same_in_whatever_order_the_store_lists_the_taxes() -> None:
    taxes = (
        Tax(title="PST", rate=Decimal("0.07"), amount=Decimal(7)),
        Tax(title="GST", rate=Decimal("0.05"), amount=Decimal(5)),
    )
    sale = line("112.00")

    assert tax_key(order(), replace(sale, taxes=taxes)) == tax_key(order(), replace(sale, taxes=taxes[::-1]))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            TaxKey(taxes=(("VAT", Decimal("0.2"), False),), country="GB", kind=LineKind.PRODUCT),
            "VAT 20 % · GB · product",
        ),
        (TaxKey(taxes=(), country=None, kind=LineKind.SHIPPING), "no tax · destination unknown · shipping"),
        (
            TaxKey(
                taxes=(("A", Decimal("0.06"), True), ("B", Decimal("0.0125"), None)), country="US", kind=LineKind.TIP
            ),
            "A 6 % (collected by the marketplace) + B 1.25 % (collector unknown) · US · tip",
        ),
    ],
)
def test_a_key_reads_as_a_merchant_would_say_it(key: TaxKey, text: str) -> None:
    assert key.text == text


@pytest.mark.parametrize("kind", [LineKind.GIFT_CARD, LineKind.ROUNDING])
def test_gift_cards_and_rounding_are_outside_tax_without_an_entry(kind: LineKind) -> None:
    found = parse_mapping(DOCUMENT, version=1).tax_type_for(TaxKey(taxes=(), country="FR", kind=kind))

    assert found is not None and found[0] == "NONE"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (changed(contacts="x"), "‘contacts’ in the mapping is not a field we know"),
        (changed(contact=" "), "contact must be a text that is not empty"),
        (changed(no_tax=None), "no_tax must be a text"),
        (changed(accounts=None), "accounts must be a list of names"),
        (changed(accounts={"product": ""}), "accounts.product must be a text"),
        (changed(accounts={"produkt": "200"}), "accounts: ‘produkt’ is not a kind of line"),
        (changed(accounts={"rounding": "860"}), "accounts.rounding: Xero's own rounding account is used"),
        (changed(gateways={"paypal": 92}), "gateways.paypal must be a text"),
        (changed(start_date="1 November"), "start_date must be a day such as"),
        (changed(post_when="paid"), "post_when ‘paid’ is not supported yet"),
        (changed(adjustments="price reduction"), "adjustments ‘price reduction’ is not supported yet"),
        (changed(taxes={}), "taxes must be a list of tax entries"),
        (changed(taxes=["OUTPUT2"]), "taxes, entry 1 must have the fields"),
        (changed(taxes=[*DOCUMENT["taxes"], AGAIN]), "entry 2: ‘VAT 20 % · GB · product’ is mapped twice"),
        (entry(tax_type=""), "taxes, entry 1, tax_type must be a text"),
        (entry(taxtype="x"), "‘taxtype’ in taxes, entry 1 is not a field we know"),
        (entry(strategy="separate lines"), "strategy ‘separate lines’ is not supported yet"),
        (entry(countries=[]), "taxes, entry 1, countries must be a list that is not empty"),
        (entry(countries=["uk"]), "countries: ‘uk’ must be a code such as GB"),
        (entry(kinds=["goods"]), "kinds: ‘goods’ is not a kind of line"),
        (entry(kinds=["gift card"]), "kinds: ‘gift card’ is always outside tax"),
        (entry(taxes="VAT"), "taxes must be a list of taxes"),
        (entry(taxes=[{"title": "VAT", "rate": 0.2}]), "rate must be a fraction written as text"),
        (entry(taxes=[{"title": "VAT", "rate": "20 %"}]), "rate must be a fraction written as text"),
        (entry(taxes=[{"title": "VAT", "rate": "5"}]), "rate must be a fraction written as text"),
        (entry(taxes=[{"title": "Tax", "rate": "0.06", "marketplace": True}]), "by a marketplace"),
        (entry(taxes=[{"title": "Tax", "rate": "0.06", "marketplace": None}]), "by a marketplace"),
    ],
)
def test_it_refuses_a_document_with_a_sentence_that_names_the_field(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MappingError) as refused:
        parse_mapping(document, version=1)

    (problem,) = refused.value.problems
    assert sentence in problem


def test_it_tells_every_problem_at_once() -> None:
    with pytest.raises(MappingError) as refused:
        parse_mapping(changed(contact="", post_when="paid", gateways=None), version=1)

    assert len(refused.value.problems) == 3
