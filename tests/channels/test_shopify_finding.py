"""Orders found by the store's search: the last ones, or one by its name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import requests

from embedded_app.channels import CHANNELS, StoreBusy
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from tests.channels.stated_orders import access_to
from tests.sandbox.shopify_caller import StoreCaller, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))
SHOPIFY = CHANNELS["shopify"]


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def test_the_last_orders_come_newest_first_and_none_from_before(store: StoreCaller) -> None:
    store.shop.place_order([(MUG, 1)])
    store.clock.advance(timedelta(days=100).total_seconds())
    since = store.clock.now() - timedelta(days=90)
    placed = []
    for _ in range(3):
        placed.append(store.shop.place_order([(MUG, 1)]).id)
        store.clock.advance(60)

    with requests.Session() as http:
        found = SHOPIFY.last_orders(http, access_to(store, store.shop.issue_tokens().access), since=since)

    assert list(found) == placed[::-1]


@pytest.mark.parametrize("name", ["#1002", "1002", " 1002 "])
def test_an_order_is_found_by_its_name_with_or_without_the_sign(store: StoreCaller, name: str) -> None:
    orders = [store.shop.place_order([(MUG, 1)]) for _ in range(3)]

    with requests.Session() as http:
        assert SHOPIFY.order_named(http, access_to(store), name) == orders[1].id


@pytest.mark.parametrize("name", ["", "#9999", "' OR name:'1001", '"\\'])
def test_no_name_reaches_beyond_the_search_for_it(store: StoreCaller, name: str) -> None:
    store.shop.place_order([(MUG, 1)])

    with requests.Session() as http:
        assert SHOPIFY.order_named(http, access_to(store), name) is None


def test_a_store_without_room_for_a_search_says_how_long_to_wait(store: StoreCaller) -> None:
    store.shop.bucket.empty()

    with requests.Session() as http, pytest.raises(StoreBusy):
        SHOPIFY.order_named(http, access_to(store), "1001")
