"""A store opens the app: it gets its row and its tokens, together and at once."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import AuditEntry, Store, StoreGrant
from embedded_app.pipeline import installing
from embedded_app.sandbox.shopify.world import World
from tests.web.opening import ALICE, Opener

# A page that is nobody's business here: any admitted one will do.
PAGE = "/xero/refused"


def the_only_store(app: Flask) -> Store:
    with app.app_context():
        return db.session.scalars(select(Store)).one()


def test_a_first_opening_installs_the_store(app: Flask, alice: Opener, clock: SetClock) -> None:
    assert alice.open(PAGE).status_code == 200

    store = the_only_store(app)
    assert (store.external_id, store.posting, store.paused, store.prefix) == (ALICE, False, None, "SH-")
    with app.app_context():
        grant = db.session.get_one(StoreGrant, store.id)
        assert grant.access_expires_at == clock.now() + timedelta(hours=1)
        assert grant.refresh_expires_at == clock.now() + timedelta(days=90)
        assert "read_orders" in grant.scopes
        assert db.session.scalars(select(AuditEntry.actor)).all() == ["Shopify user 10001"]
        woken = db.session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY 1")).all()
        assert woken == ["catch_up", "gather", "upkeep"]


def test_a_second_opening_asks_shopify_for_nothing(app: Flask, alice: Opener, world: World) -> None:
    alice.open(PAGE)
    world.shop(ALICE).next_statuses = [503]

    assert alice.open(PAGE).status_code == 200
    assert alice.fetch(PAGE).status_code == 200
    assert world.shop(ALICE).next_statuses == [503]


def test_a_store_that_has_not_granted_the_app_is_told_so_and_nothing_is_kept(
    app: Flask, alice: Opener, world: World
) -> None:
    world.shop(ALICE).installation.installed = False

    answer = alice.open(PAGE)

    assert answer.status_code == 503
    with app.app_context():
        assert db.session.scalars(select(Store)).all() == []


@pytest.mark.parametrize("way", ["document", "fetch"])
def test_a_token_that_shopify_finds_too_old_is_asked_for_again(alice: Opener, clock: SetClock, way: str) -> None:
    token = alice.token()
    clock.advance(65)  # within our leeway, past Shopify's

    answer = alice.open(PAGE, token=token) if way == "document" else alice.fetch(PAGE, token=token)

    assert answer.status_code == (302 if way == "document" else 401)


def test_a_store_that_was_paused_for_want_of_access_goes_on_when_it_is_opened(app: Flask, alice: Opener) -> None:
    alice.open(PAGE)
    with app.app_context():
        store = db.session.scalars(select(Store)).one()
        store.paused = "Shopify no longer renews this store's access."
        db.session.commit()

    alice.open(PAGE)

    assert the_only_store(app).paused is None


def test_what_is_declared_and_not_granted_is_missing(app: Flask, alice: Opener, world: World) -> None:
    world.shop(ALICE).installation.granted = ("write_orders", "read_products")
    alice.open(PAGE)

    with app.app_context():
        missing = installing.missing_scopes(db.session(), db.session.scalars(select(Store)).one())

    assert "read_returns" in missing
    assert not missing & {"read_orders", "read_products"}
    assert "missing: gift card transactions, gift cards, locations, payment terms, returns" in alice.open("/").text


def test_a_page_says_nothing_of_scopes_that_are_all_granted(alice: Opener) -> None:
    assert "does not let Crossfoot see" not in alice.open("/").text


def test_the_scopes_we_look_for_are_those_we_declare() -> None:
    declared = tomllib.loads((Path(__file__).parents[2] / "shopify.app.toml").read_text(encoding="utf-8"))

    assert set(declared["access_scopes"]["scopes"].split(",")) == installing.SCOPES
