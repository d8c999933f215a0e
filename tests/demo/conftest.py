"""Runs `flask demo` as a newcomer does, in a process of its own, and reads along."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedded_app import ROOT, local_database

ENDS_WITHIN_SECONDS = 180.0


class Launched:
    """One `flask …` command that runs, and what it has written so far."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "flask", "--app", "embedded_app", *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """All it has written so far."""
        return "".join(self.lines)

    def wait_for(self, words: str, *, seconds: float = ENDS_WITHIN_SECONDS) -> str:
        """The first line that holds these words, once it is written."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._reader.is_alive():
            for line in list(self.lines):
                if words in line:
                    return line
            time.sleep(0.05)
        return next((line for line in self.lines if words in line), "") or pytest.fail(f"no {words!r} in:\n{self.text}")

    def exit_code(self, *, seconds: float = ENDS_WITHIN_SECONDS) -> int:
        """How it ended, once it has."""
        code = self.process.wait(timeout=seconds)
        self._reader.join(timeout=30)
        return code

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """End it whatever it does."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.interrupt()
            self.process.wait(timeout=60)
        self.process.kill()
        self.process.wait(timeout=30)
        self._reader.join(timeout=30)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)


class Demo(Launched):
    """A demo with ports and a directory of its own."""

    def __init__(self, directory: Path, port: int, *arguments: str) -> None:
        self.directory = directory
        super().__init__("demo", "--directory", str(directory), "--port", str(port), *arguments)

    def pids(self) -> dict[str, int]:
        """The processes it runs, by name, its database's among them."""
        ours: dict[str, int] = json.loads((self.directory / "processes.json").read_text())
        postmaster = (self.directory / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        return {**ours, "database": int(postmaster)}


@pytest.fixture
def directory() -> Iterator[Path]:
    """Short enough for PostgreSQL's socket, and open to PostgreSQL's own user when root runs the tests."""
    parent = Path(tempfile.mkdtemp(prefix="crossfoot-demo-", dir="/var/tmp"))
    yield parent / "demo"
    local_database.remove(parent / "demo" / "postgres")
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def start_demo(directory: Path) -> Iterator[Callable[..., Demo]]:
    """Starts `flask demo` on free ports, and ends it after the test."""
    started: list[Demo] = []

    def start(*arguments: str, port: int | None = None) -> Demo:
        started.append(Demo(directory, port or three_free_ports(), *arguments))
        return started[-1]

    yield start
    for demo in started:
        demo.end()


def three_free_ports() -> int:
    """The first of three consecutive ports that nobody listens on now."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
                return port
    pytest.fail("this machine has no three free ports in a row")


def is_running(pid: int) -> bool:
    """Whether the process still does anything; one that only waits for its parent to notice its end does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, timeout=30)
    return bool(state.stdout.strip()) and not state.stdout.strip().startswith("Z")
