"""The sandbox's consent page, and the code it sends back."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.xero_caller import XeroCaller

BACK = "https://crossfoot.example/xero/callback"
SCOPES = "offline_access accounting.invoices"


def authorise(xero: XeroCaller, **changes: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": xero.books.identity.client_id,
        "redirect_uri": BACK,
        "scope": SCOPES,
        "state": "the state",
        **changes,
    }
    return requests.Request("GET", f"{xero.url}/identity/connect/authorize", params=asked).prepare().url or ""


def answer(xero: XeroCaller, address: str, click: str = "allow") -> dict[str, list[str]]:
    form = {"organisation": f"{xero.user_id} {xero.organisation.tenant_id}", "answer": click}
    sent = xero.http.post(address, data=form, timeout=30, allow_redirects=False)
    return parse_qs(urlsplit(sent.headers["Location"]).query)


def trade(xero: XeroCaller, code: str, redirect_uri: str = BACK) -> requests.Response:
    identity = xero.books.identity
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    auth = (identity.client_id, identity.client_secret)
    return xero.http.post(f"{xero.url}/connect/token", data=form, auth=auth, timeout=30)


def test_it_shows_the_organisations_and_what_is_asked_for(xero: XeroCaller) -> None:
    page = xero.http.get(authorise(xero), timeout=30).text

    assert escape(xero.organisation.name) in page
    assert "accounting.invoices" in page


def test_allowing_gives_a_code_for_tokens_of_those_scopes(xero: XeroCaller) -> None:
    told = answer(xero, authorise(xero))
    tokens = trade(xero, told["code"][0]).json()

    assert told["state"] == ["the state"]
    assert (tokens["scope"], tokens["expires_in"]) == (SCOPES, 1800)
    assert xero.books.identity.bearer(f"Bearer {tokens['access_token']}", xero.clock.now()) is not None


def test_cancelling_gives_an_error_and_the_state(xero: XeroCaller) -> None:
    assert answer(xero, authorise(xero), "cancel") == {"error": ["access_denied"], "state": ["the state"]}


def test_a_code_is_good_once_for_five_minutes_and_for_one_address(xero: XeroCaller) -> None:
    used = answer(xero, authorise(xero))["code"][0]
    assert trade(xero, used).status_code == 200
    assert trade(xero, used).json() == {"error": "invalid_grant"}
    elsewhere = answer(xero, authorise(xero))["code"][0]
    assert trade(xero, elsewhere, "https://other.example/").json() == {"error": "invalid_grant"}

    late = answer(xero, authorise(xero))["code"][0]
    xero.clock.advance(300)

    assert trade(xero, late).json() == {"error": "invalid_grant"}


def test_a_broad_scope_is_refused_as_for_every_app_made_since_march_2026(xero: XeroCaller) -> None:
    assert answer(xero, authorise(xero, scope="offline_access accounting.transactions"))["error"] == ["invalid_scope"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://127.0.0.1:8000/xero/callback"},
        {"redirect_uri": "http://crossfoot.example/xero/callback"},
        {"state": ""},
        {"client_id": "another"},
    ],
)
def test_it_sends_nobody_back_to_where_xero_would_not(xero: XeroCaller, changes: dict[str, str]) -> None:
    assert xero.http.get(authorise(xero, **changes), timeout=30, allow_redirects=False).status_code == 400


def test_only_a_registered_address_is_gone_back_to_where_some_are(xero: XeroCaller) -> None:
    xero.books.identity.redirect_uris = {"https://other.example/xero/callback"}

    assert xero.http.get(authorise(xero), timeout=30, allow_redirects=False).status_code == 400


def test_revoking_ends_the_users_tokens_and_connections(xero: XeroCaller) -> None:
    identity = xero.books.identity
    tokens = trade(xero, answer(xero, authorise(xero))["code"][0]).json()

    sent = xero.http.post(
        f"{xero.url}/connect/revocation",
        data={"token": tokens["refresh_token"]},
        auth=(identity.client_id, identity.client_secret),
        timeout=30,
    )

    assert sent.status_code == 200
    assert identity.connections_of(xero.user_id) == []
    assert identity.bearer(f"Bearer {tokens['access_token']}", xero.clock.now()) is None
