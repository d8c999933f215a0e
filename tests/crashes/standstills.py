"""How long nothing got on after a kill: spans without progress though something was owed, each of a kill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

# What begins so soon after a kill is its doing: who died may have held what the others come to need only then.
FOLLOWS_WITHIN_SECONDS = 3.0
# Looks are some half a second apart, and work comes in rounds: shorter pauses are none.
SHORTEST_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """What was killed, and when, in seconds since the run began."""

    at: float
    victim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """So long nothing of this kind got on, though it was owed."""

    kind: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A kill and what stood still after it, if anything did.

    seconds: from the kill until work went on. since_last: the same from the last kill that fell into the standstill.
    """

    kill: Kill
    kind: str = ""
    seconds: float = 0.0
    since_last: float = 0.0


@dataclass(slots=True)
class Standstills:
    """Notes progress by kind, from any thread."""

    spans: list[Span] = field(default_factory=list)
    _done: dict[str, int] = field(default_factory=dict)
    _moved_at: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, *, owed: bool, done: int, at: float) -> None:
        """What is seen at this moment: whether something of this kind is owed, and how much has been done in all."""
        with self._lock:
            moved_at = self._moved_at.setdefault(kind, at)
            if done == self._done.get(kind) and owed:
                return
            if at - moved_at >= SHORTEST_SECONDS and done != self._done.get(kind):
                self.spans.append(Span(kind=kind, began=moved_at, ended=at))
            self._done[kind], self._moved_at[kind] = done, at

    def standing_still(self, at: float) -> float:
        """Seconds since something that is owed last got on, of the kind where that is longest ago."""
        with self._lock:
            return max((at - moved_at for moved_at in self._moved_at.values()), default=0.0)


def recoveries(kills: Sequence[Kill], spans: Iterable[Span]) -> list[Recovery]:
    """What each kill cost: the longest standstill that it began or fell into."""
    spans = list(spans)
    return [_recovery(kill, kills, spans) for kill in kills]


def _recovery(kill: Kill, kills: Sequence[Kill], spans: Iterable[Span]) -> Recovery:
    worst = Recovery(kill=kill)
    for span in spans:
        if not span.began - FOLLOWS_WITHIN_SECONDS <= kill.at < span.ended:
            continue
        seconds = span.ended - kill.at
        if seconds > worst.seconds:
            last = max(one.at for one in kills if one.at < span.ended)
            worst = Recovery(kill=kill, kind=span.kind, seconds=seconds, since_last=span.ended - last)
    return worst
