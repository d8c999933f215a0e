"""What a mapping answers for a sale line: its account, tracking and tax treatment, each with the rule in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from embedded_app.accounting.mapping import ProductRule, TaxKey, TaxRule, tax_key
from embedded_app.accounting.order import LineKind, SaleLine, Tax
from tests.accounting.shop import MAPPING, line, order

VAT_KEY = TaxKey(taxes=(("VAT", Decimal("0.2"), False),), country="GB", kind=LineKind.PRODUCT)
BOOK = line(
    "12.00", sku="BK-0042-P", product_type="Books", vendor="Penguin", tags=("Fiction", "Classics"), title="Emma"
)
AT_THE_TILL = order(channel="pos", location="Leeds")


def rule(account: str = "201", **when: str) -> ProductRule:
    """A product rule of these conditions."""
    return ProductRule(when=tuple(when.items()), account=account)


def account_of(*rules: ProductRule, sale: SaleLine = BOOK) -> str:
    """The account of a line under these rules."""
    choice = replace(MAPPING, rules=rules).account_for(AT_THE_TILL, sale)
    assert choice is not None
    return choice.account


@pytest.mark.parametrize(
    "when",
    [
        {"product_type": "books"},
        {"vendor": "PENGUIN"},
        {"tag": "classics"},
        {"location": "leeds"},
        {"channel": "POS"},
        {"country": "gb"},
        {"sku": "bk-0042-p"},
        {"sku": "BK-*"},
        {"sku": "*-p"},
        {"sku": "b*42*p"},
        {"vendor": "penguin", "tag": "fiction"},
    ],
)
def test_a_product_rule_matches_whatever_the_case(when: dict[str, str]) -> None:
    assert account_of(rule(**when)) == "201"


@pytest.mark.parametrize(
    "when",
    [
        {"product_type": "book"},
        {"tag": "Fict"},
        {"sku": "BK"},
        {"sku": "*-q"},
        {"sku": "bk*42*42*"},
        {"vendor": "penguin", "tag": "poetry"},
        {"country": "FR"},
    ],
)
def test_a_product_rule_wants_all_of_its_words_whole(when: dict[str, str]) -> None:
    assert account_of(rule(**when)) == "200"


def test_the_first_product_rule_that_matches_wins() -> None:
    assert account_of(rule("201", vendor="Faber"), rule("202", tag="Fiction"), rule("203", vendor="Penguin")) == "202"


def test_product_rules_are_for_products_alone() -> None:
    assert account_of(rule(country="GB"), sale=line("4.95", kind=LineKind.SHIPPING)) == "205"


def test_a_line_the_store_knows_little_of_matches_no_rule_about_it() -> None:
    assert account_of(rule(sku="*"), sale=line("12.00")) == "200"


def test_a_choice_says_which_rule_made_it() -> None:
    choice = replace(MAPPING, rules=(rule(vendor="Penguin", product_type="Books"),)).account_for(AT_THE_TILL, BOOK)

    assert choice is not None
    assert choice.rule == "product rule 1 (vendor Penguin, product type Books) goes to account 201"


def test_a_rules_tracking_goes_before_the_mappings_own_of_the_same_category() -> None:
    of_the_rule = replace(rule(vendor="Penguin"), tracking=(("Range", "Books"),))
    mapping = replace(MAPPING, rules=(of_the_rule,), tracking=(("Channel", "Online"), ("Range", "Other")))

    book, mug = mapping.account_for(AT_THE_TILL, BOOK), mapping.account_for(AT_THE_TILL, line("12.00"))

    assert book is not None and book.tracking == (("Channel", "Online"), ("Range", "Books"))
    assert mug is not None and mug.tracking == (("Channel", "Online"), ("Range", "Other"))


def test_a_key_is_found_however_its_rate_is_written() -> None:
    key = tax_key(order(), line("12.00", "2.00"))

    assert key.taxes[0][1].as_tuple().exponent == -2
    assert MAPPING.tax_rule_for(key) == (TaxRule(tax_type="OUTPUT2"), f"{key.text} goes to OUTPUT2")


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
        (VAT_KEY, "VAT 20 % · GB · product"),
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
    found = MAPPING.tax_rule_for(TaxKey(taxes=(), country="FR", kind=kind))

    assert found is not None and found[0].tax_type == "NONE"


def test_a_product_rules_tax_type_goes_before_that_of_the_key_and_stands_in_for_it() -> None:
    mapped, unmapped = TaxKey(taxes=(), country="GB", kind=LineKind.PRODUCT), replace(VAT_KEY, country="FR")

    for key in (mapped, unmapped):
        found = MAPPING.tax_rule_for(key, "EXEMPTOUTPUT")
        assert found == (TaxRule(tax_type="EXEMPTOUTPUT"), f"{key.text} goes to EXEMPTOUTPUT by the product rule")


@pytest.mark.parametrize("collected", [True, None])
def test_a_product_rule_never_makes_a_marketplaces_tax_the_merchants(collected: bool | None) -> None:
    key = replace(VAT_KEY, taxes=(("VAT", Decimal("0.2"), collected),))

    assert MAPPING.tax_rule_for(key, "OUTPUT2") is None
