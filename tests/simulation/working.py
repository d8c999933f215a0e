"""The program's jobs under a simulated scheduler: whichever waits is run, in an order drawn from the step's seed.

The same tasks as jobs.py registers, each as its worker would run it: one that says that work is left is woken again,
one whose process dies is gone, and the sweep must find what it left. What goes by the clock is run when the world's
clock has passed its moment.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import text

from embedded_app import jobs, pipeline
from embedded_app.db import db
from embedded_app.queue import wake
from tests.simulation.seams import Killed
from tests.simulation.worlds import World

STEPS: dict[str, Callable[[int], bool]] = {
    "gather": pipeline.gather,
    "post": pipeline.send,
    "beyond": pipeline.beyond,
    "catch_up": pipeline.catch_up,
    "upkeep": pipeline.upkeep,
    "alert": pipeline.alert,
    "dry_run": pipeline.dry_run,
    "import_orders": pipeline.import_orders,
}
FIVE_MINUTES, HOUR = 300, 3600
# A script asks for far less; a loop in the program ends here.
MOST_JOBS = 400

# In the order they were woken.
_WAITING = text(
    "SELECT id, task_name, args ->> 'key' AS key, queue_name FROM procrastinate_jobs"
    " WHERE status = 'todo' AND queue_name = ANY(:queues) ORDER BY id"
)
_TAKEN = text("DELETE FROM procrastinate_jobs WHERE id = :id")

Job = tuple[int, str, int, str]  # id, task, key, queue


class NeverQuiet(AssertionError):
    """The jobs wake each other without end."""


def tick(world: World) -> None:
    """Let the clock's own tasks run that are due since the last tick: the sweep always."""
    before, world.last_tick = world.last_tick, world.our_clock.now()
    due: list[tuple[str, Callable[[], object]]] = [("nudge", lambda: _nudge(world.our_clock.now()))]
    if _passed(before, world.last_tick, FIVE_MINUTES):
        due.append(("five_minutes", pipeline.five_minutes))
    if _passed(before, world.last_tick, HOUR):
        due.append(("hourly", pipeline.hourly))
    for name, task in [*due, ("sweep", pipeline.sweep)]:
        run(world, name, task)


def work(world: World, draw: random.Random, most: int = MOST_JOBS) -> int:
    """Run up to so many of the waiting jobs, each drawn from all that wait; returns how many were run."""
    for done in range(most):
        job = _taken(world, draw)
        if job is None:
            return done
        _run_job(world, job)
    return most


def run(world: World, name: str, task: Callable[[], object]) -> None:
    """Run one task in a context of its own. Where its process dies, it is gone, and the others live on."""
    with world.app.app_context(), world.seams.working(name):
        with suppress(Killed):
            task()
    world.worked_at = world.clock.now()


def _run_job(world: World, job: Job) -> None:
    """Run one job; while it runs, no other of its task and key does: its lock is held."""
    world.running.append(job[1:3])
    try:
        run(world, job[1], lambda: _step(job))
    finally:
        world.running.remove(job[1:3])


def _step(job: Job) -> None:
    _, task, key, queue = job
    if STEPS[task](key):
        wake(db.session, task, key, queue=queue)
        db.session.commit()


def _taken(world: World, draw: random.Random) -> Job | None:
    """One of the jobs that wait and are not worked on, which then waits no more; None where there is none."""
    # As a session of its own would see them, but without a transaction: this is the scheduler's, and passes no seam.
    with world.app.app_context(), db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as queue:
        found = queue.execute(_WAITING, {"queues": list(jobs.WORKER_QUEUES)}).all()
        waiting = [(row.id, row.task_name, int(row.key), row.queue_name) for row in found]
        waiting = [job for job in waiting if job[1:3] not in world.running]
        if not waiting:
            return None
        job = draw.choice(waiting)
        queue.execute(_TAKEN, {"id": job[0]})
    return job


def _nudge(now: datetime) -> None:
    due = "DELETE FROM procrastinate_jobs WHERE task_name = 'nudge' AND scheduled_at <= :now RETURNING id, args"
    for _, args in sorted(db.session.execute(text(due), {"now": now}).all()):
        wake(db.session, args["task_name"], args["key"], queue=args["work_queue"])
    db.session.commit()


def _passed(before: datetime, after: datetime, seconds: int) -> bool:
    """Whether a round moment of the clock lies between; also where the clock was set back over one."""
    return int(before.timestamp() // seconds) != int(after.timestamp() // seconds)
