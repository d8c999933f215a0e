"""The worker's side of the queue: which work each job does, how jobs fail, and how those of dead workers are rescued.

    gather(key)   takes in what a store told us         queue "gather"
    post(key)     sends what an organisation is owed    queue "post"
    beyond(key)   reads a store's gift cards            queue "gather"
    catch_up(key) lists what changed in a store         queue "gather"
    alert(key)    tells a merchant by mail              queue "gather"
    dry_run(key)  adds up what a mapping would change   queue "gather"
    import_orders(key)  posts what was sold before      queue "gather"
    upkeep(key)   keeps access and subscriptions alive  queue "gather"
    sweep         wakes whatever is owed                queue "sweep", every 10 s
    nudge         wakes one of the above, later         queue "sweep", at its moment
    five_minutes  wakes "catch_up" and "alert"          queue "sweep", every five minutes
    hourly        wakes "beyond" and "upkeep"           queue "sweep", every hour
    rescue        frees jobs of dead workers            queue "sweep", every 10 s
    tidy          deletes jobs that ended badly         queue "sweep", every hour

The rows are the truth, so a job may fail or vanish: no task takes retry= and none lets an exception out. (Procrastinate
leaves a task that fails with retry= "doing" for good when its twin waits.) Finished jobs are deleted as they end.
"""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import procrastinate
import structlog
from flask import Flask
from procrastinate.exceptions import UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from embedded_app.config import Config
from embedded_app.db import CONNECT_TIMEOUT_SECONDS, POOL_TIMEOUT_SECONDS, db
from embedded_app.queue import wake

WORKER_QUEUES = ("gather", "post")
SWEEPER_QUEUES = ("sweep",)
HEARTBEAT_SECONDS = 5.0
STALLED_AFTER_SECONDS = 20.0
# A waiting job whose twin has just ended is announced to nobody (Procrastinate notifies on insert only), nor is a
# rescued one: the poll finds them.
POLLING_SECONDS = 0.5
BURST_PAUSE_SECONDS = 0.2
REMEMBERED_ENDS = 1000
KEEP_FAILED_JOBS_HOURS = 24
# Cron with a sixth field, which Procrastinate reads as seconds.
EVERY_TEN_SECONDS = "* * * * * */10"
EVERY_FIVE_MINUTES = "*/5 * * * *"
EVERY_HOUR = "17 * * * *"
EVERY_HOUR_LATER = "41 * * * *"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the jobs do; each call lasts at most some 5 s, and True says that work is left."""

    gather: Callable[[int], bool]  # store id
    post: Callable[[int], bool]  # organisation id
    beyond: Callable[[int], bool]  # store id
    catch_up: Callable[[int], bool]  # store id
    upkeep: Callable[[int], bool]  # store id
    alert: Callable[[int], bool]  # store id
    dry_run: Callable[[int], bool]  # store id
    import_orders: Callable[[int], bool]  # store id
    sweep: Callable[[], object]
    five_minutes: Callable[[], object]
    hourly: Callable[[], object]


def run_worker(app: Flask, work: Work, *, queues: tuple[str, ...], concurrency: int, wait: bool = True) -> None:
    """Run jobs of `queues`, at most `concurrency` at once, until SIGTERM or SIGINT; then finish those begun.

    With `wait` false it returns once nothing waits. Returns when the database goes away as well: the supervisor, or the
    host, starts the worker again.
    """
    asyncio.run(_run(app, work, queues=queues, concurrency=concurrency, wait=wait))


async def _run(app: Flask, work: Work, *, queues: tuple[str, ...], concurrency: int, wait: bool) -> None:
    # The default pool has cores + 4 threads, which would silently cap the concurrency.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency + 2, thread_name_prefix="job"))
    jobs = job_app(app, work, connections=concurrency + 2)
    async with jobs.open_async():
        await jobs.run_worker_async(
            queues=list(queues),
            concurrency=concurrency,
            wait=wait,
            fetch_job_polling_interval=POLLING_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
            delete_jobs="successful",
            worker_middleware=[JobRunner()],
        )


def job_app(app: Flask, work: Work, *, connections: int = 2) -> procrastinate.App:
    """A Procrastinate app with all tasks registered and a connector of its own, which is opened after any fork.

    Every worker starts the periodic tasks when they are due (the database sees to it that each is started once), also
    those that do not run them. Without any, Procrastinate stops watching its own side tasks: a worker whose heartbeat
    and LISTEN broke would live on, taken for dead, and its jobs would be run twice.
    """
    config: Config = app.extensions["crossfoot.config"]
    jobs = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=config.libpq_url,
            kwargs={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
            timeout=POOL_TIMEOUT_SECONDS,
            min_size=1,
            max_size=connections,
        )
    )
    for name, queue, step in (
        ("gather", "gather", work.gather),
        ("beyond", "gather", work.beyond),
        ("catch_up", "gather", work.catch_up),
        ("upkeep", "gather", work.upkeep),
        ("alert", "gather", work.alert),
        ("dry_run", "gather", work.dry_run),
        ("import_orders", "gather", work.import_orders),
        ("post", "post", work.post),
    ):
        jobs.task(name=name, queue=queue)(functools.partial(_work_on, app, name, queue, step))
    sweep, five_minutes, hourly = (
        jobs.task(name=name, queue="sweep", lock=name, queueing_lock=name)(functools.partial(_sweep, app, step))
        for name, step in (("sweep", work.sweep), ("five_minutes", work.five_minutes), ("hourly", work.hourly))
    )
    jobs.task(name="nudge", queue="sweep")(functools.partial(_nudge, app))
    # No lock on rescue: it would be held by the very job that nobody else could free.
    rescuer = jobs.task(name="rescue", queue="sweep", queueing_lock="rescue", pass_context=True)(_rescue)
    tidier = jobs.task(name="tidy", queue="sweep", queueing_lock="tidy", pass_context=True)(_tidy)
    for task, cron in (
        (sweep, EVERY_TEN_SECONDS),
        (rescuer, EVERY_TEN_SECONDS),
        (tidier, EVERY_HOUR),
        (five_minutes, EVERY_FIVE_MINUTES),
        (hourly, EVERY_HOUR_LATER),
    ):
        jobs.periodic(cron=cron)(task)
    return jobs


def _work_on(app: Flask, task_name: str, queue: str, step: Callable[[int], bool], *, key: int) -> None:
    with app.app_context():
        if step(key):
            wake(db.session, task_name, key, queue=queue)
            db.session.commit()


def _nudge(app: Flask, *, task_name: str, key: int, work_queue: str) -> None:
    with app.app_context():
        wake(db.session, task_name, key, queue=work_queue)
        db.session.commit()


def _sweep(app: Flask, sweep: Callable[[], object], *, timestamp: int) -> None:
    with app.app_context():
        sweep()


async def _rescue(context: JobContext, timestamp: int) -> None:
    await rescue(context.app.job_manager)


async def _tidy(context: JobContext, timestamp: int) -> None:
    await tidy(context.app.job_manager)


async def rescue(manager: JobManager) -> int:
    """Free the jobs whose worker has sent no heartbeat for STALLED_AFTER_SECONDS; returns how many there were.

    Until then they hold their lock, and nothing runs for their store or organisation.
    """
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS))
    for job in stalled:
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # A twin waits already, and will do this one's work once the lock is free.
            await manager.finish_job(job, Status.FAILED, delete_job=True)
        log.warning("job rescued from a dead worker", task=job.task_name, lock=job.lock, job=job.id)
    return len(stalled)


async def tidy(manager: JobManager) -> None:
    """Delete the jobs that ended otherwise than well; the others are deleted as they end."""
    await manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_JOBS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


class JobRunner:
    """Runs each job of one worker: takes bursts together and keeps every exception in."""

    def __init__(self) -> None:
        self._ended_at: dict[str, float] = {}  # lock → when its last job ended here, by the monotonic clock

    async def __call__(self, call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: object) -> None:
        """Pause when the job follows closely on the last one of its key, run it, and log what goes wrong.

        The pause lets deliveries that come in a burst be read together instead of one by one. It knows the jobs of this
        worker only; that is enough, because it saves work and guards nothing.
        """
        lock = context.job.lock or context.job.task_name
        if time.monotonic() - self._ended_at.get(lock, float("-inf")) < BURST_PAUSE_SECONDS:
            await asyncio.sleep(BURST_PAUSE_SECONDS)
        try:
            await call_next()
        except Exception:  # noqa: BLE001  the app's one broad except: the rows stay owed, and the sweep wakes them again
            log.exception("job failed", task=context.job.task_name, lock=lock, job=context.job.id)
        finally:
            self._remember_end(lock)

    def _remember_end(self, lock: str) -> None:
        now = time.monotonic()
        if len(self._ended_at) >= REMEMBERED_ENDS:
            self._ended_at = {one: at for one, at in self._ended_at.items() if now - at < BURST_PAUSE_SECONDS}
        self._ended_at[lock] = now
