"""Faults on cue: the next calls that match fail in a chosen way, as the real network and the real Xero do.

Kinds (`FaultKind`), by what becomes of the call:

    answered instead of it; nothing is written
    rate_minute rate_day rate_app rate_concurrent   429 with its header; `seconds` is the Retry-After
    unavailable            503 with plain text
    bad_gateway            502 with a page of HTML
    forbidden_page         403 with a page of HTML, as Xero's outer layer gives it
    unauthorized           401, as for an access token that has just expired
    disconnected           403 AuthenticationUnsuccessful, as for an organisation that is no longer connected
    invalid_grant          400 invalid_grant: for the path /connect/token, as for a revoked refresh token
    refused_whole          400 with `message` and no Elements: all elements are refused because of one
    internal_error         500, kept under the idempotency key and replayed
    validation             element number `element` (from 0) of a batch is refused with `message`, in a 200 with
                           HasErrors; the others are written
    without an answer
    reset                  the connection is reset; nothing is written
    timeout_before_write   silence for `seconds`, then a reset; nothing is written
    reset_after_write      everything is written, then the connection is reset
    timeout_after_write    everything is written, then silence for `seconds` and a reset
    half_answer            everything is written, and the connection ends after half of the answer
    late_write             silence for `seconds`, and only then the write
    answered otherwise; everything is written
    empty_body             200 without a body
    oversized_body         the answer behind `size` blanks
    wrong_charset          EBCDIC that says it is UTF-8
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from embedded_app.sandbox.cues import Cue, Cues
from embedded_app.sandbox.xero.limits import too_many
from embedded_app.sandbox.xero.wire import Answer, api_error, json_answer, load, problem, text_answer

_HTML = "text/html; charset=utf-8"


class FaultKind(StrEnum):
    """How a call fails; the module's docstring says what each means."""

    RATE_MINUTE = "rate_minute"
    RATE_DAY = "rate_day"
    RATE_APP = "rate_app"
    RATE_CONCURRENT = "rate_concurrent"
    UNAVAILABLE = "unavailable"
    BAD_GATEWAY = "bad_gateway"
    FORBIDDEN_PAGE = "forbidden_page"
    UNAUTHORIZED = "unauthorized"
    DISCONNECTED = "disconnected"
    INVALID_GRANT = "invalid_grant"
    REFUSED_WHOLE = "refused_whole"
    INTERNAL_ERROR = "internal_error"
    VALIDATION = "validation"
    RESET = "reset"
    TIMEOUT_BEFORE_WRITE = "timeout_before_write"
    RESET_AFTER_WRITE = "reset_after_write"
    TIMEOUT_AFTER_WRITE = "timeout_after_write"
    HALF_ANSWER = "half_answer"
    LATE_WRITE = "late_write"
    EMPTY_BODY = "empty_body"
    OVERSIZED_BODY = "oversized_body"
    WRONG_CHARSET = "wrong_charset"


@dataclass(slots=True, kw_only=True)
class Fault(Cue):
    """The next `calls` requests that match fail, after `skip` others.

    Empty `method`, `path` (a prefix such as /Invoices), `tenant` or `containing` (a text in the request's body) match
    all; `seconds` is for 429s and timeouts. elements: only writes of at least so many.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    tenant: str = ""
    containing: str = ""
    seconds: float = 30
    elements: int = 0
    element: int = 0
    message: str = "A validation error on cue."
    size: int = 40_000_000

    def matches(self, method: str, path: str, tenant: str, body: bytes = b"") -> bool:
        """True when this fault is for such a call."""
        wanted = (self.method or method) == method and (self.tenant or tenant) == tenant
        about = path.startswith(self.path) and self.containing.encode() in body
        return wanted and about and (not self.elements or _size(body) >= self.elements)


def _size(body: bytes) -> int:
    """How many elements a write brings."""
    try:
        brought = load(body)
    except ValueError:
        return 0
    lists = [value for value in brought.values() if isinstance(value, list)] if isinstance(brought, dict) else []
    return max((len(value) for value in lists), default=1)


_PROBLEMS = {
    FaultKind.RATE_MINUTE: "minute",
    FaultKind.RATE_DAY: "day",
    FaultKind.RATE_APP: "appminute",
    FaultKind.RATE_CONCURRENT: "concurrent",
}
_INSTEAD = {
    FaultKind.UNAVAILABLE: text_answer("The Organisation is offline for maintenance.", 503),
    FaultKind.BAD_GATEWAY: text_answer("<html><body><h1>502 Bad Gateway</h1></body></html>\n", 502, _HTML),
    FaultKind.FORBIDDEN_PAGE: text_answer("<html><body><h1>Access Denied</h1></body></html>\n", 403, _HTML),
    FaultKind.UNAUTHORIZED: problem(401, "Unauthorized", "TokenExpired: token expired"),
    FaultKind.DISCONNECTED: problem(403, "Forbidden", "AuthenticationUnsuccessful"),
    FaultKind.INVALID_GRANT: json_answer({"error": "invalid_grant"}, 400),
}
_NEVER_RUN = frozenset({FaultKind.RESET, FaultKind.TIMEOUT_BEFORE_WRITE})
_SILENT_AFTER = frozenset({FaultKind.RESET_AFTER_WRITE, FaultKind.TIMEOUT_AFTER_WRITE})
_TIMEOUTS = frozenset({FaultKind.TIMEOUT_BEFORE_WRITE, FaultKind.TIMEOUT_AFTER_WRITE})


@dataclass(slots=True)
class Faults(Cues[Fault]):
    """The faults waiting for their calls."""

    def add(self, kind: FaultKind | str, **settings: Any) -> Fault:
        """Let the next matching calls fail; `settings` are the fields of Fault. Raises ValueError or TypeError."""
        fault = Fault(kind=FaultKind(kind), **settings)
        self.ordered.append(fault)
        return fault

    def take(self, method: str, path: str, tenant: str, body: bytes = b"", *, key: str = "") -> Fault | None:
        """The first fault for this call, counted. `path` is without /api.xro/2.0; key: the call's idempotency key.

        A refused element is counted when it is refused: the call may be too short for it.
        """
        fault = self.first(lambda one: one.matches(method, path, tenant, body))
        if fault is not None and fault.kind is not FaultKind.VALIDATION:
            self.strike(fault, key)
        return fault


def answer_under(faults: Faults, fault: Fault | None, act: Callable[[], Answer]) -> Answer | None:
    """Answer a call with `act`, or as the fault wants it. None: reset the connection without an answer.

    Internal errors and refused elements happen deeper down, where the idempotency cache and the batch see them; half
    an answer is the door's to cut.
    """
    if fault is None:
        return act()
    instead = _instead(fault)
    if instead is not None:
        return instead
    if fault.kind is FaultKind.LATE_WRITE:
        faults.sleep(fault.seconds)
    answer = None if fault.kind in _NEVER_RUN else act()
    if fault.kind in _TIMEOUTS:
        faults.sleep(fault.seconds)
    if answer is None or fault.kind in _SILENT_AFTER:
        return None
    return _spoiled(fault, answer)


def _instead(fault: Fault) -> Answer | None:
    """The answer given in place of the call's own; None for a kind that lets the call run."""
    if fault.kind in _PROBLEMS:
        limit = _PROBLEMS[fault.kind]
        return too_many(limit, None if limit == "concurrent" else max(1, round(fault.seconds)))
    if fault.kind is FaultKind.REFUSED_WHOLE:
        return api_error(10, "ValidationException", fault.message)
    return _INSTEAD.get(fault.kind)


def _spoiled(fault: Fault, answer: Answer) -> Answer:
    if fault.kind is FaultKind.EMPTY_BODY:
        return replace(answer, body=b"")
    if fault.kind is FaultKind.OVERSIZED_BODY:
        return replace(answer, body=b" " * fault.size + answer.body)
    if fault.kind is FaultKind.WRONG_CHARSET:
        return replace(answer, body=answer.body.decode("utf-8").encode("cp500"))
    return answer
