"""Faults on cue: how the sandbox's Xero fails, and what is written all the same."""

import pytest
import requests

from embedded_app.sandbox.xero.faults import FaultKind
from tests.sandbox.xero_caller import QUIET, XeroCaller, messages


def put(xero: XeroCaller, number: str = "SH-1", **headers: str) -> requests.Response:
    """A PUT of one invoice by a client that waits a quarter of a second."""
    return xero.call("PUT", f"/Invoices{QUIET}", {"Invoices": [xero.invoice(number)]}, timeout=0.25, **headers)


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


def test_silence_before_the_write_writes_nothing(xero: XeroCaller) -> None:
    xero.books.faults.add("timeout_before_write", seconds=0.4)

    with pytest.raises(requests.ReadTimeout):
        put(xero)

    assert numbers(xero) == []


def test_silence_after_the_write_leaves_the_document_and_its_kept_answer(xero: XeroCaller) -> None:
    xero.books.faults.add("timeout_after_write", seconds=0.4)

    with pytest.raises(requests.ReadTimeout):
        put(xero, Idempotency_Key="k")

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

    added = requests.post(address, json={"kind": "unavailable", "path": "/connect/token"}, timeout=5)
    unknown = requests.post(address, json={"kind": "earthquake"}, timeout=5)

    assert (added.status_code, unknown.status_code) == (201, 400)
    assert requests.post(f"{xero.url}/connect/token", data={}, timeout=5).status_code == 503
