"""The mapping document: what it gives, and the sentence for everything it cannot be."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.mapping import ProductRule, SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.accounting.order import LineKind

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
SALES_TAX: dict[str, Any] = {
    "taxes": [{"title": "State", "rate": "0.06"}, {"title": "County", "rate": "0.01"}],
    "countries": ["US"],
    "kinds": ["product"],
    "strategy": "separate",
    "accounts": {"State": "2210", "County": "2220"},
}
COLLECTED: dict[str, Any] = {
    **SALES_TAX,
    "taxes": [{"title": "State", "rate": "0.06", "marketplace": True}],
    "strategy": "marketplace",
    "accounts": {},
}


def changed(**changes: object) -> dict[str, Any]:
    """The document with top-level fields changed."""
    return {**deepcopy(DOCUMENT), **changes}


def entry(of: dict[str, Any] = DOCUMENT["taxes"][0], **changes: object) -> dict[str, Any]:
    """The document with one tax entry, fields of it changed."""
    return changed(taxes=[{**deepcopy(of), **changes}])


def product_rule(**changes: object) -> dict[str, Any]:
    """The document with one product rule, fields of it changed."""
    return changed(rules=[{"when": {"vendor": "Acme"}, "account": "201", **changes}])


def test_a_tax_entry_stands_for_each_of_its_countries_and_kinds() -> None:
    mapping = parse_mapping(DOCUMENT, version=3)

    keys = {(key.country, key.kind) for key in mapping.taxes}
    assert keys == {(country, kind) for country in ("GB", None) for kind in (LineKind.PRODUCT, LineKind.SHIPPING)}
    assert all(rule == TaxRule(tax_type="OUTPUT2") for rule in mapping.taxes.values())
    assert (mapping.version, mapping.start_date) == (3, date(2026, 11, 1))


def test_separate_taxes_keep_their_accounts_and_take_the_out_of_scope_type() -> None:
    mapping = parse_mapping(entry(SALES_TAX), version=1)

    (rule,) = mapping.taxes.values()
    assert rule == TaxRule(strategy="separate", tax_type="NONE", accounts={"State": "2210", "County": "2220"})


def test_a_marketplaces_tax_needs_no_account_of_its_own() -> None:
    mapping = parse_mapping({**entry(COLLECTED), "special": {"marketplace tax": "625"}}, version=1)

    taxes = (("State", Decimal("0.06"), True),)
    key = TaxKey(taxes=taxes, country="US", kind=LineKind.PRODUCT)
    assert mapping.taxes == {key: TaxRule(strategy="marketplace", tax_type="NONE")}
    assert mapping.special == {SpecialAccount.MARKETPLACE_TAX: "625"}


def test_product_rules_keep_their_order_tax_type_and_tracking() -> None:
    rules = [
        {"when": {"vendor": "Acme", "sku": "A-*"}, "account": "201", "tax_type": "EXEMPTOUTPUT"},
        {"when": {"tag": "sale"}, "account": "202", "tracking": [["Range", "Sale"]]},
    ]

    mapping = parse_mapping(changed(rules=rules, tracking=[["Channel", "Online"]]), version=1)

    assert mapping.rules == (
        ProductRule(when=(("vendor", "Acme"), ("sku", "A-*")), account="201", tax_type="EXEMPTOUTPUT"),
        ProductRule(when=(("tag", "sale"),), account="202", tracking=(("Range", "Sale"),)),
    )
    assert mapping.tracking == (("Channel", "Online"),)


def test_every_setting_has_a_default_and_takes_each_of_its_words() -> None:
    chosen = {
        "before_start": "invoice",
        "before_start_invoices": {"#0999": "INV-0042"},
        "post_when": "fulfilled",
        "adjustments": "price reduction",
        "discounts": "full price",
        "contacts_retail": "customer",
        "contacts_terms": "shared",
        "currency": "presentment",
        "locked": "hold",
    }

    default, other = (
        parse_mapping(DOCUMENT, version=1),
        parse_mapping(changed(**chosen, special={"discounts": "210"}), version=1),
    )

    assert (default.before_start, default.post_when, default.adjustments) == ("account", "placed", "as stated")
    assert (default.discounts, default.currency, default.locked) == ("net", "shop", "first open day")
    assert (default.contacts_retail, default.contacts_terms) == ("shared", "customer")
    assert {name: getattr(other, name) for name in chosen} == chosen


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
        (changed(post_when="shipped"), "post_when must be one of ‘placed’, ‘paid’, ‘fulfilled’, not ‘shipped’"),
        (changed(locked=None), "locked must be one of ‘first open day’, ‘hold’"),
        (changed(before_start_invoices={"#1": ""}), "before_start_invoices.#1 must be a text"),
        (changed(discounts="full price"), "special.discounts must be an account where discounts is ‘full price’"),
        (changed(special={"discount": "210"}), "special: ‘discount’ is not a special account: use one of discounts,"),
        (changed(tracking=["Channel"]), "tracking must be a list of pairs"),
        (changed(tracking=[["A", "x"], ["B", "y"], ["C", "z"]]), "at most two tracking categories"),
        (changed(tracking=[["A", "x"], ["A", "y"]]), "at most two tracking categories, each once"),
        (changed(rules={}), "rules must be a list of product rules"),
        (changed(rules=[{"account": "201"}]), "rules, entry 1 must have the field when"),
        (product_rule(when={}), "rules, entry 1 must have the field when, with at least one condition"),
        (product_rule(when={"colour": "red"}), "‘colour’ in rules, entry 1, when is not a field we know"),
        (product_rule(when={"vendor": 7}), "rules, entry 1, when.vendor must be a text"),
        (product_rule(account=None), "rules, entry 1, account must be a text"),
        (product_rule(tax_type=""), "rules, entry 1, tax_type must be a text"),
        (product_rule(taxtype="x"), "‘taxtype’ in rules, entry 1 is not a field we know"),
        (product_rule(tracking="Range"), "rules, entry 1, tracking must be a list of pairs"),
        (
            {**product_rule(tracking=[["C", "z"]]), "tracking": [["A", "x"], ["B", "y"]]},
            "rules, entry 1, tracking makes more than two categories",
        ),
        (changed(taxes={}), "taxes must be a list of tax entries"),
        (changed(taxes=["OUTPUT2"]), "taxes, entry 1 must have the fields"),
        (changed(taxes=[*DOCUMENT["taxes"], AGAIN]), "entry 2: ‘VAT 20 % · GB · product’ is mapped twice"),
        (entry(tax_type=""), "taxes, entry 1, tax_type must be a text"),
        (entry(taxtype="x"), "‘taxtype’ in taxes, entry 1 is not a field we know"),
        (entry(strategy="separate lines"), "strategy must be one of ‘rate’, ‘separate’, ‘marketplace’"),
        (entry(accounts={}), "taxes, entry 1, accounts belongs to strategies with separate lines"),
        (entry(strategy="marketplace"), "strategy ‘marketplace’ needs a tax with marketplace true"),
        (entry(SALES_TAX, accounts={"State": "2210"}), "accounts must name the liability account of ‘County’"),
        (entry(SALES_TAX, tax_type=""), "taxes, entry 1, tax_type must be a text"),
        (entry(COLLECTED), "special.marketplace tax must be an account"),
        (entry(COLLECTED, strategy="separate"), "a marketplace collects ‘State’, so strategy must be ‘marketplace’"),
        (
            {**entry(COLLECTED, accounts={"State": "2210"}), "special": {"marketplace tax": "625"}},
            "accounts: ‘State’ is not a tax of this entry that you owe",
        ),
        (entry(countries=[]), "taxes, entry 1, countries must be a list that is not empty"),
        (entry(countries=["uk"]), "countries: ‘uk’ must be a code such as GB"),
        (entry(kinds=["goods"]), "kinds: ‘goods’ is not a kind of line"),
        (entry(kinds=["gift card"]), "kinds: ‘gift card’ is always outside tax"),
        (entry(taxes="VAT"), "taxes must be a list of taxes"),
        (entry(taxes=[{"title": "VAT", "rate": 0.2}]), "rate must be a fraction written as text"),
        (entry(taxes=[{"title": "VAT", "rate": "20 %"}]), "rate must be a fraction written as text"),
        (entry(taxes=[{"title": "VAT", "rate": "5"}]), "rate must be a fraction written as text"),
        (entry(taxes=[{"title": "Tax", "rate": "0.06", "marketplace": None}]), "marketplace of ‘Tax’ must be true or"),
    ],
)
def test_it_refuses_a_document_with_a_sentence_that_names_the_field(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MappingError) as refused:
        parse_mapping(document, version=1)

    assert any(sentence in problem for problem in refused.value.problems), refused.value.problems
    assert len(refused.value.problems) == 1


def test_it_tells_every_problem_at_once() -> None:
    with pytest.raises(MappingError) as refused:
        parse_mapping(changed(contact="", post_when="later", gateways=None), version=1)

    assert len(refused.value.problems) == 3
