"""Catching up: what no webhook told of is found by asking, by the store's own clock, and nothing is read in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from embedded_app import pipeline
from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import Priority, Store, StoreGrant, Tally
from embedded_app.pipeline import catching_up
from embedded_app.sandbox.shopify.faults import FaultKind
from embedded_app.sandbox.shopify.world import App, World
from embedded_app.sandbox.xero.books import Books
from tests.whole.lost_and_found import (
    GATEWAY,
    MUG,
    catch_up,
    hour,
    is_equal,
    open_deliveries,
    sell,
    store_row,
    tell,
    told_by,
)
from tests.whole.stage import Stage, set_the_stage

DAY = 86_400


@pytest.fixture
def store_clock() -> SetClock:
    """The store's own clock, which ours need not agree with."""
    return SetClock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


@pytest.fixture
def world(environ: dict[str, str], store_clock: SetClock) -> World:
    """All stores, under their own clock."""
    app = App(client_id=environ["SHOPIFY_API_KEY"], client_secret=environ["SHOPIFY_API_SECRET"])
    return World(clock=store_clock, app=app, limits=False)


@pytest.fixture
def later(clock: SetClock, store_clock: SetClock) -> Callable[[float], None]:
    """Lets so many seconds pass everywhere."""

    def pass_everywhere(seconds: float) -> None:
        clock.advance(seconds)
        store_clock.advance(seconds)

    return pass_everywhere


def test_an_order_whose_webhooks_are_lost_is_posted_after_the_next_catch_up(alice: Stage) -> None:
    order = sell(alice, lost=True)
    catch_up(alice)

    (found,) = told_by(alice, "catch-up")
    assert is_equal(alice)
    assert (found.order_external_id, found.priority) == (order.id, Priority.LIVE)
    with alice.app.app_context():
        assert db.session.scalars(select(Tally.count).where(Tally.name == "orders found by catch-up")).all() == [1]


def test_each_kind_of_change_is_found_though_all_its_webhooks_are_lost(
    alice: Stage, later: Callable[[float], None]
) -> None:
    order, cancelled = sell(alice), sell(alice)
    later(60)
    order.edit(add=[(MUG, 1)])
    order.pay(GATEWAY)
    later(60)
    order.refund({0: 1})
    cancelled.cancel()
    tell(alice, lost=True)

    catch_up(alice)

    assert is_equal(alice)


def test_an_order_whose_facts_are_as_new_as_the_store_lists_it_is_not_read_again(
    alice: Stage, later: Callable[[float], None]
) -> None:
    sell(alice)
    alice.work_off()
    later(60)
    catch_up(alice)
    catch_up(alice)

    assert told_by(alice, "catch-up") == []


def test_what_waits_to_be_read_is_not_asked_for_once_more(alice: Stage) -> None:
    sell(alice)
    with alice.app.app_context():
        pipeline.catch_up(alice.store_id)

    assert told_by(alice, "catch-up") == []


def test_a_change_that_touched_no_ledger_is_not_found_anew_each_night(
    alice: Stage, later: Callable[[float], None]
) -> None:
    order = sell(alice)
    alice.work_off()
    later(60)
    order.order.updated_at = alice.shop.now()  # as when a note is written on it
    catch_up(alice)
    later(DAY)
    catch_up(alice)

    assert len(told_by(alice, "catch-up")) == 1
    assert told_by(alice, "look-back") == []


def test_two_changes_within_one_second_are_told_apart(alice: Stage) -> None:
    order = alice.shop.place_order([(MUG, 1)])
    tell(alice)
    alice.work_off()
    order.pay(GATEWAY)
    tell(alice, lost=True)
    catch_up(alice)

    assert is_equal(alice)


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["a day ahead", "a day behind"])
def test_our_clock_may_jump_and_come_back(alice: Stage, later: Callable[[float], None], jump: float) -> None:
    sell(alice, lost=True)
    catch_up(alice)
    later(300)
    alice.clock.advance(jump)
    sell(alice, lost=True)
    catch_up(alice)
    seen_meanwhile = is_equal(alice)
    later(300)
    alice.clock.advance(-jump)
    sell(alice, lost=True)
    catch_up(alice)

    assert seen_meanwhile and is_equal(alice)


def test_a_wait_written_by_a_clock_that_was_ahead_is_not_waited_out(alice: Stage) -> None:
    alice.clock.advance(DAY)
    alice.shop.world.faults.add(FaultKind.THROTTLED, query="Orders", seconds=2)
    sell(alice)
    alice.work_off()
    waited = open_deliveries(alice)
    alice.clock.advance(-DAY)
    alice.work_off()

    assert waited and is_equal(alice)


def test_the_cursor_moves_only_with_what_was_found(alice: Stage) -> None:
    sell(alice, lost=True)
    with dying_before_commit("catch-up"), alice.app.app_context(), pytest.raises(Died):
        pipeline.catch_up(alice.store_id)
    after_death = (store_row(alice).orders_read_to, told_by(alice, "catch-up"))

    catch_up(alice)

    assert after_death == (None, [])
    assert is_equal(alice)


def test_a_store_is_caught_up_from_its_installation_on_and_not_before(
    app: Flask, clock: SetClock, url: str, world: World, books: Books, later: Callable[[float], None]
) -> None:
    shop = world.shop("bob.myshopify.com")
    before = shop.place_order([(MUG, 1)])
    later(60)
    bob = set_the_stage(app, clock, url, shop, books, prefix="BO-")
    shop.deliveries.discard()
    after = shop.place_order([(MUG, 1)])
    shop.deliveries.discard()
    catch_up(bob)
    later(DAY)
    catch_up(bob)

    assert {one.order_external_id for one in told_by(bob, "catch-up")} == {after.id} != {before.id}
    assert before.id not in {one.order_external_id for one in told_by(bob, "look-back")}


def test_what_the_search_learns_of_late_is_found_within_the_overlap(
    alice: Stage, later: Callable[[float], None]
) -> None:
    late = sell(alice, lost=True)
    unindexed = alice.shop.orders.pop(late.id)
    later(240)
    sell(alice)
    catch_up(alice)
    later(240)
    alice.shop.orders[late.id] = unindexed
    catch_up(alice)

    assert [one.order_external_id for one in told_by(alice, "catch-up")] == [late.id]
    assert is_equal(alice)


def test_what_even_the_overlap_missed_is_found_at_night_behind_what_happens_now(
    alice: Stage, later: Callable[[float], None]
) -> None:
    late = sell(alice, lost=True)
    unindexed = alice.shop.orders.pop(late.id)
    later(3600)
    sell(alice)
    catch_up(alice)
    alice.shop.orders[late.id] = unindexed
    later(3600)
    catch_up(alice)
    before_night = told_by(alice, "look-back")
    later(13 * 3600)
    catch_up(alice)
    catch_up(alice)

    (found,) = told_by(alice, "look-back")
    assert (before_night, found.order_external_id, found.priority) == ([], late.id, Priority.IMPORT)
    assert is_equal(alice)


def test_after_a_week_away_all_is_listed_in_slices_that_may_end_anywhere(
    unmapped: Stage, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "WORK_SECONDS", 0)  # one page and no more
    made = []
    for _ in range(7):
        made += [unmapped.shop.place_order([(MUG, 1)]).id for _ in range(20)]
        later(DAY)
    unmapped.shop.deliveries.discard()

    with unmapped.app.app_context():
        is_more = pipeline.catch_up(unmapped.store_id)
    first = told_by(unmapped, "catch-up")
    in_the_middle = store_row(unmapped)
    with dying_before_commit("catch-up"), unmapped.app.app_context(), pytest.raises(Died):
        pipeline.catch_up(unmapped.store_id)
    with unmapped.app.app_context():
        while pipeline.catch_up(unmapped.store_id):
            pass

    found = told_by(unmapped, "catch-up")
    assert (is_more, len(first), in_the_middle.orders_go_on is None) == (True, 64, False)
    assert [one.order_external_id for one in found] == made
    assert {one.priority for one in found} == {Priority.IMPORT}
    assert store_row(unmapped).orders_go_on is None


def test_listing_leaves_the_store_room_for_reading_orders(unmapped: Stage) -> None:
    world = unmapped.shop.world
    for _ in range(350):
        unmapped.shop.place_order([(MUG, 1)])
    unmapped.shop.deliveries.discard()
    world.limits = True

    with unmapped.app.app_context():
        pipeline.catch_up(unmapped.store_id)

    assert 0 < len(told_by(unmapped, "catch-up")) < 350
    assert unmapped.shop.bucket.available >= 900


def test_a_change_that_adds_up_to_nothing_is_found_though_it_fell_into_the_second_of_one_that_we_found(
    alice: Stage,
) -> None:
    order = sell(alice, lost=True)
    catch_up(alice)
    order.return_goods({0: 1}, exchange=[(MUG, 1)])
    tell(alice, lost=True)
    catch_up(alice)
    catch_up(alice)

    assert is_equal(alice)
    assert sorted(one.number for one in alice.organisation.documents()) == ["SH-1001", "SH-1001-E1", "SH-1001-R1"]
    assert len(told_by(alice, "catch-up")) == 2


@pytest.mark.parametrize(
    "kind", [FaultKind.THROTTLED, FaultKind.UNAVAILABLE, FaultKind.RESET, FaultKind.UNAUTHORIZED, FaultKind.HALF_ANSWER]
)
def test_a_listing_that_fails_is_made_again(alice: Stage, later: Callable[[float], None], kind: FaultKind) -> None:
    alice.shop.world.faults.add(kind, query="ChangedOrders")
    sell(alice, lost=True)
    catch_up(alice)
    later(300)
    catch_up(alice)

    assert is_equal(alice)


def test_a_place_in_the_list_that_is_no_longer_good_begins_it_anew(alice: Stage) -> None:
    with alice.app.app_context():
        db.session.get_one(Store, alice.store_id).orders_go_on = "2026-11-24T12:00:00Z nowhere"
        db.session.commit()
    sell(alice, lost=True)
    catch_up(alice)
    catch_up(alice)

    assert is_equal(alice)


def test_a_paused_store_is_asked_by_the_hour_whether_it_lets_us_in_again(
    alice: Stage, later: Callable[[float], None]
) -> None:
    faults = alice.shop.world.faults
    for query in ("Orders", "ChangedOrders"):
        faults.add(FaultKind.REFUSED, query=query, status=402, calls=2 if query == "ChangedOrders" else 1)
    sell(alice)
    alice.work_off()
    frozen = alice.held()
    later(3600)
    hour(alice)
    still_frozen = (alice.held(), store_row(alice).paused is not None)
    sell(alice, lost=True)
    later(3600)
    hour(alice)
    later(3600)
    hour(alice)
    catch_up(alice)

    assert len(frozen) == 1 and "frozen" in frozen[0]
    assert still_frozen == (frozen, True)
    assert store_row(alice).paused is None
    assert is_equal(alice)


def test_a_store_without_tokens_is_not_asked(alice: Stage) -> None:
    with alice.app.app_context():
        db.session.delete(db.session.get_one(StoreGrant, alice.store_id))
        db.session.commit()
    catch_up(alice)

    assert (store_row(alice).paused, alice.held()) == (None, [])


def test_stale_answers_for_as_long_as_we_wait_are_mended_by_the_catch_up(
    alice: Stage, later: Callable[[float], None]
) -> None:
    order = sell(alice)
    alice.work_off()
    later(60)
    alice.shop.world.faults.add(FaultKind.STALE, calls=6)
    order.refund({0: 1})
    tell(alice)
    for _ in range(6):
        later(60)
        alice.work_off()
    given_up = (open_deliveries(alice), len(alice.organisation.documents()))
    catch_up(alice)

    assert given_up == (0, 1)
    assert is_equal(alice)


class Died(Exception):
    """The process ends here."""


@contextmanager
def dying_before_commit(topic: str) -> Iterator[None]:
    """Die where deliveries of this topic are written and about to be committed, as a crash does."""

    def die(session: Session) -> None:
        if any(statement for statement in written if topic in statement):
            raise Died

    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "INSERT INTO delivery" in statement:
            written.append(str(parameters))

    event.listen(Session, "before_commit", die)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", die)
        event.remove(Engine, "before_cursor_execute", note)
