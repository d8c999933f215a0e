"""Platforms that answer as they are told, without sockets: the app's own session, and what it is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

import requests

from embedded_app.outgoing import Outgoing
from tests.simulation.wires import Line, WsgiAdapter

HOST = "platform.example"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Script:
    """A WSGI application that gives these answers one after the other, and then the last one for good."""

    def __init__(self, *answers: Said) -> None:
        self._answers = list(answers)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        start_response(f"{answer.status} Said", list(answer.headers.items()))
        return [answer.body]


class Tape:
    """A WSGI application around another one, which keeps the bodies of its answers."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self.bodies.append(b"".join(self._application(environ, start_response)))
        return [self.bodies[-1]]


def session_to(application: WSGIApplication) -> requests.Session:
    """A session as production makes it, which reaches this application alone, at https://HOST."""
    session = Outgoing()
    session.trust_env = False
    session.mount("https://", WsgiAdapter({HOST: Line(application)}))
    return session
