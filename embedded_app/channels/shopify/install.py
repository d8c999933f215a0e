"""Access tokens of an installed store: offline tokens that expire within the hour, renewed by a refresh token.

The first pair is had for an ID token (token exchange): Shopify itself shows the grant screen, before it opens the app.

Public apps must use expiring offline tokens (Shopify's "About offline access tokens"). Both tokens rotate; the used
refresh token stays valid until its replacement is used, so a pair lost in a crash can be asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeGuard

import requests
from shopify.api_access import ApiAccess  # type: ignore[import-untyped]

from embedded_app.channels.contract import TokenPair
from embedded_app.channels.errors import AccessLost, ChannelError, QueryRefused, StoreBusy
from embedded_app.channels.shopify.transport import RETRY_SECONDS, HttpAnswer, post_json, raise_for_status

TIMEOUT_SECONDS = 10.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_LONGEST_LIFE_SECONDS = 366 * 24 * 3600
_REOPEN = "Shopify no longer renews this store's access; open Crossfoot from the Shopify admin to connect it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a store grants the app: its first token pair, and the scopes it comes with."""

    tokens: TokenPair
    scopes: frozenset[str]


class IdTokenTooOld(ChannelError):
    """Shopify no longer takes the ID token: ask App Bridge for a fresh one and try again."""


def exchange(
    http: requests.Session, origin: str, client_id: str, client_secret: str, id_token: str, now: datetime
) -> Installation:
    """Trade a verified ID token for an expiring offline token pair, whose ends are counted from `now`.

    Source: Shopify's "Exchange a session token for an access token". Raises IdTokenTooOld, AccessLost when our own
    secret is wrong or the app is not installed there, StoreBusy when Shopify cannot answer now.
    """
    answer = post_json(
        http,
        f"{origin}/admin/oauth/access_token",
        {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": id_token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
            "expiring": 1,
        },
        headers={"Accept": "application/json"},
        timeout_seconds=TIMEOUT_SECONDS,
    )
    if answer.status in (400, 401):
        if isinstance(answer.content, dict) and answer.content.get("error") == "invalid_subject_token":
            raise IdTokenTooOld("Shopify no longer takes this page's token; open the page again.")
        raise _refusal(answer)
    raise_for_status(answer)
    scopes = answer.content.get("scope") if isinstance(answer.content, dict) else None
    return Installation(tokens=_pair(answer.content, now), scopes=scopes_of(scopes))


def scopes_of(text: object) -> frozenset[str]:
    """The scopes of a comma-separated list, as Shopify writes them."""
    return frozenset(filter(None, (part.strip() for part in text.split(",")))) if isinstance(text, str) else frozenset()


def not_granted(needed: Iterable[str], granted: Iterable[str]) -> frozenset[str]:
    """The scopes needed that those granted do not cover; write access to a thing includes reading it."""
    access = ApiAccess(list(granted))
    return frozenset(scope for scope in needed if not access.covers(ApiAccess([scope])))


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
    if not isinstance(content, dict):
        # A proxy's or a maintenance page under status 200.
        raise StoreBusy(
            "Shopify answered with something else than tokens; Crossfoot tries again.", retry_seconds=RETRY_SECONDS
        )
    fields = content
    access, access_seconds = fields.get("access_token"), fields.get("expires_in")
    renewal, renewal_seconds = fields.get("refresh_token"), fields.get("refresh_token_expires_in")
    if not (_is_token(access) and _is_token(renewal) and _is_life(access_seconds)):
        raise QueryRefused("Shopify's answer lacks a token or its lifetime; report this to Crossfoot's support.")
    return TokenPair(
        access_token=access,
        access_expires_at=now + timedelta(seconds=access_seconds),
        refresh_token=renewal,
        refresh_expires_at=now + timedelta(seconds=renewal_seconds) if _is_life(renewal_seconds) else None,
    )


def _is_token(value: object) -> TypeGuard[str]:
    """Whether it can be sent in a header: what cannot would fail at every call from then on."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _is_life(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LONGEST_LIFE_SECONDS
