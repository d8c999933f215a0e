"""A store writes an agreement seconds after the money of the same act; the books do not ask who looked in between."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest

from embedded_app.accounting.beyond import Beyond
from embedded_app.accounting.documents import DocumentKind, History
from embedded_app.accounting.order import Agreement, AgreementKind, Order, Tender
from tests.accounting.shop import (
    MAPPING,
    after,
    agreed,
    at,
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

NOON = at(23)
Entry = TypeVar("Entry", Agreement, Tender)
SOLD_40 = placed(line("40.00"))


def later(entry: Entry, seconds: int) -> Entry:
    """The entry so many seconds after noon."""
    moment = NOON + timedelta(seconds=seconds)
    name = "happened_at" if isinstance(entry, Agreement) else "processed_at"
    return replace(entry, **{name: moment})


def added(amount: str, seconds: int) -> Agreement:
    return later(agreed("agreement/2", AgreementKind.EDITED, line(amount)), seconds)


def returned(amount: str, seconds: int, *, number: int = 2) -> Agreement:
    return later(refunded(line(f"-{amount}"), number=number), seconds)


PAID_45 = later(received("45.00"), 60)


def made(history: History) -> list[str]:
    return moves(history.settlements)


def test_what_was_received_beyond_what_was_open_pays_an_invoice_written_seconds_later() -> None:
    decision = decided(order(SOLD_40, PAID_45, added("10.00", 65)))

    assert [one.role for one in decision.documents] == ["placed", "E1"]
    assert moves(decision.settlements) == ["payment placed 40.00", "payment E1 5.00"]


def test_an_invoice_written_later_than_that_finds_an_overpayment() -> None:
    decision = decided(order(SOLD_40, PAID_45, added("10.00", 66)))

    assert moves(decision.settlements) == ["payment placed 40.00", "allocation O1 to E1 5.00"]


@pytest.mark.parametrize(
    ("seconds", "moved", "overpaid"),
    [(65, ["payment E1 5.00"], 1), (66, ["allocation removal O1 to E1 5.00", "payment E1 10.00"], 0)],
    ids=["in the next moment", "after it"],
)
def test_what_an_overpayment_gave_in_the_next_moment_stays_like_a_payment(
    seconds: int, moved: list[str], overpaid: int
) -> None:
    facts = order(SOLD_40, PAID_45, added("10.00", seconds))
    history = posted(order(SOLD_40, PAID_45), facts)
    assert made(history) == ["payment placed 40.00", "allocation O1 to E1 5.00"]

    decision = decided(order(*facts.agreements, PAID_45, received("10.00", id="T9", day=24)), history)

    assert moves(decision.settlements) == moved
    assert [one.kind for one in decision.documents] == [DocumentKind.OVERPAYMENT] * overpaid


def test_what_a_refund_takes_of_it_was_an_overpayment_at_that_moment() -> None:
    decision = decided(order(SOLD_40, PAID_45, later(paid_back("2.00"), 62), added("10.00", 64)))

    assert moves(decision.settlements) == ["payment placed 40.00", "refund O1 2.00", "allocation O1 to E1 3.00"]


def test_a_refund_in_the_second_of_an_invoice_comes_before_it() -> None:
    decision = decided(order(SOLD_40, PAID_45, later(paid_back("3.00"), 60), added("4.00", 60)))

    assert not decision.held
    assert moves(decision.settlements) == ["payment placed 40.00", "refund O1 3.00", "allocation O1 to E1 2.00"]


def test_money_kept_for_a_moment_goes_oldest_first_and_what_is_left_stays() -> None:
    beyond = Beyond()
    first, second = later(received("3.00"), 60), later(received("4.00", id="T2"), 62)
    beyond.add(first, Decimal(3))
    beyond.add(second, Decimal(4))

    taken = beyond.take(Decimal(5), NOON + timedelta(seconds=64))

    assert taken == [(first, Decimal(3)), (second, Decimal(2))]
    assert (beyond.total, beyond.take_all(), beyond.total) == (Decimal(2), [(second, Decimal(2))], Decimal(0))


OLDER, ITS_OWN = returned("12.00", 30), returned("15.00", 62, number=3)
WAITED, FIRST, SECOND = (
    later(paid_back(amount, id=id), seconds)
    for amount, id, seconds in (("15.00", "T2", 59), ("12.00", "T3", 60), ("12.00", "T4", 61))
)
PAID_40 = later(received("40.00"), 10)


def test_a_refund_of_its_own_credit_note_leaves_no_room_for_another_before_it_was_written() -> None:
    seen = order(SOLD_40, OLDER, PAID_40, WAITED, FIRST, SECOND)
    whole = order(*seen.agreements, ITS_OWN, *seen.tenders)

    at_once, in_between = decided(whole), decided(whole, posted(seen))

    assert "refund R2 12.00" in moves(at_once.settlements)
    assert [one.tender_id for one in at_once.held] == [one.tender_id for one in in_between.held] == ["T4"]


def test_a_refund_without_credit_for_all_of_it_waits_for_the_moment_its_credit_note_was_written() -> None:
    whole = order(SOLD_40, returned("5.00", 30), PAID_40, FIRST, ITS_OWN)

    assert moves(decided(whole).settlements) == ["payment placed 40.00", "refund R2 12.00"]


@pytest.mark.parametrize(
    ("money_at", "cancelled_at", "kinds"),
    [
        (58, 60, ["invoice", "credit note"]),
        (60, 60, ["invoice", "credit note"]),
        (62, 64, ["invoice", "credit note"]),
        (62, 60, ["invoice", "void", "overpayment"]),
    ],
    ids=["before", "in one moment", "before the order was marked", "after"],
)
def test_only_money_that_came_before_an_order_was_cancelled_keeps_it_from_being_voided(
    money_at: int, cancelled_at: int, kinds: list[str]
) -> None:
    cancelled = NOON + timedelta(seconds=cancelled_at)
    facts = order(SOLD_40, returned("40.00", 60), later(received("40.00"), money_at), cancelled_at=cancelled)

    assert [one.kind.value for one in decided(facts).documents] == kinds


def test_a_cancelled_order_is_voided_whether_or_not_money_followed_within_seconds_was_known() -> None:
    cancelled = {"cancelled_at": NOON + timedelta(seconds=60)}
    before = order(SOLD_40, returned("40.00", 60), **cancelled)
    whole = order(*before.agreements, later(received("40.00"), 62), **cancelled)

    assert posted(before, whole) == posted(whole)


@pytest.mark.parametrize("grew_at", [60, 62])
@pytest.mark.parametrize("looks", [1, 2])
def test_an_order_that_was_paid_is_due_though_it_grew_within_seconds(looks: int, grew_at: int) -> None:
    paid = order(SOLD_40, later(received("40.00"), 60))
    facts: list[Order] = [paid, order(*paid.agreements, *paid.tenders, added("6.00", grew_at))]
    history, when_paid = History(), replace(MAPPING, post_when="paid")

    for one in facts[-looks:]:
        decision = decided(one, history, mapping=when_paid)
        assert decision.waiting is None
        history = after(decision, history)

    assert sorted(one.role for one in history.documents) == ["E1", "placed"]
