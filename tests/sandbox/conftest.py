"""Fixtures for the sandbox's own tests."""

from collections.abc import Iterator

import pytest

from embedded_app.clock import SetClock
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.xero import create_xero, demo_books
from tests.sandbox.xero_caller import XeroCaller


@pytest.fixture
def xero(clock: SetClock) -> Iterator[XeroCaller]:
    """A sandbox Xero over real HTTP with the UK demo company, and a caller connected to it."""
    books, organisation, user_id = demo_books(clock, seed=7)
    server = serve(create_xero(books, clock=clock))
    caller = XeroCaller(server.url, clock, books, organisation, user_id)
    yield caller
    caller.http.close()
    server.stop()
