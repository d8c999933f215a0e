"""Document lines: quantity and unit amount that give the gross to the cent, account, tax type and their rule."""

from dataclasses import replace
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentLine
from embedded_app.accounting.lines import PlacedLine, books_nothing, document_lines, place
from embedded_app.accounting.mapping import ProductRule, TaxRule, tax_key
from embedded_app.accounting.money import round_cents
from embedded_app.accounting.order import LineKind, SaleLine, Tax
from embedded_app.accounting.tax import rounding_problems
from tests.accounting.shop import BOOKS, MAPPING, causes, line, order

VAT = Decimal("0.2")


def made(sale: SaleLine, sign: int = 1) -> DocumentLine:
    """The one document line of a sale line."""
    placed = place(order(), sale, MAPPING, BOOKS)
    assert isinstance(placed, PlacedLine)
    (one,) = document_lines([placed], sign)
    return one


@pytest.mark.parametrize(
    ("gross", "quantity", "unit_amount"),
    [("19.98", 2, "9.99"), ("10.00", 3, "3.3333"), ("0.01", 7, "0.0014"), ("60.00", 0, "60.00")],
)
def test_quantity_times_unit_amount_rounds_to_the_gross(gross: str, quantity: int, unit_amount: str) -> None:
    one = made(line(gross, quantity=quantity))

    assert (one.quantity, one.unit_amount) == (Decimal(max(1, quantity)), Decimal(unit_amount))
    assert round_cents(one.quantity * one.unit_amount) == Decimal(gross)


def test_a_gross_no_unit_amount_gives_is_one_piece_that_tells_its_quantity() -> None:
    one = made(line("0.03", quantity=700))

    assert (one.description, one.quantity, one.unit_amount) == ("700 × Mug", Decimal(1), Decimal("0.03"))


def test_a_sent_tax_never_exceeds_the_unit_amount_it_stands_beside() -> None:
    one = made(line("5.00", "0.84", quantity=10))

    assert (one.description, one.quantity, one.unit_amount) == ("10 × Mug", Decimal(1), Decimal("5.00"))
    assert one.tax_amount == Decimal("0.84")


@pytest.mark.parametrize(
    ("sale", "times"),
    [
        (line("20.00", "3.33", quantity=3), 3),
        (line("20.00", "3.33", quantity=0), 1),
        (line("-20.00", "-3.33", quantity=-2), 2),
        (line("0.00", quantity=3, discount=Decimal("9.99")), 0),
        (line("10.00", kind=LineKind.TIP), 0),
        (line("50.00", kind=LineKind.GIFT_CARD, quantity=5), 0),
    ],
    ids=["three", "none", "two back", "given away", "no tax", "outside tax"],
)
def test_only_what_was_taxed_explains_what_rounding_does(sale: SaleLine, times: int) -> None:
    placed = place(order(), sale, MAPPING, BOOKS)

    assert isinstance(placed, PlacedLine) and placed.taxed[3] == times


def test_two_taxes_in_one_rate_were_each_rounded_for_each_unit() -> None:
    taxes = tuple(
        Tax(title=title, rate=Decimal(rate), amount=Decimal(amount), marketplace=False)
        for title, rate, amount in (("GST", "0.05", "-1.23"), ("QST", "0.09975", "-2.46"), ("Levy", "0", "0"))
    )
    back = line("-28.45", quantity=-1, taxes=taxes)
    key = tax_key(order(), back)
    mapping = replace(MAPPING, taxes={**MAPPING.taxes, key: TaxRule(tax_type="TAX002")})
    books = replace(BOOKS, rates={**BOOKS.rates, "TAX002": Decimal("0.14975")})

    placed = place(order(), back, mapping, books)

    assert isinstance(placed, PlacedLine) and placed.taxed[3] == 2
    assert rounding_problems("SH-1", [placed.taxed]) == ()


def test_a_credit_note_line_is_positive_and_sends_the_stores_tax() -> None:
    one = made(line("-9.99", "-1.67"), sign=-1)

    assert (one.quantity, one.gross, one.tax, one.tax_amount) == (1, *map(Decimal, ("9.99", "1.67", "1.67")))


def test_a_line_without_a_title_is_described_by_its_kind() -> None:
    assert made(line("4.95", title=" ", kind=LineKind.SHIPPING)).description == "shipping"


def test_a_description_longer_than_xero_takes_is_cut() -> None:
    assert len(made(line("1.00", title="x" * 5000)).description) == 4000


def test_a_line_says_which_rules_chose_its_account_and_tax_type() -> None:
    one = made(line("12.00", "2.00"))

    assert (one.account, one.tax_type, one.tax_key) == ("200", "OUTPUT2", "VAT 20 % · GB · product")
    assert one.rule == "product goes to account 200"
    assert one.tax_rule == "VAT 20 % · GB · product goes to OUTPUT2"


def test_cash_rounding_goes_to_xeros_own_rounding_account_without_tax() -> None:
    one = made(line("0.02", kind=LineKind.ROUNDING))

    assert (one.account, one.tax_type) == ("860", "NONE")


def test_a_title_nobody_can_read_is_described_by_its_kind() -> None:
    assert made(line("12.00", title="\u200b\ufe0f")).description == "product"


def test_a_product_rule_gives_account_tax_type_and_tracking() -> None:
    rule = ProductRule(
        when=(("vendor", "Penguin"),), account="201", tax_type="EXEMPTOUTPUT", tracking=(("Range", "Books"),)
    )

    placed = place(order(), line("12.00", vendor="Penguin"), replace(MAPPING, rules=(rule,)), BOOKS)

    assert isinstance(placed, PlacedLine)
    (one,) = document_lines([placed], 1)
    assert (one.account, one.tax_type, one.tracking) == ("201", "EXEMPTOUTPUT", (("Range", "Books"),))


@pytest.mark.parametrize(
    ("sale", "cause", "subject"),
    [
        (line("12.00", kind=LineKind.DUTY), "unmapped account", "duty"),
        (line("12.00", "2.00", kind=LineKind.TIP), "unmapped tax", "VAT 20 % · GB · tip"),
        (
            line("12.00", taxes=(Tax(title="VAT", rate=VAT, amount=Decimal(2), marketplace=None),)),
            "marketplace tax",
            "",
        ),
        (
            line("12.00", taxes=(Tax(title="VAT", rate=VAT, amount=Decimal(2), marketplace=True),)),
            "marketplace tax",
            "",
        ),
    ],
)
def test_it_holds_what_the_mapping_does_not_place(sale: SaleLine, cause: str, subject: str) -> None:
    problems = place(order(), sale, MAPPING, BOOKS)

    assert not isinstance(problems, PlacedLine)
    assert cause in causes(problems)
    assert any(subject in one.subject for one in problems)


def test_it_tells_a_tax_a_marketplace_collects_from_one_whose_collector_is_unknown() -> None:
    sentences = []
    for collected in (True, None):
        taxes = (Tax(title="VAT", rate=VAT, amount=Decimal(2), marketplace=collected),)
        (problem,) = place(order(), line("12.00", taxes=taxes), MAPPING, BOOKS)  # type: ignore[misc]
        sentences.append(problem.sentence)

    assert "is collected by a marketplace and has no rule yet" in sentences[0]
    assert "does not say whether a marketplace collects" in sentences[1]


@pytest.mark.parametrize(
    ("sale", "nothing"),
    [
        (line("0.00"), True),
        (line("0.00", discount=Decimal("5.00")), True),
        (line("0.00", kind=LineKind.GIFT_CARD, face_value=Decimal(50)), False),
        (line("0.00", "0.01"), False),
    ],
)
def test_what_is_zero_books_nothing(sale: SaleLine, nothing: bool) -> None:
    assert books_nothing(sale, MAPPING) is nothing


def test_a_gift_at_full_price_books_something() -> None:
    assert not books_nothing(line("0.00", discount=Decimal("5.00")), replace(MAPPING, discounts="full price"))
