"""Webhooks as a store sends them, as fast as they are answered or at a steady rate, each signed and built beforehand.

Raw sockets and ready bytes, so that the sender costs little of the machine it shares with the program.
"""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from embedded_app.channels.shopify.signature import sign

ANSWER_SECONDS = 30.0


@dataclass(slots=True)
class Heard:
    """What the answers were: seconds from sending to answer, and how many were not 200."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.seconds) / self.took


def webhook(url: str, secret: str, *, shop: str, order_id: str) -> bytes:
    """One signed webhook as the bytes of its HTTP request, with an id of its own."""
    target = urlsplit(url)
    body = json.dumps({"id": 1, "admin_graphql_api_id": order_id, "updated_at": "2026-11-24T11:59:58Z"}).encode()
    headers = {
        "Host": target.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": "2026-11-24T11:59:59.123456Z",
        "X-Shopify-Hmac-Sha256": sign(secret, body),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode() + body


def send_all(url: str, requests: Sequence[bytes], *, connections: int) -> Heard:
    """Send them over so many connections, each sending its next as soon as it was answered."""
    shares = [requests[at::connections] for at in range(connections)]
    began = time.monotonic()
    with ThreadPoolExecutor(connections) as threads:
        parts = list(threads.map(lambda share: _send(url, share), shares))
    return _together(parts, time.monotonic() - began)


def send_steadily(url: str, requests: Sequence[bytes], *, connections: int, per_second: float) -> Heard:
    """Send them at a steady rate, whatever the answers take; each one's seconds count from when it was due."""
    begin = time.monotonic() + 0.1
    due = [(begin + at / per_second, request) for at, request in enumerate(requests)]
    shares = [due[at::connections] for at in range(connections)]
    with ThreadPoolExecutor(connections) as threads:
        parts = list(threads.map(lambda share: _send_when_due(url, share), shares))
    return _together(parts, time.monotonic() - begin)


class _Connection:
    """One kept-alive connection, opened again when the server closed it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> bool:
        """Send one request; whether it was answered with 200."""
        for _ in range(2):
            if self._socket is None:
                self._socket = socket.create_connection(self._address, timeout=ANSWER_SECONDS)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._socket.sendall(request)
                answer = self._answer(self._socket)
            except ConnectionError:
                answer = b""
            if answer:
                return answer.startswith(b"HTTP/1.1 200")
            self._socket.close()  # it was idle for longer than the server keeps it
            self._socket = None
        return False

    def _answer(self, connection: socket.socket) -> bytes:
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = connection.recv(65536)
            if not part:
                return b""
            answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
        if b"connection: close" in head.lower():
            connection.close()
            self._socket = None
        return answer


def _send(url: str, requests: Sequence[bytes]) -> Heard:
    connection, heard = _Connection(url), Heard()
    for request in requests:
        began = time.monotonic()
        heard.refused += not connection.ask(request)
        heard.seconds.append(time.monotonic() - began)
    return heard


def _send_when_due(url: str, due: Sequence[tuple[float, bytes]]) -> Heard:
    connection, heard = _Connection(url), Heard()
    for moment, request in due:
        early = moment - time.monotonic()
        if early > 0:
            time.sleep(early)
        heard.refused += not connection.ask(request)
        heard.seconds.append(time.monotonic() - moment)
    return heard


def _together(parts: Sequence[Heard], took: float) -> Heard:
    return Heard(
        seconds=[one for part in parts for one in part.seconds],
        refused=sum(part.refused for part in parts),
        took=took,
    )
