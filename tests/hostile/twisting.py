"""A sandbox whose true answers are twisted on their way: chosen calls come back changed, all others as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from tests.hostile.odd import Change, Wire, changed


@dataclass(kw_only=True)
class Twist:
    """Which answers come back changed, and how. after: so many are left alone first. times: so many are changed.

    of: what a call is ("PUT /api.xro/2.0/Invoices"); only those that hold it count. hits: how many were changed.
    """

    of: str = ""
    after: int = 0
    times: int = 1
    changes: list[Change] = field(default_factory=list)
    wire: Wire | None = None
    hits: list[str] = field(default_factory=list)
    _seen: int = 0

    def takes(self, call: str) -> bool:
        """Whether this call's answer is to be changed."""
        if self.of not in call:
            return False
        self._seen += 1
        return self.after < self._seen <= self.after + self.times

    def change(self, call: str, body: bytes) -> tuple[dict[str, str], bytes]:
        """Headers to set, and the changed body."""
        self.hits.append(call)
        if self.changes:
            try:
                body = changed(json.loads(body), self.changes)
            except ValueError:
                body = body  # not JSON to begin with: pages and empty answers stay
        return self.wire.spoil(body) if self.wire else ({}, body)


class Twisted:
    """A WSGI application around another one."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.twist: Twist | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        started: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], problem: Any = None) -> Callable[[bytes], object]:
            started[:] = [status, headers]
            return lambda data: None

        body = b"".join(self.application(environ, keep))
        status, headers = started
        twist = self.twist
        call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if twist is None or not twist.takes(call):
            start_response(status, headers)
            return [body]
        changed_headers, body = twist.change(call, body)
        names = {name.lower() for name in changed_headers}
        kept = [(name, value) for name, value in headers if name.lower() not in names]
        if twist.wire is not None and twist.wire.status is not None:
            status = f"{twist.wire.status} Twisted"
        start_response(status, [*kept, *changed_headers.items()])
        return [body]


class Canned:
    """A WSGI application that answers every call alike. url: where it is served."""

    def __init__(self) -> None:
        self.url = ""
        self._answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")

    def say(self, content: Any, made: list[Change], wire: Wire | None = None) -> None:
        """Answer with this JSON after these changes, spoiled on its way if a wire is given."""
        body = changed(content, made)
        headers, body = wire.spoil(body) if wire else ({}, body)
        self._answer = (wire.status if wire and wire.status else 200, headers, body)

    def say_bytes(self, body: bytes) -> None:
        """Answer with these bytes."""
        self._answer = (200, {}, body)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = self._answer
        start_response(f"{status} Canned", list({"Content-Type": "application/json", **headers}.items()))
        return [body]
