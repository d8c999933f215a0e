"""Access tokens of an installed store: offline tokens that expire within the hour, renewed by a refresh token.

Public apps must use expiring offline tokens (Shopify's "About offline access tokens"). Both tokens rotate; the used
refresh token stays valid until its replacement is used, so a pair lost in a crash can be asked for again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import requests

from embedded_app.channels.contract import TokenPair
from embedded_app.channels.errors import AccessLost, QueryRefused
from embedded_app.channels.shopify.transport import HttpAnswer, post_json, raise_for_status

TIMEOUT_SECONDS = 10.0
_REOPEN = "Shopify no longer renews this store's access; open Crossfoot from the Shopify admin to connect it again."


def refresh(
    http: requests.Session, origin: str, client_id: str, client_secret: str, refresh_token: str, now: datetime
) -> TokenPair:
    """Trade the refresh token for a new pair, whose ends are counted from `now` (the moment before the call).

    Raises AccessLost when Shopify will not renew (revoked, unused for 90 days, or our own secret is wrong), StoreBusy
    when it cannot now.
    """
    answer = post_json(
        http,
        f"{origin}/admin/oauth/access_token",
        {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        },
        headers={"Accept": "application/json"},
        timeout_seconds=TIMEOUT_SECONDS,
    )
    if answer.status in (400, 401):
        raise _refusal(answer)
    raise_for_status(answer)
    return _pair(answer.content, now)


def _refusal(answer: HttpAnswer) -> AccessLost:
    code = answer.content.get("error") if isinstance(answer.content, dict) else None
    if code == "invalid_client":
        return AccessLost(
            "Shopify does not accept the app's client id or secret; correct SHOPIFY_API_KEY and SHOPIFY_API_SECRET."
        )
    return AccessLost(_REOPEN)


def _pair(content: Any, now: datetime) -> TokenPair:
    fields = content if isinstance(content, dict) else {}
    access, access_seconds = fields.get("access_token"), fields.get("expires_in")
    renewal, renewal_seconds = fields.get("refresh_token"), fields.get("refresh_token_expires_in")
    if not (isinstance(access, str) and isinstance(renewal, str) and isinstance(access_seconds, int)):
        raise QueryRefused(
            "Shopify's answer to a token refresh lacks a token or its lifetime; report this to Crossfoot's support."
        )
    return TokenPair(
        access_token=access,
        access_expires_at=now + timedelta(seconds=access_seconds),
        refresh_token=renewal,
        refresh_expires_at=now + timedelta(seconds=renewal_seconds) if isinstance(renewal_seconds, int) else None,
    )
