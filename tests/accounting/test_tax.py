"""Xero's inclusive arithmetic to the cent, and when the store's figure is sent or refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from embedded_app.accounting.mapping import TaxKey, TaxRule
from embedded_app.accounting.money import smallest_unit
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.tax import amount_problems, rate_problems, rounding_problems, sent_tax_amount, xero_tax
from tests.accounting.shop import BOOKS, causes, line

VAT_KEY = TaxKey(taxes=(("VAT", Decimal("0.2000"), False),), country="GB", kind=LineKind.PRODUCT)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        ("19.98", "0.2", "3.33"),
        ("9.99", "0.2", "1.66"),  # L × r / (1 + r) would round to 1.67
        ("4.95", "0.20", "0.82"),
        ("-9.99", "0.2", "-1.66"),
        ("0.01", "0.2", "0.00"),
        ("0.03", "0.2", "0.00"),  # net 0.025 rounds half up to 0.03
        ("10.50", "0.05", "0.50"),
        ("119.00", "0.19", "19.00"),
        ("80.00", "0", "0.00"),
    ],
)
def test_xero_takes_the_rounded_net_off_the_gross(gross: str, rate: str, tax: str) -> None:
    assert xero_tax(Decimal(gross), Decimal(rate)) == Decimal(tax)


@pytest.mark.parametrize(
    ("gross", "tax", "sent"),
    [
        ("19.98", "3.33", None),
        ("9.99", "1.67", Decimal("1.67")),
        ("4.95", "0.83", Decimal("0.83")),
        ("-1.77", "-0.29", Decimal("-0.29")),  # what Xero itself would find, and sent all the same
        ("-1.77", "-0.30", Decimal("-0.30")),
    ],
)
def test_the_stores_tax_is_sent_where_xeros_would_differ_and_on_negative_lines(
    gross: str, tax: str, sent: Decimal | None
) -> None:
    assert sent_tax_amount(Decimal(gross), Decimal(tax), Decimal("0.2")) == sent


@pytest.mark.parametrize(
    ("gross", "tax", "cause"),
    [
        ("10.00", "-1.67", "tax of opposite sign"),
        ("-10.00", "1.67", "tax of opposite sign"),
        ("0.00", "0.01", "tax without amount"),
        ("10.00", "10.01", "tax above amount"),
        ("10000000000.00", "0.00", "amount too large"),
        ("10.005", "1.67", "fraction of a cent"),
        ("10.00", "1.667", "fraction of a cent"),
    ],
)
def test_it_holds_a_line_whose_own_figures_cannot_be_true(gross: str, tax: str, cause: str) -> None:
    assert causes(amount_problems(line(gross, tax))) == [cause]


@pytest.mark.parametrize("kind", [LineKind.GIFT_CARD, LineKind.ROUNDING])
def test_it_holds_tax_on_what_is_outside_tax(kind: LineKind) -> None:
    assert causes(amount_problems(line("10.00", "1.67", kind=kind))) == ["tax outside tax"]


def test_trailing_zeros_are_not_fractions_of_a_cent() -> None:
    assert amount_problems(line("8600.0000", "1433.3300")) == ()


def test_a_tax_type_stands_for_a_key_of_its_own_rate_however_it_is_written() -> None:
    assert rate_problems(VAT_KEY, TaxRule(tax_type="OUTPUT2"), BOOKS) == ()


def test_a_tax_type_stands_for_a_key_whose_rates_add_up_to_its_own() -> None:
    parts = (("City", Decimal("0.15"), False), ("State", Decimal("0.05"), False))

    assert (
        rate_problems(TaxKey(taxes=parts, country="GB", kind=LineKind.PRODUCT), TaxRule(tax_type="OUTPUT2"), BOOKS)
        == ()
    )


def test_it_refuses_a_tax_type_of_another_rate_and_says_both() -> None:
    (problem,) = rate_problems(VAT_KEY, TaxRule(tax_type="RROUTPUT"), BOOKS)

    assert problem.cause == "tax rate differs"
    assert "20 %" in problem.sentence and "5 %" in problem.sentence


def test_it_refuses_a_tax_type_that_is_not_active_in_xero() -> None:
    assert causes(rate_problems(VAT_KEY, TaxRule(tax_type="OUTPUT9"), BOOKS)) == ["inactive tax type"]


@pytest.mark.parametrize(("units", "held"), [(1, True), (2, True), (3, False)])
def test_rounding_explains_a_cent_for_each_unit_and_no_more(units: int, held: bool) -> None:
    taxed = [(Decimal("60.00"), Decimal("10.03"), Decimal("0.2"), units)]

    assert bool(rounding_problems("SH-1", taxed)) is held


def test_differences_of_both_signs_do_not_cancel_each_other_out() -> None:
    taxed = [
        (Decimal("60.00"), Decimal("10.05"), Decimal("0.2"), 1),
        (Decimal("60.00"), Decimal("9.95"), Decimal("0.2"), 1),
    ]

    assert causes(rounding_problems("SH-1", taxed)) == ["tax differs"]


def test_where_taxes_are_lines_of_their_own_the_sales_tax_type_adds_none() -> None:
    separate = TaxRule(strategy="separate", tax_type="NONE", accounts={"VAT": "826"})

    assert rate_problems(VAT_KEY, separate, BOOKS) == ()
    assert causes(rate_problems(VAT_KEY, replace(separate, tax_type="OUTPUT2"), BOOKS)) == ["tax rate differs"]


def test_a_currency_without_cents_is_rounded_to_whole_units() -> None:
    taxed = [(Decimal(1000), Decimal(91), Decimal("0.1"), 1)]  # Xero alone would find 90.91

    assert causes(rounding_problems("SH-1", taxed)) == ["tax differs"]
    assert rounding_problems("SH-1", taxed, smallest_unit("JPY")) == ()
