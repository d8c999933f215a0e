"""Sessions, the sandbox's Xero over HTTP, and a client for its UK company."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import requests

from embedded_app.clock import SetClock
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.xero import create_xero
from embedded_app.sandbox.xero.books import Books, demo_books
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.xero.client import XeroApi


@dataclass
class Marlow:
    """Marlow & Finch Ltd, the UK company: its books, and our client on them."""

    url: str
    books: Books
    organisation: Organisation
    user_id: str
    api: XeroApi

    @property
    def contact_id(self) -> str:
        """The contact of all retail orders."""
        return self.organisation.contact("Online customers").contact_id


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """A session as production makes it."""
    with requests.Session() as session:
        yield session


@pytest.fixture
def marlow(http: requests.Session) -> Iterator[Marlow]:
    """Empty books of the UK company, served on this machine; clients wait half a minute for answers."""
    clock = SetClock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    books, organisation, user_id = demo_books(clock, seed=1)
    access_token, _ = books.issue_tokens(user_id)
    server = serve(create_xero(books, clock=clock))
    api = XeroApi(
        http,
        api_url=server.url,
        access_token=access_token,
        tenant_id=organisation.tenant_id,
        timeout=(30.0, 30.0),
    )
    yield Marlow(url=server.url, books=books, organisation=organisation, user_id=user_id, api=api)
    server.stop()
