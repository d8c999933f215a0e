"""A mapping suggested from a chart and a store's last orders, country by country."""

from dataclasses import replace

import pytest

from embedded_app.accounting.chart import Chart
from embedded_app.accounting.mapping import tax_key
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from tests.accounting.charts import AU, CA, CHARTS, DE, NZ, UK, US
from tests.accounting.shop import order, placed, received
from tests.accounting.suggest_cast import KINDS, paid_by, sold, suggested, to

GATEWAYS = (
    "shopify_payments",
    "PayPal Express Checkout",
    "cash",
    "bank_deposit",
    "gift_card",
    "store_credit",
    "Klarna",
)
# Chart, country and its taxes on goods.
COUNTRIES = {
    "AU": (AU, "AU", "GST 10"),
    "CA": (CA, "CA", "GST 5 + QST 9.975"),
    "DE": (DE, "DE", "MwSt 19"),
    "NZ": (NZ, "NZ", "GST 15"),
    "UK": (UK, "GB", "VAT 20"),
    "US": (US, "US", "State Tax 6 + County Tax 1"),
}
ENGLISH = {
    "accounts": {"product": "200", "shipping": "205", "tip": "210", "gift card": "815"},
    "gateways": {"PayPal": "092", "gift_card": "815", "shopify_payments": "091"},
}


def everyday(name: str) -> tuple[Chart, tuple]:
    """A chart and two orders of its country, one of them abroad."""
    chart, country, taxes = COUNTRIES[name]
    at_home = order(
        placed(sold("product", taxes), sold("shipping", taxes), sold("tip"), sold("gift card")),
        *(received("10.00", gateway, id=gateway) for gateway in ("shopify_payments", "PayPal", "gift_card")),
        country=country,
    )
    return chart, (at_home, to("CH", sold("product")))


@pytest.mark.parametrize(
    ("country", "no_tax", "home"),
    [
        ("AU", "BASEXCLUDED", {"tax_type": "OUTPUT"}),
        ("CA", "NONE", {"tax_type": "TAX005"}),
        ("NZ", "NONE", {"tax_type": "OUTPUT2"}),
        ("UK", "NONE", {"tax_type": "OUTPUT2"}),
        (
            "US",
            "NONE",
            {"tax_type": "NONE", "strategy": "separate", "accounts": {"County Tax": "822", "State Tax": "821"}},
        ),
    ],
)
def test_it_suggests_a_country_s_mapping(country: str, no_tax: str, home: dict) -> None:
    document = suggested(*unpacked(everyday(country))).document

    (entry,) = [one for one in document["taxes"] if one["taxes"]]
    assert {part: document[part] for part in ENGLISH} == ENGLISH
    assert document["no_tax"] == no_tax
    assert home.items() <= entry.items() and entry["kinds"] == ["product", "shipping"]


def test_it_suggests_a_german_mapping_from_german_names() -> None:
    document = suggested(*unpacked(everyday("DE"))).document

    assert document["accounts"] == {"product": "8400", "shipping": "8410", "gift card": "1795"}
    assert document["gateways"] == {"PayPal": "1362", "gift_card": "1795", "shopify_payments": "1361"}
    assert [entry["tax_type"] for entry in document["taxes"]] == ["TAX001"]


@pytest.mark.parametrize("name", CHARTS)
def test_whatever_is_suggested_passes_the_check_of_a_mapping(name: str) -> None:
    chart, country, taxes = COUNTRIES[name]
    lines = [sold(kind, some) for kind in KINDS if kind != "rounding" for some in ("", taxes)]
    collected = sold("product", " + ".join(f"{part}!" for part in taxes.split(" + ")))
    orders = [to(place, *lines, collected) for place in (country, "FR", "US", None)]

    suggestion = suggested(chart, *orders, paid_by(*GATEWAYS))

    assert check(parse_mapping(suggestion.document, version=1), chart) == ()


@pytest.mark.parametrize("name", CHARTS)
def test_each_tax_the_orders_show_is_suggested_or_asked_about(name: str) -> None:
    chart, country, taxes = COUNTRIES[name]
    orders = [to(place, sold("product", taxes), sold("tip"), sold("shipping")) for place in (country, "FR")]

    suggestion = suggested(chart, *orders)

    mapped = set(parse_mapping(suggestion.document, version=1).taxes)
    shown = {tax_key(one, line) for one in orders for line in one.agreements[0].lines}
    asked = [sentence for sentence in suggestion.open if sentence.startswith("‘")]
    assert mapped <= shown
    for key in shown - mapped:
        assert any(f"{key.kind.value}" in sentence and str(key.country) in sentence for sentence in asked), key.text


@pytest.mark.parametrize("name", CHARTS)
def test_each_line_of_a_proposal_has_its_reason(name: str) -> None:
    suggestion = suggested(*unpacked(everyday(name)))

    document = suggestion.document
    lines = {f"{part}.{line}" for part in ("accounts", "gateways", "special") for line in document.get(part, {})}
    entries = {f"taxes, entry {number}" for number, _ in enumerate(document["taxes"], start=1)}
    assert sorted(reason.field for reason in suggestion.reasons) == sorted({*lines, *entries, "no_tax"})


def test_reasons_are_sentences_a_merchant_reads() -> None:
    reasons = {reason.field: reason for reason in suggested(*unpacked(everyday("UK"))).reasons}

    assert reasons["accounts.product"].choice == "200 Sales"
    assert reasons["accounts.product"].why == (
        "Sales of goods: 200 Sales, the organisation's only revenue account named so."
    )
    assert reasons["gateways.shopify_payments"].why == (
        "Payments by Shopify Payments: 091 Shopify Payments clearing, the BANK account whose name is closest to the "
        "gateway's."
    )
    assert [reason.why for reason in reasons.values() if reason.choice == "20% (VAT on Income)"] == [
        "‘VAT 20 %’ on product, shipping to GB: 20% (VAT on Income), the only tax rate for sales at home that is 20 %."
    ]


def test_it_suggests_nothing_that_the_orders_do_not_show() -> None:
    document = suggested(UK, to("GB", sold("product", "VAT 20"))).document

    assert document == {
        "contact": "Online customers",
        "accounts": {"product": "200"},
        "gateways": {},
        "taxes": [
            {
                "taxes": [{"title": "VAT", "rate": "0.2"}],
                "countries": ["GB"],
                "kinds": ["product"],
                "tax_type": "OUTPUT2",
            }
        ],
        "no_tax": "NONE",
    }


def test_test_orders_and_lines_that_are_never_posted_show_nothing() -> None:
    free = sold("shipping", gross="0.00")
    tried = replace(to("GB", sold("tip")), test=True)

    suggestion = suggested(UK, to("GB", sold("product", "VAT 20"), free), tried)

    assert set(suggestion.document["accounts"]) == {"product"}
    assert suggestion.open == ()


@pytest.mark.parametrize("name", CHARTS)
def test_an_empty_chart_leaves_all_open_and_lacks_only_the_rate_of_lines_outside_tax(name: str) -> None:
    chart, orders = everyday(name)

    suggestion = suggested(replace(chart, accounts=(), tax_rates=()), *orders)

    with pytest.raises(MappingError) as refused:
        parse_mapping(suggestion.document, version=1)
    assert refused.value.problems == ("no_tax must be a text that is not empty: fill it in.",)
    assert suggestion.reasons == ()
    assert len(suggestion.open) == 4 + 2 + 1 + 3  # kinds, gateways beside gift cards, lines outside tax, tax keys


def test_no_orders_suggest_no_more_than_the_rate_of_lines_outside_tax() -> None:
    suggestion = suggested(UK)

    assert [reason.field for reason in suggestion.reasons] == ["no_tax"]
    assert suggestion.open == ()


def test_each_question_is_asked_once() -> None:
    suggestion = suggested(replace(UK, accounts=()), to("GB", sold("gift card")), paid_by("gift_card"))

    assert suggestion.open == (
        "No account looks like one for gift cards: create a current liability that takes payments in Xero, for example "
        "‘Gift card liability’, then reload.",
    )


def unpacked(shop: tuple[Chart, tuple]) -> tuple:
    """Chart and orders as `suggested` takes them."""
    chart, orders = shop
    return chart, *orders
