"""Wake-ups commit and vanish with the caller's rows, and a clash never takes those rows with it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from embedded_app.db import db
from embedded_app.models import Tally
from embedded_app.queue import wake, wake_at

LATER = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
NUDGES = text(
    "SELECT queue_name, lock, args, scheduled_at FROM procrastinate_jobs WHERE task_name = 'nudge' ORDER BY id"
)
WAITING = text("SELECT task_name, queue_name, lock, queueing_lock, args FROM procrastinate_jobs WHERE status = 'todo'")


def count_something(app: Flask, name: str) -> None:
    db.session.add(Tally(name=name, day=app.extensions["crossfoot.clock"].now().date(), count=1))


@pytest.fixture
def other(app: Flask) -> Iterator[Session]:
    """A session of somebody else, on a connection of its own."""
    with app.app_context(), Session(db.engine) as session:
        yield session


def test_a_wake_up_is_written_with_the_callers_rows(app: Flask, session: scoped_session[Session]) -> None:
    count_something(app, "with a wake-up")

    assert wake(session, "gather", 7) is True
    session.commit()

    assert session.execute(WAITING).all() == [("gather", "gather", "gather:7", "gather:7", {"key": 7})]
    assert session.query(Tally).count() == 1


def test_a_wake_up_is_undone_with_the_callers_rows(app: Flask, session: scoped_session[Session]) -> None:
    count_something(app, "undone")
    wake(session, "gather", 7)

    session.rollback()

    assert session.execute(WAITING).all() == []


def test_one_waiting_job_is_enough_for_each_task_and_key(session: scoped_session[Session]) -> None:
    woken = [
        wake(session, "gather", 7),
        wake(session, "gather", 7),
        wake(session, "gather", 8),
        wake(session, "post", 7),
    ]
    session.commit()

    assert woken == [True, False, True, True]
    assert len(session.execute(WAITING).all()) == 3


def test_the_callers_rows_survive_a_clash_with_another_transaction(
    app: Flask, session: scoped_session[Session], other: Session
) -> None:
    wake(other, "gather", 7)
    count_something(app, "in the clash")
    session.flush()
    # The other commits while we wait for it: our look-up saw no waiting job, our insert meets the one it left.
    threading.Timer(0.3, other.commit).start()

    woken = wake(session, "gather", 7)
    session.commit()

    assert woken is False
    assert other.query(Tally).filter_by(name="in the clash").count() == 1
    assert len(session.execute(WAITING).all()) == 1


def test_rows_written_after_a_clash_are_committed_too(
    app: Flask, session: scoped_session[Session], other: Session
) -> None:
    wake(other, "gather", 7)
    threading.Timer(0.3, other.commit).start()

    wake(session, "gather", 7)
    count_something(app, "after the clash")
    session.commit()

    assert other.query(Tally).filter_by(name="after the clash").count() == 1


def test_a_later_wake_up_is_a_small_job_that_leaves_the_tasks_own_lock_free(
    session: scoped_session[Session],
) -> None:
    wake_at(session, "beyond", 7, LATER, queue="gather")
    session.commit()

    args = {"task_name": "beyond", "key": 7, "work_queue": "gather"}
    assert session.execute(NUDGES).all() == [("sweep", None, args, LATER)]
    assert wake(session, "beyond", 7, queue="gather") is True


def test_of_several_later_wake_ups_the_last_one_counts(session: scoped_session[Session]) -> None:
    for minutes in (5, 9, 2):
        wake_at(session, "post", 7, LATER + timedelta(minutes=minutes))
        session.commit()
    wake_at(session, "post", 8, LATER)
    session.commit()

    assert [row.scheduled_at for row in session.execute(NUDGES)] == [LATER + timedelta(minutes=2), LATER]


def test_a_later_wake_up_is_undone_with_the_callers_rows(session: scoped_session[Session]) -> None:
    wake_at(session, "post", 7, LATER)

    session.rollback()

    assert session.execute(NUDGES).all() == []
