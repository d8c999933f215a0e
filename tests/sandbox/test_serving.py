"""The small server under both sandboxes."""

import http.client
import time
from collections.abc import Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests

from embedded_app.sandbox.serving import RunningServer, serve


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answers what it was sent: method, path, query and body, but fails on /broken and drops on /dropped."""
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError("on purpose")
    if environ["PATH_INFO"] == "/dropped":
        raise ConnectionResetError
    start_response("200 OK", [("Content-Type", "text/plain")])
    told = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ['QUERY_STRING']} "
    return [told.encode(), environ["wsgi.input"].read()]


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """The application above on a free port."""
    running = serve(application)
    yield running
    running.stop()


def test_a_connection_is_kept_for_many_requests(server: RunningServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    connection.request("POST", "/a?x=1", b"unread by nobody")
    first, kept = connection.getresponse().read(), connection.sock
    connection.request("PUT", "/b")
    second = connection.getresponse().read()

    assert (first, second) == (b"POST /a x=1 unread by nobody", b"PUT /b  ")
    assert connection.sock is kept
    connection.close()


def test_twenty_requests_wait_for_no_delayed_acknowledgement(server: RunningServer) -> None:
    with requests.Session() as session:
        started = time.perf_counter()
        for _ in range(20):
            session.post(server.url, data=b"x" * 5000, timeout=30)

    assert time.perf_counter() - started < 20 * 0.040


def test_a_dropped_connection_is_no_answer_and_the_server_goes_on(server: RunningServer) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/dropped", timeout=30)

    assert requests.get(f"{server.url}/next", timeout=30).text == "GET /next  "


def test_a_failing_application_closes_the_connection_and_says_why(
    server: RunningServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/broken", timeout=30)

    assert "on purpose" in capfd.readouterr().err


def test_a_body_of_unknown_length_is_refused(server: RunningServer) -> None:
    answer = requests.post(server.url, data=iter([b"a", b"b"]), timeout=30)

    assert answer.status_code == 411


def test_a_taken_port_is_an_error(server: RunningServer) -> None:
    with pytest.raises(OSError):
        serve(application, port=server.port)


def test_a_stopped_server_frees_its_port() -> None:
    first = serve(application)
    first.stop()

    second = serve(application, port=first.port)
    second.stop()

    assert second.port == first.port
