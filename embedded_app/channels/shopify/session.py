"""ID tokens: who opens the app inside the admin, signed by Shopify for one minute.

PyJWT checks the signature; everything else is checked here, by the app's own clock. ShopifyAPI's decoder is not used:
it takes tokens without an end, knows one secret only, and asks the machine for the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

from embedded_app.channels.shopify.headers import shop_domain

ALGORITHM = "HS256"
# What Shopify's own libraries allow for clocks that disagree; App Bridge is known to send tokens of the near future.
LEEWAY = timedelta(seconds=10)
LONGEST_TOKEN = 4096
_LONGEST_USER_ID = 64
_LATEST_SECOND = 10**12
# The moments are compared below, by the injected clock; so is the audience, of which PyJWT would take a list.
_OPTIONS: Any = {
    "require": ["iss", "dest", "aud", "sub", "exp", "nbf"],
    "verify_aud": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


class BadIdToken(Exception):
    """The token proves nothing: it is missing, malformed, expired, or not signed by Shopify for this app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks: a user (Shopify's id) of the admin of one shop (its permanent domain)."""

    shop: str
    user_id: str


def identify(token: str, *, api_key: str, secrets: Sequence[str], now: datetime) -> Identity:
    """The identity that a token proves at `now`; raises BadIdToken when it proves none.

    The shop comes from `dest` alone, never from the query string. Source: Shopify's "About session tokens".
    """
    claims = _signed_claims(token, api_key, secrets)
    _check_moments(claims, now)
    shop = _shop(claims["dest"], path="")
    if shop is None or shop != _shop(claims["iss"], path="/admin"):
        raise BadIdToken("its issuer and its shop are not one store")
    user_id = claims["sub"]
    if not (isinstance(user_id, str) and 0 < len(user_id) <= _LONGEST_USER_ID and user_id.isalnum()):
        raise BadIdToken("it names no user")
    return Identity(shop=shop, user_id=user_id)


def _signed_claims(token: str, api_key: str, secrets: Sequence[str]) -> dict[str, Any]:
    problem: Exception | None = None
    if len(token) > LONGEST_TOKEN:
        raise BadIdToken("it is too long")
    for secret in filter(None, secrets):
        try:
            claims: dict[str, Any] = jwt.decode(token, _key(secret), algorithms=[ALGORITHM], options=_OPTIONS)
        except jwt.InvalidTokenError as error:
            problem = error
            continue
        if claims["aud"] != api_key:
            raise BadIdToken("it is meant for another app, or for several")
        return claims
    raise BadIdToken("it is not signed by Shopify for this app") from problem


def _key(secret: str) -> bytes:
    """The secret filled up with zeros, as HMAC itself does: PyJWT warns of keys shorter than a hash."""
    return secret.encode("utf-8").ljust(32, b"\0")


def _check_moments(claims: dict[str, Any], now: datetime) -> None:
    end, begin = claims["exp"], claims["nbf"]
    if type(end) is not int or type(begin) is not int or max(abs(end), abs(begin)) > _LATEST_SECOND:
        raise BadIdToken("its times are no whole seconds")
    leeway = LEEWAY.total_seconds()
    if now.timestamp() >= end + leeway:
        raise BadIdToken("it has expired")
    if now.timestamp() < begin - leeway:
        raise BadIdToken("it is not valid yet")


def _shop(address: object, *, path: str) -> str | None:
    """The shop of `https://{shop}` followed by exactly `path`, or None."""
    if not isinstance(address, str):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    shop = shop_domain(parts.netloc)
    return shop if shop and address == f"https://{shop}{path}" else None
