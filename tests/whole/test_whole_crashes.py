"""A process may end before or after any of its commits: each document then still stands exactly once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from embedded_app import pipeline
from embedded_app.db import db
from embedded_app.models import Organisation
from tests.whole.dying import MOST_COMMITS, killed_at
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage


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
