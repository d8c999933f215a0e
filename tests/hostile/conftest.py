"""The whole way with both sandboxes twisted: each example has a shop and books of its own in one app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.shopify import create_shopify
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import create_xero
from embedded_app.sandbox.xero.books import Books
from tests.golden import load_case
from tests.hostile.twisting import Twisted
from tests.sandboxes import at_the_sandboxes
from tests.whole.stage import Stage, set_the_stage


@dataclass
class Theatre:
    """Stages, one after the other, on the same app and sandboxes."""

    app: Flask
    clock: SetClock
    url: str
    world: World
    books: Books
    store: Twisted
    xero: Twisted
    stages: list[Stage] = field(default_factory=list)

    def stage(self) -> Stage:
        """A new merchant's, mapped and switched on; those before are left alone from now on."""
        self.store.twist = self.xero.twist = None
        with self.app.app_context():
            for table in ("store", "organisation"):
                db.session.execute(text(f"UPDATE {table} SET paused = 'This example is over.'"))
            db.session.execute(text("DELETE FROM procrastinate_jobs"))
            db.session.commit()
        number = len(self.stages) + 1
        shop = self.world.shop(f"shop-{number}.myshopify.com")
        stage = set_the_stage(self.app, self.clock, self.url, shop, self.books, prefix="SH-")
        stage.map(load_case("a_vat_included").mapping)
        stage.switch(on=True)
        self.stages.append(stage)
        return stage


@pytest.fixture
def twisted_store(world: World, clock: SetClock) -> Twisted:
    """The sandbox's Shopify, which says what a test wants of it."""
    return Twisted(create_shopify(world, clock=clock))


@pytest.fixture
def twisted_xero(books: Books, clock: SetClock) -> Twisted:
    """The sandbox's Xero, likewise."""
    return Twisted(create_xero(books, clock=clock))


@pytest.fixture
def config(config: Config, twisted_store: Twisted, twisted_xero: Twisted, books: Books) -> Iterator[Config]:
    """The settings, pointing at the twisted sandboxes."""
    servers = serve(twisted_store), serve(twisted_xero)
    yield at_the_sandboxes(config, *servers, books)
    for server in servers:
        server.stop()


@pytest.fixture
def theatre(
    app: Flask, clock: SetClock, world: World, books: Books, twisted_store: Twisted, twisted_xero: Twisted
) -> Iterator[Theatre]:
    """Nobody is on stage yet."""
    server = serve(app)
    yield Theatre(
        app=app, clock=clock, url=server.url, world=world, books=books, store=twisted_store, xero=twisted_xero
    )
    server.stop()


@pytest.fixture
def alone(theatre: Theatre) -> Stage:
    """One merchant, for all examples."""
    return theatre.stage()
