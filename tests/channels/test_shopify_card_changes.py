"""Gift cards are read back to where the last reading began; those that expired are found by their day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import requests
import structlog
from graphql import parse

from embedded_app.channels import CHANNELS, GiftCardReading, StoreAccess
from embedded_app.channels.shopify.card_changes import PAGES_PER_READING
from embedded_app.channels.shopify.documents import query_text
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product, Shop
from tests.channels.query_cost import query_cost
from tests.sandbox.shopify_caller import StoreCaller, open_store
from tests.specs import shopify_schema

CARD = Product(title="Card", price=Decimal("50.00"), taxes=(), gift_card=True)
TEN = Decimal("10.00")


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


@pytest.fixture
def shop(store: StoreCaller) -> Shop:
    return store.shop


def read(store: StoreCaller, *, hours_back: int = 1, go_on: str | None = None) -> GiftCardReading:
    """What changed in the last hours, or the next part of it."""
    store.tokens = store.shop.issue_tokens()
    access = StoreAccess(
        domain=store.shop.domain, origin=store.origin, access_token=store.tokens.access, api_version="2026-10"
    )
    now = store.clock.now()
    with requests.Session() as http:
        since = now - timedelta(hours=hours_back)
        return CHANNELS["shopify"].read_gift_cards(http, access, since=since, now=now, go_on=go_on)


def test_a_card_given_by_hand_is_read_without_its_code_and_owner(store: StoreCaller) -> None:
    card = store.shop.instruments.issue(TEN)

    reading = read(store)

    (found,) = reading.cards
    assert (found.id, found.last_characters, found.initial_value, found.balance) == (card.id, card.id[-4:], TEN, TEN)
    assert (found.was_sold, found.returned, found.created_on) == (False, False, store.clock.now().date())
    assert reading.read_to == card.updated_at


def test_more_cards_than_a_page_holds_are_all_read_once(store: StoreCaller) -> None:
    made = [store.shop.instruments.issue(TEN, expires_on=store.clock.now().date()).id for _ in range(60)]

    found = [card.id for card in read(store).cards]

    assert sorted(found) == sorted(made)


def test_more_than_one_reading_holds_are_read_in_parts(store: StoreCaller) -> None:
    made = [store.shop.instruments.issue(TEN).id for _ in range(25 * PAGES_PER_READING + 5)]

    first = read(store)
    rest = read(store, go_on=first.go_on)

    assert sorted(card.id for card in (*first.cards, *rest.cards)) == sorted(made)
    assert (first.go_on is None, first.read_to is None, rest.go_on, rest.read_to) == (False, False, None, None)


def test_what_was_read_before_the_store_asks_to_wait_is_kept_and_read_on_from(store: StoreCaller) -> None:
    made = [store.shop.instruments.issue(TEN).id for _ in range(60)]
    store.shop.bucket.pay(1_350)  # enough is left for one page

    parts = [read(store)]
    while parts[-1].go_on:
        store.clock.advance(parts[-1].retry_seconds or 0)
        parts.append(read(store, go_on=parts[-1].go_on))

    assert len(parts[0].cards) == 25 and parts[0].retry_seconds
    assert sorted(card.id for part in parts for card in part.cards) == sorted(made)


def test_what_did_not_change_since_is_not_read_again(store: StoreCaller) -> None:
    store.shop.instruments.issue(TEN)
    store.clock.advance(7_200)
    changed = store.shop.instruments.issue(TEN)
    store.shop.instruments.cash_out(changed)

    (found,) = read(store).cards

    assert (found.id, found.balance) == (changed.id, 0)
    assert [(one.amount, one.day) for one in found.cash_outs] == [(TEN, store.clock.now().date())]


def test_a_card_that_expired_is_read_though_nothing_changed_on_it(store: StoreCaller) -> None:
    day = store.clock.now().date() + timedelta(days=5)
    card = store.shop.instruments.issue(TEN, expires_on=day)
    store.clock.advance(6 * 86_400)

    reading = read(store)

    assert [(one.id, one.expires_on) for one in reading.cards] == [(card.id, day)]
    assert (reading.today, reading.read_to) == (day + timedelta(days=1), None)


@pytest.mark.parametrize(("sold", "back", "returned"), [(2, 0, False), (1, 1, True), (2, 2, True), (2, 1, None)])
def test_whether_a_sold_card_came_back_is_told_by_its_line(
    store: StoreCaller, sold: int, back: int, returned: bool | None
) -> None:
    order = store.shop.place_order([(CARD, sold)])
    order.pay("paypal")
    if back:
        order.refund({0: back})

    cards = read(store).cards

    assert {(one.was_sold, one.returned) for one in cards} == {(True, returned)}
    assert sum(one.deactivated_on is not None for one in cards) == back


@pytest.mark.parametrize("field", ["QueryRoot.giftCards", "GiftCard.transactions"])
def test_a_store_that_denies_a_part_of_it_gives_none(store: StoreCaller, field: str) -> None:
    store.shop.instruments.issue(TEN)
    store.shop.denied_fields.add(field)

    with structlog.testing.capture_logs() as logs:
        reading = read(store)

    assert (reading.cards, reading.read_to) == ((), None)
    assert [entry["event"] for entry in logs] == ["shopify_fields_denied"]


def test_an_order_that_may_not_be_seen_hides_no_gift_card(store: StoreCaller) -> None:
    store.shop.instruments.issue(TEN)
    order = store.shop.place_order([(CARD, 1)])
    order.pay("paypal")
    store.shop.denied_orders.add(order.id)

    assert sorted(one.was_sold for one in read(store).cards) == [False, True]


def test_whether_a_card_was_sold_is_not_guessed_where_no_order_may_be_seen(store: StoreCaller) -> None:
    store.shop.instruments.issue(TEN)
    store.shop.denied_fields.add("GiftCard.order")

    assert read(store).cards == ()


def test_a_cash_out_is_found_behind_many_later_movements(store: StoreCaller) -> None:
    card = store.shop.instruments.issue(TEN)
    store.shop.instruments.cash_out(card)
    for _ in range(120):
        store.shop.instruments.give_back("gift_card", TEN, card_id=card.id, customer_id=None)

    (found,) = read(store).cards

    assert ([one.amount for one in found.cash_outs], found.balance) == ([TEN], Decimal("1200.00"))


def test_a_day_is_the_stores_own(store: StoreCaller) -> None:
    store.shop.timezone = "Pacific/Auckland"
    store.clock.advance((20 - store.clock.now().hour) * 3_600)
    store.shop.instruments.issue(TEN)

    reading = read(store)

    tomorrow = store.clock.now().date() + timedelta(days=1)
    assert [one.created_on for one in reading.cards] == [tomorrow]
    assert reading.today == tomorrow


@pytest.mark.parametrize(("name", "points"), [("changed_gift_cards", 604), ("gift_card_movements", 204)])
def test_each_query_costs_what_its_comment_says(name: str, points: int) -> None:
    assert query_cost(shopify_schema(), parse(query_text(name))) == points
