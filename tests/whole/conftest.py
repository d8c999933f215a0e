"""The whole way: both sandboxes and the app, served over HTTP on loopback, under one clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask

from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.sandbox.serving import RunningServer, serve
from embedded_app.sandbox.shopify import create_shopify
from embedded_app.sandbox.shopify.world import App, World
from embedded_app.sandbox.xero import create_xero
from embedded_app.sandbox.xero.books import Books
from tests.golden import load_case
from tests.whole.stage import Stage, set_the_stage


@pytest.fixture
def books(clock: SetClock) -> Books:
    """Xero's whole state; its minute stands still with the clock, so its limits are off unless a test wants them."""
    books = Books(clock, seed=1)
    books.limits.enabled = False
    return books


@pytest.fixture
def world(environ: dict[str, str], clock: SetClock) -> World:
    """All stores; the app is installed in them under the environment's own key and secret."""
    app = App(client_id=environ["SHOPIFY_API_KEY"], client_secret=environ["SHOPIFY_API_SECRET"])
    return World(clock=clock, app=app, limits=False)


@pytest.fixture
def xero(books: Books, clock: SetClock) -> Iterator[RunningServer]:
    """The sandbox's Xero over HTTP."""
    server = serve(create_xero(books, clock=clock))
    yield server
    server.stop()


@pytest.fixture
def shopify(world: World, clock: SetClock) -> Iterator[RunningServer]:
    """The sandbox's Shopify over HTTP."""
    server = serve(create_shopify(world, clock=clock))
    yield server
    server.stop()


@pytest.fixture
def config(config: Config, books: Books, xero: RunningServer, shopify: RunningServer) -> Config:
    """The settings, pointing at the sandboxes."""
    return dataclasses.replace(
        config,
        shopify_admin_origin=f"{shopify.url}/{{shop}}",
        xero_api_url=xero.url,
        xero_identity_url=xero.url,
        xero_client_id=books.identity.client_id,
        xero_client_secret=books.identity.client_secret,
    )


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
