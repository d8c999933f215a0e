"""Whatever stands in an answer is read as what it says, or refused by an error that says what happens next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.accounting.chart_json import chart_to_json
from embedded_app.accounting.facts import to_facts
from embedded_app.accounting.order import Order
from embedded_app.channels.contract import StoreAccess, TokenPair
from embedded_app.channels.errors import ChannelError
from embedded_app.channels.shopify.changed_orders import changed_orders
from embedded_app.channels.shopify.install import exchange, refresh
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.outgoing import Outgoing
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.xero.identity import ACCESS_LIFE
from embedded_app.xero import oauth
from embedded_app.xero.answers import read_answer
from embedded_app.xero.chart import read_about, read_chart
from embedded_app.xero.encoding import decode
from embedded_app.xero.endpoints import ENDPOINTS
from embedded_app.xero.errors import XeroError
from embedded_app.xero.exchange import Reply
from embedded_app.xero.lookup import Sought, find
from embedded_app.xero.outcomes import Posted, read_outcomes
from embedded_app.xero.paging import Walk
from embedded_app.xero.values import amount
from tests.channels.shopify_bodies import mugs_by_post
from tests.hostile.amounts import CALLS
from tests.hostile.odd import WIRES, Change, changed, changes
from tests.hostile.twisting import Canned
from tests.properties.profile import played

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ID = "gid://shopify/Order/5001"
MADE = changes()
ANY_WIRE = st.one_of(st.none(), st.none(), st.sampled_from(WIRES))


@pytest.fixture(scope="module")
def canned() -> Iterator[Canned]:
    """A platform that answers every call alike, over HTTP."""
    answering = Canned()
    server = serve(answering)
    answering.url = server.url
    yield answering
    server.stop()


@pytest.fixture(scope="module")
def http() -> Iterator[requests.Session]:
    """A session as production makes it."""
    with Outgoing() as session:
        yield session


@pytest.fixture(scope="module")
def access(canned: Canned) -> StoreAccess:
    """Access to that platform as to a store."""
    return StoreAccess(
        domain="alice.myshopify.com", origin=canned.url, access_token="shpat_alice", api_version="2026-10"
    )


@played("orders read", CALLS)
@given(made=MADE, wire=ANY_WIRE)
def test_any_order_is_read_held_or_asked_for_again(
    canned: Canned, http: requests.Session, access: StoreAccess, made: list[Change], wire: Any
) -> None:
    cost = {"requestedQueryCost": 386, "throttleStatus": {"currentlyAvailable": 900.5, "restoreRate": 100}}
    data = {"shop": {"ianaTimezone": "Europe/London"}, "nodes": [mugs_by_post()], "order": mugs_by_post()}
    canned.say({"data": data, "errors": [], "extensions": {"cost": cost}}, made, wire)
    try:
        answer = read_orders(http, access, [ID]).orders[ID]
    except ChannelError as refused:
        assert len(refused.sentence) > 20
        return
    if isinstance(answer, Order):
        kept = json.dumps(to_facts(answer), default=str)
        assert "\\u0000" not in kept and "\\ud8" not in kept, "the database refuses them"
        assert all(amount(tender.amount) is not None for tender in answer.tenders)
    else:
        assert answer.sentence.isprintable() and len(answer.sentence) > 20


@played("errors of a store", CALLS)
@given(made=MADE)
def test_any_error_of_a_store_says_what_happens_next(
    canned: Canned, http: requests.Session, access: StoreAccess, made: list[Change]
) -> None:
    cost = {"requestedQueryCost": 386, "throttleStatus": {"currentlyAvailable": 9, "restoreRate": 100}}
    error = {"message": "m", "path": ["nodes", 0, "product"], "extensions": {"code": "ACCESS_DENIED"}}
    throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    canned.say({"data": {"orders": None}, "errors": [error, throttled], "extensions": {"cost": cost}}, made)

    with pytest.raises(ChannelError):
        changed_orders(http, access, since=NOW, go_on=None)


@played("tokens of a store", CALLS)
@given(made=MADE, wire=ANY_WIRE, first=st.booleans())
def test_any_token_answer_of_a_store_gives_tokens_that_can_be_sent(
    canned: Canned, http: requests.Session, made: list[Change], wire: Any, first: bool
) -> None:
    told = {
        "access_token": "shpat_1",
        "expires_in": 3600,
        "refresh_token": "shprt_1",
        "refresh_token_expires_in": 7_776_000,
        "scope": "read_orders,read_products",
        "associated_user": None,
    }
    canned.say(told, made, wire)
    try:
        pair = exchange(http, canned.url, "id", "secret", "t", NOW).tokens if first else _refreshed(http, canned)
    except ChannelError as refused:
        assert len(refused.sentence) > 20
        return
    assert pair.access_token.isascii() and pair.access_token.isprintable()
    assert pair.access_expires_at > NOW


def _refreshed(http: requests.Session, canned: Canned) -> TokenPair:
    return refresh(http, canned.url, "id", "secret", "shprt_0", NOW)


@played("tokens of Xero", CALLS)
@given(made=MADE, wire=ANY_WIRE)
def test_any_token_answer_of_xero_gives_tokens_that_can_be_sent(
    canned: Canned, http: requests.Session, made: list[Change], wire: Any
) -> None:
    app = oauth.XeroApp(client_id="id", client_secret="secret", identity_url=canned.url)
    told = {"access_token": "a.eyJ4ZXJvX3VzZXJpZCI6IjEifQ.c", "refresh_token": "r", "expires_in": 1800, "error": None}
    canned.say(told, made, wire)
    try:
        pair = oauth.trade_code(http, app, code="c", redirect_uri="http://localhost/x", now=NOW)
        assert NOW < pair.access_expires_at <= NOW + 48 * ACCESS_LIFE
        assert (pair.access_token + pair.refresh_token).isascii()
        assert oauth.user_id_of(pair.access_token).isprintable()
    except XeroError as refused:
        assert len(refused.sentence) > 20


@played("connections of Xero", CALLS)
@given(made=MADE, wire=ANY_WIRE)
def test_any_list_of_connections_offers_only_what_can_be_asked(
    canned: Canned, http: requests.Session, made: list[Change], wire: Any
) -> None:
    one = {"id": "c" * 36, "tenantId": "t" * 36, "tenantType": "ORGANISATION", "tenantName": "Marlow"}
    canned.say([one, {**one, "id": "d" * 36}], made, wire)
    try:
        found = oauth.connections(http, api_url=canned.url, access_token="a")
    except XeroError as refused:
        assert len(refused.sentence) > 20
        return
    assert all(len(one.tenant_id) <= 36 and one.tenant_name.isprintable() for one in found)


WRITTEN = {
    "Id": "1",
    "Status": "OK",
    "Invoices": [
        {
            "InvoiceID": f"{number}" * 8 + "-0000-4000-8000-000000000000",
            "InvoiceNumber": f"SH-100{number}",
            "Type": "ACCREC",
            "Contact": {"ContactID": "c" * 36, "ValidationErrors": []},
            "Status": "AUTHORISED",
            "Total": 24.93,
            "TotalTax": 4.16,
            "StatusAttributeString": "OK",
            "Allocations": [{"AllocationID": "a" * 36, "Amount": 1.0, "Invoice": {"InvoiceID": "i" * 36}}],
            "LineItems": [{"Description": "Mug (SH-1001)", "ValidationErrors": [{"Message": "odd"}] * (number - 1)}],
        }
        for number in (1, 2)
    ],
    "pagination": {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 2},
    "Message": "A validation exception occurred",
}


def _reply(made: list[Change], wire: Any, *, status: int = 200) -> Reply:
    body = changed(WRITTEN, made)
    headers, body = wire.spoil(body) if wire else ({}, body)
    named = requests.structures.CaseInsensitiveDict({"Content-Type": "application/json", **headers})
    return Reply(status=wire.status if wire and wire.status else status, headers=named, body=body)


@played("answers to writes", CALLS)
@given(made=MADE, wire=ANY_WIRE, status=st.sampled_from((200, 200, 400)), name=st.sampled_from(sorted(ENDPOINTS)))
def test_any_answer_to_a_write_is_told_element_by_element_or_looked_up(
    made: list[Change], wire: Any, status: int, name: str
) -> None:
    endpoint = ENDPOINTS[name]
    try:
        outcomes = read_outcomes(endpoint, read_answer(endpoint, _reply(made, wire, status=status)), 2)
    except XeroError as refused:
        assert len(refused.sentence) > 20
        return
    for one in outcomes:
        if isinstance(one, Posted):
            assert one.xero_id is None or len(one.xero_id) <= 36
        else:
            assert one.sentence.isprintable()


@played("lists", CALLS)
@given(made=MADE, wire=ANY_WIRE, name=st.sampled_from(sorted(ENDPOINTS)))
def test_any_page_of_a_list_ends_goes_on_or_is_asked_for_again(made: list[Change], wire: Any, name: str) -> None:
    endpoint = ENDPOINTS[name]
    walk = Walk(envelope="Invoices", id_field="InvoiceID")
    sought = Sought(name="SH-1001", contact="c" * 36, amount=amount("24.93"), document_id="i" * 36, allocation_id="x")
    try:
        found = find(endpoint, sought, walk.add(_reply(made, wire)))
    except XeroError as refused:
        assert len(refused.sentence) > 20
        return
    assert found is None or found.xero_id is None or len(found.xero_id) <= 36


ORGANISATION = {
    "Name": "Marlow & Finch Ltd",
    "ShortCode": "!abc",
    "BaseCurrency": "GBP",
    "CountryCode": "GB",
    "Class": "STANDARD",
    "PeriodLockDate": "/Date(1793404800000+0000)/",
    "EndOfYearLockDate": None,
    "Accounts": [{"AccountID": "A" * 36, "Code": "200", "Name": "Sales", "Type": "REVENUE", "Class": "REVENUE"}],
    "TaxRates": [{"TaxType": "OUTPUT2", "Name": "20%", "EffectiveRate": 20.0, "CanApplyToRevenue": True}],
    "Tracking": [{"Name": "Channel", "Status": "ACTIVE", "Options": [{"Name": "Shop", "Status": "ACTIVE"}]}],
    "Currencies": [{"Code": "GBP"}, {"Code": "EUR"}],
}


@played("organisations", CALLS)
@given(made=MADE)
def test_any_organisation_is_understood_or_refused(made: list[Change]) -> None:
    try:
        told = decode(changed(ORGANISATION, made))
        about = read_about(told)
        chart = read_chart(
            told, *(_dicts(told.get(name)) for name in ("Accounts", "TaxRates", "Tracking", "Currencies"))
        )
    except ValueError:
        return
    assert "\\u0000" not in json.dumps(chart_to_json(chart)) and "\x00" not in about.name
    assert len(about.base_currency) == 3 and len(about.country or "GB") == 2 and len(about.plan or "") <= 32


def _dicts(listed: Any) -> list[dict[str, Any]]:
    """As the client reads lists: one of anything but objects is refused before."""
    return listed if isinstance(listed, list) and all(isinstance(one, dict) for one in listed) else []
