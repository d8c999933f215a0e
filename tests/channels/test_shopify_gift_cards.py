"""What gift cards can be spent for is asked of the store only where an order sold some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import requests
import structlog

from embedded_app.accounting.order import LineKind, Order
from embedded_app.channels import CHANNELS, Unreadable
from embedded_app.channels.shopify.gift_cards import MAX_CARD_PAGES
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from tests.channels.ledger_store import LedgerStore
from tests.channels.scripted_store import Reply, serving
from tests.channels.shopify_bodies import ORDER_ID, Json, agreement, gift_card, in_euros, mugs_by_post, order
from tests.channels.stated_orders import read as read_from
from tests.sandbox.shopify_caller import StoreCaller, open_store

BEFORE, AFTER = "2026-11-19T10:00:00Z", "2026-11-20T23:30:05Z"  # the order of these tests was placed in between
PRESENT = Product(title="Present", price=Decimal("45.00"), taxes=(), gift_card=True, face_value=Decimal("50.00"))


@pytest.fixture
def shop(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def card(number: int, value: str, *, item: int | None = 1, made: str = AFTER, currency: str = "GBP") -> Json:
    return {
        "id": f"gid://shopify/GiftCard/{number}",
        "createdAt": made,
        "initialValue": {"amount": value, "currencyCode": currency},
        "lineItem": None if item is None else {"id": f"gid://shopify/LineItem/{item}"},
    }


def sold(*cards: Json, node: Json | None = None) -> LedgerStore:
    """A store that sold one card for 45.00, or what the node says, and keeps these cards."""
    store = LedgerStore(node or order(agreement(1, gift_card(1, "45.00"))))
    store.cards = list(cards)
    return store


def read(answer: Callable[[str, Json], Reply]) -> Order:
    with serving(answer) as store, requests.Session() as http:
        found = CHANNELS["shopify"].read_orders(http, store.access, [ORDER_ID], batch_size=1).orders[ORDER_ID]
    assert isinstance(found, Order), found
    return found


def values(found: Order | None) -> list[str | None]:
    assert found is not None
    lines = [line for agreement in found.agreements for line in agreement.lines]
    return [None if line.face_value is None else f"{line.face_value:.2f}" for line in lines]


def test_an_order_without_gift_cards_asks_for_none() -> None:
    store = sold(node=mugs_by_post())

    read(store)

    assert store.asked == [("Orders", 1)]


def test_a_card_sold_below_its_value_is_worth_its_value() -> None:
    store = sold(card(1, "50.00"))

    assert values(read(store)) == ["50.00"]
    assert [operation for operation, _ in store.asked] == ["Orders", "GiftCards"]


def test_a_card_sold_at_its_value_is_worth_its_price() -> None:
    assert values(read(sold(card(1, "45.0")))) == [None]


@pytest.mark.parametrize("others", [(), (card(2, "99.00", item=2),), (card(2, "99.00", item=None),)])
def test_cards_of_other_lines_and_cards_given_away_say_nothing(others: tuple[Json, ...]) -> None:
    assert values(read(sold(*others))) == [None]


def test_lines_of_several_cards_and_their_returns_count_each_card() -> None:
    back = gift_card(1, "-45.00", quantity=-1) | {"id": "gid://shopify/GiftCardSale/9"}
    node = order(agreement(1, gift_card(1, "90.00", quantity=2)), agreement(2, back))

    assert values(read(sold(card(1, "50.00"), card(2, "50.00"), node=node))) == ["100.00", "-50.00"]


def test_a_card_that_came_back_is_still_found_among_others() -> None:
    back = gift_card(1, "-45.00", quantity=-1) | {"id": "gid://shopify/GiftCardSale/9"}
    store = sold(card(1, "50.00"), card(2, "99.00", item=2), node=order(agreement(1, gift_card(1, "45.00"), back)))

    assert values(read(store)) == ["50.00", "-50.00"]


def test_a_line_whose_cards_differ_in_value_is_left_at_its_price() -> None:
    node = order(agreement(1, gift_card(1, "90.00", quantity=2)))

    assert values(read(sold(card(1, "50.00"), card(2, "60.00"), node=node))) == [None]


def test_cards_of_a_fresh_order_are_on_the_newest_page_whatever_was_sold_before() -> None:
    store = sold(*(card(number, "10.00", item=None, made=BEFORE) for number in range(2, 200)), card(200, "50.00"))

    assert values(read(store)) == ["50.00"]
    assert len(store.asked) == 2


def test_nothing_is_asked_further_where_the_newest_page_goes_back_before_the_order() -> None:
    store = sold(*(card(number, "10.00", item=None, made=BEFORE) for number in range(2, 200)))

    assert values(read(store)) == [None]
    assert len(store.asked) == 2


def test_cards_of_an_old_order_are_found_among_those_made_since() -> None:
    younger = (card(number, "10.00", item=None) for number in range(100, 400))
    store = sold(*(card(number, "10.00", item=None) for number in range(2, 80)), card(80, "50.00"), *younger)
    windows: list[str | None] = []

    def noted(path: str, body: Json) -> Reply:
        windows.append(body["variables"].get("query"))
        return store(path, body)

    assert values(read(noted)) == ["50.00"]
    window = "created_at:>='2026-11-20T23:24:59+00:00' created_at:<='2026-11-21T08:05:00+00:00'"
    assert windows == [None, None, window, window]


def test_the_number_of_pages_is_bounded() -> None:
    store = sold(*(card(number, "10.00", item=None) for number in range(2, 50 * (MAX_CARD_PAGES + 2))))

    assert values(read(store)) == [None]
    assert len(store.asked) == 1 + 1 + MAX_CARD_PAGES


@pytest.mark.parametrize(
    ("one", "in_shop", "in_customers"),
    [
        (card(1, "50.00"), "50.00", "57.50"),
        (card(1, "57.50", currency="EUR"), "50.00", "57.50"),
        (card(1, "50.00", currency="SEK"), None, None),
    ],
    ids=["in the shop's currency", "in the customer's", "in a third one"],
)
def test_a_value_is_told_in_both_currencies_of_an_order(one: Json, in_shop: str, in_customers: str) -> None:
    found = read(sold(one, node=in_euros(order(agreement(1, gift_card(1, "46.00"))))))

    assert (values(found), values(found.presented)) == ([in_shop], [in_customers])


def test_a_card_that_cannot_be_understood_holds_its_order() -> None:
    store = sold(card(1, "fifty"))

    with serving(store) as served, requests.Session() as http:
        (found,) = CHANNELS["shopify"].read_orders(http, served.access, [ORDER_ID], batch_size=1).orders.values()

    assert isinstance(found, Unreadable) and "without a readable amount" in found.sentence


def test_the_stores_own_cards_are_read_once_they_are_issued(shop: StoreCaller) -> None:
    placed = shop.shop.place_order([(PRESENT, 2)])
    unpaid = read_from(shop, [placed.id]).orders[placed.id]
    placed.pay("paypal")
    paid = read_from(shop, [placed.id]).orders[placed.id]

    assert isinstance(unpaid, Order) and isinstance(paid, Order)
    assert (values(unpaid), values(paid)) == ([None], ["100.00"])
    assert paid.agreements[0].lines[0].kind is LineKind.GIFT_CARD


def test_the_stores_own_cards_are_found_years_later(shop: StoreCaller) -> None:
    placed = shop.shop.place_order([(PRESENT, 1)])
    placed.pay("paypal")
    shop.clock.advance(90 * 86_400)
    for _ in range(60):
        shop.shop.instruments.issue(Decimal("10.00"))
    shop.tokens = shop.shop.issue_tokens()

    found = read_from(shop, [placed.id]).orders[placed.id]

    assert isinstance(found, Order) and values(found) == ["50.00"]


def test_an_order_is_read_without_the_scope_for_gift_cards(shop: StoreCaller) -> None:
    placed = shop.shop.place_order([(PRESENT, 1)])
    placed.pay("paypal")
    shop.shop.denied_fields.add("QueryRoot.giftCards")

    with structlog.testing.capture_logs() as logs:
        found = read_from(shop, [placed.id]).orders[placed.id]

    assert isinstance(found, Order) and values(found) == [None]
    assert [entry["fields"] for entry in logs] == [["giftCards"]]
