"""Faults that wait for the calls they are for, and a count of those that struck: shared by both sandboxes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from embedded_app.clock import Clock


@dataclass(slots=True, kw_only=True)
class Cue:
    """What every fault on cue has, whatever it does.

    kind: its name. calls: how many matching calls it will strike. skip: how many it lets pass before the first.
    hits: how many it struck so far; a fault that finds nothing to spoil in a call is not spent by it. about: what these
    calls were about, which is ids of orders at the store and idempotency keys at Xero. at: when it last struck.
    """

    kind: str
    calls: int = 1
    skip: int = 0
    hits: int = 0
    about: list[str] = field(default_factory=list)
    at: datetime | None = None

    def due(self) -> bool:
        """Whether it strikes the call it just matched; counts down what is skipped."""
        if self.skip > 0:
            self.skip -= 1
            return False
        return self.hits < self.calls


C = TypeVar("C", bound=Cue)


@dataclass(slots=True)
class Cues(Generic[C]):
    """The faults that were ordered, oldest first. `sleep` is replaced where a simulation owns the time."""

    ordered: list[C] = field(default_factory=list)
    sleep: Callable[[float], None] = time.sleep
    clock: Clock | None = None

    @property
    def waiting(self) -> list[C]:
        """Those that are not spent yet."""
        return [cue for cue in self.ordered if cue.hits < cue.calls]

    def first(self, matches: Callable[[C], bool]) -> C | None:
        """The first unspent fault that matches and is due; `strike` spends it."""
        return next((cue for cue in self.waiting if matches(cue) and cue.due()), None)

    def strike(self, cue: C, *about: str) -> None:
        """Count that it really struck, and what the call was about."""
        cue.hits += 1
        cue.at = self.clock.now() if self.clock else None
        cue.about += [one for one in about if one]

    def struck(self) -> Counter[str]:
        """How often each kind struck."""
        counts: Counter[str] = Counter()
        for cue in self.ordered:
            counts[str(cue.kind)] += cue.hits
        return +counts

    def clear(self) -> None:
        """Order none any more, and forget those that were."""
        self.ordered = []

    def told(self) -> list[dict[str, Any]]:
        """Every fault with its fields, for whoever asks over HTTP."""
        return [told(cue) for cue in self.ordered]


def told(cue: Cue) -> dict[str, Any]:
    """One fault as JSON can carry it."""
    fields = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(cue).items()}
    return {**fields, "at": cue.at.isoformat() if cue.at else None}
