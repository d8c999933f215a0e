"""What a page says: headings, fields and sentences, for tests that need no browser."""

from __future__ import annotations

import html
import re
from typing import Any

from werkzeug.test import TestResponse

from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.organisation import Organisation
from tests.web import scenes
from tests.web.opening import Opener
from tests.whole.stage import Stage


def set_the_scene(opener: Opener, shop: Shop, books: Books, organisation: Organisation, *, sold: bool = True) -> Stage:
    """The opener's store, opened once, with Xero connected and its orders read."""
    if sold:
        scenes.sell(shop)
    assert opener.open("/").status_code == 200
    user_id = next(user for user, tenants in books.members.items() if organisation.tenant_id in tenants)
    clock = opener.app.extensions["crossfoot.clock"]
    stage = Stage(opener.app, clock, "", shop, books, organisation, store_id=1, user_id=user_id)
    scenes.connect(stage)
    return stage


def heading(answer: TestResponse) -> str:
    """The page's first heading."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    assert found, answer.text
    return words(found[1])


def words(markup: str) -> str:
    """Text without tags, its spaces folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def form_of(answer: TestResponse) -> dict[str, Any]:
    """What the page's first form with a version sends if nothing is touched: every named field with its value."""
    form = next(part for part in re.findall(r"<form.*?</form>", answer.text, re.DOTALL) if 'name="version"' in part)
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") in ("radio", "checkbox") and not re.search(r"\bchecked\b", tag):
            continue
        fields[html.unescape(attributes["name"])] = html.unescape(attributes.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[html.unescape(name)] = html.unescape(chosen[1]) if chosen else ""
    return fields


def options_of(answer: TestResponse, name: str) -> list[str]:
    """The values that a select offers."""
    found = re.search(rf'<select name="{re.escape(name)}".*?>(.*?)</select>', answer.text, re.DOTALL)
    assert found, f"no select {name}"
    return [html.unescape(value) for value in re.findall(r'<option value="([^"]*)"', found[1]) if value]
