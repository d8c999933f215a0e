"""Keeps the connection to Xero alive: refreshing tokens, and listing the organisations they open.

An access token lives 30 minutes. A refresh token lives 60 days and is replaced at every use; the old one works for 30
minutes more, so a refresh whose answer got lost is simply done again: it is no revocation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from embedded_app.xero.answers import read_json
from embedded_app.xero.encoding import decode
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, RetryLater, XeroError
from embedded_app.xero.exchange import Bearer, Broken, NeverSent, Reply, Timeout, exchange
from embedded_app.xero.limits import DEFAULT_SECONDS, limit_reached

REFRESH_TOKEN_LIFE = timedelta(days=60)  # Xero returns no expiry for it
_ACCESS_TOKEN_SECONDS = 1800
_TIMEOUT: Timeout = (3.05, 10.0)
_AGAIN_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """Both tokens of a Xero user, for all organisations that user connected; expiries aware. No token in repr."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One organisation the user connected. connection_id is for disconnecting, tenant_id for every call."""

    connection_id: str
    tenant_id: str
    tenant_type: str
    tenant_name: str


def refresh(
    session: requests.Session,
    *,
    identity_url: str,
    client_id: str,
    client_secret: str,
    refresh_token: str,
    now: datetime,
) -> TokenPair:
    """Exchange a refresh token for a new pair; commit the pair before using it.

    Raises NeedsReconnect where Xero no longer knows the token, NeedsMerchant where it does not know the app, RetryLater
    for all else: the same refresh token may then be tried again for 30 minutes.
    """
    form = urlencode({"grant_type": "refresh_token", "refresh_token": refresh_token})
    try:
        reply = exchange(
            session,
            "POST",
            identity_url.rstrip("/") + "/connect/token",
            auth=(client_id, client_secret),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            timeout=_TIMEOUT,
            body=form.encode("ascii"),
        )
    except (NeverSent, Broken):
        raise RetryLater(_AGAIN_SECONDS, "maintenance") from None
    parsed = _json_object(reply)
    if reply.status != 200:
        raise _refused(reply, str(parsed.get("error") or ""))
    return _pair(parsed, now)


def connections(session: requests.Session, *, api_url: str, access_token: str) -> list[Connection]:
    """The organisations this user connected, in Xero's order. Raises RetryLater, NeedsReconnect or NeedsMerchant."""
    try:
        reply = exchange(
            session,
            "GET",
            api_url.rstrip("/") + "/connections",
            auth=Bearer(access_token),
            headers={},
            timeout=_TIMEOUT,
        )
    except (NeverSent, Broken):
        raise RetryLater(_AGAIN_SECONDS, "maintenance") from None
    listed = read_json(reply)
    if not isinstance(listed, list):
        raise RetryLater(_AGAIN_SECONDS, "maintenance")
    return [
        Connection(
            connection_id=str(item["id"]),
            tenant_id=str(item["tenantId"]),
            tenant_type=str(item.get("tenantType") or ""),
            tenant_name=str(item.get("tenantName") or ""),
        )
        for item in listed
        if isinstance(item, dict) and item.get("id") and item.get("tenantId")
    ]


def _pair(parsed: dict[str, Any], now: datetime) -> TokenPair:
    access, renewed, seconds = parsed.get("access_token"), parsed.get("refresh_token"), parsed.get("expires_in")
    if not (isinstance(access, str) and access and isinstance(renewed, str) and renewed):
        raise RetryLater(_AGAIN_SECONDS, "maintenance")
    life = seconds if isinstance(seconds, int) and 0 < seconds <= 24 * 3600 else _ACCESS_TOKEN_SECONDS
    return TokenPair(
        access_token=access,
        refresh_token=renewed,
        access_expires_at=now + timedelta(seconds=life),
        refresh_expires_at=now + REFRESH_TOKEN_LIFE,
    )


def _refused(reply: Reply, error: str) -> XeroError:
    if error == "invalid_grant":
        return NeedsReconnect("The connection to Xero has expired or was removed. Connect Xero again.")
    if reply.status == 429:
        return limit_reached(reply.headers)
    if error in ("invalid_client", "unauthorized_client") or (reply.status == 401 and reply.is_json):
        return NeedsMerchant("Xero does not know this app. Check XERO_CLIENT_ID and XERO_CLIENT_SECRET, then retry.")
    if error:
        return NeedsMerchant(f"Xero refused to renew the connection ({error[:60]}). Check the Xero app's settings.")
    return RetryLater(DEFAULT_SECONDS["maintenance"], "maintenance")


def _json_object(reply: Reply) -> dict[str, Any]:
    try:
        parsed = decode(reply.body) if reply.is_json else None
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {}
