"""Import in the admin: nothing is posted before it says what was found and what that takes, and each word is kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import Store, StoreGrant
from embedded_app.pipeline.import_estimate import Volume, reckon
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.golden import load_case
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import heading, set_the_scene, words
from tests.whole.importing import go_on, invoice_by_another_app, the_import
from tests.whole.stage import Stage

ONE_MUG = Decimal("9.99")
FIRST_DAY = date(2026, 11, 24)


@pytest.fixture
def live(alice: Opener, world: World, books: Books, clock: SetClock) -> Stage:
    """Alice's store, whose books begin a week after its first three orders."""
    shop = world.shop(ALICE)
    for _ in range(3):
        shop.place_order([(scenes.MUG, 1)]).pay("paypal")
    clock.advance(timedelta(days=7).total_seconds())
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, shop, books, organisation, sold=False)
    start = clock.now().date().isoformat()
    stage.map({**load_case("a_vat_included").mapping, "start_date": start, "before_start": "skip"})
    stage.switch(on=True)
    stage.work_off()
    return stage


def act(opener: Opener, what: str, stage: Stage, **more: str) -> int:
    """Press a button of the page that shows the import as it stands; the status of the answer."""
    return opener.post(f"/import/{what}", data={"import": str(the_import(stage).id), **more}).status_code


def test_it_says_what_was_found_and_what_it_takes_and_posts_it_when_confirmed(alice: Opener, live: Stage) -> None:
    invoice_by_another_app(live, "INV-1001", total=ONE_MUG, day=FIRST_DAY)
    before = len(live.organisation.documents())
    assert "There was none yet" in words(alice.open("/import/").text)

    assert alice.post("/import/begin", data={"first_day": FIRST_DAY.isoformat()}).status_code == 303
    assert "Nothing is posted yet" in words(alice.open("/import/").text)
    assert "lists its orders" in words(alice.fetch("/import/progress?state=listing").text)
    live.work_off()
    assert 'hx-target="body"' in alice.fetch("/import/progress?state=listing").text
    ready = alice.open("/import/")

    assert heading(ready) == "3 orders were placed since 24 November 2026"
    said = words(ready.text)
    assert "In Xero there already is an entry for one order" in said
    assert "#1001 24 Nov 2026 Invoice INV-1001 24 Nov 2026; names the order £9.99 £9.99" in said
    assert "Leave it out; orders posted: 2, £19.98" in said
    assert "Post them all the same; orders posted: 3, £29.97" in said
    assert "That is about 2 calls to Xero; it takes about 1 minute." in said
    assert "Invoice INV-1001" in words(alice.open("/import/found").text)
    assert len(live.organisation.documents()) == before

    assert act(alice, "confirm", live, others="leave out") == 303
    running = words(alice.open("/import/").text)
    assert "3 of 3 orders are left; that takes about 1 minute." in running
    go_on(live)
    over = words(alice.open("/import/").text)

    assert len(live.organisation.documents()) == before + 2
    assert "24 Nov 2026 1 Dec 2026 all done 3 2 1" in over


def test_it_is_paused_resumed_and_stopped_and_a_stale_page_changes_nothing(alice: Opener, live: Stage) -> None:
    alice.post("/import/begin", data={"first_day": FIRST_DAY.isoformat()})
    assert act(alice, "confirm", live) == 409
    live.work_off()
    assert act(alice, "confirm", live) == 303

    assert act(alice, "pause", live) == 303
    assert heading(alice.open("/import/")) == "Import from 24 November 2026, paused"
    assert act(alice, "pause", live) == 409
    assert act(alice, "resume", live) == 303
    assert alice.post("/import/stop", data={"import": "99"}).status_code == 409
    assert act(alice, "stop", live) == 303
    live.clock.advance(60)
    live.work_off()

    assert "stopped" in words(alice.open("/import/").text)
    assert not [one for one in live.organisation.documents() if one.number.endswith("1001")]


def test_a_day_that_cannot_be_is_refused_with_a_sentence_that_says_which_can(alice: Opener, live: Stage) -> None:
    def close(stage: Stage, store: Store) -> None:
        assert store.organisation is not None
        store.organisation.period_lock_date = date(2026, 10, 31)

    def narrow(stage: Stage, store: Store) -> None:
        db.session.get_one(StoreGrant, store.id).scopes = ["read_orders"]

    def refused(day: str) -> str:
        answer = alice.post("/import/begin", data={"first_day": day})
        assert answer.status_code == 422
        return words(answer.text)

    assert "Choose the first day" in refused("soon")
    assert "still to come" in refused("2027-01-01")
    scenes.in_app(live, narrow)
    assert "from 2026-10-03 on" in refused("2026-10-02")
    scenes.in_app(live, close)
    assert "from 2026-11-01 on" in refused("2026-10-31")
    assert alice.post("/import/begin", data={"first_day": "2026-11-01"}).status_code == 303
    assert "under way already" in refused("2026-11-02")


def test_before_posting_is_on_it_leads_to_setup(alice: Opener) -> None:
    alice.open("/")

    assert "Go on with Setup" in words(alice.open("/import/").text)
    assert alice.post("/import/begin", data={"first_day": "2026-11-01"}).status_code == 422


ESTIMATES = [
    # orders, refunded, empty, day_most, day_left, by customer → calls, minutes, days
    (5_000, 500, 0, 5_000, None, False, 220, 41, 1),
    (5_000, 500, 10, 1_000, None, True, 330, 41, 1),
    (50_000, 0, 0, 1_000, 1_000, False, 2_000, 2 * 1440, 3),
    (50_000, 0, 0, 5_000, 600, False, 2_000, 1440, 2),
    (1, 0, 0, 1_000, None, False, 2, 0, 1),
]


@pytest.mark.parametrize("case", ESTIMATES)
def test_an_estimate_knows_what_a_call_carries_and_what_is_left_of_a_day(case: tuple[Any, ...]) -> None:
    orders, refunded, empty, day_most, day_left, by_customer, calls, minutes, days = case
    volume = Volume(orders=orders, paid=orders, refunded=refunded, empty=empty, amounts={})

    found = reckon(volume, a_day=day_most, left=day_left, by_customer=by_customer)

    assert (found.calls, int(found.duration.total_seconds() // 60), found.days) == (calls, max(minutes, 0), days)
