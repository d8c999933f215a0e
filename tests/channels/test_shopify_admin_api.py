"""Every way the Admin API refuses becomes an error that says what happens next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
import structlog

from embedded_app.channels import AccessLost, QueryRefused, QueryTooLarge, StoreAccess, StoreBusy, TokenRefused
from embedded_app.channels.shopify import transport
from embedded_app.channels.shopify.admin_api import AdminApi, Answer
from tests.channels.scripted_store import Reply, in_turn, serving


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def ask(http: requests.Session, reply: Reply, *, timeout_seconds: float = 5.0) -> Answer:
    with serving(in_turn(reply)) as store:
        return AdminApi(http, store.access, timeout_seconds=timeout_seconds).execute("order", {"id": "gid://x"})


def error(code: str | None, cost: Any = None, **rest: Any) -> dict[str, Any]:
    return {"errors": [{"message": "No.", "extensions": {"code": code}} | rest], "extensions": {"cost": cost}}


def test_it_sends_query_variables_and_token(http: requests.Session) -> None:
    with serving(in_turn(Reply({"data": {"order": None}}))) as store:
        AdminApi(http, store.access).execute("order", {"id": "gid://shopify/Order/1"})

        assert store.operations() == ["Order"]
        assert store.asked[0]["variables"] == {"id": "gid://shopify/Order/1"}
        assert store.headers[0]["X-Shopify-Access-Token"] == "shpat_alice"


def test_numbers_with_a_point_become_decimals(http: requests.Session) -> None:
    answer = ask(http, Reply(b'{"data": {"rate": 0.1}, "extensions": {"cost": {"requestedQueryCost": 95}}}'))

    assert answer == Answer(data={"rate": Decimal("0.1")}, requested_cost=95)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, TokenRefused),
        (402, AccessLost),
        (403, AccessLost),
        (404, AccessLost),
        (423, AccessLost),
        (429, StoreBusy),
        (500, StoreBusy),
        (503, StoreBusy),
        (400, QueryRefused),
        (302, QueryRefused),
    ],
)
def test_each_http_status_says_what_happens_next(http: requests.Session, status: int, expected: type) -> None:
    with pytest.raises(expected) as raised:
        ask(http, Reply({"errors": "[API] No."}, status=status, headers={"Location": "http://127.0.0.1:1/"}))

    assert type(raised.value) is expected
    assert raised.value.sentence.endswith((".", "Retry."))


@pytest.mark.parametrize(
    ("asked", "seconds"), [("17.0", 17.0), ("nan", transport.RETRY_SECONDS), ("1e999", 300.0), ("-5", 1.0)]
)
def test_a_busy_store_is_left_alone_as_long_as_it_asks_within_reason(
    http: requests.Session, asked: str, seconds: float
) -> None:
    with pytest.raises(StoreBusy) as raised:
        ask(http, Reply({}, status=429, headers={"Retry-After": asked}))

    assert raised.value.retry_seconds == seconds


@pytest.mark.parametrize(
    ("requested", "available", "restore_rate", "seconds"),
    [(941, 441, 100, 5.0), (941, 940, 100, 1.0), (658, 0.5, 50.0, 13.15), (941, 0, 1, 60.0)],
)
def test_a_throttled_query_waits_until_the_bucket_holds_it(
    http: requests.Session, requested: int, available: float, restore_rate: float, seconds: float
) -> None:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": restore_rate}

    with pytest.raises(StoreBusy) as raised:
        ask(http, Reply(error("THROTTLED", {"requestedQueryCost": requested, "throttleStatus": status})))

    assert raised.value.retry_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    "cost",
    [
        None,
        {},
        {"requestedQueryCost": 941, "throttleStatus": {"currentlyAvailable": 1, "restoreRate": 0}},
        {"requestedQueryCost": "much", "throttleStatus": {"currentlyAvailable": 1, "restoreRate": 100}},
    ],
)
def test_a_throttled_query_without_figures_waits_a_little(http: requests.Session, cost: Any) -> None:
    with pytest.raises(StoreBusy) as raised:
        ask(http, Reply(error("THROTTLED", cost)))

    assert raised.value.retry_seconds == transport.RETRY_SECONDS


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("MAX_COST_EXCEEDED", QueryTooLarge),
        ("INTERNAL_SERVER_ERROR", StoreBusy),
        ("ACCESS_DENIED", AccessLost),
        ("SHOP_INACTIVE", AccessLost),
        ("undefinedField", QueryRefused),
        (None, QueryRefused),
    ],
)
def test_each_graphql_error_says_what_happens_next(http: requests.Session, code: str | None, expected: type) -> None:
    with pytest.raises(expected):
        ask(http, Reply(error(code)))


def test_denied_fields_are_named_and_the_rest_is_kept(http: requests.Session) -> None:
    denial = error("ACCESS_DENIED", path=["order", "shippingAddress"])

    answer = ask(http, Reply({"data": {"order": {"id": "gid://x"}}} | denial))

    assert answer.data == {"order": {"id": "gid://x"}}
    assert answer.denied == (("order", "shippingAddress"),)


@pytest.mark.parametrize("body", [b"<html>Sorry</html>", b"", b"[]", b"{}", b"\xff"])
def test_an_answer_that_is_no_data_is_a_busy_store(http: requests.Session, body: bytes) -> None:
    with pytest.raises(StoreBusy):
        ask(http, Reply(body))


def test_a_store_that_stays_silent_is_given_up(http: requests.Session) -> None:
    with pytest.raises(StoreBusy, match="did not answer in time"):
        ask(http, Reply({"data": {}}, delay_seconds=0.5), timeout_seconds=0.1)


def test_a_connection_that_breaks_off_is_a_busy_store(http: requests.Session) -> None:
    with pytest.raises(StoreBusy):
        ask(http, Reply(b'{"data"', headers={"Content-Length": "9000", "Connection": "close"}))


def test_a_store_out_of_reach_is_busy(http: requests.Session) -> None:
    access = StoreAccess(domain="a", origin="http://127.0.0.1:1", access_token="t", api_version="2026-10")

    with pytest.raises(StoreBusy):
        AdminApi(http, access).execute("order", {"id": "gid://x"})


def test_an_answer_beyond_the_size_limit_is_refused(http: requests.Session) -> None:
    body = json.dumps({"data": {"padding": "x" * transport.MAX_ANSWER_BYTES}}).encode()

    with pytest.raises(QueryTooLarge):
        ask(http, Reply(body))


def test_another_version_than_the_asked_one_is_logged_and_taken(http: requests.Session) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = ask(http, Reply({"data": {}}, headers={"X-Shopify-API-Version": "2026-07"}))

    assert answer.data == {}
    assert [(entry["event"], entry["served"]) for entry in logs] == [("shopify_version_differs", "2026-07")]


def test_the_version_asked_for_is_not_worth_a_log_line(http: requests.Session) -> None:
    with structlog.testing.capture_logs() as logs:
        ask(http, Reply({"data": {}}, headers={"X-Shopify-API-Version": "2026-10"}))

    assert logs == []


def test_the_token_is_not_shown_where_access_is_printed() -> None:
    access = StoreAccess(domain="a", origin="https://a", access_token="shpat_secret", api_version="2026-10")

    assert "shpat_secret" not in repr(access)
