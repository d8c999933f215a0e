"""The supervisor: restarts what dies, and leaves nothing behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedded_app.cli.supervise import child_environment, procfile_commands
from embedded_app.supervisor import LONGEST_PAUSE_SECONDS, Supervisor, pause_before_restart

ROOT = Path(__file__).parents[2]
SLEEP = ["/bin/sh", "-c", "exec sleep 60"]
Supervise = Callable[..., Supervisor]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """Makes started supervisors, and stops them after the test."""
    made: list[Supervisor] = []

    def start(**commands: list[str]) -> Supervisor:
        supervisor = Supervisor(commands, environ=os.environ, directory=tmp_path, log_directory=tmp_path / "log")
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for supervisor in made:
        supervisor.stop(within_seconds=1)


def wait_for(condition: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_starts_again_what_was_killed(supervise: Supervise) -> None:
    supervisor = supervise(worker=SLEEP, sweeper=SLEEP)
    before = supervisor.pids()

    os.kill(before["worker"], signal.SIGKILL)
    wait_for(lambda: supervisor.look() or supervisor.pids().get("worker", before["worker"]) != before["worker"])

    assert supervisor.pids()["sweeper"] == before["sweeper"]


def test_it_waits_longer_each_time_and_never_for_ever() -> None:
    pauses = [pause_before_restart(deaths) for deaths in range(1, 100)]

    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == max(pauses) == LONGEST_PAUSE_SECONDS


def test_it_stops_children_that_do_not_listen_and_what_these_started(supervise: Supervise, tmp_path: Path) -> None:
    deaf = "trap '' TERM; sleep 61 & echo $! > grandchild; while :; do sleep 1; done"
    supervisor = supervise(deaf=["/bin/sh", "-c", deaf])
    wait_for(lambda: (tmp_path / "grandchild").exists() and (tmp_path / "grandchild").read_text())
    child, grandchild = supervisor.pids()["deaf"], int((tmp_path / "grandchild").read_text())

    supervisor.stop(within_seconds=0.2)

    wait_for(lambda: not is_alive(child) and not is_alive(grandchild))
    assert supervisor.pids() == {}


def test_it_passes_a_signal_on_and_returns_when_all_have_ended(tmp_path: Path) -> None:
    said = "trap 'echo ended in order; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    parent = f"sleep 1; kill -TERM {os.getpid()}; exec sleep 60"
    commands = {"polite": ["/bin/sh", "-c", said], "caller": ["/bin/sh", "-c", parent]}

    Supervisor(commands, environ=os.environ, directory=tmp_path, log_directory=tmp_path).run()

    written = (tmp_path / "polite.log").read_text().splitlines()
    assert (written[0], written[-1]) == ("ready", "ended in order")


def test_the_procfile_names_the_processes_to_run(tmp_path: Path) -> None:
    commands = procfile_commands(ROOT / "Procfile")

    assert list(commands) == ["web", "worker", "sweeper"]
    assert commands["worker"] == ["/bin/sh", "-c", "exec python -m embedded_app worker"]


def test_children_find_their_port_and_the_programs_of_this_environment() -> None:
    environ = child_environment({"PATH": "/usr/bin", "HOME": "/home/alice"}, port=8001)

    assert environ == {"PATH": f"{Path(sys.executable).parent}:/usr/bin", "HOME": "/home/alice", "PORT": "8001"}
