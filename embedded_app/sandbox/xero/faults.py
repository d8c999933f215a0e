"""Faults on cue: the next calls that match fail in a chosen way, as the real network and the real Xero do.

Kinds (`FaultKind`):

    rate_minute rate_day rate_app rate_concurrent   429 with its header; `seconds` is the Retry-After
    unavailable            503 with plain text; nothing is written
    reset                  the connection is reset; nothing is written
    timeout_before_write   silence for `seconds`, then a reset; nothing is written
    timeout_after_write    everything is written, then silence for `seconds` and a reset
    late_write             silence for `seconds`, and only then the write
    internal_error         500, kept under the idempotency key and replayed; nothing is written
    validation             element number `element` (from 0) of a batch is refused with `message`
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from embedded_app.sandbox.xero.limits import too_many
from embedded_app.sandbox.xero.wire import Answer, text_answer


class FaultKind(StrEnum):
    """How a call fails; the module's docstring says what each means."""

    RATE_MINUTE = "rate_minute"
    RATE_DAY = "rate_day"
    RATE_APP = "rate_app"
    RATE_CONCURRENT = "rate_concurrent"
    UNAVAILABLE = "unavailable"
    RESET = "reset"
    TIMEOUT_BEFORE_WRITE = "timeout_before_write"
    TIMEOUT_AFTER_WRITE = "timeout_after_write"
    LATE_WRITE = "late_write"
    INTERNAL_ERROR = "internal_error"
    VALIDATION = "validation"


@dataclass(slots=True, kw_only=True)
class Fault:
    """The next `calls` requests that match fail.

    Empty `method`, `path` (a prefix such as /Invoices) or `tenant` match all; `seconds` is for 429s and timeouts.
    """

    kind: FaultKind
    calls: int = 1
    method: str = ""
    path: str = ""
    tenant: str = ""
    seconds: float = 30
    element: int = 0
    message: str = "A validation error on cue."

    def matches(self, method: str, path: str, tenant: str) -> bool:
        """True when this fault is for such a call."""
        wanted = (self.method or method) == method and (self.tenant or tenant) == tenant
        return self.calls > 0 and wanted and path.startswith(self.path)


_PROBLEMS = {
    FaultKind.RATE_MINUTE: "minute",
    FaultKind.RATE_DAY: "day",
    FaultKind.RATE_APP: "appminute",
    FaultKind.RATE_CONCURRENT: "concurrent",
}


@dataclass(slots=True)
class Faults:
    """The faults waiting for their calls. `sleep` is replaced where a simulation owns the time."""

    waiting: list[Fault] = field(default_factory=list)
    sleep: Callable[[float], None] = time.sleep

    def add(self, kind: FaultKind | str, **settings: object) -> Fault:
        """Let the next matching calls fail; `settings` are the fields of Fault. Raises ValueError or TypeError."""
        fault = Fault(kind=FaultKind(kind), **settings)  # type: ignore[arg-type]  # checked by the dataclass' names
        self.waiting.append(fault)
        return fault

    def take(self, method: str, path: str, tenant: str) -> Fault | None:
        """The first fault for this call, counted down. `path` is without /api.xro/2.0."""
        for fault in self.waiting:
            if fault.matches(method, path, tenant):
                fault.calls -= 1
                self.waiting = [other for other in self.waiting if other.calls > 0]
                return fault
        return None


def answer_under(faults: Faults, fault: Fault | None, act: Callable[[], Answer]) -> Answer | None:
    """Answer a call with `act`, or as the fault wants it. None: reset the connection without an answer.

    Internal errors and refused elements happen deeper down, where the idempotency cache and the batch see them.
    """
    if fault is None:
        return act()
    if fault.kind in _PROBLEMS:
        problem = _PROBLEMS[fault.kind]
        return too_many(problem, None if problem == "concurrent" else max(1, round(fault.seconds)))
    if fault.kind is FaultKind.UNAVAILABLE:
        return text_answer("The Organisation is offline for maintenance.", 503)
    if fault.kind is FaultKind.RESET:
        return None
    if fault.kind is FaultKind.TIMEOUT_BEFORE_WRITE:
        faults.sleep(fault.seconds)
        return None
    if fault.kind is FaultKind.TIMEOUT_AFTER_WRITE:
        act()
        faults.sleep(fault.seconds)
        return None
    if fault.kind is FaultKind.LATE_WRITE:
        faults.sleep(fault.seconds)
    return act()
