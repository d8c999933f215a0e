"""A process may end before or after any of its commits: each document then still stands exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from embedded_app import pipeline
from embedded_app.db import db
from embedded_app.models import Organisation
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage

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


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
@pytest.mark.parametrize("job", ["gather", "send"])
def test_a_crash_at_any_commit_leaves_each_document_once(alice: Stage, job: str, moment: str) -> None:
    for nth in range(1, MOST_COMMITS):
        place(alice)
        alice.deliver()
        with alice.app.app_context():
            organisation_id = db.session.scalars(select(Organisation.id)).one()
            if job == "send":
                pipeline.gather(alice.store_id)
        with alice.app.app_context(), killed_at(nth, moment) as fate:
            pipeline.gather(alice.store_id) if job == "gather" else pipeline.send(organisation_id)

        later(alice, seconds=36)
        if alice.unposted():
            later(alice, minutes=7)
        assert_the_books_are_equal(alice)
        if not fate.struck:
            break
    assert 3 < nth < MOST_COMMITS - 1, "it was not killed at each commit"
