"""Answers that break on the wire: a connection that is reset, and one that ends in the middle of an answer."""

from collections.abc import Iterator
from typing import NoReturn

from flask import Response


def dropped() -> Response:
    """A response that ends its connection instead of answering: the server resets it while collecting the body."""

    def no_body() -> Iterator[bytes]:
        yield _drop()

    return Response(no_body())


def half(answer: Response) -> Response:
    """The same answer, whose connection ends after half of its body although its length promises all of it."""
    body = answer.get_data()

    def half_body() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        _drop()

    cut = Response(half_body(), answer.status_code, headers=dict(answer.headers))
    cut.headers["Content-Length"] = str(len(body))
    return cut


def _drop() -> NoReturn:
    raise ConnectionResetError("dropped on cue")
