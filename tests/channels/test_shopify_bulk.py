"""All orders of a store by bulk operation: begun, waited for, read in parts from any byte on, and never half."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import requests

from embedded_app.channels import (
    CHANNELS,
    AccessDenied,
    Listing,
    ListingState,
    PlacedOrder,
    QueryRefused,
    StoreAccess,
    StoreBusy,
)
from embedded_app.channels.shopify import bulk_file
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.faults import BULK_FILE, FaultKind
from tests.channels.scripted_store import Reply, in_turn, serving
from tests.sandbox.shopify_caller import StoreCaller, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))
CHANNEL = CHANNELS["shopify"]


@dataclass
class Lister:
    """Crossfoot, listing one store."""

    store: StoreCaller
    http: requests.Session

    @property
    def access(self) -> StoreAccess:
        return StoreAccess(
            domain=self.store.shop.domain,
            origin=self.store.origin,
            access_token=self.store.tokens.access,
            api_version="2026-10",
        )

    def begin(self, since: datetime) -> str:
        return CHANNEL.begin_listing(self.http, self.access, since=since)

    def listing(self, listing_id: str) -> Listing:
        return CHANNEL.listing(self.http, self.access, listing_id)

    def read(self, listing: Listing, read_to: int = 0) -> list[PlacedOrder]:
        assert listing.address is not None
        parts = CHANNEL.read_listing(self.http, listing.address, read_to=read_to)
        return [order for part in parts for order in part.orders]


@pytest.fixture
def lister(clock: SetClock) -> Iterator[Lister]:
    with open_store(clock) as store, requests.Session() as http:
        yield Lister(store, http)


def test_orders_placed_since_are_listed_with_what_importing_them_takes(lister: Lister) -> None:
    shop = lister.store.shop
    shop.place_order([(MUG, 1)])
    lister.store.clock.advance(60)
    since = lister.store.clock.now()
    paid = shop.place_order([(MUG, 2)], name="#EU-0042-A")
    paid.pay("paypal")
    refunded = shop.place_order([(MUG, 3)])
    refunded.pay("paypal")
    refunded.refund({0: 1})
    shop.place_order([(MUG, 1)], test=True)

    first, second, third = lister.read(lister.listing(lister.begin(since)))

    assert (first.id, first.name, first.number, first.test) == (paid.id, "#EU-0042-A", "42", False)
    assert (first.placed_at, first.updated_at, first.currency) == (since, since, "GBP")
    assert (first.total, first.paid, first.refunded) == (Decimal("19.98"), Decimal("19.98"), False)
    assert (second.total, second.paid, second.refunded) == (Decimal("19.98"), Decimal("19.98"), True)
    assert (second.test, third.test) == (False, True)


def test_a_listing_that_runs_is_waited_for_and_counts(lister: Lister) -> None:
    shop, since = lister.store.shop, lister.store.clock.now()
    for _ in range(4):
        shop.place_order([(MUG, 1)])
    shop.bulk.seconds = 20
    listing_id = lister.begin(since)
    lister.store.clock.advance(10)
    running = lister.listing(listing_id)
    lister.store.clock.advance(10)

    assert (running.state, running.count, running.address) == (ListingState.RUNNING, 2, None)
    assert lister.listing(listing_id).state is ListingState.READY
    assert "bulk" not in repr(lister.listing(listing_id)), "the address opens without a token: it belongs into no log"


def test_a_store_without_orders_has_a_listing_without_a_file(lister: Lister) -> None:
    listing = lister.listing(lister.begin(lister.store.clock.now()))

    assert (listing.state, listing.count, listing.address) == (ListingState.READY, 0, None)


def test_it_is_read_in_parts_and_gone_on_with_where_it_broke_off(
    lister: Lister, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_file, "LINES_A_PART", 2)
    monkeypatch.setattr(bulk_file, "_CHUNK_BYTES", 100)
    since = lister.store.clock.now()
    made = [lister.store.shop.place_order([(MUG, 1)]).id for _ in range(9)]
    listing = lister.listing(lister.begin(since))
    assert listing.address is not None
    lister.store.world.faults.add(FaultKind.HALF_ANSWER, query=BULK_FILE)

    read, read_to = [], 0
    with pytest.raises(StoreBusy):
        for part in CHANNEL.read_listing(lister.http, listing.address, read_to=0):
            read += [order.id for order in part.orders]
            read_to = part.read_to
    rest = [order.id for order in lister.read(listing, read_to)]

    assert read == made[:4]
    assert read + rest == made
    end = len(requests.get(listing.address, timeout=30).content)
    assert lister.read(listing, end) == []


def test_a_server_that_knows_no_ranges_is_read_past_what_is_known() -> None:
    lines = [b'{"__parentId":"x","id":"%d"}\n' % one for one in range(3)]
    order = (
        b'{"id":"gid://shopify/Order/7","name":"#7","processedAt":"2026-11-01T09:00:00Z","updatedAt":'
        b'"2026-11-01T09:00:00Z","currencyCode":"GBP","test":false,"currentTotalPriceSet":{"shopMoney":{"amount":"1"}},'
        b'"netPaymentSet":{"shopMoney":{"amount":"1"}},"totalRefundedSet":{"shopMoney":{"amount":"0"}}}\n'
    )
    known = len(lines[0]) + len(order)

    ((orders, length),) = bulk_file.parts([lines[0] + order, *lines[1:], order], skip=known)

    assert [one.number for one in orders] == ["7"]
    assert length == 2 * len(lines[0]) + len(order)


LOST = [FaultKind.BULK_FAILED, FaultKind.BULK_CANCELED]


def test_a_listing_that_did_not_finish_is_lost_and_its_half_file_is_not_read(lister: Lister) -> None:
    lister.store.shop.place_order([(MUG, 1)])
    for kind in LOST:
        lister.store.world.faults.add(kind, query="BeginBulk")
        ended = lister.listing(lister.begin(lister.store.clock.now() - timedelta(days=1)))
        assert (ended.state, ended.address) == (ListingState.LOST, None)

    done = lister.begin(lister.store.clock.now())
    lister.store.clock.advance(8 * 86_400)
    lister.store.tokens = lister.store.shop.issue_tokens()
    assert lister.listing(done).state is ListingState.LOST
    assert lister.listing("gid://shopify/BulkOperation/1").state is ListingState.LOST


def test_what_a_store_says_against_a_listing_is_told_apart(lister: Lister) -> None:
    since = lister.store.clock.now()
    lister.store.shop.bulk.seconds = 60
    running = [lister.begin(since) for _ in range(5)]
    with pytest.raises(StoreBusy, match="as many lists"):
        lister.begin(since)
    CHANNEL.end_listing(lister.http, lister.access, running[0])
    lister.store.clock.advance(1)
    lister.begin(since)

    lister.store.clock.advance(60)
    lister.store.world.faults.add(FaultKind.BULK_FAILED, code="ACCESS_DENIED", query="BeginBulk")
    lister.store.shop.bulk.seconds = 0
    with pytest.raises(AccessDenied):
        lister.listing(lister.begin(since))
    lister.store.shop.denied_fields.add("QueryRoot.orders")
    with pytest.raises(QueryRefused, match="does not list the store's orders"):
        lister.begin(since)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{broken\n", "cannot be read"),
        (b"7\n", "no object"),
        (b'{"id":"gid://shopify/Order/7"}\n', "without a readable name"),
        (b"x" * 140_000, "too long"),
    ],
)
def test_a_file_that_is_no_list_of_orders_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(QueryRefused, match=sentence):
        list(bulk_file.parts([content], skip=0))


def test_a_file_is_read_only_where_it_is_safe(clock: SetClock) -> None:
    for address in ("http://elsewhere.example/bulk.jsonl", "file:///etc/passwd"):
        state = {"status": "COMPLETED", "errorCode": None, "rootObjectCount": "1", "url": address}
        with serving(in_turn(Reply({"data": {"bulkOperation": state}}))) as scripted, requests.Session() as http:
            with pytest.raises(QueryRefused, match="not safe"):
                CHANNEL.listing(http, scripted.access, "gid://shopify/BulkOperation/1")
