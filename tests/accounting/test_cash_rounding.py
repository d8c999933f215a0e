"""Cash rounding declared on payments: which reading the order's totals allow, and where its line goes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import Decision, DocumentKind
from embedded_app.accounting.order import LineKind, Order, Tender, TenderKind
from tests.accounting.shop import (
    BOOKS,
    after,
    causes,
    decided,
    line,
    moves,
    order,
    paid_back,
    placed,
    received,
    refunded,
)

BUN = line("12.02", "2.00", id="bun")
SOLD = placed(BUN)
TAKEN_BACK = refunded(line("-12.02", "-2.00"), day=25)


def rounded(tender: Tender, amount: str) -> Tender:
    """The tender with cash rounding declared on it."""
    return replace(tender, rounding=Decimal(amount))


def till(*events: object) -> Order:
    """An order with the rounding total a store gives it: payments' less refunds'."""
    facts = order(*events)  # type: ignore[arg-type]
    signed = (one.rounding if one.kind is TenderKind.RECEIVED else -one.rounding for one in facts.tenders)
    return replace(facts, totals=replace(facts.totals, rounding=sum(signed, Decimal(0))))


def roundings(decision: Decision) -> list[tuple[str, Decimal]]:
    """Rounding lines by their document."""
    return [
        (document.role, line.gross)
        for document in decision.documents
        for line in document.lines
        if line.account == "860"
    ]


@pytest.mark.parametrize(
    ("amount", "rounding", "total"),
    [("12.00", "-0.02", "12.00"), ("12.05", "0.03", "12.05"), ("12.02", "-0.02", "12.00"), ("12.02", "0.03", "12.05")],
    ids=["contained, down", "contained, up", "beside it, down", "beside it, up"],
)
def test_either_reading_that_fits_the_totals_makes_invoice_and_payment_equal(
    amount: str, rounding: str, total: str
) -> None:
    decision = decided(till(SOLD, rounded(received(amount, "cash", hour=12), rounding)))

    assert [one.total for one in decision.documents] == [Decimal(total)]
    assert moves(decision.settlements) == [f"payment placed {total}"]
    assert roundings(decision) == [("placed", Decimal(rounding))]


def test_the_line_is_outside_tax_and_xeros_own_rounding_account() -> None:
    (document,) = decided(till(SOLD, rounded(received("12.00", "cash", hour=12), "-0.02"))).documents

    assert [(one.account, one.tax_type, one.tax) for one in document.lines][1] == ("860", "NONE", 0)
    assert document.total_tax == Decimal("2.00")


def test_rounding_that_fits_neither_reading_holds_the_order() -> None:
    (held,) = decided(till(SOLD, rounded(received("11.50", "cash", hour=12), "-0.02"))).held

    assert held.cause == "cash rounding"
    assert "neither with it nor without it" in held.sentence


def test_rounding_the_stores_own_total_does_not_know_holds_the_order() -> None:
    facts = order(SOLD, rounded(received("12.00", "cash", hour=12), "-0.02"))

    (held,) = decided(facts).held

    assert "rounded #1 by 0.00 GBP for cash, but its payments declare -0.02 GBP" in held.sentence


def test_a_reading_once_found_stays_whatever_is_returned_later() -> None:
    decision = decided(till(SOLD, rounded(received("12.00", "cash", hour=12), "-0.02"), TAKEN_BACK))

    assert [(one.role, one.total) for one in decision.documents] == [
        ("placed", Decimal("12.00")),
        ("R1", Decimal("12.02")),
    ]


def test_what_is_paid_back_in_the_moment_it_was_paid_comes_after_it() -> None:
    cash, card = rounded(received("12.02", "cash", hour=12), "-0.02"), received("15.00", id="T3")

    decision = decided(till(SOLD, cash, paid_back("12.02", "cash", hour=13), card))

    assert roundings(decision) == [("placed", Decimal("-0.02"))]


@pytest.mark.parametrize("seconds", [-3, 0, 3])
@pytest.mark.parametrize(("amount", "total"), [("12.00", "12.00"), ("12.02", "12.00")], ids=["contained", "beside it"])
def test_an_agreement_of_the_same_moment_leaves_the_reading_clear(seconds: int, amount: str, total: str) -> None:
    cash = rounded(received(amount, "cash", hour=12), "-0.02")
    added = refunded(line("5.00", id="added"))
    added = replace(added, happened_at=cash.processed_at + timedelta(seconds=seconds))

    decision = decided(till(SOLD, cash, added))

    assert decision.held == ()
    assert moves(decision.settlements)[0] == f"payment placed {total}"


def test_where_both_readings_fit_at_once_the_order_is_held() -> None:
    cash = rounded(received("12.02", "cash", hour=12), "-0.02")
    added = refunded(line("0.02", id="added"))

    (held,) = decided(till(SOLD, cash, replace(added, happened_at=cash.processed_at))).held

    assert held.cause == "cash rounding"


def test_the_rest_of_a_split_payment_may_be_rounded() -> None:
    card, cash = received("10.00", hour=12), rounded(received("2.00", "cash", id="T2", hour=12), "-0.02")

    decision = decided(till(SOLD, card, cash))

    assert moves(decision.settlements) == ["payment placed 10.00", "payment placed 2.00"]
    assert roundings(decision) == [("placed", Decimal("-0.02"))]


def test_a_posted_invoice_is_left_alone_and_the_rounding_allocated_to_it() -> None:
    history = after(decided(order(SOLD)))

    decision = decided(till(SOLD, rounded(received("12.00", "cash", hour=12), "-0.02")), history)

    assert [(one.kind, one.number, one.total) for one in decision.documents] == [
        (DocumentKind.CREDIT_NOTE, "SH-1-C1", Decimal("0.02"))
    ]
    assert moves(decision.settlements) == ["payment placed 12.00", "allocation C1 to placed 0.02"]


def test_rounding_up_of_a_posted_invoice_is_a_small_invoice_paid_with_it() -> None:
    history = after(decided(order(SOLD)))

    decision = decided(till(SOLD, rounded(received("12.05", "cash", hour=12), "0.03")), history)

    assert moves(decision.settlements) == ["payment placed 12.02", "payment C1 0.03"]


def test_a_refund_in_coins_rounds_its_credit_note() -> None:
    paid = rounded(received("12.00", "cash", hour=12), "-0.02")
    refund = rounded(paid_back("12.00", "cash", day=25, hour=12), "-0.02")

    decision = decided(till(SOLD, paid, TAKEN_BACK, refund))

    assert roundings(decision) == [("placed", Decimal("-0.02")), ("R1", Decimal("-0.02"))]
    assert moves(decision.settlements) == ["payment placed 12.00", "refund R1 12.00"]


@pytest.mark.parametrize(("seconds", "role"), [(5, "placed"), (6, "C1")], ids=["of its moment", "later"])
def test_a_payment_of_another_moment_rounds_no_invoice_though_none_is_posted_yet(seconds: int, role: str) -> None:
    cash = rounded(received("12.00", "cash"), "-0.02")
    cash = replace(cash, processed_at=SOLD.happened_at + timedelta(seconds=seconds))

    assert roundings(decided(till(SOLD, cash)))[0][0] == role


def test_a_refund_of_another_moment_rounds_no_credit_note() -> None:
    paid = rounded(received("12.00", "cash", hour=12), "-0.02")
    refund = rounded(paid_back("12.00", "cash", day=26, hour=12), "-0.02")

    assert [role for role, _ in roundings(decided(till(SOLD, paid, TAKEN_BACK, refund)))] == ["placed", "C1"]


def test_rounding_is_booked_once() -> None:
    facts = till(SOLD, rounded(received("12.00", "cash", hour=12), "-0.02"))
    history = after(decided(facts))

    again = decided(facts, history)

    assert (again.documents, again.settlements, again.held) == ((), (), ())


def test_rounding_that_is_posted_and_no_longer_stated_is_told_with_both_figures() -> None:
    paid = received("12.00", "cash", hour=12)
    history = after(decided(till(SOLD, rounded(paid, "-0.02"))))

    (held,) = [one for one in decided(till(SOLD, paid), history).held if one.subject == paid.id]

    assert held.cause == "changed tender"
    assert "-0.02 GBP" in held.sentence and "0.00 GBP" in held.sentence


def test_a_store_whose_ledger_has_the_rounding_tells_it_only_twice() -> None:
    in_ledger = placed(BUN, line("-0.02", kind=LineKind.ROUNDING, quantity=0, id="rounding"))

    decision = decided(till(in_ledger, rounded(received("12.00", "cash", hour=12), "-0.02")))

    assert roundings(decision) == [("placed", Decimal("-0.02"))]


def test_it_is_held_where_xero_has_no_rounding_account() -> None:
    facts = till(SOLD, rounded(received("12.00", "cash", hour=12), "-0.02"))

    assert causes(decided(facts, books=replace(BOOKS, rounding_account=None)).held) == ["no rounding account"]
