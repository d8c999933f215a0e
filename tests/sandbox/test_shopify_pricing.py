"""How the sandbox's store prices baskets: discounts, currencies without cents, conversions."""

from decimal import Decimal

import pytest

from embedded_app.sandbox.shopify import GB_VAT, Presentment, Product, TaxRate, cents
from embedded_app.sandbox.shopify.goods import Ids, SoldLine
from embedded_app.sandbox.shopify.pricing import Basket, Till, price

CUPS = Product(title="Cups", price=Decimal("60.00"))
MUG = Product(title="Mug", price=Decimal("9.99"))
CARD = Product(title="Gift card", price=Decimal("50.00"), taxes=(), gift_card=True)
INSIDE = Till(taxes_included=True)


def priced(*lines: tuple[Product, int], till: Till = INSIDE, **offers: object) -> list[SoldLine]:
    return price(Basket(lines=lines, ids=Ids(), **offers), till)


def grosses(sold: list[SoldLine]) -> list[str]:
    return [str(line.gross) for line in sold]


def test_a_percentage_is_taken_of_the_whole_and_spread() -> None:
    sold = priced((MUG, 1), (MUG, 1), (MUG, 1), percent_off=Decimal("0.333"))

    assert [line.figures.discount for line in sold] == [Decimal("3.33"), Decimal("3.33"), Decimal("3.32")]


def test_a_lines_own_discount_comes_off_before_the_orders_share() -> None:
    sold = priced((CUPS, 1), (CUPS, 1), line_discounts={0: Decimal("20.00")}, discount=Decimal("10.00"))

    assert grosses(sold) == ["36.00", "54.00"]


def test_gift_cards_take_no_part_in_an_orders_discount() -> None:
    sold = priced((CARD, 1), (CUPS, 1), percent_off=Decimal("0.5"))

    assert grosses(sold) == ["50.00", "30.00"]
    assert sold[0].face_value == Decimal("50.00")


def test_more_discount_than_goods_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="more than the products come to"):
        priced((MUG, 1), discount=Decimal("10.00"))


def test_a_delivery_has_its_own_discount() -> None:
    (_, delivery) = priced((MUG, 1), shipping=Decimal("4.95"), shipping_discount=Decimal("1.95"))

    assert (delivery.gross, delivery.figures.discount) == (Decimal("3.00"), Decimal("1.95"))
    assert sum(tax.amount for tax in delivery.taxes) == Decimal("0.50")


@pytest.mark.parametrize(("currency", "unit"), [("GBP", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_each_currency_has_its_smallest_unit(currency: str, unit: str) -> None:
    assert cents.unit_of(currency) == Decimal(unit)


def test_yen_are_rounded_whole_and_still_add_up() -> None:
    tea = Product(title="Tea", price=Decimal("500"), taxes=(TaxRate(title="CT", rate=Decimal("0.08")),))
    till = Till(taxes_included=True, unit=Decimal(1))

    (line, other) = priced((tea, 3), (tea, 1), till=till, discount=Decimal("101"))

    assert (line.figures.discount, other.figures.discount) == (Decimal("76"), Decimal("25"))
    assert line.taxes[0].amount == Decimal("105")
    assert [line.take_back(1)[0].gross for _ in range(3)] == [Decimal("475"), Decimal("474"), Decimal("475")]


def test_dinars_have_thousandths() -> None:
    dates = Product(title="Dates", price=Decimal("1.255"), taxes=(GB_VAT,))

    (line,) = priced((dates, 1), till=Till(taxes_included=False, unit=Decimal("0.001")))

    assert (line.gross, line.taxes[0].amount) == (Decimal("1.506"), Decimal("0.251"))


def test_units_taken_back_one_by_one_add_up_in_both_currencies() -> None:
    till = Till(taxes_included=True, presentment=Presentment(currency="JPY", rate=Decimal("188.37")))
    (line,) = priced((MUG, 3), till=till)

    taken = [line.take_back(1) for _ in range(3)]

    assert sum(own.gross for own, _ in taken) == line.gross
    assert line.presented is not None
    assert sum(shown.gross for _, shown in taken if shown) == line.presented.gross == Decimal("5645")


def test_a_price_cannot_be_lowered_once_goods_came_back() -> None:
    (line,) = priced((MUG, 2))
    line.take_back(1)

    with pytest.raises(ValueError, match="returned in part"):
        line.lower(INSIDE.figures(Decimal("1.00"), cents.ZERO, (GB_VAT,)), None)


@pytest.mark.parametrize(("amount", "rounded"), [("9.99", "10.00"), ("5.02", "5.00"), ("0.025", "0.05")])
def test_cash_is_rounded_to_the_nearest_coin(amount: str, rounded: str) -> None:
    assert cents.to_coins(Decimal(amount), Decimal("0.05")) == Decimal(rounded)
