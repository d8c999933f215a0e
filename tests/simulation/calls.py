"""Calls as the seams see them: what each is for, and what goes on around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlsplit

import requests

from tests.simulation.seams import AFTER_MONEY, AFTER_WRITE, Seams

_OPERATION = re.compile(r"(?:query|mutation)\s+(\w+)")
WRITES = ("PUT", "POST")
NUMBERED = ("Invoices", "CreditNotes", "Contacts")


def calling(
    seams: Seams, whose: str, struck: Callable[[], Counter[str]]
) -> Callable[[requests.PreparedRequest], AbstractContextManager[None]]:
    """What goes on around each call to a platform: its seams are passed, and the faults that struck it are noted."""

    @contextmanager
    def passing(request: requests.PreparedRequest) -> Iterator[None]:
        before, seams.calling = struck(), request
        try:
            seams.passed("before_call")
            yield
        finally:
            seams.calling = None
            for kind in struck() - before:
                seams.note(f"{whose}: {kind}", call_name(request))
        seams.passed("after_call")
        if is_write(request):
            seams.passed(AFTER_WRITE)
            if not call_name(request).endswith(NUMBERED):
                seams.passed(AFTER_MONEY)

    return passing


def call_name(request: requests.PreparedRequest) -> str:
    """What a call is for: the query's name at the store, method and endpoint at Xero."""
    parts = [part for part in urlsplit(request.url or "").path.split("/") if part]
    named = _OPERATION.search(_text(request)) if parts[-1] == "graphql.json" else None
    return named[1] if named else f"{request.method} {'/'.join(part for part in parts if part.isalpha())}"


def is_write(request: requests.PreparedRequest) -> bool:
    """Whether it writes to an organisation's books."""
    return request.method in WRITES and "/api.xro/" in (request.url or "")


def _text(request: requests.PreparedRequest) -> str:
    body = request.body or b""
    return body if isinstance(body, str) else body.decode("utf-8", "replace")
