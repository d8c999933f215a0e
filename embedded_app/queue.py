"""Wake-ups: jobs that are written in the caller's transaction and run by a worker after it committed.

Owed work is rows (open deliveries, due dispatches); a job only says that some rows want looking at, so losing one
costs time and never work: the sweep wakes again what is owed. This module is all that the rest of the program knows of
Procrastinate on the writing side; jobs.py is the reading side.
"""

from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import ColumnElement, Text, column, func, literal, literal_column, select, table, text
from sqlalchemy.orm import Session, scoped_session

# It never opens a connection of its own: every wake-up is written on the connection of the caller's session.
_writer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

# What goes round all stores by the clock waits behind what has just happened in one of them: with two hundred stores,
# each round would else hold every webhook up until all of them were asked.
ROUNDS = frozenset({"alert", "beyond", "catch_up", "dry_run", "import_orders", "upkeep"})

# Served by the partial unique index procrastinate_jobs_queueing_lock_idx_v1.
_WAITING_JOB = text("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'")
_MOVED = text(
    "UPDATE procrastinate_jobs SET scheduled_at = :at WHERE queueing_lock = :lock AND status = 'todo' RETURNING id"
)


def is_waiting(task_name: str, key: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a job waits for `task_name` and this key, to be asked along with what another statement does."""
    of_key = _JOBS.c.queueing_lock == func.concat(literal(f"{task_name}:"), key)
    return select(literal(1)).where(of_key, _JOBS.c.status == literal_column("'todo'")).exists()


_JOBS = table("procrastinate_jobs", column("queueing_lock", Text), column("status"))


def wake(
    session: Session | scoped_session[Any],
    task_name: str,
    key: str | int,
    *,
    queue: str | None = None,
    has_looked: bool = False,
) -> bool:
    """Have `task_name` run for `key` (a store's or an organisation's id) once the session's transaction is committed.

    At most one job waits for each task and key, and at most one runs. Returns False when one is waiting already: it
    will read what this transaction writes, or the sweep will. The queue has the task's name unless another is given.
    has_looked: the caller has asked is_waiting just now, and none was.
    """
    lock = f"{task_name}:{key}"
    if not has_looked and session.execute(_WAITING_JOB, {"lock": lock}).first() is not None:
        return False
    priority = -1 if task_name in ROUNDS else 0
    return _defer(
        session,
        {"key": key},
        name=task_name,
        queue=queue or task_name,
        lock=lock,
        queueing_lock=lock,
        priority=priority,
    )


def wake_at(
    session: Session | scoped_session[Any],
    task_name: str,
    key: str | int,
    at: datetime,
    *,
    queue: str | None = None,
) -> None:
    """Have `task_name` woken for `key` at that moment, once the session's transaction is committed.

    For work that was put off until then: not_before on the row is what counts, and the sweep finds it too; this only
    saves waiting for the sweep. The task itself is not scheduled, for its queueing lock would swallow every wake-up
    until then: a small job "nudge" with a lock of its own is, at most one for each task and key. The latest moment
    given is the one that counts, as it is on the row.
    """
    lock = f"nudge:{task_name}:{key}"
    if session.execute(_MOVED, {"lock": lock, "at": at}).first() is not None:
        return
    args = {"task_name": task_name, "key": key, "work_queue": queue or task_name}
    _defer(session, args, name="nudge", queue="sweep", lock=None, queueing_lock=lock, schedule_at=at)


def _defer(session: Session | scoped_session[Any], args: dict[str, Any], *, name: str, **options: Any) -> bool:
    """Write the job on the session's connection; False where another transaction has just written its twin."""
    try:
        with session.begin_nested():
            # Fetched inside: before begin_nested() no SAVEPOINT would have been sent on it, a clash would abort the
            # caller's transaction, and its COMMIT would silently become a ROLLBACK.
            connection = session.connection().connection.driver_connection
            _writer.configure_task(name, connection=connection, **options).defer(**args)
    except AlreadyEnqueued:
        # Another transaction did since the caller looked. Only the savepoint is undone.
        return False
    return True
