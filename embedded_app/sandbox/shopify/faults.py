"""Faults on cue: the next calls to a store that match fail in a chosen way, as the network and the real Shopify do.

A search index that lags behind is a store's own setting (`Shop.index_lag`); lost, repeated, late and reordered webhooks
are `webhooks.Deliveries`. Kinds (`FaultKind`), by what becomes of the call:

    answered instead of it
    throttled              200 with THROTTLED; by its cost figures the caller must wait `seconds`
    too_dear               200 with MAX_COST_EXCEEDED
    failed_query           200 with INTERNAL_SERVER_ERROR among the errors
    internal_error         500
    unavailable            503 with a page of HTML
    html_page              200 with a page of HTML, as a proxy or a maintenance page gives it
    unauthorized           401, as for a token that has just expired
    refused                `status`: 402 frozen, 403, 404, 423 locked, 430 …
    without an answer
    timeout                silence for `seconds`, then a reset
    reset                  the connection is reset
    half_answer            the query runs, and the connection ends after half of its answer
    answered otherwise
    stale                  orders as they were before their last change (the second before their updatedAt)
    null_node              orders are null, as deleted ones are
    denied_order           orders are null beside an ACCESS_DENIED
    denied_fields          `fields` ("Order.shippingAddress") are null beside an ACCESS_DENIED
    other_version          the answer says that API version `version` gave it
    bulk_failed            the bulk operation that it begins fails half-way, with `code`; half of its file is there
    bulk_canceled          the bulk operation that it begins is cancelled by somebody else
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from embedded_app.sandbox.broken import dropped, half
from embedded_app.sandbox.cues import Cue, Cues

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.ledger import StoredOrder

TOKEN_CALL = "access_token"
BULK_FILE = "bulk_file"
_PAGE = "<!DOCTYPE html><html><head><title>Temporarily unavailable</title></head><body>Try again.</body></html>\n"
_OPERATION = re.compile(r"\b(?:query|mutation)\s+(\w+)")


class FaultKind(StrEnum):
    """How a call fails; the module's docstring says what each means."""

    THROTTLED = "throttled"
    TOO_DEAR = "too_dear"
    FAILED_QUERY = "failed_query"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"
    HTML_PAGE = "html_page"
    UNAUTHORIZED = "unauthorized"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    HALF_ANSWER = "half_answer"
    STALE = "stale"
    NULL_NODE = "null_node"
    DENIED_ORDER = "denied_order"
    DENIED_FIELDS = "denied_fields"
    OTHER_VERSION = "other_version"
    BULK_FAILED = "bulk_failed"
    BULK_CANCELED = "bulk_canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCall:
    """One call to a store. orders: the ids it asks for.

    operation: the query's name ("Orders"), TOKEN_CALL, or BULK_FILE for the file that a bulk operation left.
    """

    shop: str
    operation: str
    orders: frozenset[str] = frozenset()

    @classmethod
    def of_query(cls, shop: str, body: Any) -> StoreCall:
        """The call that this GraphQL request makes; a body that is none of them has no name and asks for nothing."""
        given = body if isinstance(body, dict) else {}
        named = _OPERATION.search(str(given.get("query", "")))
        variables = given.get("variables")
        values = variables.values() if isinstance(variables, dict) else ()
        ids = [one for value in values for one in (value if isinstance(value, list) else [value])]
        return cls(
            shop=shop,
            operation=str(given.get("operationName") or (named[1] if named else "")),
            orders=frozenset(one for one in ids if isinstance(one, str)),
        )


@dataclass(slots=True, kw_only=True)
class Fault(Cue):
    """The next `calls` calls that match are struck, after `skip` others.

    shop (a domain), query (an operation's name) and order (a global id) match all when empty, but token calls and files
    must be named. A fault for one order spoils that order only. at_least: only calls that ask for so many orders. The
    other fields are used by the kinds that name them.
    """

    shop: str = ""
    query: str = ""
    order: str = ""
    at_least: int = 0
    seconds: float = 2
    status: int = 402
    fields: Sequence[str] = ("Order.shippingAddress",)
    version: str = "2026-07"
    code: str = "INTERNAL_SERVER_ERROR"

    def matches(self, call: StoreCall) -> bool:
        """True when this fault is for such a call."""
        if call.operation in (TOKEN_CALL, BULK_FILE) and self.query != call.operation:
            return False
        wanted = (self.shop or call.shop) == call.shop and (self.query or call.operation) == call.operation
        return wanted and (not self.order or self.order in call.orders) and len(call.orders) >= self.at_least


@dataclass(slots=True)
class Sight:
    """How a query sees the store: clearly, or as a fault wants it.

    blurred: whether that made a difference. orders: those it was made to.
    """

    fault: Fault | None = None
    blurred: bool = False
    orders: list[str] = field(default_factory=list)

    def order(self, order: StoredOrder | None) -> StoredOrder | None:
        """The order as this query sees it."""
        if order is None or not self._is(FaultKind.STALE, FaultKind.NULL_NODE) or not self._for(order.id):
            return order
        seen = order.earlier if self._is(FaultKind.STALE) else None
        if self._is(FaultKind.STALE) and seen is None:
            return order  # It has never been another.
        self._blur(True, order.id)
        return seen

    def denies_order(self, order_id: str) -> bool:
        """Whether the app may not see this order."""
        return self._blur(self._is(FaultKind.DENIED_ORDER) and self._for(order_id), order_id)

    def denies_field(self, name: str) -> bool:
        """Whether the app may not see this field ("Order.shippingAddress")."""
        return self._blur(self._is(FaultKind.DENIED_FIELDS) and self.fault is not None and name in self.fault.fields)

    def throttled_for(self) -> float | None:
        """The seconds that the caller must wait, when throttled."""
        return self.fault.seconds if self.fault is not None and self._is(FaultKind.THROTTLED) else None

    def too_dear(self) -> bool:
        """Whether the query counts as too dear."""
        return self._is(FaultKind.TOO_DEAR)

    def bulk_end(self) -> tuple[str, str | None] | None:
        """The state that a bulk operation comes to, and its error's code; None where nothing is wrong with it."""
        if self.fault is None or not self._blur(self._is(FaultKind.BULK_FAILED, FaultKind.BULK_CANCELED)):
            return None
        return ("FAILED", self.fault.code) if self._is(FaultKind.BULK_FAILED) else ("CANCELED", None)

    def _is(self, *kinds: FaultKind) -> bool:
        return self.fault is not None and self.fault.kind in kinds

    def _for(self, order_id: str) -> bool:
        return self.fault is not None and self.fault.order in ("", order_id)

    def _blur(self, blurs: bool, order_id: str = "") -> bool:
        if blurs:
            self.blurred = True
            self.orders += [order_id] if order_id else []
        return blurs


_BLURS = frozenset(
    {
        FaultKind.STALE,
        FaultKind.NULL_NODE,
        FaultKind.DENIED_ORDER,
        FaultKind.DENIED_FIELDS,
        FaultKind.BULK_FAILED,
        FaultKind.BULK_CANCELED,
    }
)
CLEAR = Sight()


@dataclass(slots=True)
class Faults(Cues[Fault]):
    """The faults that wait for calls to the stores of one world. Callers of `add` need no lock."""

    def add(self, kind: FaultKind | str, **settings: Any) -> Fault:
        """Let the next matching calls fail; `settings` are the fields of Fault. Raises ValueError or TypeError."""
        fault = Fault(kind=FaultKind(kind), **settings)
        self.ordered.append(fault)
        return fault

    def take(self, call: StoreCall) -> Fault | None:
        """The fault for this call, if any; counted at once unless it is yet to be seen whether it changes anything."""
        fault = self.first(lambda one: one.matches(call))
        if fault is not None and fault.kind not in _BLURS:
            self.strike(fault, *sorted(call.orders))
        return fault

    def answer(self, call: StoreCall, fault: Fault | None, act: Callable[[Sight], Response]) -> Response:
        """Answer a call with `act`, or as the fault wants it. `act` takes the world's lock; silence is kept without."""
        if fault is None:
            return act(CLEAR)
        if fault.kind in (FaultKind.TIMEOUT, FaultKind.RESET):
            if fault.kind == FaultKind.TIMEOUT:
                self.sleep(fault.seconds)
            return dropped()
        instead = _instead(fault)
        if instead is not None:
            return instead
        sight = Sight(fault)
        answer = act(sight)
        if sight.blurred:
            self.strike(fault, *(sight.orders or sorted(call.orders)))
        if fault.kind == FaultKind.OTHER_VERSION:
            answer.headers["X-Shopify-API-Version"] = fault.version
        return half(answer) if fault.kind == FaultKind.HALF_ANSWER else answer


def _instead(fault: Fault) -> Response | None:
    """The answer given in place of the call's own; None for a kind that lets the call run."""
    if fault.kind == FaultKind.FAILED_QUERY:
        message = "Internal error. Looks like something went wrong on our end."
        return jsonify(errors=[{"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}])
    if fault.kind in (FaultKind.UNAVAILABLE, FaultKind.HTML_PAGE):
        status = 503 if fault.kind == FaultKind.UNAVAILABLE else 200
        return Response(_PAGE, status, content_type="text/html; charset=utf-8")
    statuses = {FaultKind.INTERNAL_ERROR: 500, FaultKind.UNAUTHORIZED: 401, FaultKind.REFUSED: fault.status}
    if fault.kind not in statuses:
        return None
    answer = jsonify(errors=_WORDS.get(statuses[FaultKind(fault.kind)], "Internal Server Error"))
    answer.status_code = statuses[FaultKind(fault.kind)]
    return answer


_WORDS = {
    401: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval",
    404: "Not Found",
    423: "Unavailable Shop",
    430: "Shopify Security Rejection",
}
