"""A clock that all processes of a demo with faults share and that can be moved on, and the app under it.

What waits for minutes by design (a look-up after an unknown outcome, a limit of Xero's) is not waited for in a demo:
its clock is moved on instead, for the sandboxes as for the app. The app's own start is another and knows none of this.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

import embedded_app
from embedded_app.clock import SystemClock
from embedded_app.config import Config
from embedded_app.logs import configure_logging

# Where the app's processes find the file; only the demo sets it.
CLOCK_FILE = "CROSSFOOT_DEMO_CLOCK"
ITSELF = "embedded_app.cli.demo.shifted"


class ShiftedClock:
    """The machine's clock, moved on by as many seconds as a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._machine = SystemClock()

    def now(self) -> datetime:
        """The time by this clock, aware, in UTC."""
        return self._machine.now() + timedelta(seconds=self._shift())

    def advance(self, seconds: float) -> None:
        """Move it on, for all who read the file."""
        beside = self._file.with_suffix(".new")
        beside.write_text(repr(self._shift() + seconds), encoding="ascii")
        beside.replace(self._file)

    def _shift(self) -> float:
        try:
            return float(self._file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0


def shifted_commands(commands: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same processes, with the app under the shared clock."""
    return {
        name: [
            part.replace("embedded_app:create_app_from_environment()", f"{ITSELF}:create_app()").replace(
                "python -m embedded_app ", f"flask --app {ITSELF} "
            )
            for part in command
        ]
        for name, command in commands.items()
    }


def create_app() -> Flask:
    """The app as its own processes make it, under the shared clock."""
    configure_logging()
    clock = ShiftedClock(Path(os.environ[CLOCK_FILE]))
    return embedded_app.create_app(Config.from_environment(os.environ), clock=clock)
