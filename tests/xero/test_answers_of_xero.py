"""What each status means, to a write and to a read: the table of answers.py."""

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from embedded_app.xero.answers import read_answer, read_elements, read_json
from embedded_app.xero.endpoints import ALLOCATION_REMOVALS, ENDPOINTS, INVOICES, REMOVALS
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, OutcomeUnknown, RetryLater, XeroError
from embedded_app.xero.exchange import Reply
from embedded_app.xero.limits import Limits

PAGE = b"<html><body><h1>Access Denied</h1></body></html>"
SCOPE = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}


def reply(status: int, body: Any = b"", kind: str | None = None, **headers: str) -> Reply:
    """An answer; a dict or list is JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = kind or ("text/html" if text.startswith(b"<") else "application/json; charset=utf-8")
    return Reply(status=status, headers=CaseInsensitiveDict({"Content-Type": kind, **headers}), body=text)


TABLE = [
    (reply(200, {"Invoices": "none"}), OutcomeUnknown, RetryLater),
    (reply(200, {"Invoices": [1]}), OutcomeUnknown, RetryLater),
    (reply(200, {"Other": []}), OutcomeUnknown, RetryLater),
    (reply(200, b""), OutcomeUnknown, RetryLater),
    (reply(200, b'{"Invoices": ['), OutcomeUnknown, RetryLater),
    (reply(200, {"Invoices": []}, "text/xml"), OutcomeUnknown, RetryLater),
    (reply(200, PAGE), OutcomeUnknown, RetryLater),
    (reply(200, b'{"Invoices": ["\xff"]}'), OutcomeUnknown, RetryLater),
    (reply(200, {"ErrorNumber": 500, "Message": "An error occurred"}), OutcomeUnknown, RetryLater),
    (reply(204, b""), OutcomeUnknown, RetryLater),
    (reply(302, b"", Location="https://elsewhere.example"), OutcomeUnknown, RetryLater),
    (reply(400, {"Message": "JSON for post data was invalid"}), NeedsMerchant, NeedsMerchant),
    (reply(400, {"Message": "A validation exception occurred", "Elements": []}), NeedsMerchant, NeedsMerchant),
    (reply(400, PAGE), NeedsMerchant, NeedsMerchant),
    (reply(400, b""), NeedsMerchant, NeedsMerchant),
    (reply(400, b"Bad Request", "text/plain"), NeedsMerchant, NeedsMerchant),
    (reply(402, {"Message": "Payment required"}), NeedsMerchant, NeedsMerchant),
    (reply(409, b""), NeedsMerchant, NeedsMerchant),
    (reply(401, {"Detail": "TokenExpired"}), NeedsReconnect, NeedsReconnect),
    (reply(401, b""), NeedsReconnect, NeedsReconnect),
    (reply(403, {"Detail": "AuthenticationUnsuccessful"}), NeedsReconnect, NeedsReconnect),
    (reply(403, PAGE), RetryLater, RetryLater),
    (reply(404, {"Message": "cannot be found"}), NeedsMerchant, None),
    (reply(408, b""), OutcomeUnknown, RetryLater),
    (reply(412, b""), NeedsMerchant, NeedsMerchant),
    (reply(413, b"too large", "text/plain"), NeedsMerchant, NeedsMerchant),
    (reply(429, b"", **{"X-Rate-Limit-Problem": "minute"}), RetryLater, RetryLater),
    (reply(429, PAGE), RetryLater, RetryLater),
    (reply(500, {"Message": "An error occurred"}), OutcomeUnknown, RetryLater),
    (reply(500, b""), OutcomeUnknown, RetryLater),
    (reply(503, PAGE), OutcomeUnknown, RetryLater),
    (reply(501, b""), OutcomeUnknown, RetryLater),
    (reply(502, PAGE), OutcomeUnknown, RetryLater),
    (reply(503, b"The Organisation is offline", "text/plain"), OutcomeUnknown, RetryLater),
    (reply(504, PAGE), OutcomeUnknown, RetryLater),
]


@pytest.mark.parametrize(("answer", "error", "_"), TABLE)
def test_an_answer_to_a_write_says_what_happens_next(answer: Reply, error: type[XeroError], _: object) -> None:
    with pytest.raises(error) as raised:
        read_answer(INVOICES, answer)

    assert raised.type is error


@pytest.mark.parametrize(("answer", "_", "error"), TABLE)
def test_an_answer_to_a_read_says_what_happens_next(answer: Reply, _: object, error: type[XeroError] | None) -> None:
    if error is None:
        assert read_elements(answer, "Invoices") == []
        assert read_json(answer) is None
        return

    with pytest.raises(error) as raised:
        read_elements(answer, "Invoices")

    assert raised.type is error


@pytest.mark.parametrize(("answer", "error", "_"), TABLE)
def test_each_error_is_a_sentence_and_keeps_xeros_name_for_the_call(
    answer: Reply, error: type[XeroError], _: object
) -> None:
    named = Reply(status=answer.status, body=answer.body, headers={**answer.headers, "Xero-Correlation-Id": "c-1"})

    with pytest.raises(error) as raised:
        read_answer(INVOICES, Reply(status=named.status, body=named.body, headers=CaseInsensitiveDict(named.headers)))

    assert raised.value.correlation_id == "c-1"
    assert raised.value.sentence[0].isupper() and raised.value.sentence.endswith(".")


def test_a_success_carries_elements_calls_left_and_the_name_of_the_call() -> None:
    headers = {"X-MinLimit-Remaining": "7", "xero-correlation-id": "c-1"}

    answer = read_answer(INVOICES, reply(200, {"Invoices": [{"InvoiceNumber": "SH-1"}]}, **headers))

    assert answer.elements == [{"InvoiceNumber": "SH-1"}]
    assert (answer.limits, answer.correlation_id) == (Limits(minute=7), "c-1")


def test_a_refusal_of_elements_is_an_answer_not_an_error() -> None:
    refused = {"ErrorNumber": 10, "Elements": [{"ValidationErrors": [{"Message": "Invoice # must be unique."}]}]}

    answer = read_answer(INVOICES, reply(400, refused))

    assert (answer.status, answer.elements) == (400, refused["Elements"])


def test_a_key_used_with_another_request_is_looked_up_not_reported() -> None:
    message = "Idempotency Key: t1:4711 is used with a different request."

    with pytest.raises(OutcomeUnknown):
        read_answer(INVOICES, reply(400, {"Message": message}))


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=list(ENDPOINTS))
def test_a_missing_address_is_the_merchants_business_unless_it_was_to_be_removed(endpoint: Any) -> None:
    missing = reply(404, b"The resource you're looking for cannot be found", "text/html")

    if endpoint in REMOVALS:
        assert read_answer(endpoint, missing).elements == []
    else:
        with pytest.raises(NeedsMerchant, match="no longer has the document"):
            read_answer(endpoint, missing)


@pytest.mark.parametrize(
    "answer",
    [
        reply(204, b""),
        reply(200, b""),
        reply(200, {"AllocationId": "a", "IsDeleted": True}),
        reply(200, {"Allocations": [{"AllocationID": "a", "IsDeleted": True}]}),
    ],
)
def test_a_removal_may_be_confirmed_bare_wrapped_or_without_a_body(answer: Reply) -> None:
    elements = read_answer(ALLOCATION_REMOVALS, answer).elements

    assert all(element["IsDeleted"] for element in elements)


@pytest.mark.parametrize(
    ("answer", "refresh_first", "says"),
    [
        (reply(401, {"Detail": "TokenExpired"}), True, "no longer accepts"),
        (reply(401, {"Detail": "AuthorizationUnsuccessful"}, **SCOPE), False, "lacks a permission"),
        (reply(403, {"Detail": "insufficient"}, **SCOPE), False, "lacks a permission"),
        (reply(403, {"Detail": "AuthenticationUnsuccessful"}), False, "no longer connected"),
    ],
)
def test_only_a_stale_token_is_worth_a_refresh(answer: Reply, refresh_first: bool, says: str) -> None:
    with pytest.raises(NeedsReconnect, match=says) as raised:
        read_answer(INVOICES, answer)

    assert raised.value.refresh_first is refresh_first


def test_xeros_own_words_reach_the_merchant() -> None:
    with pytest.raises(NeedsMerchant, match="“You have reached your plan's limit”"):
        read_answer(INVOICES, reply(400, {"Message": "You have reached your plan's limit"}))
