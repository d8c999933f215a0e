"""Document lines: quantity and unit amount that give the gross to the cent, account, tax type and their rule."""

from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentLine
from embedded_app.accounting.lines import PlacedLine, document_lines, place
from embedded_app.accounting.money import round_cents
from embedded_app.accounting.order import LineKind, SaleLine
from tests.accounting.shop import BOOKS, MAPPING, line, order


def made(sale: SaleLine, sign: int = 1) -> DocumentLine:
    """The one document line of a sale line."""
    placed = place(order(), sale, MAPPING, BOOKS)
    assert isinstance(placed, PlacedLine)
    (one,) = document_lines(placed, sign)
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
    assert one.rule == "product goes to account 200; VAT 20 % · GB · product goes to OUTPUT2"


def test_cash_rounding_goes_to_xeros_own_rounding_account_without_tax() -> None:
    one = made(line("0.02", kind=LineKind.ROUNDING))

    assert (one.account, one.tax_type) == ("860", "NONE")
