"""Jobs: they do their work, keep their exceptions in, and outlive the worker that ran them."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from embedded_app.config import Config
from embedded_app.jobs import BURST_PAUSE_SECONDS, SWEEPER_QUEUES, WORKER_QUEUES, JobRunner, Work, job_app, rescue
from embedded_app.jobs import run_worker as run
from embedded_app.queue import wake, wake_at

IDLE = Work(
    gather=lambda key: False,
    post=lambda key: False,
    beyond=lambda key: False,
    catch_up=lambda key: False,
    upkeep=lambda key: False,
    alert=lambda key: False,
    dry_run=lambda key: False,
    import_orders=lambda key: False,
    sweep=lambda: None,
    five_minutes=lambda: None,
    hourly=lambda: None,
)


def run_worker(app: Flask, work: Work, *, concurrency: int = 1) -> None:
    """Run jobs until none waits."""
    run(app, work, queues=WORKER_QUEUES, concurrency=concurrency, wait=False)


def rescue_stalled_jobs(app: Flask) -> int:
    async def rescued() -> int:
        jobs = job_app(app, IDLE)
        async with jobs.open_async():
            return await rescue(jobs.job_manager)

    return asyncio.run(rescued())


def states(session: scoped_session[Session]) -> list[str]:
    """The states of all jobs but the periodic ones, oldest first."""
    session.rollback()
    query = "SELECT status::text FROM procrastinate_jobs WHERE queue_name <> 'sweep' ORDER BY id"
    return list(session.scalars(text(query)))


def wake_and_commit(session: scoped_session[Session], task_name: str, *keys: int) -> None:
    for key in keys:
        wake(session, task_name, key)
    session.commit()


def test_a_job_does_its_work_inside_the_apps_context_and_is_deleted(
    app: Flask, session: scoped_session[Session]
) -> None:
    seen: list[tuple[str, int]] = []
    wake_and_commit(session, "gather", 7)
    wake_and_commit(session, "post", 3)

    def note(key: int) -> bool:
        seen.append((current_app.name, key))
        return False

    run_worker(app, replace(IDLE, gather=note, post=note))

    assert sorted(seen) == [("embedded_app", 3), ("embedded_app", 7)]
    assert states(session) == []


def test_a_job_that_leaves_work_behind_wakes_itself_again(app: Flask, session: scoped_session[Session]) -> None:
    left = [2, 1, 0]
    wake_and_commit(session, "gather", 7)

    run_worker(app, replace(IDLE, gather=lambda key: left.pop(0) > 0))

    assert left == []


def test_a_job_that_leaves_work_behind_lets_all_others_that_wait_go_first(
    app: Flask, session: scoped_session[Session]
) -> None:
    seen: list[int] = []
    wake_and_commit(session, "post", 1, 2, 3)

    def take_turns(key: int) -> bool:
        seen.append(key)
        return key == 1 and seen.count(1) < 3

    run_worker(app, replace(IDLE, post=take_turns))

    assert seen == [1, 2, 3, 1, 1]


def test_what_happens_in_one_store_goes_before_a_round_of_all(app: Flask, session: scoped_session[Session]) -> None:
    seen: list[tuple[str, int]] = []
    for key in (1, 2):
        wake(session, "catch_up", key, queue="gather")
    wake_and_commit(session, "gather", 3)

    run_worker(
        app,
        replace(
            IDLE,
            gather=lambda key: bool(seen.append(("gather", key))),
            catch_up=lambda key: bool(seen.append(("catch_up", key))),
        ),
    )

    assert seen == [("gather", 3), ("catch_up", 1), ("catch_up", 2)]


def test_a_later_wake_up_wakes_its_job_at_its_moment_and_not_before(
    app: Flask, session: scoped_session[Session]
) -> None:
    seen: list[int] = []
    wake_at(session, "post", 1, datetime.now(UTC) - timedelta(seconds=1))
    wake_at(session, "post", 2, datetime.now(UTC) + timedelta(hours=1))
    session.commit()

    run(app, IDLE, queues=SWEEPER_QUEUES, concurrency=1, wait=False)
    run_worker(app, replace(IDLE, post=lambda key: bool(seen.append(key))))

    assert seen == [1]


def test_a_reading_of_gift_cards_that_leaves_some_wakes_itself_again(
    app: Flask, session: scoped_session[Session]
) -> None:
    left = [2, 1, 0]
    wake(session, "beyond", 7, queue="gather")
    session.commit()

    run_worker(app, replace(IDLE, beyond=lambda key: left.pop(0) > 0))

    assert left == []


def test_who_posts_is_woken_every_hour_for_gift_cards(app: Flask) -> None:
    periodic = job_app(app, IDLE).periodic_registry.periodic_tasks.values()

    assert ("hourly", "41 * * * *") in [(one.task.name, one.cron) for one in periodic]


def test_stores_are_asked_every_five_minutes_what_changed(app: Flask) -> None:
    periodic = job_app(app, IDLE).periodic_registry.periodic_tasks.values()

    assert ("five_minutes", "*/5 * * * *") in [(one.task.name, one.cron) for one in periodic]


def test_a_job_that_fails_keeps_its_exception_in_and_the_worker_goes_on(
    app: Flask, session: scoped_session[Session]
) -> None:
    seen: list[int] = []
    wake_and_commit(session, "gather", 1, 2)

    def fail_on_the_first(key: int) -> bool:
        seen.append(key)
        if key == 1:
            raise ZeroDivisionError
        return False

    run_worker(app, replace(IDLE, gather=fail_on_the_first))

    assert seen == [1, 2]
    assert states(session) == []


def test_as_many_jobs_run_at_once_as_the_worker_was_told(app: Flask, session: scoped_session[Session]) -> None:
    together = threading.Barrier(12, timeout=60)
    met: list[int] = []
    wake_and_commit(session, "gather", *range(12))

    def meet(key: int) -> bool:
        together.wait()
        met.append(key)
        return False

    run_worker(app, replace(IDLE, gather=meet), concurrency=12)

    assert sorted(met) == list(range(12))


def test_a_job_close_behind_another_of_its_key_pauses_and_one_of_another_key_does_not() -> None:
    runner, started = JobRunner(), []

    async def work() -> None:
        started.append(time.monotonic())

    async def one_after_the_other() -> None:
        for lock in ("gather:7", "gather:7", "gather:8"):
            job = SimpleNamespace(lock=lock, task_name="gather", id=1)
            await runner(work, SimpleNamespace(job=job), None)

    asyncio.run(one_after_the_other())

    first, second, other = started
    assert second - first >= BURST_PAUSE_SECONDS > other - second


def worker_killed_at_work(environ: dict[str, str], when_at_work: Callable[[], None]) -> None:
    """Start a worker whose jobs never end, wait until it has one, and kill it as the kernel would."""
    script = Path(__file__).with_name("hanging_worker.py")
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, script], env={**os.environ, **environ, "PYTHONPATH": str(root)}, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"at work\n"
        when_at_work()
        process.kill()


def let_heartbeats_grow_old(session: scoped_session[Session]) -> None:
    session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"))
    session.commit()


def test_the_job_of_a_killed_worker_is_done_by_another(
    app: Flask, session: scoped_session[Session], environ: dict[str, str]
) -> None:
    done: list[int] = []
    wake_and_commit(session, "gather", 7)
    worker_killed_at_work(environ, lambda: None)
    assert states(session) == ["doing"]

    let_heartbeats_grow_old(session)
    assert rescue_stalled_jobs(app) == 1
    run_worker(app, replace(IDLE, gather=lambda key: bool(done.append(key))))

    assert done == [7]
    assert states(session) == []


def test_the_job_of_a_killed_worker_makes_way_for_its_waiting_twin(
    app: Flask, session: scoped_session[Session], environ: dict[str, str]
) -> None:
    done: list[int] = []
    wake_and_commit(session, "gather", 7)
    worker_killed_at_work(environ, lambda: wake_and_commit(session, "gather", 7))
    assert states(session) == ["doing", "todo"]

    let_heartbeats_grow_old(session)
    assert rescue_stalled_jobs(app) == 1
    assert states(session) == ["todo"]
    run_worker(app, replace(IDLE, gather=lambda key: bool(done.append(key))))

    assert done == [7]


def test_the_job_of_a_living_worker_is_left_alone(
    app: Flask, session: scoped_session[Session], environ: dict[str, str]
) -> None:
    wake_and_commit(session, "gather", 7)

    worker_killed_at_work(environ, lambda: None)

    assert rescue_stalled_jobs(app) == 0
    assert states(session) == ["doing"]


@pytest.mark.parametrize("failing", [False, True])
def test_the_sweeper_sweeps_of_its_own_accord(app: Flask, session: scoped_session[Session], failing: bool) -> None:
    sweeps: list[float] = []
    too_late = threading.Timer(15, os.kill, (os.getpid(), signal.SIGTERM))
    too_late.start()

    def sweep() -> None:
        sweeps.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)
        if failing:
            raise ZeroDivisionError

    run(app, replace(IDLE, sweep=sweep), queues=SWEEPER_QUEUES, concurrency=2)
    too_late.cancel()

    assert len(sweeps) == 1


def test_a_worker_that_lost_the_database_ends_so_that_it_is_started_anew(
    app: Flask, config: Config, server: str
) -> None:
    name = config.libpq_url.split("?")[0].rsplit("/", 1)[1]
    gave_up: list[bool] = []

    def on_the_server(*statements: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def give_up() -> None:
        gave_up.append(True)
        os.kill(os.getpid(), signal.SIGTERM)

    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    outage = (f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", cut)
    timers = [
        threading.Timer(1, on_the_server, outage),
        threading.Timer(3, on_the_server, (f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",)),
        threading.Timer(20, give_up),
    ]
    for timer in timers:
        timer.start()
    run(app, IDLE, queues=WORKER_QUEUES, concurrency=1)
    timers.pop().cancel()
    for timer in timers:
        timer.join()

    assert gave_up == []
