"""Answers that are late, cut short, too long or absent: what is certain not to have happened, and what is not."""

import gzip
import socket
from datetime import UTC, datetime

import pytest
import requests

from embedded_app.xero import exchange
from embedded_app.xero.client import XeroApi
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    BANK_TRANSACTIONS,
    CONTACTS,
    INVOICES,
    JOURNALS,
    OVERPAYMENTS,
    Endpoint,
)
from embedded_app.xero.errors import OutcomeUnknown, RetryLater
from tests.xero.scripted import SILENCE, ScriptedServer, answer

BODY = b'{"Invoices":[{"InvoiceNumber":"SH-1"}]}'
WHOLE = answer(200, {"Invoices": [{"InvoiceNumber": "SH-1"}]})


def api(http: requests.Session, url: str, *, read_seconds: float = 30.0) -> XeroApi:
    """A client with a token that must never show up anywhere."""
    return XeroApi(http, api_url=url, access_token="secret-token", tenant_id="tenant-1", timeout=(2.0, read_seconds))


def free_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_write_is_one_request_with_all_that_xero_wants(http: requests.Session) -> None:
    with ScriptedServer((WHOLE,)) as server:
        api(http, server.url).send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    rows = head.decode().split("\r\n")
    assert rows[0] == "PUT /api.xro/2.0/Invoices?summarizeErrors=false&unitdp=4 HTTP/1.1"
    assert {
        "Accept: application/json",
        "Authorization: Bearer secret-token",
        "Content-Type: application/json",
        "Idempotency-Key: tenant-1:4711",
        f"User-Agent: {exchange.USER_AGENT}",
        "xero-tenant-id: tenant-1",
    } <= set(rows)
    assert body == BODY


def test_a_removal_carries_neither_body_nor_key(http: requests.Session) -> None:
    with ScriptedServer((answer(200, {"IsDeleted": True}),)) as server:
        api(http, server.url).send(ALLOCATION_REMOVALS, path_ids=("note", "a/b?c"), body=b"", key="tenant-1:4711")

    request = server.requests[0].decode()
    assert request.startswith("DELETE /api.xro/2.0/CreditNotes/note/Allocations/a%2Fb%3Fc HTTP/1.1\r\n")
    assert "Idempotency-Key" not in request and "Content-Type" not in request
    assert request.endswith("\r\n\r\n")


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        (INVOICES, "/Invoices?unitdp=4&page=1&pageSize=100"),
        (OVERPAYMENTS, "/BankTransactions?unitdp=4&page=1&pageSize=100"),
        (BANK_TRANSACTIONS, "/BankTransactions?unitdp=4&page=1&pageSize=100"),
        (JOURNALS, "/ManualJournals?page=1&pageSize=100"),
        (CONTACTS, "/Contacts?page=1&pageSize=1000"),
    ],
)
def test_what_changed_is_asked_for_with_all_decimals_and_in_pages_that_fit(
    http: requests.Session, endpoint: Endpoint, asked: str
) -> None:
    with ScriptedServer((answer(200, {endpoint.list_envelope: []}),)) as server:
        assert list(api(http, server.url).changed(endpoint, datetime(2026, 11, 24, 12, 0, tzinfo=UTC))) == []

    rows = server.requests[0].decode().split("\r\n")
    assert rows[0] == f"GET /api.xro/2.0{asked} HTTP/1.1"
    assert "If-Modified-Since: 2026-11-24T12:00:00Z" in rows


@pytest.mark.parametrize(
    "broken",
    [
        SILENCE,
        b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
        WHOLE[:-5],
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{",
        answer(200, b"not gzip", Content_Encoding="gzip"),
        answer(302, b"", Location="/elsewhere"),
        answer(503, b"offline", Content_Type="text/plain"),
    ],
    ids=["silence", "no answer", "half the headers", "half the body", "half a chunk", "not gzip", "redirect", "503"],
)
def test_an_answer_that_breaks_off_leaves_a_write_unknown_and_a_read_to_be_repeated(
    http: requests.Session, broken: bytes
) -> None:
    with ScriptedServer((broken, broken)) as server:
        client = api(http, server.url, read_seconds=0.3)

        with pytest.raises(OutcomeUnknown) as raised:
            client.send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")
        with pytest.raises(RetryLater):
            client.accounts()

    assert len(server.requests) == 2
    assert "secret-token" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_a_redirect_is_not_followed(http: requests.Session) -> None:
    with ScriptedServer((answer(307, b"", Location="/elsewhere"), WHOLE)) as server:
        with pytest.raises(OutcomeUnknown):
            api(http, server.url).send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")

    assert len(server.requests) == 1


def test_nothing_was_sent_where_nobody_listens(http: requests.Session) -> None:
    client = api(http, free_url())

    with pytest.raises(RetryLater, match="cannot be reached"):
        client.send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")
    with pytest.raises(RetryLater, match="cannot be reached"):
        client.organisation()


def test_nothing_was_sent_to_a_host_that_does_not_exist(http: requests.Session) -> None:
    client = api(http, "http://xero.invalid")

    with pytest.raises(RetryLater):
        client.send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")


def test_an_answer_without_end_is_not_read(http: requests.Session) -> None:
    bomb = gzip.compress(bytes(exchange.LARGEST_BODY + 1))

    with ScriptedServer((answer(200, bomb, Content_Encoding="gzip"),)) as server:
        with pytest.raises(OutcomeUnknown, match="longer than 16777216 bytes"):
            api(http, server.url).send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")


def test_an_answer_that_drips_is_given_up(http: requests.Session) -> None:
    with ScriptedServer((WHOLE,)) as server:
        hasty = XeroApi(http, api_url=server.url, access_token="a", tenant_id="t", body_seconds=0)

        with pytest.raises(OutcomeUnknown, match="took longer than 0 s"):
            hasty.send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")


def test_a_compressed_answer_is_read(http: requests.Session) -> None:
    packed = gzip.compress(b'{"Invoices":[{"InvoiceNumber":"SH-1"}]}')

    with ScriptedServer((answer(200, packed, Content_Encoding="gzip"),)) as server:
        answered = api(http, server.url).send(INVOICES, path_ids=(), body=BODY, key="tenant-1:4711")

    assert answered.elements == [{"InvoiceNumber": "SH-1"}]


@pytest.mark.parametrize(("key", "path_ids"), [("", ()), ("k" * 129, ()), ("key", ("id",))])
def test_a_call_that_xero_could_not_read_is_not_made(
    http: requests.Session, key: str, path_ids: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError):
        api(http, free_url()).send(INVOICES, path_ids=path_ids, body=BODY, key=key)
