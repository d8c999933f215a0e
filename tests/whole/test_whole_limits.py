"""Xero's limits: kept by waiting on rows, never by sleeping; the urgent goes first, and nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from embedded_app import outbox, pipeline
from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import AppLimit, Batch, Contact, Delivery, Dispatch, DispatchNeed, Organisation, Priority
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage, set_the_stage

LIMITS = [FaultKind.RATE_MINUTE, FaultKind.RATE_DAY, FaultKind.RATE_APP, FaultKind.RATE_CONCURRENT]
SECONDS = {FaultKind.RATE_CONCURRENT: 5}  # it carries no Retry-After


@pytest.fixture
def bob(alice: Stage, world: World) -> Stage:
    """Bob's store and organisation beside Alice's, mapped and switched on."""
    bob = set_the_stage(alice.app, alice.clock, alice.url, world.shop("bob.myshopify.com"), alice.books, prefix="B-")
    bob.map(load_case("a_vat_included").mapping)
    bob.switch(on=True)
    return bob


def nudged_at(stage: Stage) -> list[datetime]:
    with stage.app.app_context():
        found = "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'nudge' ORDER BY id"
        return list(db.session.scalars(text(found)))


def calls_sent(stage: Stage) -> int:
    with stage.app.app_context():
        return db.session.scalars(select(func.count()).where(Batch.attempted_at.is_not(None))).one()


def import_orders(stage: Stage, count: int) -> None:
    """Orders of the past, as an import will bring them: their deliveries are less urgent."""
    place(stage, count)
    stage.deliver()
    with stage.app.app_context():
        db.session.execute(update(Delivery).values(priority=Priority.IMPORT))
        db.session.commit()


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_puts_the_call_off_until_xero_hears_us_again(alice: Stage, limit: FaultKind) -> None:
    seconds = SECONDS.get(limit, 90)
    alice.books.faults.add(limit, method="PUT", path="/Invoices", seconds=seconds)
    place(alice)
    alice.deliver()
    alice.work_off()
    later(alice, seconds=seconds - 1)

    assert alice.organisation.documents() == []
    assert nudged_at(alice) == [alice.clock.now() + timedelta(seconds=1)]

    later(alice, seconds=1)
    assert_the_books_are_equal(alice)
    assert calls_sent(alice) == 2


def test_the_apps_own_limit_is_everybodys(alice: Stage, bob: Stage) -> None:
    alice.books.faults.add(FaultKind.RATE_APP, method="PUT", path="/Invoices", seconds=90)
    place(alice)
    alice.deliver()
    alice.work_off()
    place(bob)
    bob.deliver()
    bob.work_off()

    assert bob.organisation.documents() == []
    assert calls_sent(bob) == 1

    later(bob, seconds=90)
    assert_the_books_are_equal(alice)
    assert_the_books_are_equal(bob)


def test_the_limit_of_one_organisation_delays_no_other(alice: Stage, bob: Stage) -> None:
    alice.books.faults.add(FaultKind.RATE_DAY, method="PUT", path="/Invoices", seconds=3600)
    place(alice)
    alice.deliver()
    alice.work_off()
    place(bob)
    bob.deliver()
    bob.work_off()

    assert_the_books_are_equal(bob)


def test_a_minute_that_is_used_up_is_waited_out_without_a_refused_call(alice: Stage) -> None:
    alice.books.limits.enabled, alice.books.limits.per_minute = True, 6
    place(alice, 3)
    alice.deliver()
    alice.work_off()

    assert [one.status for one in alice.organisation.documents()] == ["AUTHORISED"] * 3
    assert nudged_at(alice) == [alice.clock.now() + timedelta(seconds=60)]

    later(alice, seconds=60)
    assert_the_books_are_equal(alice)
    assert alice.books.limits.refused == 0


def test_a_whole_app_that_is_used_up_waits_without_a_refused_call(alice: Stage) -> None:
    alice.books.limits.enabled, alice.books.limits.app_per_minute = True, 6
    place(alice)
    alice.deliver()
    alice.work_off()
    later(alice, seconds=60)

    assert_the_books_are_equal(alice)
    assert alice.books.limits.refused == 0
    with alice.app.app_context():
        assert db.session.get_one(AppLimit, "xero").minute_left == 5


def test_an_import_leaves_the_last_fifth_of_the_day_to_what_happens_now(alice: Stage) -> None:
    alice.books.limits.enabled, alice.books.limits.per_day = True, 200  # a fifth of the smallest plan's day is 200
    import_orders(alice, 2)
    alice.work_off()
    assert alice.organisation.documents() == []

    (live,) = place(alice)
    alice.deliver()
    later(alice, minutes=30)  # what is left of the day is spread over it
    assert [one.number for one in alice.organisation.documents()] == [live.order.name.replace("#", "SH-")]

    alice.books.limits.per_day = 5000
    later(alice, hours=24)
    assert_the_books_are_equal(alice)


def test_what_happens_now_is_sent_before_what_was_imported(alice: Stage) -> None:
    with alice.app.app_context():
        db.session.scalars(select(Organisation)).one().paused = "by the test"
        db.session.commit()
    import_orders(alice, 3)
    alice.work_off()
    (live,) = place(alice)
    alice.deliver()
    alice.work_off()

    with alice.app.app_context():
        organisation = db.session.scalars(select(Organisation)).one()
        organisation.paused = None
        db.session.commit()
        call = outbox.next_call(db.session(), organisation.id, now=alice.clock.now())
        assert call is not None
        numbers = [element.dispatch.document.number for element in outbox.elements(db.session(), call.batch_id)]
    assert numbers[0] == live.order.name.replace("#", "SH-")
    assert len(numbers) == 4


def test_an_urgent_kind_of_write_goes_before_a_less_urgent_one_of_an_earlier_kind(
    alice: Stage, clock: SetClock
) -> None:
    with alice.app.app_context():
        organisation_id = db.session.scalars(select(Organisation.id)).one()
        contact = Contact(store_id=alice.store_id, key="customer:1", number="SH-1", name="Una")
        db.session.add(contact)
        db.session.flush()
        db.session.add(_dispatch(alice, organisation_id, "contacts", contact, Priority.IMPORT))
        other = Contact(store_id=alice.store_id, key="customer:2", number="SH-2", name="Ugo")
        db.session.add(other)
        db.session.flush()
        db.session.add(_dispatch(alice, organisation_id, "journals", other, Priority.LIVE))
        db.session.flush()
        due = outbox.dispatches.due_endpoints(
            db.session(), organisation_id, least_urgent=Priority.BACKGROUND, now=clock.now()
        )
        only_live = outbox.dispatches.due_endpoints(
            db.session(), organisation_id, least_urgent=Priority.LIVE, now=clock.now()
        )

    assert (due, only_live) == (["journals", "contacts"], ["journals"])


def test_what_something_urgent_waits_for_becomes_as_urgent(alice: Stage) -> None:
    with alice.app.app_context():
        organisation_id = db.session.scalars(select(Organisation.id)).one()
        contacts = [Contact(store_id=alice.store_id, key=f"customer:{n}", number=f"SH-{n}") for n in range(4)]
        db.session.add_all(contacts)
        db.session.flush()
        first, second, third, other = (
            _dispatch(alice, organisation_id, "contacts", contact, Priority.IMPORT) for contact in contacts
        )
        third.priority = Priority.LIVE
        db.session.add_all([first, second, third, other])
        db.session.add(DispatchNeed(dispatch=second, needs=first))
        db.session.add(DispatchNeed(dispatch=third, needs=second))
        db.session.flush()

        outbox.urge(db.session(), [third.id], Priority.LIVE)
        db.session.expire_all()

        assert [one.priority for one in (first, second, third, other)] == [0, 0, 0, Priority.IMPORT]


def _dispatch(stage: Stage, organisation_id: int, endpoint: str, contact: Contact, priority: Priority) -> Dispatch:
    return Dispatch(
        organisation_id=organisation_id,
        store_id=stage.store_id,
        endpoint=endpoint,
        contact=contact,
        state="ready",
        priority=priority,
        created_at=stage.clock.now(),
    )


def test_calls_that_are_nearly_empty_wait_where_the_day_has_few_left_and_full_ones_do_not(alice: Stage) -> None:
    come(alice, 1)
    use_up(alice, calls=700)
    calls = calls_sent(alice)

    come(alice, 1)
    assert calls_sent(alice) == calls
    assert nudged_at(alice) and min(nudged_at(alice)) > alice.clock.now()

    come(alice, 49)
    assert calls_sent(alice) == calls + 2  # the 50 invoices, and the 50 payments they made way for
    assert_the_books_are_equal(alice)


def test_what_waits_for_a_fuller_call_goes_when_its_time_has_come(alice: Stage) -> None:
    come(alice, 1)
    use_up(alice, calls=200)
    come(alice, 1)
    assert alice.unposted() == 2

    later(alice, minutes=20)

    assert_the_books_are_equal(alice)


def come(stage: Stage, orders: int) -> None:
    """Let so many orders come, and what may be sent now be sent."""
    place(stage, orders)
    stage.deliver()
    with stage.app.app_context():
        pipeline.gather(stage.store_id)
        pipeline.send(db.session.scalars(select(Organisation.id)).one())


def use_up(stage: Stage, *, calls: int) -> None:
    """Let so many of the smallest plan's calls of a day that has just begun be used."""
    with stage.app.app_context():
        now = stage.clock.now()
        used = {"day_left": 1_000 - calls, "day_most": 1_000, "day_opened_at": now, "calls_read_at": now}
        db.session.execute(update(Organisation).values(used))
        db.session.commit()
