"""What is sent is short: compressed where the browser takes it, and never sent again while it is the same."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import set_the_scene

TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}
MOST_BYTES = 100_000


def test_a_page_with_all_it_loads_weighs_less_than_a_hundred_kilobytes(
    alice: Opener, world: World, books: Books
) -> None:
    stage = set_the_scene(alice, world.shop(ALICE), books, books.open_organisation(UK, books.new_id(), connected=False))
    scenes.answer(stage)
    page = alice.fetch("/setup/accounts", headers=TAKES_GZIP)
    plain = alice.fetch("/setup/accounts")

    assert page.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(page.data) == plain.data
    assert "Accept-Encoding" in page.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
    parts = [part for part in plain.text.split('"') if part.startswith("/static/")]
    weight = len(page.data)
    for one in parts:
        with alice.client.get(one, headers=TAKES_GZIP) as part:
            weight += len(part.data)
    assert len(parts) >= 5 and weight < MOST_BYTES


def test_a_file_that_the_browser_has_is_not_sent_again(app: Flask) -> None:
    path, client = "/static/crossfoot.css", app.test_client()

    with client.get(path, headers=TAKES_GZIP) as first:
        has = {"If-None-Match": first.headers["ETag"]}
        assert first.headers["Content-Encoding"] == "gzip"
    with client.get(path, headers=TAKES_GZIP | has) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/healthz", "/activity/orders.csv"])
def test_what_is_short_or_streamed_leaves_as_it_is(alice: Opener, path: str) -> None:
    assert "Content-Encoding" not in alice.fetch(path, headers=TAKES_GZIP).headers
