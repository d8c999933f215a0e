"""Faults on cue: how the sandbox's Xero fails, and what is written all the same."""

import threading
from collections.abc import Iterator

import pytest
import requests

from embedded_app.sandbox.xero.faults import FaultKind
from tests.sandbox.xero_caller import QUIET, XeroCaller, messages


def put(xero: XeroCaller, number: str = "SH-1", *, seconds: float = 30, **headers: str) -> requests.Response:
    """A PUT of one invoice by a client that waits so many seconds for an answer."""
    return xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice(number)]}, timeout=seconds, **headers)


@pytest.fixture
def silence(xero: XeroCaller) -> Iterator[None]:
    """Where Xero keeps silent, it does until the test is over, however slow the client."""
    over = threading.Event()
    xero.books.faults.sleep = lambda seconds: over.wait(seconds) and None
    yield
    over.set()


def numbers(xero: XeroCaller) -> list[str]:
    """The numbers that are in the books."""
    with xero.books.lock:
        return [document.number for document in xero.organisation.documents()]


@pytest.mark.parametrize(
    ("kind", "problem", "retry_after"),
    [
        (FaultKind.RATE_MINUTE, "minute", "7"),
        (FaultKind.RATE_DAY, "day", "7"),
        (FaultKind.RATE_APP, "appminute", "7"),
        (FaultKind.RATE_CONCURRENT, "concurrent", None),
    ],
)
def test_a_429_of_each_kind_can_be_called_up(
    xero: XeroCaller, kind: FaultKind, problem: str, retry_after: str | None
) -> None:
    xero.books.faults.add(kind, seconds=7)

    answer = put(xero)

    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, problem)
    assert answer.headers.get("Retry-After") == retry_after
    assert put(xero).status_code == 200


def test_maintenance_is_plain_text(xero: XeroCaller) -> None:
    xero.books.faults.add("unavailable", calls=2)

    answers = [put(xero), put(xero), put(xero)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Content-Type"].startswith("text/plain")


def test_a_reset_writes_nothing(xero: XeroCaller) -> None:
    xero.books.faults.add("reset")

    with pytest.raises(requests.ConnectionError):
        put(xero)

    assert numbers(xero) == []


@pytest.mark.usefixtures("silence")
def test_silence_before_the_write_writes_nothing(xero: XeroCaller) -> None:
    xero.books.faults.add("timeout_before_write", seconds=60)

    with pytest.raises(requests.ReadTimeout):
        put(xero, seconds=0.25)

    assert numbers(xero) == []


@pytest.mark.usefixtures("silence")
def test_silence_after_the_write_leaves_the_document_and_its_kept_answer(xero: XeroCaller) -> None:
    xero.books.faults.add("timeout_after_write", seconds=60)

    with pytest.raises(requests.ReadTimeout):
        put(xero, seconds=0.25, Idempotency_Key="k")

    assert numbers(xero) == ["SH-1"]
    assert messages(put(xero, Idempotency_Key="k").json()["Invoices"][0]) == []


def test_a_late_write_comes_after_the_client_gave_up(xero: XeroCaller) -> None:
    slept: list[float] = []
    xero.books.faults.sleep = lambda seconds: slept.append(len(numbers(xero)))
    xero.books.faults.add("late_write", seconds=60)

    put(xero)

    assert (slept, numbers(xero)) == ([0], ["SH-1"])


def test_an_internal_error_is_kept_under_its_key(xero: XeroCaller) -> None:
    xero.books.faults.add("internal_error")

    statuses = [put(xero, Idempotency_Key=key).status_code for key in ("k", "k", "k2")]

    assert statuses == [500, 500, 200]


def test_one_element_of_a_batch_can_be_refused(xero: XeroCaller) -> None:
    xero.books.faults.add("validation", element=1, message="Not today.")

    answers = xero.put("Invoices", *(xero.invoice(f"SH-{number}") for number in (1, 2, 3)))

    assert [messages(answer) for answer in answers] == [[], ["Not today."], []]
    assert numbers(xero) == ["SH-1", "SH-3"]


def test_a_fault_waits_for_the_call_it_is_for(xero: XeroCaller) -> None:
    other = "00000000-0000-4000-8000-000000000000"
    for settings in ({"path": "/Payments"}, {"method": "GET"}, {"tenant": other}):
        xero.books.faults.add("unavailable", **settings)

    assert put(xero).status_code == 200
    assert xero.call("GET", "/Payments").status_code == 503


def test_faults_can_be_set_over_http(xero: XeroCaller) -> None:
    address = f"{xero.url}/sandbox/faults"

    added = requests.post(address, json={"kind": "unavailable", "path": "/connect/token"}, timeout=30)
    unknown = requests.post(address, json={"kind": "earthquake"}, timeout=30)

    assert (added.status_code, unknown.status_code) == (201, 400)
    assert requests.post(f"{xero.url}/connect/token", data={}, timeout=30).status_code == 503


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        (FaultKind.BAD_GATEWAY, 502, "text/html"),
        (FaultKind.FORBIDDEN_PAGE, 403, "text/html"),
        (FaultKind.UNAUTHORIZED, 401, "application/json"),
        (FaultKind.DISCONNECTED, 403, "application/json"),
        (FaultKind.REFUSED_WHOLE, 400, "application/json"),
    ],
)
def test_a_call_can_be_refused_as_a_whole(xero: XeroCaller, kind: FaultKind, status: int, content_type: str) -> None:
    xero.books.faults.add(kind)

    answer = put(xero)

    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, content_type)
    assert numbers(xero) == []
    assert b"Elements" not in answer.content


def test_a_call_can_be_refused_because_of_one_element_wherever_it_is_sent(xero: XeroCaller) -> None:
    xero.books.faults.add("refused_whole", calls=99, containing='"SH-2"', message="Something in it is wrong.")

    refused = xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice("SH-1"), xero.invoice("SH-2")]})
    taken = xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice("SH-3")]})

    assert (refused.status_code, refused.json()["Message"]) == (400, "Something in it is wrong.")
    assert (taken.status_code, numbers(xero)) == (200, ["SH-3"])


def test_a_fault_may_wait_for_a_call_of_several_elements(xero: XeroCaller) -> None:
    fault = xero.books.faults.add("refused_whole", elements=2)

    alone = xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice("SH-1")]})
    together = xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice("SH-2"), xero.invoice("SH-3")]})

    assert (alone.status_code, together.status_code, fault.hits) == (200, 400, 1)


def test_a_reset_after_the_write_leaves_the_document(xero: XeroCaller) -> None:
    xero.books.faults.add("reset_after_write")

    with pytest.raises(requests.ConnectionError):
        put(xero)

    assert numbers(xero) == ["SH-1"]


def test_an_answer_can_end_in_the_middle_of_a_written_document(xero: XeroCaller) -> None:
    xero.books.faults.add("half_answer")

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        put(xero)

    assert numbers(xero) == ["SH-1"]


@pytest.mark.parametrize("kind", [FaultKind.EMPTY_BODY, FaultKind.OVERSIZED_BODY, FaultKind.WRONG_CHARSET])
def test_a_written_document_can_be_answered_with_something_unreadable(xero: XeroCaller, kind: FaultKind) -> None:
    xero.books.faults.add(kind, size=5_000)

    answer = put(xero)

    assert (answer.status_code, numbers(xero)) == (200, ["SH-1"])
    assert {
        FaultKind.EMPTY_BODY: answer.content == b"",
        FaultKind.OVERSIZED_BODY: len(answer.content) > 5_000,
        FaultKind.WRONG_CHARSET: answer.content.decode("cp500").startswith("{"),
    }[kind]


def test_a_refresh_can_be_refused(xero: XeroCaller) -> None:
    xero.books.faults.add("invalid_grant", path="/connect/token")

    answer = requests.post(f"{xero.url}/connect/token", data={}, timeout=30)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_refused_element_is_counted_only_when_there_is_one(xero: XeroCaller) -> None:
    fault = xero.books.faults.add("validation", element=1)

    put(xero)
    assert fault.hits == 0

    xero.put("Invoices", xero.invoice("SH-2"), xero.invoice("SH-3"))
    assert (fault.hits, xero.books.faults.waiting) == (1, [])


def test_what_struck_is_counted_and_told_over_http(xero: XeroCaller) -> None:
    xero.books.faults.add("unavailable", skip=1)
    xero.books.faults.add("reset", path="/Payments")

    assert [put(xero).status_code for _ in range(3)] == [200, 503, 200]

    told = requests.get(f"{xero.url}/sandbox/faults", timeout=30).json()
    assert [(fault["kind"], fault["hits"]) for fault in told] == [("unavailable", 1), ("reset", 0)]
    assert xero.books.faults.struck() == {"unavailable": 1}
