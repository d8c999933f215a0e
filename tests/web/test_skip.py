"""Leaving an order out: said with a reason, kept, shown as what it is, and taken back without a trace in the books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from embedded_app.db import db
from embedded_app.models import AuditEntry, Dispatch, DispatchState, OrderFacts, Outcome, Store
from embedded_app.pipeline import skipping
from embedded_app.pipeline.skipping import BeingSent
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.golden import load_case
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import heading, set_the_scene, words
from tests.whole.stage import Stage

MAPPED: dict[str, Any] = load_case("a_vat_included").mapping
KLARNA = {**MAPPED, "gateways": {**MAPPED["gateways"], "klarna": "091"}}


@pytest.fixture
def live(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store with its five orders posted."""
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation)
    scenes.switch_on(stage)
    return stage


def order(stage: Stage, name: str) -> OrderFacts:
    """The order's row."""
    with stage.app.app_context():
        return db.session.scalars(select(OrderFacts).where(OrderFacts.name == name)).one()


def path_of(stage: Stage, name: str) -> str:
    """The address of the order's story."""
    return f"/activity/{order(stage, name).id}"


def skip(stage: Stage, external_id: str) -> int:
    """Leave an order out, in the rows."""
    return int(
        scenes.in_app(
            stage,
            lambda _, store: skipping.skip(db.session(), store, [external_id], reason="by hand", actor="Alice"),
        )
    )


def test_a_held_order_is_left_out_with_a_reason_and_home_says_so_instead_of_a_difference(
    alice: Opener, live: Stage
) -> None:
    held = live.shop.place_order([(scenes.MUG, 1)])
    held.pay("klarna")
    scenes.read_orders(live)
    assert live.held() != []
    path = path_of(live, "#1006")

    refused = alice.post(f"{path}/skip", data={"reason": "  "})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert alice.post(f"{path}/skip", data={"reason": "Entered by hand"}).location == f"{path}?done=skipped"

    story = words(alice.open(path).text)
    assert heading(alice.open(path)) == "#1006 Left out by you"
    assert "Entered by hand by Shopify user 10001" in story
    home = alice.open("/")
    assert "One order worth £9.99 was left out by you" in words(home.text)
    assert heading(home) == "All 5 sales since 1 January 2026 are in Xero. Difference: £0.00."
    assert live.held() == []
    with live.app.app_context():
        act = select(AuditEntry).where(AuditEntry.act == "left orders out")
        assert db.session.scalars(act).one().detail["reason"] == "Entered by hand"

    held.refund({0: 1})
    live.map(KLARNA)
    scenes.read_orders(live)
    alice.post(f"{path}/read")
    live.work_off()
    assert "The store changed this order since it was left out." in words(alice.open(path).text)
    assert (live.held(), live.unposted(), order(live, "#1006").outcome) == ([], 0, Outcome.SKIPPED)
    assert "One order worth £0.00 was left out" in words(alice.open("/").text)

    alice.post(f"{path}/take-back")
    live.work_off()
    assert heading(alice.open(path)) == "#1006 In Xero"
    assert "taken back by Shopify user 10001" in words(alice.open(path).text)
    assert heading(alice.open("/")).startswith("All 6 sales")


def test_what_stands_in_xero_stays_counted_and_what_comes_after_is_left_out(alice: Opener, live: Stage) -> None:
    sold = live.shop.place_order([(scenes.MUG, 2)])
    sold.pay("paypal")
    scenes.read_orders(live)
    before, path = live.balances(), path_of(live, "#1006")
    assert skip(live, sold.order.id) == 1
    sold.refund({0: 1})
    alice.post(f"{path}/read")
    live.work_off()

    assert live.balances() == before
    assert [one.difference for one in live.figures()] == [Decimal(0)]
    assert "One order worth -£9.99 was left out by you" in words(alice.open("/").text)
    assert skip(live, sold.order.id) == 0, "an order is left out once"


def test_a_write_that_xero_refused_is_left_out_with_its_order_and_goes_on_when_taken_back(
    alice: Opener, live: Stage
) -> None:
    new = live.shop.place_order([(scenes.MUG, 2)])
    new.pay("paypal")
    live.switch(on=False)
    live.switch(on=True)
    live.organisation.contact("Online customers").status = "ARCHIVED"
    scenes.read_orders(live)
    assert len(live.held()) == 1 and live.unposted() == 2

    path = path_of(live, "#1006")
    skip(live, order(live, "#1006").external_id)
    live.organisation.contact("Online customers").status = "ACTIVE"
    live.retry()
    assert (live.held(), live.unposted()) == ([], 2), "neither the invoice nor its payment is sent"
    assert [one.difference for one in live.figures()] == [Decimal(0)]
    assert "One order worth £19.98 was left out by you" in words(alice.open("/").text)

    alice.post(f"{path}/take-back")
    live.work_off()
    assert (live.held(), live.unposted()) == ([], 0)
    assert live.organisation.document("SH-1006").total == Decimal("19.98")
    assert [one.difference for one in live.figures()] == [Decimal(0)]


def test_an_order_that_is_being_sent_is_not_left_out(alice: Opener, live: Stage) -> None:
    with live.app.app_context():
        db.session.execute(update(Dispatch).where(Dispatch.document_id == 1).values(state=DispatchState.SENDING))
        db.session.commit()

    path = path_of(live, "#1001")
    with pytest.raises(BeingSent):
        skip(live, order(live, "#1001").external_id)
    answer = alice.post(f"{path}/skip", data={"reason": "never mind"})

    assert answer.status_code == 409 and "is being sent to Xero at this moment" in words(answer.text)
    assert order(live, "#1001").skipped_at is None


def test_an_order_can_be_left_out_before_it_was_ever_read(alice: Opener, live: Stage) -> None:
    """As an import does with orders that another app has posted."""
    fresh = live.shop.place_order([(scenes.MUG, 1)])
    fresh.pay("paypal")

    def leave_out(_: Stage, store: Store) -> None:
        skipping.skip(db.session(), store, [fresh.order.id], reason="Posted by another app", actor="Import")

    scenes.in_app(live, leave_out)
    assert "One order was left out by you" in words(alice.open("/").text)
    alice.post("/activity/of", data={"id": fresh.order.id})
    live.work_off()

    row = order(live, "#1006")
    assert (row.outcome, row.reason, row.amount) == (Outcome.SKIPPED, "Posted by another app", Decimal("9.99"))
    assert live.unposted() == 0
    assert [one.difference for one in live.figures()] == [Decimal(0)]
