"""Fuzzed: what people send, and whoever says they come back from Xero. There is no database: it is never asked."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from flask import Flask, request

from embedded_app import create_app
from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.pipeline.surveying import Survey
from embedded_app.web.setup_forms import READERS
from tests.accounting.charts import UK
from tests.fuzzing import kept, seeds
from tests.fuzzing.drawing import Draw, body
from tests.fuzzing.target import target
from tests.infra.test_config import COMPLETE

STEPS = tuple(READERS)
ANSWERS: dict[str, Any] = {
    "gateways": {"gateways": {"paypal": "090"}},
    "accounts": {"accounts": {"product": "200"}, "special": {}},
}
FORM = {
    "contact_name": "Online customers",
    "prefix": "SH-",
    "post_when": "placed",
    "accounts.product": "200",
    "gateways.shopify_payments": "090",
    "start_date": "2026-11-01",
    "special.before start": "200",
    "special.opening differences": "840",
    "balance.paypal": "1,200.50",
    "no_tax": "NONE",
    "elsewhere": "x",
    "confirmed": "1",
    "page": "1",
}
ASKED = {
    "state": "Im5vbmNlIg.c2lnbmF0dXJl",
    "code": "c",
    "error": "access_denied",
    "id_token": "a.b.c",
    "shop": "alice.myshopify.com",
    "host": "YWRtaW4",
    "embedded": "1",
    "locale": "de",
    "shopify-reload": "/activity?page=2",
}
# What each may answer to somebody unknown; 302: to the page that fetches a token.
ALLOWED = {"/xero/callback": (400,), "/": (200, 302, 400, 401), "/activity/": (302, 400, 401), "/reload": (200, 400)}
PATHS = tuple(ALLOWED)
HEADERS = ("Authorization", "Accept-Language", "Accept-Encoding", "HX-Request", "Cookie", "Host", "Accept")
LANGUAGES = ("en-GB", "de", "fr-CH", "ar", "hi")


@cache
def the_app() -> Flask:
    """The app; making it imports all that it is made of."""
    app = create_app(Config.from_environment(COMPLETE), clock=SetClock(seeds.NOW))
    app.testing = True  # an exception is no answer
    return app


@target(lambda: (ASKED,), head=3)
def addresses(data: bytes) -> None:
    """Whoever has no token of ours and no state that we signed is turned away, with whatever query and headers."""
    draw = Draw(data)
    path, how = draw.one_of(PATHS), draw.below(3)
    headers = {draw.one_of(HEADERS): draw.header() for _ in range(how)}
    if draw.below(2):
        query = quote_from_bytes(draw.rest(), safe="%=&;+")  # a server refuses all but ASCII before we see it
    else:
        query = urlencode(_texts(draw, ASKED))
    answer = the_app().test_client().get(path, headers=headers, environ_overrides={"QUERY_STRING": query})
    assert answer.status_code in ALLOWED[path], answer.text
    location = answer.headers.get("Location", "/reload")
    assert location.startswith("/") and not location.startswith(("//", "/\\"))


@target(lambda: (FORM,), head=2)
def forms(data: bytes) -> None:
    """A step of Setup is read, or its fields are told what is wrong with them."""
    draw = Draw(data)
    step, language = draw.one_of(STEPS), draw.one_of(LANGUAGES)
    form = _texts(draw, FORM)
    survey = Survey(orders=tuple(one.step.order for one in seeds.decided()[:4]), chart=UK)
    with the_app().test_request_context(method="POST", data=form, headers={"Accept-Language": language}):
        try:
            kept.can_be_kept(READERS[step](request.form, survey, ANSWERS))
        except NotSaved as refused:
            assert all(str(sentence) for sentence in refused.problems.values())


def _texts(draw: Draw, seed: dict[str, str]) -> dict[str, str]:
    """The fields of a form: what is no text cannot come in one, nor can half a character."""
    try:
        told = json.loads(body(draw, (seed,)))
    except (ValueError, RecursionError):
        return {}
    pairs = told.items() if isinstance(told, dict) else ()
    return {name: str(value).encode("utf-8", "replace").decode() for name, value in pairs}
