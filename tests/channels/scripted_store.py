"""A store on this machine that answers by script, for what the sandbox's own store would not say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from embedded_app.channels import StoreAccess


@dataclass
class Reply:
    """One scripted answer. body: JSON unless bytes. delay_seconds: silence before it."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0


class ScriptedStore:
    """Answers each POST by `answer(path, request body)` and keeps what it was asked."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Reply]) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.origin = ""

    @property
    def access(self) -> StoreAccess:
        """Access to this store's admin API."""
        return StoreAccess(
            domain="alice.myshopify.com", origin=self.origin, access_token="shpat_alice", api_version="2026-10"
        )

    def operations(self) -> list[str]:
        """The names of the queries asked, in order."""
        return [body["query"].split("(")[0].removeprefix("query ").strip() for body in self.asked]


def in_turn(*replies: Reply) -> Callable[[str, dict[str, Any]], Reply]:
    """Give the replies one after the other, whatever is asked."""
    waiting = iter(replies)
    return lambda path, body: next(waiting)


@contextmanager
def serving(answer: Callable[[str, dict[str, Any]], Reply]) -> Iterator[ScriptedStore]:
    """Serve the script on a free port of this machine."""
    store = ScriptedStore(answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
    store.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(store: ScriptedStore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            store.asked.append(asked)
            store.headers.append(dict(self.headers))
            reply = store.answer(self.path, asked)
            time.sleep(reply.delay_seconds)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body, default=float).encode()
            self.send_response(reply.status)
            for name, value in ({"Content-Length": str(len(body))} | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client stopped reading, as some tests want

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler
