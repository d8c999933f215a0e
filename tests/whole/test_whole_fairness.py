"""One tenant's backlog holds up no other: each has its turn, some seconds long, and then goes to the end."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from embedded_app import jobs
from embedded_app.db import db
from embedded_app.models import Batch, Organisation
from embedded_app.pipeline import gathering, sending
from embedded_app.sandbox.shopify.world import World
from tests.golden import load_case
from tests.whole.orders import assert_the_books_are_equal, place
from tests.whole.stage import WORK, Stage, set_the_stage


@pytest.fixture
def bob(alice: Stage, world: World) -> Stage:
    """Bob's store and organisation beside Alice's, mapped and switched on."""
    bob = set_the_stage(alice.app, alice.clock, alice.url, world.shop("bob.myshopify.com"), alice.books, prefix="B-")
    bob.map(load_case("a_vat_included").mapping)
    bob.switch(on=True)
    return bob


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn is over after one round or one call, so that a small backlog takes many."""
    monkeypatch.setattr(gathering, "ORDERS_PER_ROUND", 5)
    monkeypatch.setattr(gathering, "WORK_SECONDS", 0.0001)
    monkeypatch.setattr(sending, "WORK_SECONDS", 0.0001)


def tenants_in_order_of_service(stage: Stage) -> list[str]:
    """Whose call each batch was, in the order in which they were packed."""
    with stage.app.app_context():
        rows = select(Organisation.tenant_id).join(Batch, Batch.organisation_id == Organisation.id).order_by(Batch.id)
        return list(db.session.scalars(rows))


@pytest.mark.usefixtures("short_turns")
def test_who_comes_after_a_backlog_is_posted_before_it_is_worked_off(alice: Stage, bob: Stage) -> None:
    place(alice, 15)
    alice.deliver()
    place(bob)
    bob.deliver()

    jobs.run_worker(alice.app, WORK, queues=jobs.WORKER_QUEUES, concurrency=1, wait=False)

    served = tenants_in_order_of_service(alice)
    assert served.count(bob.organisation.tenant_id) == 2
    assert served[-2:] == [alice.organisation.tenant_id] * 2
    assert_the_books_are_equal(alice)
    assert_the_books_are_equal(bob)
