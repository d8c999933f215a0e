"""The app's pages between the sandboxes: a Xero without any connection, a Shopify where Alice and Bob have the app."""

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
from embedded_app.sandbox.xero import Books, create_xero
from tests.web.opening import ALICE, BOB, Opener


@pytest.fixture
def world(environ: dict[str, str], clock: SetClock) -> World:
    """All stores; both installed the app, and neither has opened it yet."""
    app = App(client_id=environ["SHOPIFY_API_KEY"], client_secret=environ["SHOPIFY_API_SECRET"])
    world = World(clock=clock, app=app, limits=False)
    for shop in (ALICE, BOB):
        world.shop(shop).installation.install()
    return world


@pytest.fixture
def shopify(world: World, clock: SetClock) -> Iterator[RunningServer]:
    """The sandbox's Shopify over HTTP."""
    server = serve(create_shopify(world, clock=clock))
    yield server
    server.stop()


@pytest.fixture
def books(clock: SetClock) -> Books:
    """Xero's whole state, without limits: its minute stands still with the clock."""
    books = Books(clock, seed=1)
    books.limits.enabled = False
    return books


@pytest.fixture
def xero(books: Books, clock: SetClock) -> Iterator[RunningServer]:
    """The sandbox's Xero over HTTP."""
    server = serve(create_xero(books, clock=clock))
    yield server
    server.stop()


@pytest.fixture
def config(config: Config, shopify: RunningServer, xero: RunningServer, books: Books) -> Config:
    """The settings, pointing at the sandboxes."""
    return dataclasses.replace(
        config,
        shopify_admin_origin=f"{shopify.url}/{{shop}}",
        xero_api_url=xero.url,
        xero_identity_url=xero.url,
        xero_login_url=xero.url,
        xero_client_id=books.identity.client_id,
        xero_client_secret=books.identity.client_secret,
    )


@pytest.fixture
def alice(app: Flask) -> Opener:
    """Alice, in her store's admin."""
    return Opener(app)


@pytest.fixture
def bob(app: Flask) -> Opener:
    """Bob, in his."""
    return Opener(app, shop=BOB, user_id="20002")
