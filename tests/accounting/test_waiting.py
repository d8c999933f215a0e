"""When an order is posted: as it is placed, once it is paid, or once it is fulfilled."""

from dataclasses import replace

import pytest

from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import AgreementKind, LineKind, Order
from embedded_app.accounting.posting import NOTHING_NEW
from tests.accounting.shop import (
    MAPPING,
    after,
    agreed,
    at,
    decided,
    line,
    order,
    paid_back,
    placed,
    received,
    refunded,
)

WHEN_PAID = replace(MAPPING, post_when="paid")
WHEN_FULFILLED = replace(MAPPING, post_when="fulfilled")
SOLD = placed(line("12.00", "2.00"))
CARD = line("50.00", kind=LineKind.GIFT_CARD)
WITH_CARD = placed(line("12.00", "2.00"), CARD)
BACK = refunded(line("-12.00", "-2.00"), day=25)
ADDED = agreed("agreement/3", AgreementKind.EDITED, line("6.00", "1.00"), day=26)
CHEAPER = agreed("agreement/4", AgreementKind.EDITED, line("-7.00", "-1.17"), day=26)


def test_it_waits_visibly_until_it_is_paid() -> None:
    decision = decided(order(SOLD, received("5.00")), mapping=WHEN_PAID)

    assert (decision.documents, decision.held, decision.nothing) == ((), (), None)
    assert decision.waiting == "#1 waits until it is paid: 5.00 GBP of 12.00 GBP was received."


def test_it_waits_visibly_until_it_is_fulfilled() -> None:
    decision = decided(order(SOLD, received("12.00")), mapping=WHEN_FULFILLED)

    assert (decision.documents, decision.waiting) == ((), "#1 waits until all of it is fulfilled.")


@pytest.mark.parametrize("mapping", [MAPPING, WHEN_PAID, WHEN_FULFILLED])
def test_an_order_with_gift_cards_waits_for_its_money_whatever_was_chosen(mapping: Mapping) -> None:
    facts = order(WITH_CARD, received("50.00"), fulfilled_at=at(24))

    assert decided(facts, mapping=mapping).waiting == (
        "#1 waits until it is paid, when its gift cards are made: 50.00 GBP of 62.00 GBP was received."
    )
    paid = replace(facts, tenders=order(received("62.00")).tenders, totals=order(WITH_CARD, received("62.00")).totals)
    assert decided(paid, mapping=mapping).documents[0].role == "placed"


def test_an_order_with_gift_cards_is_not_posted_before_it_is_fulfilled_where_that_was_chosen() -> None:
    decision = decided(order(WITH_CARD, received("62.00")), mapping=WHEN_FULFILLED)

    assert (decision.documents, decision.waiting) == ((), "#1 waits until all of it is fulfilled.")


def test_a_gift_card_that_is_added_to_an_order_later_does_not_take_its_posting_back() -> None:
    added = agreed("agreement/3", AgreementKind.EDITED, CARD, day=26)

    assert [one.role for one in decided(order(SOLD, added)).documents] == ["placed", "E1"]


def test_a_part_paid_at_the_checkout_before_the_order_was_written_is_a_part_only() -> None:
    assert decided(order(SOLD, received("5.00", day=22)), mapping=WHEN_PAID).waiting is not None


def test_a_part_paid_back_in_the_moment_another_is_paid_comes_first_as_the_store_tells_it() -> None:
    facts = order(SOLD, received("7.00", hour=12), paid_back("7.00", hour=13), received("8.00", id="T3"))

    assert decided(facts, mapping=WHEN_PAID).waiting is not None


def test_an_order_that_grew_in_the_second_a_part_of_it_was_paid_waits() -> None:
    assert decided(order(SOLD, ADDED, received("11.99", day=26, hour=12)), mapping=WHEN_PAID).waiting is not None


def test_gift_cards_that_were_made_are_posted_though_their_order_grew_in_the_same_second() -> None:
    decision = decided(order(WITH_CARD, received("62.00", day=26, hour=12), ADDED))

    assert [one.role for one in decision.documents] == ["placed", "E1"]


@pytest.mark.parametrize(
    "facts",
    [
        order(SOLD, received("12.00")),
        order(SOLD, received("15.00")),
        order(SOLD, received("12.00"), paid_back("12.00", day=25), BACK),
        order(SOLD, received("12.00"), ADDED),
        order(SOLD, received("12.00", day=26, hour=12), ADDED),
        order(SOLD, CHEAPER, received("5.00", day=26, hour=12), paid_back("2.00", day=26, hour=12)),
        order(SOLD, received("5.00"), refunded(line("-7.00", "-1.17"))),
        order(SOLD, received("5.00"), BACK, paid_back("5.00", day=25), cancelled_at=at(25)),
    ],
    ids=[
        "paid",
        "overpaid",
        "paid and refunded",
        "paid and then grown",
        "grown in the second it was paid",
        "reduced, paid and paid back in one second",
        "reduced to what was paid",
        "cancelled",
    ],
)
def test_it_is_posted_once_it_was_ever_paid(facts: Order) -> None:
    decision = decided(facts, mapping=WHEN_PAID)

    assert decision.documents[0].role == "placed" and decision.waiting is None


@pytest.mark.parametrize("mapping", [WHEN_PAID, WHEN_FULFILLED])
def test_an_order_taken_back_before_its_time_without_money_is_never_posted(mapping: object) -> None:
    decision = decided(order(SOLD, BACK, cancelled_at=at(25)), mapping=mapping)  # type: ignore[arg-type]

    assert (decision.documents, decision.waiting) == ((), None)
    assert decision.nothing is not None and "was taken back before" in decision.nothing


def test_an_order_that_is_paid_and_refunded_before_it_is_fulfilled_is_posted_for_its_money() -> None:
    decision = decided(order(SOLD, received("12.00"), BACK, paid_back("12.00", day=25)), mapping=WHEN_FULFILLED)

    assert [one.role for one in decision.documents] == ["placed", "R1"]


def test_what_is_given_away_waits_for_nothing() -> None:
    decision = decided(order(placed(line("0.00", "0.00"))), mapping=WHEN_PAID)

    assert (decision.waiting, decision.nothing) == (None, NOTHING_NEW)


def test_once_something_is_posted_later_changes_are_posted_at_once() -> None:
    history = after(decided(order(SOLD, received("12.00")), mapping=WHEN_PAID))

    decision = decided(order(SOLD, received("12.00"), ADDED), history, mapping=WHEN_PAID)

    assert [one.role for one in decision.documents] == ["E1"]


def test_an_order_is_posted_with_its_true_days_though_it_waited() -> None:
    decision = decided(order(SOLD, received("12.00", day=27)), mapping=WHEN_PAID)

    assert (decision.documents[0].date.day, decision.settlements[0].date.day) == (23, 27)


def test_it_is_posted_when_all_of_it_has_left() -> None:
    assert len(decided(order(SOLD, fulfilled_at=at(25)), mapping=WHEN_FULFILLED).documents) == 1
