"""Outgoing calls without sockets: a requests adapter that hands each request to a WSGI application of this process.

What the sandbox's own server does with a dropped connection (sandbox/serving.py) is done here, too: nothing came, or
the answer ended in the middle. `Line.passing` is called around each call; the world's seams hang there.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from wsgiref.types import WSGIApplication

import requests
import urllib3
from requests.adapters import BaseAdapter

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Line:
    """One host and who answers there. passing: entered before the call is carried out, left when it is answered."""

    application: WSGIApplication
    passing: Callable[[requests.PreparedRequest], AbstractContextManager[None]] = lambda request: nullcontext()


class WsgiAdapter(BaseAdapter):
    """Answers what is sent to the hosts in `lines`; there is no other network."""

    def __init__(self, lines: dict[str, Line]) -> None:
        super().__init__()
        self._lines = lines

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """The application's answer. Raises requests.ConnectionError where the application dropped the connection."""
        url = urlsplit(request.url or "")
        line = self._lines[url.netloc]
        with line.passing(request):
            return _answered(request, *_run(line.application, _environ(request)))

    def close(self) -> None:
        """There is nothing to close."""


def sessions(lines: dict[str, Line]) -> Callable[[], requests.Session]:
    """What makes the app's sessions: each talks to these hosts and to nobody else."""

    def session() -> requests.Session:
        made = requests.Session()
        made.trust_env = False
        adapter = WsgiAdapter(lines)
        made.mount("http://", adapter)
        made.mount("https://", adapter)
        return made

    return session


class _BrokenOff(io.BytesIO):
    """A body whose connection ends with it, although more was promised."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or self._end()

    def read1(self, size: int | None = -1) -> bytes:
        return super().read1(size) or self._end()

    def _end(self) -> bytes:
        raise ConnectionResetError("dropped on cue")


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    url = urlsplit(request.url or "")
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path, "latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = value
    return environ


def _run(application: WSGIApplication, environ: dict[str, Any]) -> tuple[str, Headers, io.BytesIO]:
    """Status, headers and body. Raises requests.ConnectionError where no answer came."""
    started: list[Any] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        started[:] = [status, headers]
        return lambda data: None

    pieces = bytearray()
    try:
        for piece in _closing(application(environ, start_response)):
            pieces += piece
    except ConnectionError as error:
        if not pieces:
            broken = urllib3.exceptions.ProtocolError("Connection aborted.", error)
            raise requests.ConnectionError(broken) from None
        return started[0], started[1], _BrokenOff(bytes(pieces))
    return started[0], started[1], io.BytesIO(bytes(pieces))


def _closing(answer: Any) -> Iterator[bytes]:
    try:
        yield from answer
    finally:
        getattr(answer, "close", lambda: None)()


def _answered(request: requests.PreparedRequest, status: str, headers: Headers, body: io.BytesIO) -> requests.Response:
    code, _, reason = status.partition(" ")
    raw = urllib3.HTTPResponse(
        body=body,
        headers=urllib3.HTTPHeaderDict(headers),
        status=int(code),
        reason=reason,
        preload_content=False,
        decode_content=False,
    )
    response = requests.Response()
    response.status_code = int(code)
    response.headers = requests.structures.CaseInsensitiveDict(headers)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.raw = raw
    response.reason = reason
    response.url = request.url or ""
    response.request = request
    return response
