"""One HTTP request and its answer, bounded in time and size, never repeated and never redirected.

What went wrong is told apart by the only thing that matters for money: whether the request can have reached Xero.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import requests
import urllib3
from requests.auth import AuthBase

USER_AGENT = "Crossfoot/1"  # without one, Xero's edge answers with a 403 page
# 50 invoices come back two to three times as long as they went out, and they may go out at 3.5 MB.
LARGEST_BODY = 16 * 1024 * 1024
BODY_SECONDS = 30.0  # for the whole body: the read timeout of requests starts anew with every byte
_PIECE = 64 * 1024

Timeout = tuple[float, float]


class NeverSent(Exception):
    """No connection was made; the request cannot have been carried out."""


class Broken(Exception):
    """The request may have arrived; the answer did not, or not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer read to its end. `headers` finds names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether it says so itself; Xero's errors may be HTML or plain text."""
        return "json" in self.headers.get("Content-Type", "").lower()

    @property
    def correlation_id(self) -> str | None:
        """Xero's name for the call."""
        return self.headers.get("Xero-Correlation-Id")


class Bearer(AuthBase):
    """Authorization by access token. As an auth object, since a .netrc entry would replace a header set by hand."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    *,
    auth: AuthBase | tuple[str, str],
    headers: Mapping[str, str],
    timeout: Timeout,
    params: Sequence[tuple[str, str]] = (),
    body: bytes | None = None,
    body_seconds: float = BODY_SECONDS,
) -> Reply:
    """Send once. Raises NeverSent or Broken; any status is an answer. timeout: seconds to connect, between bytes."""
    every_call = {"Accept": "application/json", "User-Agent": USER_AGENT}
    try:
        with session.request(
            method,
            url,
            params=list(params),
            data=body,
            headers={**every_call, **headers},
            auth=auth,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            return Reply(
                status=response.status_code, headers=response.headers, body=_whole_body(response, body_seconds)
            )
    except requests.ConnectionError as error:
        if _before_sending(error):
            raise NeverSent(type(error).__name__) from None
        raise Broken(type(error).__name__) from None
    except (requests.Timeout, urllib3.exceptions.HTTPError) as error:
        # Names only: these errors carry the request, and the request carries tokens.
        raise Broken(type(error).__name__) from None


def _whole_body(response: requests.Response, seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    pieces = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=True):
        pieces += piece
        if len(pieces) > LARGEST_BODY:
            raise Broken(f"the answer is longer than {LARGEST_BODY} bytes")
        if time.monotonic() > deadline:
            raise Broken(f"the answer took longer than {seconds:.0f} s")
    return bytes(pieces)


def _before_sending(error: requests.ConnectionError) -> bool:
    """Connection refused, host unknown, or no connection in time; a connection lost afterwards is none of these."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)
