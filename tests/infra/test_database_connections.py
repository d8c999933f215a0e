"""Connections that the server has closed meanwhile are replaced before anything is asked on them."""

from __future__ import annotations

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from embedded_app.config import Config
from embedded_app.db import db

BACKEND = text("SELECT pg_backend_pid()")


def test_a_connection_that_the_server_has_closed_is_replaced_unnoticed(
    config: Config, session: scoped_session[Session]
) -> None:
    closed = session.scalars(BACKEND).one()
    session.commit()
    with psycopg.connect(config.libpq_url, autocommit=True) as other:
        # Waits until the backend is gone.
        assert other.execute("SELECT pg_terminate_backend(%s, 10000)", [closed]).fetchone() == (True,)

    assert session.scalars(BACKEND).one() != closed


def test_a_connection_that_is_as_it_was_left_is_used_again(session: scoped_session[Session]) -> None:
    db.engine.dispose()  # of several, the one that waited longest would be used next
    first = session.scalars(BACKEND).one()
    session.commit()

    assert session.scalars(BACKEND).one() == first
