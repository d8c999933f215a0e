"""What a gather was at work on when it died is read again in smaller rounds, but not one by one."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from embedded_app import pipeline
from embedded_app.db import db
from embedded_app.models import OrderFacts
from embedded_app.pipeline import gathering
from tests.whole.orders import assert_the_books_are_equal, place
from tests.whole.stage import Stage


def orders_read(stage: Stage, *, deaths: int) -> int:
    """How many orders the next round reads of those that a gather died on so often."""
    with stage.app.app_context():
        db.session.execute(text("UPDATE delivery SET tries = :deaths WHERE state = 'open'"), {"deaths": deaths})
        known = select(func.count()).where(OrderFacts.facts.is_not(None))
        before = db.session.scalars(known).one()
        db.session.commit()
        pipeline.gather(stage.store_id)
        return db.session.scalars(known).one() - before


def test_orders_that_saw_a_death_are_read_seven_at_a_time_then_singly(
    alice: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "WORK_SECONDS", 0.0001)  # a turn is over after one round
    place(alice, 10)
    alice.deliver()

    assert [orders_read(alice, deaths=deaths) for deaths in (1, 2, 0)] == [7, 1, 2]
    alice.work_off()
    assert_the_books_are_equal(alice)
