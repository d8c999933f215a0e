"""The app's pages between the sandboxes: a Xero without any connection, a Shopify where Alice and Bob have the app."""

from __future__ import annotations

import pytest
from flask import Flask

from embedded_app.config import Config
from embedded_app.sandbox.serving import RunningServer
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from tests.sandboxes import at_the_sandboxes
from tests.web.opening import ALICE, BOB, Opener


@pytest.fixture
def world(world: World) -> World:
    """All stores; Alice and Bob installed the app, and neither has opened it yet."""
    for shop in (ALICE, BOB):
        world.shop(shop).installation.install()
    return world


@pytest.fixture
def config(config: Config, shopify: RunningServer, xero: RunningServer, books: Books) -> Config:
    """The settings, pointing at the sandboxes."""
    return at_the_sandboxes(config, shopify, xero, books)


@pytest.fixture
def alice(app: Flask) -> Opener:
    """Alice, in her store's admin."""
    return Opener(app)


@pytest.fixture
def bob(app: Flask) -> Opener:
    """Bob, in his."""
    return Opener(app, shop=BOB, user_id="20002")
