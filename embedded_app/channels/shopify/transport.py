"""One POST to a store: bounded in time and size, with every refusal turned into an error that says what to do."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import requests

from embedded_app.channels.errors import AccessLost, QueryRefused, QueryTooLarge, StoreBusy, TokenRefused

MAX_ANSWER_BYTES = 20_000_000  # fifty orders with long ledgers are below 2 MB
RETRY_SECONDS = 5.0
_CHUNK_BYTES = 65_536

_LOST_ACCESS = {
    402: "The Shopify store is frozen until its bill is paid; settle it in Shopify, then press Retry.",
    403: "Shopify refuses this app access to the store; open Crossfoot from the Shopify admin to grant it again.",
    404: "Shopify knows no store at this address; if the store was closed or renamed, reinstall Crossfoot there.",
    423: "Shopify has locked the store; ask Shopify support to unlock it, then press Retry.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A complete answer. content: the JSON body, numbers with a point as Decimal; None where it is no JSON."""

    status: int
    headers: Mapping[str, str]
    content: Any


def post_json(
    http: requests.Session, url: str, payload: Mapping[str, Any], *, headers: Mapping[str, str], timeout_seconds: float
) -> HttpAnswer:
    """Send JSON, read the whole answer. Raises StoreBusy when no answer came, QueryTooLarge beyond MAX_ANSWER_BYTES.

    Redirects are not followed: they would carry the token to another host.
    """
    try:
        with http.post(
            url, json=payload, headers=headers, timeout=timeout_seconds, allow_redirects=False, stream=True
        ) as response:
            body = bytearray()
            for chunk in response.iter_content(_CHUNK_BYTES):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise QueryTooLarge(
                        "Shopify's answer is larger than 20 MB; fewer orders will be asked for at once."
                    )
            return HttpAnswer(status=response.status_code, headers=response.headers, content=_json(bytes(body)))
    except requests.RequestException as error:
        raise StoreBusy(
            "Shopify could not be reached or did not answer in time; Crossfoot tries again by itself.",
            retry_seconds=RETRY_SECONDS,
        ) from error


def raise_for_status(answer: HttpAnswer) -> None:
    """Raise the error that an HTTP status other than 200 stands for (Shopify's "API response status codes")."""
    if answer.status == 200:
        return
    if answer.status == 401:
        raise TokenRefused(
            "Shopify no longer accepts this store's access token; open Crossfoot from the Shopify admin."
        )
    if answer.status in _LOST_ACCESS:
        raise AccessLost(_LOST_ACCESS[answer.status])
    if answer.status in (408, 429, 430) or answer.status >= 500:
        raise StoreBusy(
            f"Shopify is busy or down (HTTP {answer.status}); Crossfoot tries again by itself.",
            retry_seconds=_retry_after(answer.headers),
        )
    raise QueryRefused(f"Shopify refused the request (HTTP {answer.status}); report this to Crossfoot's support.")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):  # the last: an exponent that no Decimal has
        return None


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("Retry-After", RETRY_SECONDS))
    except ValueError:  # the header may also be a date; Shopify sends seconds
        return RETRY_SECONDS
    return RETRY_SECONDS if math.isnan(seconds) else min(max(seconds, 1.0), 300.0)
