"""Which tender settles which document, what is allocated, and when an allocation is taken back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import History, SettlementKind
from embedded_app.accounting.order import AgreementKind, Order, TenderKind
from tests.accounting.shop import (
    agreed,
    causes,
    decided,
    line,
    moves,
    order,
    paid_back,
    placed,
    posted,
    received,
    refunded,
)

SOLD_60 = placed(line("60.00"))
ADDED_20 = agreed("agreement/2", AgreementKind.EDITED, line("20.00"))
BACK_20 = refunded(line("-20.00"), number=3)
BACK_30 = refunded(line("-30.00"), number=4, day=25)
CHANGE = replace(received("8.00", "cash", id="T3"), kind=TenderKind.CHANGE, parent_id="T1")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (order(SOLD_60), []),
        (order(SOLD_60, received("25.00")), ["payment placed 25.00"]),
        (order(SOLD_60, ADDED_20, received("70.00")), ["payment placed 60.00", "payment E1 10.00"]),
        (order(SOLD_60, BACK_20), ["allocation R1 to placed 20.00"]),
        (order(SOLD_60, BACK_20, received("40.00")), ["payment placed 40.00", "allocation R1 to placed 20.00"]),
        (order(SOLD_60, BACK_20, received("60.00")), ["payment placed 60.00"]),
        (
            order(SOLD_60, received("60.00"), BACK_20, BACK_30, paid_back("35.00", day=26)),
            ["payment placed 60.00", "refund R2 30.00", "refund R1 5.00"],
        ),
        (
            order(SOLD_60, received("60.00"), BACK_20, BACK_30, paid_back("10.00", day=24)),
            ["payment placed 60.00", "refund R1 10.00"],
        ),
        (
            order(SOLD_60, received("60.00"), BACK_20, BACK_30, paid_back("35.00", day=24)),
            ["payment placed 60.00", "refund R1 20.00", "refund R2 15.00"],
        ),
        (order(SOLD_60, received("8.00", "cash"), CHANGE), []),
    ],
    ids=[
        "unpaid",
        "paid in part",
        "oldest invoice first",
        "credit of an unpaid order is allocated",
        "money before credit",
        "credit of a paid order stays open",
        "newest credit note first",
        "only credit there was when it was paid back",
        "then what came later",
        "all of it handed back as change",
    ],
)
def test_tenders_and_credit_go_where_the_rules_say(facts: Order, expected: list[str]) -> None:
    decision = decided(facts)

    assert (moves(decision.settlements), decision.held) == (expected, ())


def test_a_payment_goes_through_the_account_of_its_gateway_and_can_be_found_again() -> None:
    tender = received("60.00", "gift_card", id="gid://shopify/OrderTransaction/77", day=25)

    (payment,) = decided(order(SOLD_60, tender)).settlements

    assert (payment.account, payment.reference, payment.date) == ("815", "SH-1 77", date(2026, 11, 25))
    assert payment.tender_id == tender.id


def test_a_payment_is_never_dated_before_its_document() -> None:
    (payment,) = decided(order(SOLD_60, received("60.00", day=20))).settlements

    assert payment.date == date(2026, 11, 23)


def test_an_allocation_is_dated_the_later_of_its_documents() -> None:
    added_later = agreed("agreement/5", AgreementKind.EDITED, line("20.00"), day=26)

    (credit_is_later,) = decided(order(SOLD_60, BACK_30)).settlements
    *_, invoice_is_later = decided(order(SOLD_60, received("60.00"), BACK_30, added_later)).settlements

    assert credit_is_later.date == date(2026, 11, 25)
    assert invoice_is_later.date == date(2026, 11, 26)


def test_money_that_comes_after_the_allocation_takes_it_back_first() -> None:
    history = posted(order(SOLD_60, BACK_20))

    decision = decided(order(SOLD_60, BACK_20, received("50.00", day=24)), history)

    assert moves(decision.settlements) == [
        "allocation removal R1 to placed 20.00",
        "payment placed 50.00",
        "allocation R1 to placed 10.00",
    ]
    assert [one.ordinal for one in decision.settlements] == [1, 1, 2]


def test_a_refund_that_needs_allocated_credit_takes_it_back_first() -> None:
    history = posted(order(SOLD_60, BACK_20))

    decision = decided(order(SOLD_60, BACK_20, paid_back("20.00")), history)

    assert moves(decision.settlements) == ["allocation removal R1 to placed 20.00", "refund R1 20.00"]


def test_an_allocation_made_a_second_time_is_told_apart_by_its_ordinal() -> None:
    facts = [order(SOLD_60, BACK_20), order(SOLD_60, BACK_20, paid_back("20.00"))]
    again = order(SOLD_60, BACK_20, paid_back("20.00"), BACK_30)

    allocations = [one for one in posted(*facts, again).settlements if one.to_role == "placed"]

    assert [(one.kind, one.role, one.ordinal) for one in allocations] == [
        (SettlementKind.ALLOCATION, "R1", 1),
        (SettlementKind.ALLOCATION_REMOVAL, "R1", 1),
        (SettlementKind.ALLOCATION, "R2", 1),
    ]


def test_change_is_taken_off_the_payment_it_answers() -> None:
    facts = order(placed(line("42.00")), received("50.00", "cash"), CHANGE)

    assert moves(decided(facts).settlements) == ["payment placed 42.00"]


def test_change_without_its_payment_is_held_alone() -> None:
    facts = order(SOLD_60, received("20.00", "cash"), replace(CHANGE, parent_id="T8"))

    decision = decided(facts)

    assert moves(decision.settlements) == ["payment placed 20.00"]
    assert [(one.cause, one.tender_id) for one in decision.held] == [("change without payment", "T3")]


def test_more_change_than_money_holds_the_order() -> None:
    facts = order(SOLD_60, received("5.00", "cash"), CHANGE)

    assert causes(decided(facts).held) == ["tender amount"]


def test_change_that_comes_after_its_payment_was_posted_holds_the_order() -> None:
    history = posted(order(SOLD_60, received("50.00", "cash")))

    decision = decided(order(SOLD_60, received("50.00", "cash"), CHANGE), history)

    assert causes(decision.held) == ["changed tender"]
    assert "50.00 GBP is now 42.00 GBP" in decision.held[0].sentence


def test_a_payment_that_was_posted_and_is_gone_holds_the_order() -> None:
    history = posted(order(SOLD_60, received("50.00")))

    assert causes(decided(order(SOLD_60), history).held) == ["changed tender"]


def test_tenders_listed_in_any_order_are_taken_by_their_moment() -> None:
    late, early = received("60.00", id="late", hour=15), received("10.00", id="early", hour=13)

    decision = decided(order(SOLD_60, late, early), History())

    assert [(one.tender_id, one.amount) for one in decision.settlements] == [("early", 10), ("late", 50)]


def test_documents_take_no_role_that_is_taken_where_an_earlier_one_was_never_sent() -> None:
    facts = order(SOLD_60, received("60.00"), BACK_20, BACK_30, paid_back("50.00", day=26))
    history = posted(order(SOLD_60, received("60.00"), BACK_20, BACK_30))
    without_the_first = replace(history, documents=tuple(one for one in history.documents if one.role != "R1"))

    decision = decided(facts, without_the_first)

    assert [(one.role, one.total) for one in decision.documents] == [("R3", Decimal("20.00"))]
    assert moves(decision.settlements) == ["refund R2 30.00", "refund R3 20.00"]
