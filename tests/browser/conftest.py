"""A real browser in a stand-in for the store admin: Debian's Chromium, driven by Playwright.

The app and both sandboxes are served by this process on loopback; the app is opened at "localhost" and the admin at
"127.0.0.1", so that the frame is another site's, as in real life. Without a browser these tests are skipped, unless
REQUIRE_BROWSER is set, as .ci/run does.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page, expect, sync_playwright

from embedded_app.clock import SystemClock
from embedded_app.config import Config
from embedded_app.sandbox.serving import RunningServer, serve
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.sandbox.xero.organisation import Organisation
from tests.sandboxes import at_the_sandboxes
from tests.whole.stage import Stage

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Only a page that never comes takes so long: a machine under load is no mistake of ours.
WAIT_MILLISECONDS = 60_000
expect.set_options(timeout=WAIT_MILLISECONDS)
SHOP = "alice.myshopify.com"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module's tests: while Playwright runs, this thread has its event loop and nobody else's."""
    found = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    if found is None:
        sentence = "No Chromium here: install it (on Debian: apt-get install chromium) to run the browser tests."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@dataclass(slots=True)
class Door:
    """Where the browser finds the app; it is served before there is one, so that the app can know its own address."""

    app: Flask | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        assert self.app is not None, "the app is opened before it was made"
        return self.app(environ, start_response)


@dataclass(slots=True)
class Admin:
    """Alice's store admin in the browser, and what goes on behind it.

    stage: the store and the books. complaints: what the browser found wrong: script errors, blocked scripts, 5xx.
    """

    page: Page
    address: str
    stage: Stage
    complaints: list[str] = field(default_factory=list)

    @property
    def frame(self) -> FrameLocator:
        """The app's page inside the admin."""
        return self.page.frame_locator("iframe[name=app-iframe]")

    def open(self, path: str = "") -> None:
        """Open the app in the admin at one of its paths, installed or not."""
        self.page.goto(f"{self.address}{path}")

    def work(self) -> None:
        """Run what the workers would, until nothing is owed; in a thread, for Playwright has this one's event loop."""
        thread = threading.Thread(target=self.stage.work)
        thread.start()
        thread.join()

    def deliver(self) -> None:
        """Send the webhooks the store owes, and let the workers work."""
        self.stage.deliver()
        self.work()


@pytest.fixture
def clock() -> SystemClock:
    """The machine's clock: a browser lives by it."""
    return SystemClock()


@pytest.fixture
def door() -> Door:
    """What serves the app."""
    return Door()


@pytest.fixture
def outside(door: Door) -> Iterator[RunningServer]:
    """The app over HTTP."""
    server = serve(door)
    yield server
    server.stop()


@pytest.fixture
def world(world: World, outside: RunningServer) -> World:
    """All stores; the app is to be installed in them, and is opened under another site's name."""
    world.app = dataclasses.replace(world.app, url=f"http://localhost:{outside.port}")
    return world


@pytest.fixture
def config(config: Config, books: Books, xero: RunningServer, shopify: RunningServer, world: World) -> Config:
    """The settings, pointing at the sandboxes."""
    return dataclasses.replace(
        at_the_sandboxes(config, shopify, xero, books),
        app_url=world.app.url,
        shopify_admin_url=shopify.url,
        shopify_app_bridge_url=f"{shopify.url}/app-bridge.js",
    )


@pytest.fixture
def shop(world: World) -> Shop:
    """Alice's store; nothing is installed in it."""
    return world.shop(SHOP, name="Alice's shop")


@pytest.fixture
def organisation(books: Books) -> Organisation:
    """Alice's organisation in Xero, which the app has not been let into."""
    company = dataclasses.replace(UK, name="Alice's Books Ltd")
    return books.open_organisation(company, books.new_id(), connected=False)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new window without a past, as wide as a laptop."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture
def admin(
    app: Flask, page: Page, shop: Shop, organisation: Organisation, books: Books, door: Door, shopify: RunningServer
) -> Iterator[Admin]:
    """Alice before her admin. At the end the browser must have had nothing to complain of."""
    door.app = app
    (user_id,) = books.members
    clock = app.extensions["crossfoot.clock"]
    app_url = app.extensions["crossfoot.config"].app_url
    stage = Stage(app, clock, app_url, shop, books, organisation, store_id=1, user_id=user_id)
    admin = Admin(page, f"{shopify.url}/store/alice/apps/crossfoot", stage)
    page.on("pageerror", lambda error: admin.complaints.append(str(error)))
    page.on("console", lambda told: _listen(admin, told))
    yield admin
    assert admin.complaints == []


def _listen(admin: Admin, told: ConsoleMessage) -> None:
    """Keep what the browser calls an error: failed requests, blocked scripts, exceptions. A double needs no icon."""
    if told.type == "error" and not told.location["url"].endswith("/favicon.ico"):
        admin.complaints.append(f"{told.text} ({told.location['url']})")
