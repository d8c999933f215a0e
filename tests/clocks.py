"""Clocks that tests go by beside the program's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from embedded_app.clock import SetClock


@dataclass(slots=True)
class OurClock:
    """The clock of our machines: the true one, unless somebody set it on or back."""

    true: SetClock
    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The time by this clock, aware, in UTC."""
        return self.true.now() + self.offset
