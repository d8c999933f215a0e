"""Preview: any order as it would be posted, and nothing written by looking."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import heading, set_the_scene, words
from tests.whole.stage import Stage

ROWS = ("order_facts", "document", "settlement", "dispatch", "posting_group", "delivery", "hold", "day_sales")


@pytest.fixture
def stage(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store, all of Setup answered, posting off."""
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation)
    scenes.answer(stage)
    return stage


def counts(stage: Stage) -> list[int]:
    """How many rows there are of everything that posting writes."""

    def count(stage: Stage, store: Store) -> list[int]:
        return [db.session.scalars(text(f"SELECT count(*) FROM {name}")).one() for name in ROWS]

    return list(scenes.in_app(stage, count))


def test_an_order_is_shown_as_documents_and_as_double_entry_with_the_reasons(alice: Opener, stage: Stage) -> None:
    page = alice.open("/preview", order="#1004")
    said = words(page.text)

    assert heading(page) == "Preview of #1004"
    assert "Invoice SH-1004" in said
    assert "Credit note SH-1004-R1" in said
    assert "3 × Mug 200 Sales 20% (VAT on Income) £5.00 £29.97" in said
    assert "Accounts receivable £29.97 200 Sales £24.97 Tax £5.00" in said
    assert "product goes to account 200" in said
    assert stage.organisation.records.documents == {}


def test_looking_writes_nothing_and_an_order_we_never_read_is_found_in_the_store(alice: Opener, stage: Stage) -> None:
    order = stage.shop.place_order([(Product(title="Vase", price=Decimal("20.00")), 1)])
    before = counts(stage)

    said = words(alice.open("/preview", order=order.name.removeprefix("#")).text)

    assert f"Invoice SH-{order.name.removeprefix('#')}" in said
    assert "Vase" in said
    assert counts(stage) == before


def test_an_order_that_is_posted_is_shown_as_it_was_posted(alice: Opener, stage: Stage) -> None:
    scenes.switch_on(stage)
    before = counts(stage)

    said = words(alice.open("/preview", order="1001").text)

    assert "Everything of this order has been decided; this is what was posted." in said
    assert "Invoice SH-1001 · in Xero" in said
    assert counts(stage) == before


def test_what_would_be_held_says_why(alice: Opener, stage: Stage) -> None:
    order = stage.shop.place_order([(scenes.MUG, 1)])
    order.pay("klarna")

    said = words(alice.open("/preview", order=order.name).text)

    assert "Payment gateway ‘klarna’ has no Xero account yet." in said
    assert "Invoice" not in said


def test_an_order_that_is_not_there_is_said_so(alice: Opener, stage: Stage) -> None:
    answer = alice.open("/preview", order="'); DROP")

    assert answer.status_code == 404
    assert "The store has no order" in words(answer.text)


def test_without_a_name_the_last_orders_are_listed(alice: Opener, stage: Stage) -> None:
    said = words(alice.open("/preview").text)

    assert said.index("#1005") < said.index("#1001")
    assert "#1004 24 Nov 2026 £19.98" in said


def test_before_setup_it_says_what_is_missing(alice: Opener, world: World) -> None:
    assert "A preview needs to know the accounts and taxes first." in words(alice.open("/preview", order="1").text)


def test_bob_never_sees_an_order_of_alices(alice: Opener, bob: Opener, stage: Stage) -> None:
    said = bob.open("/preview", order="#1004")

    assert "SH-1004" not in said.text
    assert "Mug" not in said.text
