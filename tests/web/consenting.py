"""How tests go to Xero's consent page and come back, as a person does."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
from werkzeug.test import TestResponse

from embedded_app.sandbox.xero.organisation import Organisation
from tests.web.opening import Opener

ADMIN = "https://admin.shopify.com/store/alice/apps/crossfoot"


def leave(opener: Opener) -> str:
    """Begin in the admin: the address of Xero's consent page."""
    address: str = opener.post("/xero/connect").json["open"]  # type: ignore[index]
    return address


def consent(address: str, user_id: str, organisation: Organisation, *, answer: str = "allow") -> str:
    """Choose an organisation at Xero and click: the address that Xero sends the browser back to."""
    form = {"organisation": f"{user_id} {organisation.tenant_id}", "answer": answer}
    with requests.post(address, data=form, allow_redirects=False, timeout=30) as sent:
        assert sent.status_code == 302, sent.text
        return sent.headers["Location"]


def come_back(opener: Opener, address: str) -> TestResponse:
    """Follow that address with a browser that has no token, as outside the admin."""
    parts = urlsplit(address)
    return opener.client.get(f"{parts.path}?{parts.query}")


def return_code(answer: TestResponse) -> str:
    """The code under which the callback sends the person back into the admin."""
    assert answer.status_code == 302, answer.text
    return answer.location.rsplit("/", 1)[1]


def consented(opener: Opener, user_id: str, organisation: Organisation) -> str:
    """The whole way to Xero and back: the return code."""
    return return_code(come_back(opener, consent(leave(opener), user_id, organisation)))


def connect(opener: Opener, user_id: str, organisation: Organisation) -> TestResponse:
    """The whole way, the choice included."""
    code = consented(opener, user_id, organisation)
    return opener.post("/xero/choose", data={"return_code": code, "tenant_id": organisation.tenant_id})
