"""What happened to a gift card beyond orders, as its facts tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.giftcard_facts import CashOut, GiftCardFacts, events
from embedded_app.accounting.giftcards import post_gift_card
from tests.accounting.shop import BOOKS, MAPPING, causes

TODAY = date(2026, 11, 24)
GIVEN = GiftCardFacts(
    id="gid://shopify/GiftCard/9",
    last_characters="7h2k",
    initial_value=Decimal("50.00"),
    balance=Decimal("20.00"),
    currency="GBP",
    created_on=date(2026, 11, 1),
)
SOLD = replace(GIVEN, was_sold=True)
LAST_WEEK = date(2026, 11, 17)


def told(card: GiftCardFacts) -> list[str]:
    """Each event in short: what, how much, when."""
    return [f"{one.kind} {one.amount:.2f} {one.day:%d}" for one in events(card, TODAY, "SH-")]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (SOLD, []),
        (GIVEN, ["issued 50.00 01"]),
        (replace(SOLD, expires_on=LAST_WEEK), ["expired 20.00 17"]),
        (replace(SOLD, expires_on=TODAY), []),
        (replace(SOLD, deactivated_on=LAST_WEEK), ["expired 20.00 17"]),
        (replace(SOLD, expires_on=LAST_WEEK, deactivated_on=date(2026, 11, 12)), ["expired 20.00 12"]),
        (replace(SOLD, expires_on=LAST_WEEK, balance=Decimal(0)), []),
        (replace(SOLD, deactivated_on=LAST_WEEK, returned=True), []),
        (replace(GIVEN, expires_on=LAST_WEEK), ["issued 50.00 01", "expired 20.00 17"]),
    ],
)
def test_a_card_tells_what_no_order_does(card: GiftCardFacts, expected: list[str]) -> None:
    assert told(card) == expected


def test_each_cash_out_is_an_event_of_its_own_paid_from_the_till() -> None:
    first = CashOut(id="gid://shopify/GiftCardCashOutTransaction/31", amount=Decimal("3.00"), day=LAST_WEEK)
    second = replace(first, id="gid://shopify/GiftCardCashOutTransaction/32")

    found = events(replace(SOLD, cash_outs=(first, second)), TODAY, "SH-")

    assert [(one.id, one.number, one.paid_through) for one in found] == [
        (first.id, "SH-GC-9-C31", "cash"),
        (second.id, "SH-GC-9-C32", "cash"),
    ]


def test_the_same_event_always_has_the_same_id_and_number() -> None:
    card = replace(GIVEN, expires_on=LAST_WEEK)

    now, later = events(card, TODAY, "SH-"), events(replace(card, balance=Decimal("25.00")), TODAY, "SH-")

    assert [(one.id, one.number) for one in now] == [(one.id, one.number) for one in later]
    assert len({one.id for one in now}) == len({one.number for one in now}) == 2


def test_a_card_that_may_have_been_returned_is_held() -> None:
    (event,) = events(replace(SOLD, deactivated_on=LAST_WEEK, returned=None), TODAY, "SH-")

    decision = post_gift_card(event, MAPPING, BOOKS)

    assert decision.documents == ()
    assert "gift card return" in causes(decision.held)
