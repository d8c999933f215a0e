"""POST /admin/oauth/access_token: an ID token is traded for a store's first tokens, a refresh token for the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from embedded_app.sandbox.shopify import id_tokens
from embedded_app.sandbox.shopify.tokens import TokenPair

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


def grant(shop: Shop, asked: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """(body, HTTP status) of one call. Callers hold the world's lock."""
    app = shop.world.app
    if asked.get("client_id") != app.client_id or asked.get("client_secret") != app.client_secret:
        return _refusal(401, "invalid_client", "Client authentication failed.")
    if asked.get("grant_type") == "refresh_token":
        pair = shop.tokens.refresh(str(asked.get("refresh_token", "")))
        if pair is None:
            return _refusal(400, "invalid_grant", "The refresh token is unknown, used or expired.")
        return _answer(shop, pair), 200
    if asked.get("grant_type") == _EXCHANGE:
        return _exchanged(shop, asked)
    return _refusal(400, "unsupported_grant_type", "The sandbox knows token exchange and refresh.")


def _exchanged(shop: Shop, asked: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    if asked.get("subject_token_type") != _ID_TOKEN or asked.get("requested_token_type") != _OFFLINE:
        return _refusal(400, "invalid_request", "The sandbox trades ID tokens for offline tokens.")
    if str(asked.get("expiring")) != "1":
        # Since 2026-04-01 new public apps may hold expiring offline tokens only.
        return _refusal(400, "invalid_request", "Ask for an expiring token.")
    app, now = shop.world.app, shop.world.clock.now()
    said = id_tokens.read(str(asked.get("subject_token", "")), app.client_secret, now=now)
    if said is None or said["aud"] != app.client_id or said["dest"] != f"https://{shop.domain}":
        return _refusal(400, "invalid_subject_token", "The subject token is invalid or has expired.")
    if not shop.installation.installed:
        return _refusal(400, "application_not_installed", "The application is not installed on this shop.")
    return _answer(shop, shop.tokens.issue()), 200


def _answer(shop: Shop, pair: TokenPair) -> dict[str, Any]:
    now = shop.world.clock.now()
    return {
        "access_token": pair.access,
        "scope": ",".join(shop.installation.granted),
        "expires_in": int((pair.access_expires_at - now).total_seconds()),
        "refresh_token": pair.refresh,
        "refresh_token_expires_in": int((pair.refresh_expires_at - now).total_seconds()),
    }


def _refusal(status: int, error: str, description: str) -> tuple[dict[str, Any], int]:
    return {"error": error, "error_description": description}, status
