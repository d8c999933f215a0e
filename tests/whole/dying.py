"""A process that ends at one of its commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session

# An invoice and its payment take fewer commits than this; a test that goes on has a loop in it.
MOST_COMMITS = 30


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Fate:
    """Which commit is the last, and whether it came to it."""

    commits_left: int
    struck: bool = False


@contextmanager
def killed_at(nth: int, moment: str) -> Iterator[Fate]:
    """Everything ends at the nth commit from here: before it is made, or just after."""
    fate = Fate(commits_left=nth)

    def die(session: Session) -> None:
        fate.commits_left -= 1
        if fate.commits_left == 0:
            fate.struck = True
            raise Killed

    event.listen(Session, moment, die)
    try:
        yield fate
    except Killed:
        assert fate.struck
    finally:
        event.remove(Session, moment, die)
