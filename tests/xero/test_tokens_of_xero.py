"""Renewing tokens: what is new, what is over, and what is merely late."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from embedded_app.sandbox.xero.faults import FaultKind
from embedded_app.xero.client import XeroApi
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, RetryLater, XeroError
from embedded_app.xero.oauth import TokenPair, connections, refresh
from tests.xero.conftest import Marlow
from tests.xero.scripted import ScriptedServer, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def renew(http: requests.Session, url: str, token: str, secret: str = "sandbox-xero-secret") -> TokenPair:
    """A refresh by the sandbox's app."""
    return refresh(
        http, identity_url=url, client_id="sandbox-xero-app", client_secret=secret, refresh_token=token, now=NOW
    )


def test_a_refresh_gives_a_new_pair_that_works(marlow: Marlow, http: requests.Session) -> None:
    _, first = marlow.books.issue_tokens(marlow.user_id)

    pair = renew(http, marlow.url, first)

    assert pair.refresh_token != first
    assert pair.access_expires_at == NOW + timedelta(minutes=30)
    assert pair.refresh_expires_at == NOW + timedelta(days=60)
    tenant_id = marlow.organisation.tenant_id
    api = XeroApi(http, api_url=marlow.url, access_token=pair.access_token, tenant_id=tenant_id)
    assert api.organisation()["Name"] == marlow.organisation.name


def test_a_refresh_whose_answer_got_lost_is_done_again(marlow: Marlow, http: requests.Session) -> None:
    _, first = marlow.books.issue_tokens(marlow.user_id)
    renew(http, marlow.url, first)

    assert renew(http, marlow.url, first).access_token


def test_an_unknown_token_means_connecting_again(marlow: Marlow, http: requests.Session) -> None:
    with pytest.raises(NeedsReconnect, match="Connect Xero again"):
        renew(http, marlow.url, "never issued")


def test_a_wrong_secret_names_the_settings_to_check(marlow: Marlow, http: requests.Session) -> None:
    _, first = marlow.books.issue_tokens(marlow.user_id)

    with pytest.raises(NeedsMerchant, match="XERO_CLIENT_SECRET"):
        renew(http, marlow.url, first, secret="wrong")


def test_a_reset_during_a_refresh_is_no_revocation(marlow: Marlow, http: requests.Session) -> None:
    _, first = marlow.books.issue_tokens(marlow.user_id)
    marlow.books.faults.add(FaultKind.RESET, path="/connect/token")

    with pytest.raises(RetryLater):
        renew(http, marlow.url, first)

    assert renew(http, marlow.url, first).access_token


@pytest.mark.parametrize(
    ("scripted", "error"),
    [
        (answer(400, {"error": "invalid_grant"}), NeedsReconnect),
        (answer(401, {"error": "invalid_client"}), NeedsMerchant),
        (answer(400, {"error": "unauthorized_client"}), NeedsMerchant),
        (answer(400, {"error": "invalid_scope"}), NeedsMerchant),
        (answer(429, {}, Retry_After="9"), RetryLater),
        (answer(500, {}), RetryLater),
        (answer(503, b"offline", Content_Type="text/plain"), RetryLater),
        (answer(403, b"<html>", Content_Type="text/html"), RetryLater),
        (answer(302, b"", Location="/elsewhere"), RetryLater),
        (answer(200, {}), RetryLater),
        (answer(200, {"access_token": "secret-access"}), RetryLater),
        (answer(200, b"<html>", Content_Type="text/html"), RetryLater),
        (answer(200, []), RetryLater),
    ],
)
def test_only_xeros_own_word_ends_a_connection(http: requests.Session, scripted: bytes, error: type[XeroError]) -> None:
    with ScriptedServer((scripted,)) as server, pytest.raises(error) as raised:
        renew(http, server.url, "secret-refresh")

    assert raised.type is error
    assert "secret" not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"


def test_the_token_goes_into_the_body_and_the_secret_into_basic_authorisation(http: requests.Session) -> None:
    pair = {"access_token": "a", "refresh_token": "r", "expires_in": 1800}
    with ScriptedServer((answer(200, pair),)) as server:
        renew(http, server.url, "old&token")

    request = server.requests[0].decode()
    assert request.startswith("POST /connect/token HTTP/1.1\r\n")
    assert "Authorization: Basic c2FuZGJveC14ZXJvLWFwcDpzYW5kYm94LXhlcm8tc2VjcmV0\r\n" in request
    assert request.endswith("\r\n\r\ngrant_type=refresh_token&refresh_token=old%26token")


@pytest.mark.parametrize("expires_in", [None, "1800", 0, 10**9])
def test_an_absurd_expiry_is_taken_as_thirty_minutes(http: requests.Session, expires_in: Any) -> None:
    pair = {"access_token": "a", "refresh_token": "r", "expires_in": expires_in}
    with ScriptedServer((answer(200, pair),)) as server:
        renewed = renew(http, server.url, "old")

    assert renewed.access_expires_at == NOW + timedelta(minutes=30)


def test_tokens_do_not_show_in_a_pair_that_is_printed() -> None:
    pair = TokenPair(
        access_token="secret-access", refresh_token="secret-refresh", access_expires_at=NOW, refresh_expires_at=NOW
    )

    assert "secret" not in repr(pair)


def test_it_lists_the_organisations_a_user_connected(marlow: Marlow, http: requests.Session) -> None:
    access_token, _ = marlow.books.issue_tokens(marlow.user_id)

    (connection,) = connections(http, api_url=marlow.url, access_token=access_token)

    assert connection.tenant_id == marlow.organisation.tenant_id
    assert (connection.tenant_type, connection.tenant_name) == ("ORGANISATION", marlow.organisation.name)


def test_a_stale_token_cannot_list_them(marlow: Marlow, http: requests.Session) -> None:
    with pytest.raises(NeedsReconnect):
        connections(http, api_url=marlow.url, access_token="stale")
