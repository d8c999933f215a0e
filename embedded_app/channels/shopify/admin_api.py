"""Shopify's Admin GraphQL API: one query out, its data back, every refusal as an error that says what happens next.

Throttling answers HTTP 200 with errors[].extensions.code THROTTLED; the wait is computed from the cost extension:
(requested − available) ÷ restore rate (Shopify's "GraphQL Admin API rate limits").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
import structlog

from embedded_app.channels.contract import StoreAccess
from embedded_app.channels.errors import (
    AccessDenied,
    AccessLost,
    ChannelError,
    QueryRefused,
    QueryTooLarge,
    StoreBusy,
)
from embedded_app.channels.shopify.documents import query_text
from embedded_app.channels.shopify.transport import RETRY_SECONDS, HttpAnswer, post_json, raise_for_status

TIMEOUT_SECONDS = 10.0
USER_AGENT = "Crossfoot/1 (embedded app)"
# No bucket holds more; to make an int of 1e999999999 would take the worker's whole memory.
_MOST_POINTS = 1_000_000_000
DENIED = "Shopify denies this app the store's orders; open Crossfoot from the Shopify admin to grant access."

log = structlog.get_logger(__name__)

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a query brought.

    data: the answer's data. denied: where in it a field is null because the app may not see it; the rest is good.
    requested_cost: points asked for, None where the store does not say. room: the share of the bucket of points that is
    left, likewise.
    """

    data: dict[str, Any]
    denied: tuple[FieldPath, ...] = ()
    requested_cost: int | None = None
    room: float | None = None


class AdminApi:
    """One store's Admin API. The session is the caller's: one per thread, never shared between stores' threads.

    presented: ask every amount in the customer's currency beside the shop's. served_version: the version the last
    answer was given as, None where that is the one asked for.
    """

    def __init__(
        self,
        http: requests.Session,
        access: StoreAccess,
        *,
        presented: bool = False,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._http = http
        self._access = access
        self._presented = presented
        self._timeout_seconds = timeout_seconds
        self.served_version: str | None = None

    def execute(self, query_name: str, variables: Mapping[str, Any]) -> Answer:
        """Run `queries/{query_name}.graphql`.

        Raises StoreBusy, QueryTooLarge (an answer beyond the size limit, too), TokenRefused, AccessDenied where nothing
        of it may be seen, AccessLost, QueryRefused.
        """
        answer = post_json(
            self._http,
            f"{self._access.origin}/admin/api/{self._access.api_version}/graphql.json",
            {"query": query_text(query_name, presented=self._presented), "variables": dict(variables)},
            headers={
                "X-Shopify-Access-Token": self._access.access_token,
                "Accept": "application/json",
                "User-Agent": USER_AGENT,
            },
            timeout_seconds=self._timeout_seconds,
        )
        raise_for_status(answer)
        self._note_version(answer)
        return _read(answer.content)

    def _note_version(self, answer: HttpAnswer) -> None:
        # An unsupported version is answered by the oldest supported one: not fatal, but somebody must know.
        served = answer.headers.get("X-Shopify-API-Version")
        is_told = served is not None and served.isascii() and served.isprintable()
        self.served_version = served[:16] if served and is_told and served != self._access.api_version else None
        if self.served_version:
            log.warning(
                "shopify_version_differs", shop=self._access.domain, asked=self._access.api_version, served=served
            )


def _read(content: Any) -> Answer:
    if not isinstance(content, dict) or not ("data" in content or "errors" in content):
        # A proxy's or a maintenance page under status 200.
        raise StoreBusy(
            "Shopify answered with something else than data; Crossfoot tries again.", retry_seconds=RETRY_SECONDS
        )
    cost = _object(_object(content.get("extensions")).get("cost"))
    errors = content.get("errors") or []
    if not isinstance(errors, list):
        raise QueryRefused(f"Shopify refused the query: {str(errors)[:200]}")
    denied = []
    for error in errors:
        path = _denied_path(_object(error))
        if path is None:
            raise _failure(_object(error), cost)
        denied.append(path)
    data = content.get("data")
    if not isinstance(data, dict):
        raise AccessDenied(DENIED)
    return Answer(
        data=data, denied=tuple(denied), requested_cost=_whole(cost.get("requestedQueryCost")), room=_room(cost)
    )


def _denied_path(error: dict[str, Any]) -> FieldPath | None:
    """Where access was denied, if that is what the error says and it says where."""
    path = error.get("path")
    if _object(error.get("extensions")).get("code") != "ACCESS_DENIED" or not isinstance(path, list) or not path:
        return None
    return tuple(path) if all(isinstance(step, str | int) for step in path) else None


def _failure(error: dict[str, Any], cost: dict[str, Any]) -> ChannelError:
    code = _object(error.get("extensions")).get("code")
    if code == "THROTTLED":
        return StoreBusy("Shopify asks to slow down; Crossfoot waits and goes on by itself.", retry_seconds=_wait(cost))
    if code == "MAX_COST_EXCEEDED":
        return QueryTooLarge("The query costs more than Shopify allows; fewer orders will be asked for at once.")
    if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT"):
        return StoreBusy("Shopify failed to answer; Crossfoot tries again by itself.", retry_seconds=RETRY_SECONDS)
    if code == "ACCESS_DENIED":
        return AccessDenied(DENIED)
    if code == "SHOP_INACTIVE":
        return AccessLost("The Shopify store is not active; reactivate it in Shopify, then press Retry.")
    return QueryRefused(f"Shopify refused the query ({code or 'no code'}): {str(error.get('message'))[:200]}")


def _wait(cost: dict[str, Any]) -> float:
    """Seconds until the bucket holds what was asked for, at least 1; RETRY_SECONDS where the figures are missing."""
    status = _object(cost.get("throttleStatus"))
    figures = (cost.get("requestedQueryCost"), status.get("currentlyAvailable"), status.get("restoreRate"))
    requested, available, restore_rate = map(_figure, figures)
    if requested is None or available is None or not restore_rate or restore_rate < 0:
        return RETRY_SECONDS
    return min(max((requested - available) / restore_rate, 1.0), 60.0)


def _room(cost: dict[str, Any]) -> float | None:
    status = _object(cost.get("throttleStatus"))
    available, most = _whole(status.get("currentlyAvailable")), _whole(status.get("maximumAvailable"))
    return available / most if available is not None and most else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _whole(value: object) -> int | None:
    figure = _figure(value)
    return None if figure is None else int(figure)


def _figure(value: object) -> float | None:
    """Points, or points a second; None for what is no such number."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    if not -_MOST_POINTS <= value <= _MOST_POINTS:
        return None
    return float(value)
