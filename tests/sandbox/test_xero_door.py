"""The door of the sandbox's Xero: headers, tokens, tenants, limits, sizes, idempotency keys."""

from typing import Any

import pytest
import requests

from embedded_app.clock import SetClock
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.xero import Books, create_xero
from embedded_app.sandbox.xero.companies import DE, UK_SECOND, US
from tests.sandbox.xero_caller import QUIET, XeroCaller, line, messages


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"xero_tenant_id": "00000000-0000-4000-8000-000000000000"}, 403),
        ({"Accept": "*/*"}, 406),
        ({"Content_Type": "text/xml"}, 415),
    ],
)
def test_it_refuses_a_call_without_the_right_headers(xero: XeroCaller, headers: dict[str, str], status: int) -> None:
    answer = xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice("SH-1")]}, **headers)

    assert answer.status_code == status
    assert xero.organisation.documents() == []


def test_a_caller_without_a_user_agent_gets_a_page_of_html(xero: XeroCaller) -> None:
    headers = {**xero.headers(), "User-Agent": ""}

    answer = xero.http.get(f"{xero.url}/api.xro/2.0/Organisation", headers=headers, timeout=30)

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_a_token_without_the_scope_is_told_so(xero: XeroCaller) -> None:
    xero.access, _ = xero.books.issue_tokens(xero.user_id, "openid accounting.settings.read")

    answer = xero.call("GET", "/Invoices")

    assert (answer.status_code, "insufficient_scope" in answer.headers["WWW-Authenticate"]) == (401, True)
    assert xero.call("GET", "/Organisation").status_code == 200


def test_an_access_token_ends_after_half_an_hour(xero: XeroCaller) -> None:
    xero.clock.advance(30 * 60)

    assert xero.call("GET", "/Organisation").status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/BatchPayments", 404),
        ("/Invoices/SH-9", 404),
        ("/Invoices?where=x", 400),
        ("/Invoices?unitdp=3", 400),
        ("/Invoices?pageSize=1001", 400),
    ],
)
def test_it_answers_only_what_it_knows(xero: XeroCaller, path: str, status: int) -> None:
    assert xero.call("GET", path).status_code == status


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b'{"Invoices": []}', 400),
        (b'{"Invoices": [{"Type": NaN}]}', 400),
        (b"[]", 400),
        (b'{"Invoices": [' + b",".join([b"{}"] * 501) + b"]}", 400),
        (b'{"Invoices": ["' + b"x" * 3_500_000 + b'"]}', 413),
    ],
)
def test_it_refuses_bodies_that_cannot_be_read(xero: XeroCaller, content: bytes, status: int) -> None:
    address = f"{xero.url}/api.xro/2.0/Invoices{QUIET}"

    answer = xero.http.put(address, data=content, headers=xero.headers(), timeout=30)

    assert answer.status_code == status


def test_the_sixty_first_call_of_a_minute_waits_for_the_next(xero: XeroCaller) -> None:
    statuses = [xero.call("GET", "/Organisation").status_code for _ in range(60)]
    xero.clock.advance(20)

    refused = xero.call("GET", "/Organisation")

    assert set(statuses) == {200}
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    assert (refused.headers["X-Rate-Limit-Problem"], refused.headers["X-MinLimit-Remaining"]) == ("minute", "0")
    xero.clock.advance(40)
    assert xero.call("GET", "/Organisation").headers["X-MinLimit-Remaining"] == "59"


@pytest.mark.parametrize(("limit", "problem"), [("per_day", "day"), ("app_per_minute", "appminute")])
def test_each_limit_names_itself(xero: XeroCaller, limit: str, problem: str) -> None:
    setattr(xero.books.limits, limit, 1)
    xero.call("GET", "/Organisation")

    assert xero.call("GET", "/Organisation").headers["X-Rate-Limit-Problem"] == problem


def test_a_call_beyond_those_at_once_is_refused_without_retry_after(xero: XeroCaller) -> None:
    xero.books.limits.concurrent = 0

    answer = xero.call("GET", "/Organisation")

    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, "concurrent")
    assert "Retry-After" not in answer.headers


def test_limits_can_be_switched_off(xero: XeroCaller) -> None:
    xero.books.limits.per_minute = 0
    xero.books.limits.enabled = False

    assert xero.call("GET", "/Organisation").status_code == 200


def put_with_key(xero: XeroCaller, number: str, key: str) -> requests.Response:
    """A PUT of one invoice under an idempotency key."""
    return xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice(number)]}, Idempotency_Key=key)


def test_a_key_replays_its_answer_and_writes_once(xero: XeroCaller) -> None:
    first, second = put_with_key(xero, "SH-1", "k"), put_with_key(xero, "SH-1", "k")

    assert first.content == second.content
    assert len(xero.organisation.documents()) == 1
    assert second.headers["X-MinLimit-Remaining"] == "58"


def test_a_key_is_forgotten_six_minutes_after_its_first_call(xero: XeroCaller) -> None:
    put_with_key(xero, "SH-1", "k")
    xero.clock.advance(359)
    replayed = put_with_key(xero, "SH-1", "k")
    xero.clock.advance(1)

    again = put_with_key(xero, "SH-1", "k")

    assert messages(replayed.json()["Invoices"][0]) == []
    assert messages(again.json()["Invoices"][0]) == ["Invoice # must be unique."]


def test_a_key_with_another_body_is_refused(xero: XeroCaller) -> None:
    put_with_key(xero, "SH-1", "k")

    answer = put_with_key(xero, "SH-2", "k")

    assert answer.status_code == 400
    assert answer.json()["Message"] == "Idempotency Key: k is used with a different request."


def test_a_key_longer_than_128_characters_is_refused(xero: XeroCaller) -> None:
    assert put_with_key(xero, "SH-1", "k" * 129).status_code == 400
    assert put_with_key(xero, "SH-1", "k" * 128).status_code == 200


def test_keys_are_shared_by_all_tenants_of_the_app(xero: XeroCaller) -> None:
    """The danger that our keys avoid by starting with the tenant: the second tenant gets the first one's answer."""
    body = {"Contacts": [{"Name": "Acme Ltd"}]}
    first = xero.call("PUT", "/Contacts?summarizeErrors=false", body, Idempotency_Key="k")
    other = xero.books.open_organisation(UK_SECOND, xero.user_id)

    second = xero.call(
        "PUT", "/Contacts?summarizeErrors=false", body, Idempotency_Key="k", xero_tenant_id=other.tenant_id
    )

    assert second.content == first.content
    assert [contact.name for contact in other.records.contacts.values()] == ["Online customers"]


def token(xero: XeroCaller, refresh_token: str, secret: str = "sandbox-xero-secret") -> Any:
    """The answer of a refresh, as a dict with its status."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    answer = xero.http.post(f"{xero.url}/connect/token", data=form, auth=("sandbox-xero-app", secret), timeout=30)
    return {"status": answer.status_code, **answer.json()}


def test_a_refresh_rotates_both_tokens(xero: XeroCaller) -> None:
    pair = token(xero, xero.refresh)
    old, xero.access = xero.access, pair["access_token"]

    assert pair["refresh_token"] != xero.refresh
    assert (pair["expires_in"], pair["access_token"] != old) == (1800, True)
    assert xero.call("GET", "/Organisation").status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 400)])
def test_a_used_refresh_token_has_thirty_minutes_of_grace(xero: XeroCaller, minutes: int, status: int) -> None:
    token(xero, xero.refresh)
    xero.clock.advance(minutes * 60)

    assert token(xero, xero.refresh)["status"] == status


def test_a_refresh_token_is_dead_once_its_successor_was_used(xero: XeroCaller) -> None:
    token(xero, token(xero, xero.refresh)["refresh_token"])

    assert token(xero, xero.refresh) == {"status": 400, "error": "invalid_grant"}


def test_a_refresh_token_ends_after_sixty_days(xero: XeroCaller) -> None:
    xero.clock.advance(60 * 24 * 3600)

    assert token(xero, xero.refresh)["error"] == "invalid_grant"


def test_a_wrong_client_secret_is_refused(xero: XeroCaller) -> None:
    assert token(xero, xero.refresh, secret="wrong")["error"] == "invalid_client"


def test_connections_list_every_tenant_of_the_user_until_it_is_disconnected(xero: XeroCaller) -> None:
    other = xero.books.open_organisation(US, xero.user_id)
    xero.books.open_organisation(DE, xero.books.new_id())
    headers = xero.headers()

    listed = xero.http.get(f"{xero.url}/connections", headers=headers, timeout=30).json()
    xero.http.delete(f"{xero.url}/connections/{listed[1]['id']}", headers=headers, timeout=30)

    assert [item["tenantId"] for item in listed] == [xero.organisation.tenant_id, other.tenant_id]
    assert xero.call("GET", "/Organisation", xero_tenant_id=other.tenant_id).status_code == 403


def test_tenants_keep_separate_books_in_their_own_currency(xero: XeroCaller) -> None:
    uk, us = xero.organisation, xero.books.open_organisation(US, xero.user_id)
    xero.put("Invoices", xero.invoice("SH-1"))
    xero.organisation = us

    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line("117.00", tax_type="NONE")))

    assert (answer["CurrencyCode"], len(uk.documents()), len(us.documents())) == ("USD", 1, 1)


def test_the_same_seed_gives_the_same_tenants(clock: SetClock) -> None:
    first, second = (Books(clock, seed=3).open_organisation(US, "someone") for _ in range(2))

    assert first.tenant_id == second.tenant_id


def test_a_sandbox_without_books_opens_the_demo_company(clock: SetClock) -> None:
    server = serve(create_xero(clock=clock))

    page = requests.get(server.url, timeout=30).text
    server.stop()

    assert "Marlow &amp; Finch Ltd" in page
