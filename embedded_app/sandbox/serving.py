"""Serves a WSGI application on this machine: threads, HTTP/1.1 keep-alive, no delayed packets.

Werkzeug's own development server closes every connection and waits 10 ms after each answer to drain it; clients that
keep connections open, as ours do, would measure the server instead of themselves. So this is a small server of our
own on `http.server`. It reads each request's body whole before the application runs and sends each answer as one
write, with Nagle's algorithm off: otherwise the client's delayed acknowledgement costs 40 ms per call.
"""

import io
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit
from wsgiref.types import StartResponse, WSGIApplication

MAX_BODY_BYTES = 32 * 1024 * 1024  # More than either sandbox accepts: the application must be the one to refuse.
IDLE_SECONDS = 60


class _Handler(BaseHTTPRequestHandler):
    """One kept-alive connection; every method runs the application."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: "_Server"

    def _run(self) -> None:
        body = self._read_body()
        if body is None:
            return
        started: list[Any] = []

        def start_response(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
        ) -> Callable[[bytes], object]:
            started[:] = [status, headers]
            return lambda data: None

        chunks: list[bytes] = []
        try:
            _collect(self.server.application, self._environ(body), start_response, chunks)
        except ConnectionError:  # The application asked for a dropped connection (a fault on cue).
            if chunks:
                self.close_connection = True
                self._send(started[0], started[1], b"".join(chunks), length=_promised(started[1]))
            else:
                self._reset()
            return
        self._send(started[0], started[1], b"".join(chunks))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _run

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(
                "411 Length Required", [("Content-Type", "text/plain")], b"Send Content-Length, at most 32 MB.\n"
            )
            return None
        return self.rfile.read(int(length))

    def _environ(self, body: bytes) -> dict[str, Any]:
        url = urlsplit(self.path)
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(url.path, "latin-1"),
            "QUERY_STRING": url.query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if key not in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes, *, length: int | None = None) -> None:
        """Send an answer as one write. length: what it promises, where it ends before that."""
        lines = [f"HTTP/1.1 {status}"]
        if not any(name.lower() == "date" for name, _ in headers):
            lines.append(f"Date: {self.date_time_string()}")
        lines += [f"{name}: {value}" for name, value in headers if name.lower() not in ("content-length", "connection")]
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        lines.append(f"Connection: {'close' if self.close_connection else 'keep-alive'}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def _reset(self) -> None:
        """End the connection with a TCP reset, so that the client learns nothing about its request."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def handle(self) -> None:
        """Handle the connection; a client that goes away is no event."""
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def finish(self) -> None:
        """Close the streams; after a reset there is nothing left to flush."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # the base class's own name
        """Stay quiet: the demo's terminal belongs to the orders."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    application: WSGIApplication


def _collect(
    application: WSGIApplication, environ: dict[str, Any], start_response: StartResponse, chunks: list[bytes]
) -> None:
    """Run the application and put its answer's body into `chunks`, as far as it comes."""
    answer: Iterable[bytes] = application(environ, start_response)
    try:
        chunks.extend(answer)  # What came before an exception stays.
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _promised(headers: list[tuple[str, str]]) -> int | None:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), None)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in its own thread. `url` has no trailing slash; `stop()` returns when the port is free again."""

    url: str
    port: int
    _server: _Server
    _thread: threading.Thread

    def stop(self) -> None:
        """Stop accepting, close the listening socket and wait (at most 5 s) for the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def serve(application: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """Serve `application` until `stop()`; port 0 takes a free one.

    Raises OSError when the port is taken.
    """
    server = _Server((host, port), _Handler)
    server.application = application
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    bound_port = int(server.server_address[1])
    return RunningServer(f"http://{host}:{bound_port}", bound_port, server, thread)
