"""The connection to Xero: asked for, made, kept alive by refreshing tokens, listed, and ended.

An access token lives 30 minutes. A refresh token lives 60 days and is replaced at every use; the old one works for 30
minutes more, so a refresh whose answer got lost is simply done again: it is no revocation.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode

import requests

from embedded_app.xero.answers import read_json
from embedded_app.xero.encoding import decode
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, RetryLater, XeroError
from embedded_app.xero.exchange import Bearer, Broken, NeverSent, Reply, Timeout, exchange
from embedded_app.xero.limits import DEFAULT_SECONDS, limit_reached
from embedded_app.xero.values import is_xero_id, words

# Granular scopes: apps made since March 2026 are refused the broad ones. No write scope together with its .read twin.
SCOPES = (
    "openid",
    "profile",
    "email",
    "offline_access",
    "accounting.invoices",
    "accounting.payments",
    "accounting.banktransactions",
    "accounting.manualjournals",
    "accounting.contacts",
    "accounting.settings.read",
    "accounting.attachments",
    "accounting.reports.trialbalance.read",
    "accounting.reports.banksummary.read",
)
REFRESH_TOKEN_LIFE = timedelta(days=60)  # Xero returns no expiry for it
_ACCESS_TOKEN_SECONDS = 1800
_TIMEOUT: Timeout = (3.05, 10.0)
_AGAIN_SECONDS = 30
_LONGEST_NAME = 255
_USER_ID = re.compile(r"[\x21-\x7e]{1,64}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class XeroApp:
    """This app as Xero knows it, and where its identity server is. No secret in repr."""

    client_id: str
    client_secret: str = field(repr=False)
    identity_url: str


def consent_address(login_url: str, *, client_id: str, redirect_uri: str, state: str) -> str:
    """Where a person is sent to let the app into an organisation; Xero sends them back to redirect_uri with `state`."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
    }
    return f"{login_url.rstrip('/')}/identity/connect/authorize?{urlencode(asked)}"


def trade_code(session: requests.Session, app: XeroApp, *, code: str, redirect_uri: str, now: datetime) -> TokenPair:
    """Exchange the code of a consent, good once and for five minutes, for the user's tokens.

    Raises NeedsReconnect where Xero takes the code no more, else as refresh does; the code is then spent.
    """
    return _tokens(session, app, {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}, now)


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
    app = XeroApp(client_id=client_id, client_secret=client_secret, identity_url=identity_url)
    return _tokens(session, app, {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)


def user_id_of(access_token: str) -> str:
    """The Xero user an access token was given to (its xero_userid claim).

    The signature is not checked: the token came from Xero's identity server itself, over TLS. Raises RetryLater for
    what is no token of a user.
    """
    try:
        padded = access_token.split(".")[1] + "=="
        claims = decode(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, IndexError):
        claims = None
    user_id = claims.get("xero_userid") if isinstance(claims, dict) else None
    if not (isinstance(user_id, str) and _USER_ID.fullmatch(user_id)):
        raise RetryLater(_AGAIN_SECONDS, "maintenance")
    return user_id


def disconnect(session: requests.Session, *, api_url: str, access_token: str, connection_id: str) -> None:
    """End one connection, as Xero's "Disconnect" would; one that is gone already is no error.

    Raises RetryLater, NeedsReconnect or NeedsMerchant.
    """
    address = f"{api_url.rstrip('/')}/connections/{quote(connection_id, safe='')}"
    try:
        reply = exchange(session, "DELETE", address, auth=Bearer(access_token), headers={}, timeout=_TIMEOUT)
    except (NeverSent, Broken):
        raise RetryLater(_AGAIN_SECONDS, "maintenance") from None
    if not 200 <= reply.status < 300:
        read_json(reply)


def revoke(session: requests.Session, app: XeroApp, *, refresh_token: str) -> None:
    """End all connections and tokens of a user, for when the last organisation is disconnected. Raises RetryLater."""
    try:
        reply = _post(session, app, "/connect/revocation", {"token": refresh_token})
    except (NeverSent, Broken):
        raise RetryLater(_AGAIN_SECONDS, "maintenance") from None
    if reply.status != 200:
        raise RetryLater(_AGAIN_SECONDS, "maintenance")


def _tokens(session: requests.Session, app: XeroApp, asked: dict[str, str], now: datetime) -> TokenPair:
    try:
        reply = _post(session, app, "/connect/token", asked)
    except (NeverSent, Broken):
        raise RetryLater(_AGAIN_SECONDS, "maintenance") from None
    parsed = _json_object(reply)
    if reply.status != 200:
        raise _refused(reply, words(parsed.get("error"), 60))
    return _pair(parsed, now)


def _post(session: requests.Session, app: XeroApp, path: str, form: dict[str, str]) -> Reply:
    return exchange(
        session,
        "POST",
        app.identity_url.rstrip("/") + path,
        auth=(app.client_id, app.client_secret),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=_TIMEOUT,
        body=urlencode(form).encode("ascii"),
    )


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
            connection_id=item["id"],
            tenant_id=item["tenantId"],
            tenant_type=words(item.get("tenantType"), _LONGEST_NAME),
            tenant_name=words(item.get("tenantName"), _LONGEST_NAME),
        )
        for item in listed
        if isinstance(item, dict) and is_xero_id(item.get("id")) and is_xero_id(item.get("tenantId"))
    ]


def _pair(parsed: dict[str, Any], now: datetime) -> TokenPair:
    access, renewed, seconds = parsed.get("access_token"), parsed.get("refresh_token"), parsed.get("expires_in")
    if not (_is_token(access) and _is_token(renewed)):
        raise RetryLater(_AGAIN_SECONDS, "maintenance")
    life = seconds if type(seconds) is int and 0 < seconds <= 24 * 3600 else _ACCESS_TOKEN_SECONDS
    return TokenPair(
        access_token=access,
        refresh_token=renewed,
        access_expires_at=now + timedelta(seconds=life),
        refresh_expires_at=now + REFRESH_TOKEN_LIFE,
    )


def _is_token(value: object) -> TypeGuard[str]:
    """Whether it can be sent in a header: what cannot would fail at every call from then on."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _refused(reply: Reply, error: str) -> XeroError:
    if error == "invalid_grant":
        return NeedsReconnect("The connection to Xero has expired or was removed. Connect Xero again.")
    if reply.status == 429:
        return limit_reached(reply.headers)
    if error in ("invalid_client", "unauthorized_client") or (reply.status == 401 and reply.is_json):
        return NeedsMerchant("Xero does not know this app. Check XERO_CLIENT_ID and XERO_CLIENT_SECRET, then retry.")
    if error:
        return NeedsMerchant(f"Xero refused to renew the connection ({error}). Check the Xero app's settings.")
    return RetryLater(DEFAULT_SECONDS["maintenance"], "maintenance")


def _json_object(reply: Reply) -> dict[str, Any]:
    try:
        parsed = decode(reply.body) if reply.is_json else None
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {}
