"""Who restarts the private database: a supervisor does, and its address stays."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from embedded_app import ROOT, local_database
from embedded_app.cli.supervise import DATABASE, child_environment, database_command
from embedded_app.supervisor import Supervisor
from tests.crashes.standstills import Kill, Span, Standstills, recoveries


@pytest.fixture
def directory() -> Iterator[Path]:
    """Short enough for PostgreSQL's socket, and open to PostgreSQL's own user when root runs the tests."""
    parent = Path(tempfile.mkdtemp(prefix="crossfoot-", dir="/var/tmp"))
    yield parent / "postgres"
    local_database.remove(parent / "postgres")
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def supervisor(directory: Path) -> Iterator[Supervisor]:
    """Keeps a database over the directory running."""
    environ = child_environment(os.environ, port=0)
    keeping = Supervisor(
        {DATABASE: database_command(directory)},
        environ=environ,
        directory=ROOT,
        log_directory=directory.parent / "logs",
    )
    yield keeping
    keeping.stop(within_seconds=5)


def wait_for(supervisor: Supervisor, condition: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        supervisor.look()
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            return connection.execute("SELECT kept FROM books").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def postmaster(directory: Path) -> int:
    return int((directory / "postmaster.pid").read_text().split()[0])


def test_a_supervisor_takes_over_a_database_that_dies(directory: Path, supervisor: Supervisor) -> None:
    address = local_database.start(directory)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE books AS SELECT 1 AS kept")
    begun_by_hand = postmaster(directory)
    supervisor.start()

    os.kill(begun_by_hand, signal.SIGKILL)
    wait_for(supervisor, lambda: answers(address))
    assert postmaster(directory) == supervisor.pids()[DATABASE] != begun_by_hand


def test_a_standstill_is_told_of_the_kill_it_follows() -> None:
    seen = Standstills()
    for at, owed, done in [
        (0, True, 1),
        (1, True, 2),
        (2, True, 2),
        (9, True, 2),
        (12, True, 5),
        (13, False, 5),
        (30, True, 6),
    ]:
        seen.note("posting", owed=owed, done=done, at=at)
    kills = [Kill(at=0.5, victim="web"), Kill(at=2.0, victim="worker 1"), Kill(at=8.0, victim="sweeper")]

    assert seen.spans == [Span(kind="posting", began=1, ended=12), Span(kind="posting", began=13, ended=30)]
    told = [(one.kill.victim, one.seconds, one.since_last) for one in recoveries(kills, seen.spans[:1])]
    assert told == [("web", 11.5, 4.0), ("worker 1", 10.0, 4.0), ("sweeper", 4.0, 4.0)]
