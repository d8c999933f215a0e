"""What the demo needs before it starts: free ports, a directory of its own, and nothing left of a killed run."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
PROCESSES = "processes.json"  # name → process id, kept by the machine while it runs
GONE_WITHIN_SECONDS = 5.0
ADVICE = "End what listens there, or choose another: `make demo PORT=8100` uses 8100, 8101 and 8102."


class DemoError(Exception):
    """The demo cannot run or go on; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port for the app, the sandbox's store and the sandbox's Xero each."""

    app: int
    store: int
    xero: int

    def require_free(self) -> None:
        """Raise DemoError when somebody listens on one of them, or we may not."""
        for port in (self.app, self.store, self.xero):
            _require_free(port)


@contextmanager
def sole_use(directory: Path) -> Iterator[None]:
    """Hold the demo's directory, made where missing, so that two demos never share a database. Raises DemoError.

    A demo that was killed outright could not stop what it had started: that is done first.
    """
    try:
        (directory / "logs").mkdir(parents=True, exist_ok=True)
        lock = (directory / "lock").open("w")
    except OSError as error:
        raise DemoError(
            f"The directory {directory} cannot be written to ({error.strerror}). "
            "Make it yours, or choose another with `flask --app embedded_app demo --directory …`."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoError(
                f"Another demo runs in {directory}. Stop it with Ctrl-C where it runs, or give this one a directory "
                "and ports of its own: `flask --app embedded_app demo --directory … --port 8100`."
            ) from error
        _end_leftovers(directory / PROCESSES)
        yield
        (directory / PROCESSES).unlink(missing_ok=True)


def _end_leftovers(processes: Path) -> None:
    try:
        left: dict[str, int] = json.loads(processes.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    ours = [pid for pid in left.values() if _runs_crossfoot(pid)]
    for pid in ours:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    deadline = time.monotonic() + GONE_WITHIN_SECONDS
    while time.monotonic() < deadline and any(_runs_crossfoot(pid) for pid in ours):
        time.sleep(0.1)
    processes.unlink()


def _runs_crossfoot(pid: int) -> bool:
    """Whether this process runs our program; a process id from an old file may be anybody's by now."""
    # -ww: the name of the app comes late in gunicorn's long command line.
    asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return "embedded_app" in subprocess.run(asked, capture_output=True, text=True, timeout=10).stdout


def _require_free(port: int) -> None:
    with socket.socket() as listener:
        # Connections of the last run that are winding up must not count; whoever listens still does.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise DemoError(f"Port {port} {why}. {ADVICE}") from error
    with socket.socket() as caller:
        caller.settimeout(1)
        # macOS lets us bind beside a program that listens on all addresses.
        if caller.connect_ex((HOST, port)) == 0:
            raise DemoError(f"Port {port} is taken. {ADVICE}")
