"""Both sandboxes over HTTP, under the test's own clock: fixtures for every room, by way of tests/conftest.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.sandbox.serving import RunningServer, serve
from embedded_app.sandbox.shopify import create_shopify
from embedded_app.sandbox.shopify.world import App, World
from embedded_app.sandbox.xero import create_xero
from embedded_app.sandbox.xero.books import Books

__all__ = ["at_the_sandboxes", "books", "shopify", "world", "xero"]


@pytest.fixture
def books(clock: Clock) -> Books:
    """Xero's whole state; its minute stands still with the clock, so its limits are off unless a test wants them."""
    books = Books(clock, seed=1)
    books.limits.enabled = False
    return books


@pytest.fixture
def world(environ: dict[str, str], clock: Clock) -> World:
    """All stores; the app is known in them under the environment's own key and secret."""
    app = App(client_id=environ["SHOPIFY_API_KEY"], client_secret=environ["SHOPIFY_API_SECRET"])
    return World(clock=clock, app=app, limits=False)


@pytest.fixture
def xero(books: Books, clock: Clock) -> Iterator[RunningServer]:
    """The sandbox's Xero over HTTP."""
    server = serve(create_xero(books, clock=clock))
    yield server
    server.stop()


@pytest.fixture
def shopify(world: World, clock: Clock) -> Iterator[RunningServer]:
    """The sandbox's Shopify over HTTP, its admin included."""
    server = serve(create_shopify(world, clock=clock))
    yield server
    server.stop()


def at_the_sandboxes(config: Config, shopify: RunningServer, xero: RunningServer, books: Books) -> Config:
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
