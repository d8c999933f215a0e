"""Orders placed before the start date: what becomes of their later money, by the merchant's setting."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentKind
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.accounting.order import Terms
from embedded_app.accounting.start import BEFORE_START, NO_MONEY_SINCE
from tests.accounting.shop import (
    BOOKS,
    GROUP,
    MAPPING,
    after,
    causes,
    decided,
    line,
    order,
    paid_back,
    placed,
    received,
    refunded,
)

START = replace(MAPPING, start_date=date(2026, 11, 24), special={SpecialAccount.BEFORE_START: "850"})
SOLD = placed(line("12.00", "2.00"))
BACK = refunded(line("-12.00", "-2.00"), day=25)
PAID_BEFORE = received("12.00")
PAID_AFTER = received("5.00", id="T7", day=25)


def set_to(before_start: str, **changes: object) -> Mapping:
    """The mapping with that setting for orders placed before its start date."""
    return replace(START, before_start=before_start, **changes)  # type: ignore[arg-type]


def test_an_order_all_of_which_happened_before_is_not_posted() -> None:
    assert decided(order(SOLD, PAID_BEFORE), mapping=START).nothing == BEFORE_START


def test_a_change_without_money_is_nothing_and_says_so() -> None:
    assert decided(order(SOLD, PAID_BEFORE, BACK), mapping=START).nothing == NO_MONEY_SINCE


@pytest.mark.parametrize("day", [24, 25])
def test_an_order_of_the_start_date_or_later_is_posted_as_any_other(day: int) -> None:
    facts = order(placed(line("12.00", "2.00"), day=day), placed_at=placed(day=day).happened_at)

    assert [one.role for one in decided(facts, mapping=START).documents] == ["placed"]


def test_a_later_tender_on_an_account_in_another_currency_is_held_with_both_named() -> None:
    books = replace(BOOKS, account_currencies={"092": "EUR"})

    (held,) = decided(order(SOLD, PAID_BEFORE, PAID_AFTER), mapping=START, books=books).held

    assert (held.cause, held.subject, held.tender_id) == ("account currency", "paypal", None)
    assert "5.00 GBP was received by paypal on #1, but its account 092 is kept in EUR" in held.sentence


def test_each_later_tender_is_a_bank_transaction_on_its_clearing_account() -> None:
    decision = decided(order(SOLD, PAID_BEFORE, BACK, PAID_AFTER, paid_back("12.00", "cash", day=26)), mapping=START)

    assert [(one.kind, one.account, one.total, one.date.day) for one in decision.documents] == [
        (DocumentKind.RECEIVE_MONEY, "092", Decimal("5.00"), 25),
        (DocumentKind.SPEND_MONEY, "093", Decimal("12.00"), 26),
    ]
    assert {(one.account, one.tax_type) for document in decision.documents for one in document.lines} == {
        ("850", "NONE")
    }
    assert decision.settlements == ()


def test_money_on_an_account_that_is_no_bank_account_is_a_journal() -> None:
    (document,) = decided(order(SOLD, received("5.00", "gift_card", day=25)), mapping=START).documents

    assert document.kind is DocumentKind.JOURNAL
    assert [(one.account, one.gross) for one in document.lines] == [("815", 5), ("850", -5)]


def test_later_money_is_posted_once_and_new_money_beside_it() -> None:
    first = order(SOLD, PAID_AFTER)
    history = after(decided(first, mapping=START))

    again = decided(first, history, mapping=START)
    more = decided(order(SOLD, PAID_AFTER, received("7.00", id="T8", day=26)), history, mapping=START)

    assert again.documents == () and again.nothing is not None
    assert [(one.role, one.total) for one in more.documents] == [("M2", Decimal("7.00"))]


def test_later_money_takes_no_number_that_other_money_of_the_order_has() -> None:
    both = order(SOLD, PAID_AFTER, received("7.00", id="T8", day=26))
    history = after(decided(both, mapping=START))
    only_the_second = replace(history, documents=history.documents[1:])

    (document,) = decided(both, only_the_second, mapping=START).documents

    assert (document.role, document.tender_id) == ("M3", "T7")


def test_an_order_stays_what_it_was_when_it_was_first_posted() -> None:
    facts, later = order(SOLD, PAID_AFTER), order(SOLD, PAID_AFTER, received("7.00", id="T8", day=26))
    as_old = after(decided(facts, mapping=START))
    as_new = after(decided(facts))

    assert [one.role for one in decided(later, as_old, mapping=replace(START, start_date=None)).documents] == ["M2"]
    assert [
        one.role for one in decided(order(*facts.agreements, BACK, PAID_AFTER), as_new, mapping=START).documents
    ] == ["R1"]


def test_money_whose_amount_changed_afterwards_holds_the_order() -> None:
    history = after(decided(order(SOLD, PAID_AFTER), mapping=START))

    assert causes(decided(order(SOLD, replace(PAID_AFTER, amount=Decimal(6))), history, mapping=START).held) == [
        "changed tender"
    ]


def test_it_is_held_where_no_account_is_chosen_for_it() -> None:
    (held,) = decided(order(SOLD, PAID_AFTER), mapping=replace(START, special={})).held

    assert (held.cause, held.subject) == ("unmapped account", "before start")
    assert "Choose the account for orders placed before the start date in the mapping" in held.sentence


def test_it_is_held_where_the_order_is_not_in_the_currency_of_the_books() -> None:
    decision = decided(order(SOLD, PAID_AFTER), mapping=START, books=replace(BOOKS, base_currency="AUD"))

    assert causes(decision.held) == ["foreign currency"]


def test_left_out_by_setting_it_lists_what_was_left_out() -> None:
    decision = decided(order(SOLD, PAID_AFTER, paid_back("12.00", day=26)), mapping=set_to("skip"))

    assert decision.documents == ()
    assert decision.nothing is not None
    assert "5.00 GBP received by paypal, 12.00 GBP paid back by paypal" in decision.nothing


@pytest.mark.parametrize(
    ("invoices", "step"),
    [({}, "Name the invoice of #1 in the mapping"), ({"#1": "INV-0042"}, "Enter it in Xero on invoice INV-0042")],
)
def test_money_for_the_old_invoice_is_held_with_the_step_to_take(invoices: dict[str, str], step: str) -> None:
    decision = decided(order(SOLD, PAID_AFTER), mapping=set_to("invoice", before_start_invoices=invoices))

    assert [(one.cause, one.subject) for one in decision.held] == [("placed before start date", "T7")]
    assert step in decision.held[0].sentence


def test_later_money_rounded_for_cash_is_what_moved() -> None:
    in_coins = replace(received("12.00", "cash", day=25), rounding=Decimal("-0.02"))
    facts = order(SOLD, in_coins)
    facts = replace(facts, totals=replace(facts.totals, rounding=Decimal("-0.02")))

    assert [one.total for one in decided(facts, mapping=START).documents] == [Decimal("11.98")]


def test_later_money_in_a_closed_period_moves_to_the_first_open_day() -> None:
    books = replace(BOOKS, lock_date=date(2026, 11, 30))

    (document,) = decided(order(SOLD, PAID_AFTER), mapping=START, books=books).documents

    assert (document.date, document.event_day) == (date(2026, 12, 1), date(2026, 11, 25))
    assert document.reference == f"{GROUP.number}-M1 T7 for 2026-11-25"


def test_its_money_goes_to_the_shared_contact_whatever_the_order_says() -> None:
    facts = order(SOLD, PAID_AFTER, terms=Terms(due_on=None))

    (document,) = decided(facts, mapping=START).documents

    assert document.contact == MAPPING.contact
