"""The one clock of the program: whoever needs the time asks for it here, so that tests and simulations can set it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from flask import current_app

EXTENSION = "crossfoot.clock"


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time of this machine, aware, in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock set by hand, for tests and simulations: it stands still until it is advanced."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("A clock is set to an aware time: add tzinfo=UTC.")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The time the clock was set or advanced to, aware, in UTC."""
        return self._at

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`; a negative number moves it back."""
        self._at += timedelta(seconds=seconds)


def now() -> datetime:
    """The time by the current app's clock; needs an app context."""
    clock: Clock = current_app.extensions[EXTENSION]
    return clock.now()
