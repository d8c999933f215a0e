"""The seams of the program: its commits and its outgoing calls, where a process may die, or others go on meanwhile.

A seam that was armed strikes at the nth time that it is passed while jobs or webhooks are worked on; setting up, a
person's clicks and the checker pass none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from sqlalchemy import event
from sqlalchemy.orm import Session

COMMITS = ("before_commit", "after_commit")
LEFT_ALONE = ("left alone", "clock")
CALLS = ("before_call", "after_call")
# After a call that wrote to an organisation's books, and before anybody heard its answer.
AFTER_WRITE = "after_write"
# The same after payments and whatever else has no number that Xero would refuse a second time.
AFTER_MONEY = "after_money"


class Killed(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Armed:
    """What is to happen at a seam, once. left: how often it is passed before that and then."""

    seam: str
    left: int
    strike: Callable[[], None]


@dataclass(slots=True)
class Seams:
    """Which seams are armed. doing: what is worked on, outermost first; nothing strikes while it is empty.

    calling: the call that is being made. deep: how many calls others go on in the middle of.
    met: how often each fault struck, by (kind, state): the state is what was worked on and which call it made.
    """

    armed: list[Armed] = field(default_factory=list)
    doing: list[str] = field(default_factory=list)
    calling: requests.PreparedRequest | None = None
    deep: int = 0
    met: Counter[tuple[str, str]] = field(default_factory=Counter)

    def arm(self, seam: str, nth: int, strike: Callable[[], None]) -> None:
        """Have that happen at the nth passing of the seam from now."""
        self.armed.append(Armed(seam, nth, strike))

    def kill_at(self, seam: str, nth: int) -> None:
        """Let the process die at the nth passing of the seam from now."""

        def die() -> None:
            self.note(f"crash {seam}")
            raise Killed

        self.arm(seam, nth, die)

    def note(self, kind: str, call: str = "") -> None:
        """Count that a fault struck what is being worked on."""
        self.met[kind, " ".join([*self.doing[-1:], *([call] if call else [])])] += 1

    def passed(self, seam: str) -> None:
        """The program passes a seam; what is due there happens."""
        if not self.doing:
            return
        due = []
        for one in self.armed:
            if one.seam == seam:
                one.left -= 1
                due += [one] if one.left <= 0 else []
        self.armed = [one for one in self.armed if one not in due]
        for one in due:
            one.strike()

    @contextmanager
    def working(self, name: str) -> Iterator[None]:
        """Something is worked on under this name."""
        self.doing.append(name)
        try:
            yield
        finally:
            self.doing.pop()

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Others go on in the middle of a call."""
        calling, self.calling = self.calling, None
        self.deep += 1
        try:
            yield
        finally:
            self.deep -= 1
            self.calling = calling

    @contextmanager
    def at_commits(self) -> Iterator[None]:
        """Every session's commits pass these seams meanwhile."""
        listeners = [(seam, lambda session, seam=seam: self.passed(seam)) for seam in COMMITS]
        for seam, listener in listeners:
            event.listen(Session, seam, listener)
        try:
            yield
        finally:
            for seam, listener in listeners:
                event.remove(Session, seam, listener)


@contextmanager
def dying_unheard(request: requests.PreparedRequest) -> Iterator[None]:
    """Around a call to the app: where its process dies, the caller sees a connection that ends."""
    try:
        yield
    except Killed:
        raise requests.ConnectionError("the process died") from None
