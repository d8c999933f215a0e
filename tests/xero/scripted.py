"""A server that answers with exact bytes, or not at all: for what no well-behaved server would do."""

import contextlib
import json
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

SILENCE = b""  # hold the connection without a word


def answer(status: int, body: bytes | dict[str, Any] | list[Any] = b"", **headers: str) -> bytes:
    """A whole HTTP answer; a dict or list goes out as JSON. Header names are written with _ for -."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content_Type": "application/json", "Content_Length": str(len(text)), "Connection": "close", **headers}
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name.replace('_', '-')}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


@dataclass
class ScriptedServer:
    """Answers one connection after another with the scripted bytes, and keeps what it was sent."""

    script: tuple[bytes, ...]
    requests: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread if it waits for one more connection
        self._socket.close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens; stays valid, refusing connections, after the server has ended."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def _port(self) -> int:
        if not hasattr(self, "_known_port"):
            self._known_port: int = self._socket.getsockname()[1]
        return self._known_port

    def _run(self) -> None:
        for scripted in self.script:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.requests.append(_read_request(connection))
                if scripted is SILENCE:
                    connection.recv(1)  # until the client gives up
                else:
                    connection.sendall(scripted)


def _read_request(connection: socket.socket) -> bytes:
    connection.settimeout(30)
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
    while len(body) < (lengths[0] if lengths else 0):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
