"""Sale lines of several parts: discounts at full price, gift cards below their value, taxes as lines of their own."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.accounting.documents import DocumentLine, Held
from embedded_app.accounting.lines import PlacedLine, document_lines, place
from embedded_app.accounting.mapping import Mapping, SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.money import round_cents
from embedded_app.accounting.order import LineKind, SaleLine, Tax
from tests.accounting.shop import BOOKS, MAPPING, line, order

SPECIAL = {SpecialAccount.DISCOUNTS: "210", SpecialAccount.PROMOTIONS: "400", SpecialAccount.MARKETPLACE_TAX: "625"}
FULL_PRICE = replace(MAPPING, discounts="full price", special=SPECIAL)
STATE, COUNTY = ("State", Decimal("0.06")), ("County", Decimal("0.01"))
KINDS = (LineKind.PRODUCT, LineKind.SHIPPING)


def us_mapping(state: bool, county: bool) -> Mapping:
    """A mapping for one key of state and county tax; True where the marketplace collects."""
    taxes = (("County", COUNTY[1], county), ("State", STATE[1], state))
    accounts = {title: account for (title, _, by), account in zip(taxes, ("2220", "2210"), strict=True) if not by}
    rule = TaxRule(strategy="marketplace" if state or county else "separate", tax_type="NONE", accounts=accounts)
    keys = {TaxKey(taxes=taxes, country="US", kind=kind): rule for kind in KINDS}
    return replace(FULL_PRICE, taxes=keys)


def us_line(gross: str, state: str, county: str, *, by: tuple[bool, bool] = (False, False), **more: object) -> SaleLine:
    """A line of a US store with state and county tax; by: whether the marketplace collects each."""
    taxes = tuple(
        Tax(title=title, rate=rate, amount=Decimal(amount), marketplace=collected)
        for (title, rate), amount, collected in zip((STATE, COUNTY), (state, county), by, strict=True)
    )
    return line(gross, taxes=taxes, **more)


def booked(*sales: SaleLine, mapping: Mapping, sign: int = 1, country: str = "GB") -> list[DocumentLine]:
    """The document lines of sale lines that can be placed."""
    placed = [place(order(country=country), sale, mapping, BOOKS) for sale in sales]
    assert all(isinstance(one, PlacedLine) for one in placed), placed
    return list(document_lines(placed, sign))  # type: ignore[arg-type]


def held(sale: SaleLine, mapping: Mapping, country: str = "GB") -> Held:
    """The one reason a sale line is held for."""
    (problem,) = place(order(country=country), sale, mapping, BOOKS)  # type: ignore[misc]
    assert isinstance(problem, Held)
    return problem


def figures(lines: list[DocumentLine]) -> list[tuple[str, str, str]]:
    """Gross, tax and account of each line."""
    return [(f"{one.gross:.2f}", f"{one.tax:.2f}", one.account) for one in lines]


def test_a_discounted_line_stands_at_full_price_with_its_discount_beside_it() -> None:
    lines = booked(line("57.23", "9.54", discount=Decimal("1.77")), mapping=FULL_PRICE)

    assert figures(lines) == [("59.00", "9.83", "200"), ("-1.77", "-0.29", "210")]
    assert lines[0].tax_amount is None and lines[1].tax_amount == Decimal("-0.29")
    assert (lines[1].description, lines[1].tax_type) == ("Discount on Mug", "OUTPUT2")


def test_a_discount_is_mirrored_on_the_credit_note() -> None:
    lines = booked(line("-57.23", "-9.54", discount=Decimal("-1.77")), mapping=FULL_PRICE, sign=-1)

    assert figures(lines) == [("59.00", "9.83", "200"), ("-1.77", "-0.29", "210")]


@pytest.mark.parametrize("sign", [1, -1])
def test_an_edit_that_gives_a_discount_afterwards_or_takes_it_back_is_that_discount_alone(sign: int) -> None:
    edited = line(f"{-sign * 6}.00", f"{-sign}.00", discount=Decimal(sign * 6), quantity=0)

    assert figures(booked(edited, mapping=FULL_PRICE, sign=-sign)) == [("6.00", "1.00", "210")]


@pytest.mark.parametrize("tax", ["9.53", "9.54", "9.55"])
def test_the_taxes_of_full_price_and_discount_add_up_to_the_stores(tax: str) -> None:
    full, off = booked(line("57.23", tax, discount=Decimal("0.02")), mapping=FULL_PRICE)

    assert full.tax + off.tax == Decimal(tax)
    assert off.tax <= 0 <= full.tax


def test_a_gift_at_full_price_is_two_lines_that_cancel_out() -> None:
    lines = booked(line("0.00", "0.00", discount=Decimal("12.00")), mapping=FULL_PRICE)

    assert figures(lines) == [("12.00", "2.00", "200"), ("-12.00", "-2.00", "210")]


def test_the_full_price_keeps_the_quantity_of_the_sale() -> None:
    full, off = booked(line("18.00", "3.00", quantity=2, discount=Decimal("2.00")), mapping=FULL_PRICE)

    assert (full.quantity, full.unit_amount) == (2, Decimal(10))
    assert (off.quantity, off.unit_amount) == (1, Decimal(-2))


@pytest.mark.parametrize("discount", ["-1.00", "0.005"])
def test_it_holds_a_discount_no_full_price_can_show(discount: str) -> None:
    assert held(line("12.00", "2.00", discount=Decimal(discount)), FULL_PRICE).cause == "discount"


def test_a_net_discount_leaves_the_line_as_the_store_states_it() -> None:
    assert figures(booked(line("57.23", "9.54", discount=Decimal("1.77")), mapping=MAPPING)) == [
        ("57.23", "9.54", "200")
    ]


def test_a_gift_card_below_its_value_is_the_liability_less_a_promotion() -> None:
    card = line("45.00", kind=LineKind.GIFT_CARD, face_value=Decimal("50.00"))

    assert figures(booked(card, mapping=FULL_PRICE)) == [("50.00", "0.00", "815"), ("-5.00", "0.00", "400")]


def test_a_gift_card_taken_back_takes_back_its_promotion() -> None:
    card = line("-45.00", kind=LineKind.GIFT_CARD, face_value=Decimal("-50.00"))

    assert figures(booked(card, mapping=FULL_PRICE, sign=-1)) == [("50.00", "0.00", "815"), ("-5.00", "0.00", "400")]


def test_a_gift_card_at_its_value_is_one_line() -> None:
    card = line("50.00", kind=LineKind.GIFT_CARD, face_value=Decimal("50.00"), discount=Decimal("5.00"))

    assert figures(booked(card, mapping=FULL_PRICE)) == [("50.00", "0.00", "815")]


@pytest.mark.parametrize("face_value", ["40.00", "-50.00", "50.005"])
def test_it_holds_a_gift_card_whose_price_its_value_does_not_explain(face_value: str) -> None:
    card = line("45.00", kind=LineKind.GIFT_CARD, face_value=Decimal(face_value))

    assert held(card, FULL_PRICE).cause == "gift card above its value"


def test_it_holds_a_gift_card_below_its_value_without_an_account_for_promotions() -> None:
    problem = held(line("45.00", kind=LineKind.GIFT_CARD, face_value=Decimal(50)), MAPPING)

    assert (problem.cause, problem.subject) == ("unmapped account", "promotions")


def test_taxes_of_their_own_stand_after_what_was_sold_one_for_each_tax() -> None:
    item = us_line("107.00", "6.00", "1.00", id="item")
    other = us_line("21.40", "1.20", "0.20", id="other")

    lines = booked(item, other, mapping=us_mapping(False, False), country="US")

    assert figures(lines) == [
        ("100.00", "0.00", "200"),
        ("20.00", "0.00", "200"),
        ("7.20", "0.00", "2210"),
        ("1.20", "0.00", "2220"),
    ]
    assert lines[2].description == "State 6 %" and lines[2].sources == ("item", "other")
    assert [one.stated_tax for one in lines] == [0, 0, Decimal("7.20"), Decimal("1.20")]


def test_a_credit_note_gives_taxes_of_their_own_back() -> None:
    lines = booked(us_line("-107.00", "-6.00", "-1.00"), mapping=us_mapping(False, False), sign=-1, country="US")

    assert figures(lines) == [("100.00", "0.00", "200"), ("6.00", "0.00", "2210"), ("1.00", "0.00", "2220")]


def test_a_tax_the_marketplace_collects_is_never_the_merchants_nor_revenue() -> None:
    sale = us_line("107.00", "6.00", "1.00", by=(True, False))

    lines = booked(sale, mapping=us_mapping(True, False), country="US")

    assert figures(lines) == [("100.00", "0.00", "200"), ("6.00", "0.00", "625"), ("1.00", "0.00", "2220")]
    assert lines[1].description == "State 6 %, collected by the marketplace"


def test_a_discount_beside_taxes_of_their_own_is_shown_without_tax() -> None:
    sale = us_line("107.00", "6.00", "1.00", discount=Decimal("10.70"))

    lines = booked(sale, mapping=us_mapping(False, False), country="US")

    assert figures(lines)[:2] == [("110.00", "0.00", "200"), ("-10.00", "0.00", "210")]
    assert sum(one.gross for one in lines) == Decimal("107.00")


@pytest.mark.parametrize(("state", "county"), [("6.005", "0.995"), ("8.00", "-1.00")])
def test_it_holds_a_tax_that_cannot_be_a_line_of_its_own(state: str, county: str) -> None:
    problem = held(us_line("107.00", state, county), us_mapping(False, False), country="US")

    assert problem.cause == "tax of its own"


@st.composite
def us_lines(draw: st.DrawFn) -> SaleLine:
    """A sold or returned line of a US store, with any lawful cents in taxes and discount."""
    net, state, county, off = (draw(st.integers(0, most)) for most in (30_000, 1_800, 300, 9_000))
    sign = draw(st.sampled_from([1, -1]))
    gross, state_tax, county_tax, discount = (
        f"{sign * Decimal(cents) / 100:.2f}" for cents in (net + state + county + 1, state, county, off)
    )
    quantity = sign * draw(st.sampled_from([1, 2, 3, 7, 700]))
    return us_line(gross, state_tax, county_tax, quantity=quantity, discount=Decimal(discount))


@given(us_lines(), st.sampled_from(["separate", "rate"]), st.sampled_from(["net", "full price"]))
def test_whatever_the_strategy_the_lines_add_up_to_what_the_store_charged(
    sale: SaleLine, strategy: str, discounts: str
) -> None:
    mapping = replace(us_mapping(False, False), discounts=discounts)  # type: ignore[arg-type]
    if strategy == "rate":
        mapping = replace(mapping, taxes=dict.fromkeys(mapping.taxes, TaxRule(tax_type="TAX007")))
    books = replace(BOOKS, rates={**BOOKS.rates, "TAX007": Decimal("0.07")})
    sign = 1 if sale.gross > 0 else -1

    placed = place(order(country="US"), sale, mapping, books)

    if not isinstance(placed, PlacedLine):
        assert [one.cause for one in placed] == ["tax above amount"]
        return
    lines = document_lines([placed], sign)
    assert sum(one.gross for one in lines) == sign * sale.gross
    assert sum(one.stated_tax for one in lines) == sign * sale.tax
    for one in lines:
        assert round_cents(one.quantity * one.unit_amount) == one.gross
        assert one.gross * one.tax >= 0 and abs(one.tax) <= abs(one.gross)
        assert abs(one.tax_amount or 0) <= abs(one.unit_amount)
