"""How many statements a page sends to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

from flask import Flask
from sqlalchemy import event

from embedded_app.db import db
from tests.web.opening import Opener


def statements(app: Flask, opener: Opener, path: str) -> list[str]:
    """What one opening of a page sends."""
    bare, _, query = path.partition("?")
    with counting(app) as made:
        assert opener.open(bare, **dict(parse_qsl(query))).status_code == 200, path
    return made


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    made: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        made.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield made
    event.remove(engine, "before_cursor_execute", note)
