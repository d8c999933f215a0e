"""An expiring access token is traded for a new pair."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from embedded_app.channels import CHANNELS, AccessLost, QueryRefused, StoreBusy, TokenPair
from tests.channels.scripted_store import Reply, ScriptedStore, in_turn, serving

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NEW_PAIR = {
    "access_token": "shpat_new",
    "scope": "read_orders",
    "expires_in": 3600,
    "refresh_token": "shprt_new",
    "refresh_token_expires_in": 7_776_000,
}


def refresh(store: ScriptedStore) -> TokenPair:
    with requests.Session() as http:
        return CHANNELS["shopify"].refresh(http, store.origin, "client", "hush", "shprt_old", NOW)


def refresh_answered_by(body: Any, status: int = 200) -> TokenPair:
    with serving(in_turn(Reply(body, status=status))) as store:
        return refresh(store)


def test_it_trades_the_refresh_token_for_a_new_pair() -> None:
    assert refresh_answered_by(NEW_PAIR) == TokenPair(
        access_token="shpat_new",
        access_expires_at=NOW + timedelta(hours=1),
        refresh_token="shprt_new",
        refresh_expires_at=NOW + timedelta(days=90),
    )


def test_it_asks_as_shopify_documents_it() -> None:
    paths = []
    with serving(lambda path, body: paths.append(path) or Reply(NEW_PAIR)) as store:
        refresh(store)

    assert paths == ["/admin/oauth/access_token"]
    assert store.asked == [
        {"client_id": "client", "client_secret": "hush", "grant_type": "refresh_token", "refresh_token": "shprt_old"}
    ]


@pytest.mark.parametrize(("status", "body"), [(400, {"error": "invalid_grant"}), (401, {}), (403, {}), (400, b"oops")])
def test_a_refused_refresh_asks_the_merchant_to_open_the_app(status: int, body: Any) -> None:
    with pytest.raises(AccessLost, match="open Crossfoot from the Shopify admin"):
        refresh_answered_by(body, status)


def test_a_wrong_client_secret_is_said_to_be_ours() -> None:
    with pytest.raises(AccessLost, match="SHOPIFY_API_SECRET"):
        refresh_answered_by({"error": "invalid_client"}, 401)


def test_a_busy_store_is_asked_again_later() -> None:
    with pytest.raises(StoreBusy):
        refresh_answered_by({}, 503)


@pytest.mark.parametrize("missing", ["access_token", "expires_in", "refresh_token"])
def test_half_a_pair_is_not_taken(missing: str) -> None:
    with pytest.raises(QueryRefused):
        refresh_answered_by({key: value for key, value in NEW_PAIR.items() if key != missing})


def test_tokens_are_not_shown_where_a_pair_is_printed() -> None:
    assert "shp" not in repr(refresh_answered_by(NEW_PAIR))


def test_a_page_instead_of_tokens_is_a_store_that_is_busy() -> None:
    with pytest.raises(StoreBusy):
        refresh_answered_by(b"<!DOCTYPE html><title>Down for maintenance</title>")
