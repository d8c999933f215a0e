"""The webhooks we work by: the same in the app's file and through the API, and mended where they are ours."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from embedded_app.channels import CHANNELS, StoreAccess, StoreBusy, Subscriptions
from embedded_app.channels.shopify.subscriptions import NEEDED
from embedded_app.clock import SetClock
from tests.sandbox.shopify_caller import StoreCaller, open_store

ADDRESS = "https://crossfoot.example/webhooks/shopify"
FILE = Path(__file__).parents[2] / "shopify.app.toml"


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def keep(store: StoreCaller, *, address: str = ADDRESS, make: bool = True) -> Subscriptions:
    access = StoreAccess(
        domain=store.shop.domain, origin=store.origin, access_token=store.tokens.access, api_version="2026-10"
    )
    with requests.Session() as http:
        return CHANNELS["shopify"].keep_subscriptions(http, access, address=address, make=make)


def made(store: StoreCaller) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the store has of the app's making: address and fields by topic."""
    return {one.topic: (one.uri, one.include_fields) for one in store.shop.subscriptions.made.values()}


def test_the_apps_file_subscribes_to_the_same_topics_and_fields() -> None:
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))["webhooks"]["subscriptions"]
    fields = {topic: tuple(one["include_fields"]) for one in told if "topics" in one for topic in one["topics"]}

    assert fields == dict(NEEDED)


def test_what_is_missing_is_made_with_ids_and_times_only(store: StoreCaller) -> None:
    kept = keep(store)

    assert kept.live == kept.made == CHANNELS["shopify"].needed_topics()
    assert made(store)["ORDERS_CREATE"] == (ADDRESS, NEEDED["orders/create"])
    assert len(made(store)) == len(NEEDED)
    assert "read_orders" in kept.scopes


def test_what_is_there_is_left_as_it_is(store: StoreCaller) -> None:
    keep(store)
    before = dict(store.shop.subscriptions.made)

    kept = keep(store)

    assert (kept.made, kept.live) == ((), CHANNELS["shopify"].needed_topics())
    assert store.shop.subscriptions.made == before


def test_one_that_goes_elsewhere_or_asks_for_more_is_mended_in_its_place(store: StoreCaller) -> None:
    keep(store, address="https://old.example/webhooks/shopify")
    (wide, *_) = store.shop.subscriptions.made.values()
    wide.include_fields = ()

    kept = keep(store)

    assert kept.made == CHANNELS["shopify"].needed_topics()
    assert made(store)["ORDERS_CREATE"] == (ADDRESS, NEEDED["orders/create"])
    assert {uri for uri, _ in made(store).values()} == {ADDRESS}


def test_where_the_apps_file_subscribes_nothing_is_made(store: StoreCaller) -> None:
    kept = keep(store, make=False)

    assert (kept.live, kept.made, made(store)) == ((), (), {})


def test_what_the_store_refuses_is_told_and_the_others_are_made(store: StoreCaller) -> None:
    store.shop.subscriptions.refused.add("REFUNDS_CREATE")

    kept = keep(store)

    assert "permission" in kept.refused["refunds/create"]
    assert set(NEEDED) - set(kept.live) == {"refunds/create"}


def test_a_busy_store_is_asked_again_later(store: StoreCaller) -> None:
    store.shop.bucket.empty()

    with pytest.raises(StoreBusy):
        keep(store)
