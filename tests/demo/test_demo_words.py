"""What the demo's terminal says, and when it says that store and Xero do not agree."""

from decimal import Decimal

from embedded_app.cli.demo.closing import Close, Sums
from embedded_app.cli.demo.lines import held_lines, order_lines
from embedded_app.cli.demo.rows import HeldThing, Write
from embedded_app.models import DispatchState


def sums(sales: str, tax: str, money: str) -> Sums:
    return Sums(sales=Decimal(sales), tax=Decimal(tax), money=Decimal(money))


def write(number: str, subject: str, amount: str, *, tax: str = "0", to: str = "") -> Write:
    return Write(
        id=1,
        state=DispatchState.POSTED,
        order_id="gid://shopify/Order/1",
        is_document=subject in ("invoice", "credit note", "void"),
        subject=subject,
        number=number,
        amount=Decimal(amount),
        tax=Decimal(tax),
        to=to,
    )


def test_equal_totals_are_one_line_that_says_so() -> None:
    day = sums("1424.93", "237.50", "1424.93")

    close = Close(currency="GBP", store=day, xero=day, held=Sums())

    assert close.line() == (
        "GBP  store total 1,424.93 = Xero total 1,424.93   VAT 237.50 = 237.50   money 1,424.93 = 1,424.93   equal"
    )


def test_a_cent_of_difference_in_any_of_the_three_is_not_equal() -> None:
    day, nothing = sums("24.93", "4.16", "24.93"), Sums()

    for xero in (sums("24.92", "4.16", "24.93"), sums("24.93", "4.15", "24.93"), sums("24.93", "4.16", "24.92")):
        close = Close(currency="GBP", store=day, xero=xero, held=nothing)
        assert not close.equal
        assert close.line().endswith("NOT EQUAL") and close.line().count("≠") == 1


def test_what_is_held_is_shown_as_the_part_that_xero_lacks() -> None:
    close = Close(
        currency="GBP",
        store=sums("84.43", "13.66", "84.43"),
        xero=sums("24.93", "4.16", "24.93"),
        held=sums("59.50", "9.50", "59.50"),
    )

    assert close.equal
    assert close.line().startswith("GBP  store total 84.43 = Xero total 24.93 + held 59.50   VAT 13.66 = 4.16 + held")


def test_an_order_reads_as_its_documents_with_what_settles_each_beside_it() -> None:
    news = [
        write("SH-1001", "payment", "24.93", to="shopify_payments"),
        write("SH-1001-R1", "credit note", "9.99", tax="1.67"),
        write("SH-1001-R1", "refund", "9.99", to="shopify_payments"),
    ]

    assert order_lines("#1001", Decimal("14.94"), "GBP", news) == [
        "#1001         14.94 GBP   on SH-1001                                    payment 24.93 shopify_payments",
        "                          credit note SH-1001-R1 9.99 (VAT 1.67)        refund 9.99 shopify_payments",
    ]


def test_a_held_order_is_shown_with_its_sentence() -> None:
    hold = HeldThing(id=1, order_id="gid://shopify/Order/1", sentence="Choose an account for ‘klarna’ in the mapping.")

    (line,) = held_lines("#1002", "39.45 GBP", [hold])

    assert line == "#1002         39.45 GBP   held: Choose an account for ‘klarna’ in the mapping."
