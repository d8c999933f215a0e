"""Webhook subscriptions, the whole way: made after the installation, renewed when the store dropped them."""

from __future__ import annotations

import dataclasses

import pytest

from embedded_app.channels.shopify.subscriptions import NEEDED
from embedded_app.config import Config
from embedded_app.sandbox.shopify.faults import FaultKind
from tests.whole.lost_and_found import catch_up, hour, is_equal, pass_time, sell, store_row
from tests.whole.stage import Stage

NOBODY = "http://127.0.0.1:9/webhooks/shopify"
DAY = 24


@pytest.fixture
def config(config: Config) -> Config:
    """This app subscribes in each store itself."""
    return dataclasses.replace(config, shopify_webhooks="api")


@pytest.fixture
def merchant(alice: Stage) -> Stage:
    """Alice's store, of whose webhooks the app's own file knows nothing."""
    alice.shop.subscriptions.by_app = False
    return alice


def test_a_store_is_subscribed_to_within_the_hour_and_its_orders_are_told(merchant: Stage) -> None:
    sell(merchant)
    hour(merchant)
    untold = len(merchant.organisation.documents())
    sell(merchant)
    merchant.work_off()

    kept = store_row(merchant).subscriptions
    assert kept == {"by": "store", "live": list(NEEDED), "missing": [], "refused": {}, "old_orders": False}
    assert (untold, len(merchant.organisation.documents())) == (0, 1)
    catch_up(merchant)
    assert is_equal(merchant)


def test_what_the_store_dropped_after_days_without_us_is_renewed_and_what_was_missed_is_found(
    merchant: Stage,
) -> None:
    hour(merchant)
    merchant.shop.place_order([])
    for _ in range(9):
        merchant.shop.deliveries.deliver(NOBODY)
    dropped = {one.topic for one in merchant.shop.subscriptions.made.values()}
    sell(merchant)
    pass_time(merchant, hours=DAY)
    hour(merchant)
    catch_up(merchant)
    renewed = {one.topic for one in merchant.shop.subscriptions.made.values()}
    sell(merchant)
    merchant.work_off()

    assert len(dropped) < len(renewed) == len(NEEDED)
    assert is_equal(merchant)


def test_a_check_that_fails_is_made_again_and_one_that_did_not_is_not(merchant: Stage) -> None:
    merchant.shop.world.faults.add(FaultKind.UNAVAILABLE, query="Subscriptions")
    hour(merchant)
    failed = store_row(merchant).subscriptions_checked_at
    pass_time(merchant, hours=1)
    hour(merchant)
    checked = store_row(merchant).subscriptions_checked_at
    pass_time(merchant, hours=DAY / 2)
    hour(merchant)

    assert failed is None
    assert checked == store_row(merchant).subscriptions_checked_at


def test_what_the_store_refuses_is_told_on_its_row(merchant: Stage) -> None:
    merchant.shop.subscriptions.refused.add("REFUNDS_CREATE")
    hour(merchant)

    kept = store_row(merchant).subscriptions or {}
    assert kept["missing"] == ["refunds/create"]
    assert "permission" in kept["refused"]["refunds/create"]


def test_whether_orders_of_any_age_are_seen_is_told(merchant: Stage) -> None:
    merchant.shop.installation.granted += ("read_all_orders",)
    hour(merchant)

    assert (store_row(merchant).subscriptions or {})["old_orders"] is True
