"""One event's story: from any document in Xero, or from the order in the store, to every row and rule behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from embedded_app import pipeline
from embedded_app.cli.demo.opening import mapping_of
from embedded_app.db import db
from embedded_app.models import OrderFacts
from embedded_app.sandbox.day import play_day
from embedded_app.sandbox.shopify.scenario import OrderHandle
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.sandbox.xero.organisation import Organisation
from tests.golden import load_case
from tests.web import scenes
from tests.web.opening import ALICE, BOB, Opener
from tests.web.pages import heading, set_the_scene, words
from tests.whole.stage import Stage


@pytest.fixture
def stage(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store, connected; nothing is sold or mapped yet."""
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    return set_the_scene(alice, world.shop(ALICE), books, organisation, sold=False)


@pytest.fixture
def live(stage: Stage) -> Stage:
    """The same with five orders, all posted."""
    scenes.sell(stage.shop)
    scenes.read_orders(stage)
    scenes.switch_on(stage)
    return stage


def names_in_xero(organisation: Organisation) -> Iterator[tuple[str, list[str]]]:
    """What a person sees of each document and each payment in Xero, and the descriptions of its lines."""
    for document in organisation.documents():
        yield document.number, [line.description for line in document.lines]
    for transaction in organisation.bank_transactions():
        lines = [line.description for line in transaction.lines]
        yield transaction.reference or lines[0], [] if transaction.overpayment_id else lines
    for journal in organisation.journals():
        yield journal.narration, [line.description for line in journal.lines]
    for payment in organisation.payments():
        yield payment.reference, []


def test_from_any_document_of_a_day_its_story_is_two_clicks_away_and_explains_every_line(
    alice: Opener, stage: Stage
) -> None:
    for _ in play_day(stage.shop, orders=20, seed=4):
        pass
    stage.shop.instruments.issue(Decimal("25.00"))
    stage.map({**mapping_of(stage.organisation), "special": {"promotions": "405"}})
    stage.switch(on=True)
    scenes.read_orders(stage)
    stage.clock.advance(timedelta(days=1).total_seconds())
    with stage.app.app_context():
        pipeline.wake_beyond()
    stage.work_off()
    assert (stage.held(), stage.unposted()) == ([], 0)

    stories: dict[str, str] = {}
    for name, lines in names_in_xero(stage.organisation):
        found = alice.open("/activity/", q=name)  # the first click: Show
        assert found.status_code == 303, f"{name} leads to no one story"
        if found.location not in stories:
            stories[found.location] = words(alice.open(found.location).text)  # which opens it: the second
        story = stories[found.location]
        for line in lines:
            reason = story.split(f"{line.split(' × ')[-1]} (")[-1]
            assert "The store says" in reason and "goes to account" in reason or "Gift card" in line, (name, line)
    assert {path.rpartition("/")[0] for path in stories} == {"/activity", "/activity/other"}


def test_a_story_tells_both_ledgers_the_decision_the_answers_and_the_double_entry(alice: Opener, live: Stage) -> None:
    page = alice.open(path_of(live, "#1004"))
    said = words(page.text)

    assert heading(page) == "#1004 In Xero"
    assert "All of it is in Xero." in said
    assert "Placed · 24 Nov 2026" in said and "Refunded · 24 Nov 2026" in said
    assert "PayPal received 24 Nov 2026" in said
    assert "Credit note SH-1004-R1 · in Xero" in said
    assert "by version 1 of the mapping, saved 24 Nov 2026 by Alice" in said
    assert "product goes to account 200" in said
    assert "Accounts receivable £29.97 200 Sales £24.97 Tax £5.00" in said
    assert "Refund · SH-1004-R1 · in Xero" in said
    assert "Posting was switched on 24 Nov 2026" in said and "Read for Setup 24 Nov 2026" in said
    short_code = live.organisation.short_code
    invoice_id = live.organisation.document("SH-1004").document_id
    assert (
        f'href="https://go.xero.com/organisationlogin/default.aspx?shortcode={short_code}&amp;redirecturl='
        f'/AccountsReceivable/View.aspx?InvoiceID={invoice_id}"'
    ) in page.text
    order_id = row_of(live, "#1004").external_id.rpartition("/")[2]
    assert f'href="https://admin.shopify.com/store/alice/orders/{order_id}" target="_top"' in page.text


def test_what_is_held_says_why_and_is_tried_again_alone(alice: Opener, live: Stage) -> None:
    scenes.pay_by_unknown_gateway(live)
    path = path_of(live, "#1006")
    page = alice.open(path)
    assert "Payment gateway ‘klarna’ has no Xero account yet." in words(page.text)
    assert heading(page) == "#1006 Needs you"

    live.map({**load_case("a_vat_included").mapping, "gateways": {"klarna": "091"}})
    assert alice.post(f"{path}/retry").location == f"{path}?done=retried"
    live.work_off()

    said = words(alice.open(path).text)
    assert "All of it is in Xero." in said and "Tried again by a person" in said
    past = said.partition("Held")[2]
    assert "has no Xero account yet" in past and " until 24 Nov 2026" in past, "what was held stays to be seen"


def test_the_link_in_the_store_admin_opens_the_story_or_reads_the_order_first(alice: Opener, live: Stage) -> None:
    known = row_of(live, "#1002").external_id.rpartition("/")[2]
    fresh = live.shop.place_order([(scenes.MUG, 1)])
    fresh.pay("paypal")
    number = fresh.order.id.rpartition("/")[2]

    assert heading(alice.open("/activity/of", id=known)) == "#1002 In Xero"
    unread = alice.open("/activity/of", id=number)
    assert (heading(unread), "Read it now" in unread.text) == ("This order was not read yet", True)
    assert alice.post("/activity/of", data={"id": number}).status_code == 303
    assert "It is being read now" in words(alice.open("/activity/of", id=number).text)
    live.work_off()
    assert heading(alice.open("/activity/of", id=fresh.order.id)).startswith("#1006 In Xero")
    assert alice.open("/activity/of", id="x").status_code == 404


def test_reading_again_takes_what_no_webhook_told(alice: Opener, live: Stage) -> None:
    (unpaid,) = [one for one in live.shop.orders.values() if one.name == "#1005"]
    OrderHandle(live.shop, unpaid).pay("paypal")

    path = path_of(live, "#1005")
    assert alice.post(f"{path}/read").location == f"{path}?done=read"
    live.work_off()

    said = words(alice.open(path).text)
    assert "Read again for a person" in said and "Payment · SH-1005 · in Xero" in said


def test_bob_opens_no_story_of_alices(bob: Opener, alice: Opener, live: Stage) -> None:
    bob.open("/")
    for path in (path_of(live, "#1001"), "/activity/other/1", "/activity/999"):
        answer = bob.open(path)
        assert (answer.status_code, heading(answer)) == (404, "There is no such order here")
    for act in ("retry", "read", "skip", "take-back"):
        assert bob.post(f"{path_of(live, '#1001')}/{act}", data={"reason": "mine"}).status_code == 404
    assert bob.shop == BOB


def path_of(stage: Stage, name: str) -> str:
    """The address of the order's story."""
    return f"/activity/{row_of(stage, name).id}"


def row_of(stage: Stage, name: str) -> OrderFacts:
    """The order's row."""
    app: Flask = stage.app
    with app.app_context():
        return db.session.scalars(select(OrderFacts).where(OrderFacts.name == name)).one()
