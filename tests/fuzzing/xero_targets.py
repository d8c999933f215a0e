"""Fuzzed: what Xero says, and what is kept of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from embedded_app.accounting.chart_json import chart_from_json, chart_to_json
from embedded_app.accounting.documents import History
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.accounting.posting import post
from embedded_app.accounting.suggest import suggest
from embedded_app.xero import oauth
from embedded_app.xero.answers import read_answer
from embedded_app.xero.chart import read_about, read_chart
from embedded_app.xero.encoding import decode
from embedded_app.xero.endpoints import ENDPOINTS
from embedded_app.xero.errors import XeroError
from embedded_app.xero.exchange import Bearer, Broken, NeverSent, Reply
from embedded_app.xero.exchange import exchange as call
from embedded_app.xero.lookup import Sought, find
from embedded_app.xero.outcomes import Posted, read_outcomes
from embedded_app.xero.paging import Walk
from tests.accounting.charts import UK
from tests.fuzzing import kept, seeds
from tests.fuzzing.answering import HOST, Said, Script, session_to
from tests.fuzzing.bodies import MAPPINGS, TENANT, XERO_TOKENS
from tests.fuzzing.drawing import Draw, body, said
from tests.fuzzing.target import target
from tests.hostile.test_any_reading import ORGANISATION, WRITTEN

LISTS = ("Accounts", "TaxRates", "Tracking", "Currencies")
NAMES = tuple(sorted(ENDPOINTS))


@target(lambda: (XERO_TOKENS, [TENANT]), head=3)
def xero_tokens(data: bytes) -> None:
    """Tokens and connections of Xero can be used, or are none."""
    draw = Draw(data)
    lists = draw.below(2)
    http = session_to(Script(said(draw, (XERO_TOKENS, [TENANT]))))
    try:
        if lists:
            for one in oauth.connections(http, api_url=f"https://{HOST}", access_token="a"):
                kept.fits("organisation", "tenant_id", one.tenant_id)
                kept.can_be_kept(one.tenant_name)
            return
        app = oauth.XeroApp(client_id="id", client_secret="secret", identity_url=f"https://{HOST}")
        pair = oauth.trade_code(http, app, code="c", redirect_uri="https://a", now=seeds.NOW)
        assert (pair.access_token + pair.refresh_token).isascii() and pair.access_expires_at > seeds.NOW
        kept.fits("grant", "xero_user_id", oauth.user_id_of(pair.access_token))
    except XeroError as refused:
        kept.can_be_kept(refused.sentence)


@target(lambda: (WRITTEN,), head=4)
def written(data: bytes) -> None:
    """An answer to a write is told element by element, or looked up."""
    draw = Draw(data)
    endpoint, names = ENDPOINTS[draw.one_of(NAMES)], ("SH-1001", "SH-1002") if draw.below(2) else ()
    try:
        outcomes = read_outcomes(endpoint, read_answer(endpoint, _reply(said(draw, (WRITTEN,)))), 2, names=names)
    except XeroError as refused:
        kept.can_be_kept(refused.sentence)
        return
    for one in outcomes:
        if isinstance(one, Posted):
            kept.fits("document", "xero_id", one.xero_id)
        else:
            kept.can_be_kept(one.sentence)


@target(lambda: (WRITTEN,), head=4)
def lists(data: bytes) -> None:
    """A page of a list ends it, goes on, or is asked for again; what is found in it has an id."""
    draw = Draw(data)
    endpoint, page = ENDPOINTS[draw.one_of(NAMES)], 1 + draw.below(2)
    walk = Walk(envelope="Invoices", id_field="InvoiceID", next_page=page)
    money, one = Decimal("24.93"), WRITTEN["Invoices"][0]["InvoiceID"]  # type: ignore[index]
    sought = Sought(name="SH-1001", contact="c" * 36, amount=money, document_id=one, allocation_id="x", invoice_id=one)
    try:
        found = find(endpoint, sought, walk.add(_reply(said(draw, (WRITTEN,)))))
    except XeroError as refused:
        kept.can_be_kept(refused.sentence)
        return
    kept.fits("document", "xero_id", found and found.xero_id)


@target(lambda: (ORGANISATION,))
def charts(data: bytes) -> None:
    """An organisation is understood, kept, and suggested from, or refused."""
    try:
        told = decode(body(Draw(data), (ORGANISATION,)))
        if not isinstance(told, dict):
            return
        about = read_about(told)
        chart = read_chart(told, *(_dicts(told.get(name)) for name in LISTS))
    except ValueError:
        return
    kept.fits("organisation", "base_currency", about.base_currency)
    kept.fits("organisation", "country", about.country)
    kept.fits("organisation", "plan", about.plan)
    kept.can_be_kept([about.name, about.short_code])
    stored = chart_to_json(chart)
    kept.can_be_kept(stored)
    assert chart_from_json(json.loads(json.dumps(stored))) == chart
    suggestion = suggest(chart, [one.step.order for one in seeds.decided()[:4]], contact="c")
    kept.can_be_kept(suggestion.document)
    check(parse_mapping(MAPPINGS[0], version=1), chart)


@target(lambda: MAPPINGS)
def mappings(data: bytes) -> None:
    """A mapping document is read and checked, or refused in sentences."""
    try:
        document = json.loads(body(Draw(data), MAPPINGS))
    except (ValueError, RecursionError):
        return
    # It is read from the database, which keeps no such text.
    if not isinstance(document, dict) or not kept.is_text(json.dumps(document, ensure_ascii=False)):
        return
    try:
        mapping = parse_mapping(document, version=1)
    except MappingError as refused:
        assert refused.problems
        return
    check(mapping, UK, ("GBP", "EUR"), shop_currency="GBP")
    by = seeds.decided()[0]
    kept.decision_can_be_kept(post(by.group, [by.step.order], mapping, History(), by.step.books), History())


@target(lambda: (WRITTEN,), head=2)
def encodings(data: bytes) -> None:
    """However an answer is packed and whatever headers it has, it is read, or broken, in little memory."""
    answer = said(Draw(data), (WRITTEN,))
    nothing = {"headers": {}, "timeout": (1.0, 1.0)}
    try:
        call(session_to(Script(answer)), "GET", f"https://{HOST}/", auth=Bearer("a"), **nothing)
    except (Broken, NeverSent):
        return


def _reply(answer: Said) -> Reply:
    """As the client has it, what cannot be unpacked is no answer at all."""
    nothing = {"headers": {}, "timeout": (1.0, 1.0)}
    try:
        return call(session_to(Script(answer)), "GET", f"https://{HOST}/", auth=Bearer("a"), **nothing)
    except (Broken, NeverSent):
        return Reply(status=503, headers={}, body=b"")


def _dicts(listed: Any) -> list[dict[str, Any]]:
    """As the client reads lists: one of anything but objects is refused before."""
    return listed if isinstance(listed, list) and all(isinstance(one, dict) for one in listed) else []
