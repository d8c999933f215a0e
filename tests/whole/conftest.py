"""The whole way: both sandboxes and the app, served over HTTP on loopback, under one clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.sandbox.serving import RunningServer, serve
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.books import Books
from tests.golden import load_case
from tests.sandboxes import at_the_sandboxes
from tests.whole.stage import Stage, set_the_stage


@pytest.fixture
def config(config: Config, shopify: RunningServer, xero: RunningServer, books: Books) -> Config:
    """The settings, pointing at the sandboxes."""
    return at_the_sandboxes(config, shopify, xero, books)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """Where the app takes webhooks in."""
    server = serve(app)
    yield server.url
    server.stop()


@pytest.fixture
def unmapped(app: Flask, clock: SetClock, url: str, world: World, books: Books) -> Stage:
    """Alice's store and organisation, connected; nothing is mapped and posting is off."""
    return set_the_stage(app, clock, url, world.shop("alice.myshopify.com"), books)


@pytest.fixture
def alice(unmapped: Stage) -> Stage:
    """Alice's store with the mapping of the golden cases, switched on."""
    unmapped.map(load_case("a_vat_included").mapping)
    unmapped.switch(on=True)
    return unmapped
