"""Adjustments as a price reduction: the order's tax mix, to the cent, the difference from the store's tax listed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.accounting.documents import DocumentLine, Held
from embedded_app.accounting.lines import PlacedLine, document_lines, place
from embedded_app.accounting.mapping import Mapping, TaxKey, TaxRule
from embedded_app.accounting.order import Agreement, LineKind, Tax
from embedded_app.accounting.reductions import spread
from tests.accounting.shop import BOOKS, MAPPING, line, order, placed, refunded

REDUCING = replace(MAPPING, adjustments="price reduction")
GOODWILL = line("-10.00", id="goodwill", kind=LineKind.ADJUSTMENT, quantity=0)


def reduced(*agreements: Agreement, mapping: Mapping = REDUCING, country: str = "GB") -> tuple[DocumentLine, ...]:
    """The credit note's lines of the goodwill at the end of these agreements."""
    one = place(order(*agreements, country=country), agreements[-1].lines[-1], mapping, BOOKS)
    assert isinstance(one, PlacedLine), one
    return document_lines([one], -1)


def figures(lines: tuple[DocumentLine, ...]) -> list[tuple[str, str, str]]:
    """Gross, tax and tax type of each line."""
    return [(f"{one.gross:.2f}", f"{one.tax:.2f}", one.tax_type) for one in lines]


def test_goodwill_has_the_tax_of_what_was_sold_and_lists_the_difference() -> None:
    (one,) = reduced(placed(line("100.00", "16.67")), refunded(GOODWILL))

    assert figures((one,)) == [("10.00", "1.67", "OUTPUT2")]
    assert (one.account, one.tax_difference, one.stated_tax) == ("260", Decimal("1.67"), 0)
    assert one.strategy == "price reduction"


def test_a_mixed_order_is_reduced_in_proportion() -> None:
    food = line("40.00", id="food", taxes=(Tax(title="VAT", rate=Decimal(0), amount=Decimal(0)),))

    lines = reduced(placed(line("80.00", "13.33"), food), refunded(GOODWILL))

    assert figures(lines) == [("6.67", "1.11", "OUTPUT2"), ("3.33", "0.00", "ZERORATEDOUTPUT")]


def test_what_was_taken_back_before_is_not_reduced_again() -> None:
    food = line("40.00", id="food", taxes=(Tax(title="VAT", rate=Decimal(0), amount=Decimal(0)),))
    back = line("-80.00", "-13.33", id="back")

    lines = reduced(placed(line("80.00", "13.33"), food), refunded(back), refunded(GOODWILL, number=3))

    assert figures(lines) == [("10.00", "0.00", "ZERORATEDOUTPUT")]


def test_what_happened_later_does_not_change_what_is_reduced_now() -> None:
    agreements = placed(line("100.00", "16.67")), refunded(GOODWILL), refunded(line("-60.00", "-10.00"), number=3)

    one = place(order(*agreements), GOODWILL, REDUCING, BOOKS)

    assert isinstance(one, PlacedLine)
    assert figures(document_lines([one], -1)) == [("10.00", "1.67", "OUTPUT2")]


def test_an_order_of_which_nothing_is_kept_is_reduced_by_all_it_sold() -> None:
    back = line("-100.00", "-16.67", id="back")

    assert figures(reduced(placed(line("100.00", "16.67")), refunded(back, GOODWILL))) == [("10.00", "1.67", "OUTPUT2")]


def test_the_stores_own_tax_on_an_adjustment_is_what_the_difference_is_counted_from() -> None:
    stated = replace(GOODWILL, taxes=(Tax(title="VAT", rate=Decimal("0.2"), amount=Decimal("-1.66")),))

    (one,) = reduced(placed(line("100.00", "16.67")), refunded(stated))

    assert (one.tax, one.tax_difference, one.stated_tax) == (Decimal("1.67"), Decimal("0.01"), Decimal("1.66"))


def test_taxes_of_their_own_are_reduced_on_their_accounts() -> None:
    taxes = (("County", Decimal("0.01"), False), ("State", Decimal("0.06"), False))
    rule = TaxRule(strategy="separate", tax_type="NONE", accounts={"County": "2220", "State": "2210"})
    untaxed = TaxKey(taxes=(), country="US", kind=LineKind.ADJUSTMENT)
    key = TaxKey(taxes=taxes, country="US", kind=LineKind.PRODUCT)
    mapping = replace(REDUCING, taxes={key: rule, untaxed: TaxRule(tax_type="NONE")})
    sold = line("107.00", taxes=tuple(Tax(title=t, rate=r, amount=r * 100) for t, r, _ in taxes))

    lines = reduced(placed(sold), refunded(GOODWILL), mapping=mapping, country="US")

    assert [(one.gross, one.account) for one in lines] == [
        (Decimal("9.35"), "260"),
        (Decimal("0.09"), "2220"),
        (Decimal("0.56"), "2210"),
    ]
    assert sum(one.tax_difference for one in lines) == Decimal("0.65")
    assert sum(one.stated_tax for one in lines) == 0


def test_two_reductions_of_one_document_list_their_differences_together() -> None:
    taxes = (("State", Decimal("0.06"), False),)
    rule = TaxRule(strategy="separate", tax_type="NONE", accounts={"State": "2210"})
    untaxed = TaxKey(taxes=(), country="US", kind=LineKind.ADJUSTMENT)
    key = TaxKey(taxes=taxes, country="US", kind=LineKind.PRODUCT)
    mapping = replace(REDUCING, taxes={key: rule, untaxed: TaxRule(tax_type="NONE")})
    sold = line("106.00", taxes=(Tax(title="State", rate=Decimal("0.06"), amount=Decimal(6)),))
    twice = refunded(GOODWILL, replace(GOODWILL, id="more"))
    facts = order(placed(sold), twice, country="US")

    lines = document_lines([place(facts, one, mapping, BOOKS) for one in twice.lines], -1)  # type: ignore[misc]

    assert [one.gross for one in lines] == [Decimal("9.43"), Decimal("9.43"), Decimal("1.14")]
    assert (lines[2].tax_difference, lines[2].stated_tax) == (Decimal("1.14"), 0)


@pytest.mark.parametrize(
    "sold",
    [
        line("50.00", kind=LineKind.GIFT_CARD),
        line("12.00", taxes=(Tax(title="VAT", rate=Decimal("0.2"), amount=Decimal(2), marketplace=True),)),
    ],
)
def test_an_adjustment_stays_as_stated_where_there_is_no_mix_of_the_merchants_own(sold: object) -> None:
    (one,) = reduced(placed(sold), refunded(GOODWILL))  # type: ignore[arg-type]

    assert (one.gross, one.tax, one.tax_type, one.strategy) == (Decimal("10.00"), 0, "NONE", "rate")


def test_it_is_held_where_what_it_reduces_has_no_tax_rate() -> None:
    facts = order(placed(line("12.00", "2.00", kind=LineKind.TIP)), refunded(GOODWILL))

    (problem,) = place(facts, GOODWILL, REDUCING, BOOKS)  # type: ignore[misc]

    assert isinstance(problem, Held) and problem.cause == "unmapped tax"


@given(
    st.decimals(min_value=-1000, max_value=1000, places=2),
    st.lists(st.decimals(min_value="0.01", max_value=1000, places=2), min_size=1, max_size=6),
    st.sampled_from([Decimal("0.01"), Decimal(1)]),
)
def test_the_shares_of_an_amount_add_up_to_it(amount: Decimal, weights: list[Decimal], unit: Decimal) -> None:
    shares = spread(amount, weights, unit)

    assert sum(shares) == amount
    assert all(share * amount >= 0 for share in shares)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - amount * weight / sum(weights)) < 2 * unit
