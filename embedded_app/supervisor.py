"""Runs the processes of one machine as children: restarts what dies, and stops all of them together.

Workers end when the database goes away, by design: something has to start them again. On a Procfile host that is the
host; on one machine it is this.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import structlog

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
STEADY_AFTER_SECONDS = 60.0
STOP_WITHIN_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.1

log = structlog.get_logger(__name__)


def pause_before_restart(deaths: int) -> float:
    """Seconds to wait after so many deaths in a row: doubling each time, at most LONGEST_PAUSE_SECONDS."""
    return float(min(FIRST_PAUSE_SECONDS * 2 ** min(deaths - 1, 16), LONGEST_PAUSE_SECONDS))


@dataclass(slots=True, kw_only=True)
class _Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = 0
    log_file: IO[bytes] | None = field(default=None, repr=False)


class Supervisor:
    """Keeps `commands` (name → argument list) running, each in a process group of its own.

    With `log_directory` each child writes to NAME.log there, which is begun anew; otherwise they share our output.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        environ: Mapping[str, str],
        directory: Path,
        log_directory: Path | None = None,
    ) -> None:
        self._environ = dict(environ)
        self._directory = directory
        self._log_directory = log_directory
        self._children = {name: _Child(name=name, command=command) for name, command in commands.items()}
        # A plain flag: a signal that came while Event.wait holds its lock would wait for that lock for ever.
        self._stopping = False

    def start(self) -> None:
        """Start every child; those that cannot be started at all raise OSError."""
        for child in self._children.values():
            self._spawn(child)

    def look(self) -> None:
        """Note who died, and start again whoever's pause is over. Call it every now and then, or use `run`."""
        for child in self._children.values():
            if child.process is None:
                if time.monotonic() >= child.start_again_at:
                    self._spawn(child)
            elif child.process.poll() is not None:
                self._note_death(child, child.process.returncode)

    def run(self) -> None:
        """Start all, keep them running until SIGTERM, SIGINT or `stop_soon`, then stop all. Main thread only."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            while not self._stopping:
                time.sleep(LOOK_EVERY_SECONDS)
                self.look()
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop_soon(self) -> None:
        """Let `run` end, from any thread."""
        self._stopping = True

    def stop(self, *, within_seconds: float = STOP_WITHIN_SECONDS) -> None:
        """Send SIGTERM to all children, wait, and kill whatever is left of their process groups."""
        self._stopping = True
        running = [child for child in self._children.values() if child.process is not None]
        for child in running:
            self._send(child, signal.SIGTERM)
        deadline = time.monotonic() + within_seconds
        for child in running:
            self._wait(child, max(0.0, deadline - time.monotonic()))
        for child in running:
            # The group, not only the child: what it started must not outlive it either.
            self._send(child, signal.SIGKILL)
            self._wait(child, 1.0)
            child.process = None
            if child.log_file is not None:
                child.log_file.close()

    def pids(self) -> dict[str, int]:
        """The process ids of the children that run now, by name."""
        return {name: child.process.pid for name, child in self._children.items() if child.process is not None}

    def _spawn(self, child: _Child) -> None:
        if self._log_directory is not None and child.log_file is None:
            self._log_directory.mkdir(parents=True, exist_ok=True)
            child.log_file = (self._log_directory / f"{child.name}.log").open("wb")
        child.process = subprocess.Popen(
            child.command,
            cwd=self._directory,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=child.log_file,
            stderr=subprocess.STDOUT if child.log_file else None,
            start_new_session=True,  # Ctrl-C in the terminal reaches us only, and we stop them in order
        )
        child.started_at = time.monotonic()

    def _note_death(self, child: _Child, exit_code: int) -> None:
        self._send(child, signal.SIGKILL)
        if time.monotonic() - child.started_at >= STEADY_AFTER_SECONDS:
            child.deaths = 0
        child.deaths += 1
        pause = pause_before_restart(child.deaths)
        child.process, child.start_again_at = None, time.monotonic() + pause
        log.warning("process ended", process=child.name, exit_code=exit_code, starts_again_in_seconds=pause)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    @staticmethod
    def _send(child: _Child, number: signal.Signals) -> None:
        if child.process is not None:
            try:
                os.killpg(child.process.pid, number)
            except ProcessLookupError:
                return  # all of the group have ended already
            except PermissionError:
                return  # macOS says so of a group in which only zombies are left

    @staticmethod
    def _wait(child: _Child, seconds: float) -> None:
        if child.process is not None:
            try:
                child.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                return  # the caller goes on to kill it, or has done so
