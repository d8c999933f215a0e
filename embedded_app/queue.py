"""Wake-ups: jobs that are written in the caller's transaction and run by a worker after it committed.

Owed work is rows (open deliveries, due dispatches); a job only says that some rows want looking at, so losing one
costs time and never work: the sweep wakes again what is owed. This module is all that the rest of the program knows of
Procrastinate on the writing side; jobs.py is the reading side.
"""

from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

# It never opens a connection of its own: every wake-up is written on the connection of the caller's session.
_writer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

# Served by the partial unique index procrastinate_jobs_queueing_lock_idx_v1.
_WAITING_JOB = text("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'")


def wake(session: Session | scoped_session[Any], task_name: str, key: str | int, *, queue: str | None = None) -> bool:
    """Have `task_name` run for `key` (a store's or an organisation's id) once the session's transaction is committed.

    At most one job waits for each task and key, and at most one runs. Returns False when one is waiting already: it
    will read what this transaction writes, or the sweep will. The queue has the task's name unless another is given.
    """
    lock = f"{task_name}:{key}"
    if session.execute(_WAITING_JOB, {"lock": lock}).first() is not None:
        return False
    try:
        with session.begin_nested():
            # Fetched inside: before begin_nested() no SAVEPOINT would have been sent on it, a clash would abort the
            # caller's transaction, and its COMMIT would silently become a ROLLBACK.
            connection = session.connection().connection.driver_connection
            _writer.configure_task(
                task_name,
                queue=queue or task_name,
                lock=lock,
                queueing_lock=lock,
                connection=connection,
            ).defer(key=key)
    except AlreadyEnqueued:
        # Another transaction woke the same key since the read above. Only the savepoint is undone.
        return False
    return True
