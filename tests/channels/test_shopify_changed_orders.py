"""Which orders changed: listed by the store's own clock, page by page, with enough to tell one state from another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import requests
from graphql import parse

from embedded_app.channels import CHANNELS, AccessDenied, ChangedOrders, QueryRefused, StoreAccess, StoreBusy
from embedded_app.channels.shopify.documents import query_text
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from tests.channels.query_cost import query_cost
from tests.channels.scripted_store import Reply, in_turn, serving
from tests.sandbox.shopify_caller import StoreCaller, open_store
from tests.specs import shopify_schema

MUG = Product(title="Mug", price=Decimal("9.99"))


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def listed(store: StoreCaller, since: datetime, go_on: str | None = None) -> ChangedOrders:
    access = StoreAccess(
        domain=store.shop.domain, origin=store.origin, access_token=store.tokens.access, api_version="2026-10"
    )
    with requests.Session() as http:
        return CHANNELS["shopify"].changed_orders(http, access, since=since, go_on=go_on)


def test_what_changed_since_is_listed_with_its_totals_the_earliest_change_first(store: StoreCaller) -> None:
    old, later, paid = (store.shop.place_order([(MUG, 1)]) for _ in range(3))
    store.clock.advance(60)
    since = store.clock.now()
    paid.pay("paypal")
    store.clock.advance(1)
    later.fulfil()
    later.cancel()

    first, second = listed(store, since).orders

    assert (first.id, first.current_total, first.net_payment) == (paid.id, Decimal("9.99"), Decimal("9.99"))
    assert (first.updated_at, first.cancelled, first.fulfilled) == (since, False, False)
    assert (second.id, second.current_total, second.cancelled, second.fulfilled) == (later.id, 0, True, True)
    assert first.newest_agreement == paid.order.agreements[-1].id
    assert second.newest_agreement == later.order.agreements[-1].id != later.order.agreements[0].id
    assert old.id not in {first.id, second.id}


def test_more_than_a_page_is_listed_in_pages_that_hold_on_to_where_they_began(store: StoreCaller) -> None:
    since = store.clock.now()
    made = [store.shop.place_order([(MUG, 1)]).id for _ in range(80)]

    first = listed(store, since)
    rest = listed(store, since + timedelta(days=1), first.go_on)

    assert (len(first.orders), rest.go_on) == (64, None)
    assert [one.id for one in (*first.orders, *rest.orders)] == made
    assert first.room is not None and 0 < first.room < 0.9


def test_orders_of_more_than_sixty_days_are_listed_only_with_their_scope(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)])
    store.clock.advance(61 * 86_400)
    store.tokens = store.shop.issue_tokens()
    since = store.clock.now()
    order.pay("paypal")

    without = listed(store, since)
    store.shop.installation.granted += ("read_all_orders",)
    with_scope = listed(store, since)

    assert without.orders == ()
    assert [one.id for one in with_scope.orders] == [order.id]
    sees = CHANNELS["shopify"].sees_old_orders
    assert (sees(["read_orders"]), sees(["read_orders", "read_all_orders"])) == (False, True)


def test_a_busy_store_and_one_that_denies_its_orders_are_told_apart(store: StoreCaller) -> None:
    store.shop.bucket.empty()
    with pytest.raises(StoreBusy):
        listed(store, store.clock.now())

    store.clock.advance(60)
    store.shop.denied_fields.add("QueryRoot.orders")
    with pytest.raises(AccessDenied):
        listed(store, store.clock.now())


def test_a_place_in_the_list_that_is_no_longer_good_is_refused(store: StoreCaller) -> None:
    with pytest.raises(QueryRefused):
        listed(store, store.clock.now(), "2026-11-24T12:00:00Z nowhere")


@pytest.mark.parametrize("orders", [None, {"nodes": [{"id": 7}], "pageInfo": {"hasNextPage": False}}, {"nodes": []}])
def test_a_list_of_another_shape_is_refused(clock: SetClock, orders: object) -> None:
    with serving(in_turn(Reply({"data": {"orders": orders}}))) as scripted, requests.Session() as http:
        with pytest.raises(QueryRefused, match="list of changed orders"):
            CHANNELS["shopify"].changed_orders(http, scripted.access, since=clock.now(), go_on=None)


def test_the_query_costs_what_its_comment_says() -> None:
    assert query_cost(shopify_schema(), parse(query_text("changed_orders"))) == 515
    assert query_cost(shopify_schema(), parse(query_text("subscriptions"))) == 105
