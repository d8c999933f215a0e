"""Faults of Shopify, the whole way: whatever strikes while orders are read, the books end equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from embedded_app import inbox
from embedded_app.db import db
from embedded_app.models import Delivery, Hold, OrderFacts, StoreGrant
from embedded_app.sandbox.shopify.faults import TOKEN_CALL, Fault, FaultKind
from tests.whole.lost_and_found import (
    GATEWAY,
    MUG,
    catch_up,
    hour,
    is_equal,
    open_deliveries,
    pass_time,
    sell,
    store_row,
    tell,
)
from tests.whole.stage import Stage

FIELDS = ("Order.purchasingEntity", "LineItem.product", "Order.paymentTerms")
# What passes by itself, and how long it takes at most until the order is posted.
PASSING: dict[str, dict[str, Any]] = {
    "throttled": {"kind": FaultKind.THROTTLED, "seconds": 7},
    "throttled three times": {"kind": FaultKind.THROTTLED, "seconds": 2, "calls": 3},
    "a failed query": {"kind": FaultKind.FAILED_QUERY},
    "500": {"kind": FaultKind.INTERNAL_ERROR},
    "503": {"kind": FaultKind.UNAVAILABLE, "calls": 2},
    "a page of HTML": {"kind": FaultKind.HTML_PAGE},
    "430": {"kind": FaultKind.REFUSED, "status": 430},
    "a token that has just expired": {"kind": FaultKind.UNAUTHORIZED},
    "silence": {"kind": FaultKind.TIMEOUT, "seconds": 0.01},
    "a reset": {"kind": FaultKind.RESET},
    "half an answer": {"kind": FaultKind.HALF_ANSWER},
    "an order that is not there yet": {"kind": FaultKind.NULL_NODE, "query": ""},
    "fields that are denied": {"kind": FaultKind.DENIED_FIELDS, "fields": FIELDS},
    "another version": {"kind": FaultKind.OTHER_VERSION},
}


def strike(stage: Stage, kind: FaultKind, *, query: str = "Orders", **settings: Any) -> Fault:
    return stage.shop.world.faults.add(kind, query=query, **settings)


def refund_later(stage: Stage) -> Callable[..., None]:
    """An order that is posted; what comes back refunds it a minute later, and tells so."""
    order = sell(stage)
    stage.work_off()
    stage.clock.advance(60)

    def refund(*, lost: bool = False) -> None:
        order.refund({0: 1})
        tell(stage, lost=lost)

    return refund


def test_what_passes_by_itself_costs_time_only(alice: Stage) -> None:
    for name, fault in PASSING.items():
        struck = strike(alice, **fault)
        sell(alice)
        alice.work_off()
        for _ in range(4):
            if open_deliveries(alice):
                pass_time(alice, seconds=15)

        assert is_equal(alice), f"{name}: {alice.held()}"
        assert len(alice.organisation.documents()) == len(alice.shop.orders), name
        assert struck.hits == struck.calls, name


def test_a_token_call_that_fails_is_made_again(alice: Stage) -> None:
    for kind in (FaultKind.INTERNAL_ERROR, FaultKind.RESET, FaultKind.HTML_PAGE, FaultKind.HALF_ANSWER):
        pass_time(alice, hours=2)
        strike(alice, kind, query=TOKEN_CALL, seconds=0.01)
        sell(alice)
        alice.work_off()
        waited = open_deliveries(alice)
        pass_time(alice, seconds=15)

        assert waited, kind
        assert is_equal(alice), kind


def test_a_batch_that_is_too_dear_is_halved_until_it_fits(alice: Stage) -> None:
    for _ in range(8):
        sell(alice)
    strike(alice, FaultKind.TOO_DEAR, calls=3)
    alice.work_off()

    assert is_equal(alice)
    assert store_row(alice).read_batch_size < 9


def test_a_bucket_that_never_fills_delays_orders_and_loses_none(alice: Stage) -> None:
    for _ in range(25):
        sell(alice)
    alice.shop.world.limits = True
    alice.shop.bucket.empty()
    alice.work_off()
    at_once = len(alice.organisation.documents())
    for _ in range(12):
        pass_time(alice, seconds=15)

    assert at_once == 0
    assert is_equal(alice)


@pytest.mark.parametrize("times", [1, 3])
def test_a_stale_read_is_read_again_and_nothing_is_decided_on_it(alice: Stage, times: int) -> None:
    refund = refund_later(alice)
    strike(alice, FaultKind.STALE, calls=times)
    refund()
    alice.work_off()
    at_once = (open_deliveries(alice) > 0, len(alice.organisation.documents()))
    for _ in range(times):
        pass_time(alice, seconds=15)

    assert at_once == (True, 1)
    assert open_deliveries(alice) == 0
    assert is_equal(alice)


def test_a_read_older_than_what_we_have_is_read_again_though_nobody_said_what_to_expect(alice: Stage) -> None:
    refund_later(alice)()
    alice.work_off()
    (order,) = alice.shop.orders
    with alice.app.app_context():
        before = db.session.scalars(select(OrderFacts.hash)).all()
        inbox.ask_again(db.session(), alice.store_id, [order], topic="retry", now=alice.clock.now())
        db.session.commit()
    strike(alice, FaultKind.STALE)
    alice.work_off()
    waited = open_deliveries(alice)
    pass_time(alice, seconds=15)

    with alice.app.app_context():
        assert db.session.scalars(select(OrderFacts.hash)).all() == before
    assert (waited, open_deliveries(alice)) == (1, 0)
    assert is_equal(alice)


def test_a_store_that_stays_behind_does_not_keep_us_reading_for_ever(alice: Stage) -> None:
    refund = refund_later(alice)
    stale = strike(alice, FaultKind.STALE, calls=100)
    refund()
    alice.work_off()
    for _ in range(8):
        pass_time(alice, seconds=30)

    assert open_deliveries(alice) == 0
    assert 5 < stale.hits < 20
    assert len(alice.organisation.documents()) == 1  # the sale; nothing was made of the old state


def test_an_order_that_one_store_is_behind_with_delays_no_other(alice: Stage) -> None:
    refund = refund_later(alice)
    (order,) = alice.shop.orders
    strike(alice, FaultKind.STALE, order=order)
    refund()
    sell(alice)
    alice.work_off()

    assert len(alice.organisation.documents()) == 2
    pass_time(alice, seconds=15)
    assert is_equal(alice)


def test_an_order_that_stays_away_is_held_as_deleted_and_its_documents_stay(alice: Stage) -> None:
    refund_later(alice)()
    alice.work_off()
    (order,) = alice.shop.orders
    alice.clock.advance(60)
    alice.shop.orders[order].updated_at = alice.shop.now()
    documents = len(alice.organisation.documents())
    strike(alice, FaultKind.NULL_NODE, query="", calls=100)
    catch_up(alice)
    at_once = alice.held()
    for _ in range(8):
        pass_time(alice, seconds=30)

    assert at_once == []
    (sentence,) = alice.held()
    assert "was deleted in Shopify" in sentence
    assert len(alice.organisation.documents()) == documents


def test_a_denied_order_is_held_and_posted_once_it_may_be_seen(alice: Stage) -> None:
    denied = alice.shop.place_order([(MUG, 1)])
    denied.pay(GATEWAY)
    alice.shop.denied_orders.add(denied.id)
    sell(alice)
    alice.work_off()
    (sentence,) = alice.held()
    posted = len(alice.organisation.documents())
    alice.shop.denied_orders.clear()
    alice.retry()

    assert "does not let Crossfoot read" in sentence
    assert posted == 1
    assert is_equal(alice)


def test_a_version_that_answers_as_another_is_noted_until_it_no_longer_does(alice: Stage) -> None:
    strike(alice, FaultKind.OTHER_VERSION, version="2026-07")
    sell(alice)
    alice.work_off()
    served = store_row(alice).served_version
    sell(alice)
    alice.work_off()

    assert (served, store_row(alice).served_version) == ("2026-07", None)
    assert is_equal(alice)


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_a_store_that_shuts_us_out_is_paused_and_loses_nothing(alice: Stage, status: int) -> None:
    strike(alice, FaultKind.REFUSED, status=status, calls=2)
    sell(alice)
    alice.work_off()
    sell(alice)
    sell(alice, lost=True)
    pass_time(alice, minutes=10)
    shut_out = (len(alice.held()), store_row(alice).paused is not None, len(alice.organisation.documents()))
    alice.retry()  # in vain: it is refused once more
    again = len(alice.held())
    alice.retry()
    catch_up(alice)

    assert (shut_out, again) == ((1, True, 0), 1)
    assert is_equal(alice)


def test_a_revoked_store_goes_on_where_it_stood_when_its_merchant_returns(alice: Stage) -> None:
    alice.shop.tokens.revoke_all()
    sell(alice)
    alice.work_off()
    sell(alice, lost=True)
    pass_time(alice, minutes=10)
    paused = alice.held()
    catch_up(alice)
    tokens = alice.shop.issue_tokens()
    with alice.app.app_context():
        grant = db.session.get_one(StoreGrant, alice.store_id)
        grant.access_token, grant.access_expires_at = tokens.access, tokens.access_expires_at
        grant.refresh_token, grant.refresh_expires_at = tokens.refresh, tokens.refresh_expires_at
        db.session.commit()
    hour(alice)

    assert len(paused) == 1 and "open Crossfoot from the Shopify admin" in paused[0]
    assert is_equal(alice)
    with alice.app.app_context():
        assert {hold.closed_by for hold in db.session.scalars(select(Hold))} == {"the store, which lets us in again"}


def test_an_answer_to_a_refresh_that_is_lost_in_a_crash_ends_nobodys_access(alice: Stage) -> None:
    pass_time(alice, hours=2)
    with alice.app.app_context():
        grant = db.session.get_one(StoreGrant, alice.store_id)
        with alice.shop.world.lock:
            assert alice.shop.tokens.refresh(grant.refresh_token or "")  # the pair that no row ever saw
    sell(alice)
    alice.work_off()

    assert is_equal(alice)


def test_who_finds_the_token_being_refreshed_comes_back_in_a_moment(alice: Stage) -> None:
    pass_time(alice, hours=2)
    sell(alice)
    with alice.app.app_context():
        engine = create_engine(db.engine.url)
    with engine.connect() as other:
        other.execute(text("SELECT 1 FROM store_grant WHERE store_id = :id FOR UPDATE"), {"id": alice.store_id})
        alice.work_off()
        waited = open_deliveries(alice)
    engine.dispose()
    pass_time(alice, seconds=3)

    assert waited
    assert is_equal(alice)


def test_access_is_kept_alive_through_months_in_which_nothing_is_read(alice: Stage) -> None:
    strike(alice, FaultKind.REFUSED, query="Orders", status=402)
    strike(alice, FaultKind.REFUSED, query="ChangedOrders", status=402, calls=5000)
    sell(alice)
    alice.work_off()
    for _ in range(4):
        pass_time(alice, hours=24 * 40)
        hour(alice)
    still_paused = store_row(alice).paused is not None
    alice.shop.world.faults.ordered.clear()
    hour(alice)

    assert still_paused
    assert store_row(alice).paused is None
    with alice.app.app_context():
        assert {one.state.value for one in db.session.scalars(select(Delivery))} == {"done"}
