"""Home: one sentence and one colour that are true, whatever state the books are in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Document, DocumentState, Store
from embedded_app.pipeline import summing_up
from embedded_app.pipeline.summing_up import DayFigures
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.sandbox.xero.faults import FaultKind
from embedded_app.web.chart import draw
from tests.golden import load_case
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import heading, set_the_scene, words
from tests.whole.stage import Stage


@pytest.fixture
def stage(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store with its orders read and Xero connected; nothing is answered."""
    return set_the_scene(alice, world.shop(ALICE), books, books.open_organisation(UK, books.new_id(), connected=False))


@pytest.fixture
def live(stage: Stage) -> Stage:
    """The same with every order posted."""
    scenes.switch_on(stage)
    return stage


def colour(page: str) -> str:
    """Of the verdict."""
    return page.split('class="card verdict ')[1].split('"')[0]


def test_a_first_visit_shows_the_steps_and_how_many_are_done(alice: Opener, stage: Stage) -> None:
    page = words(alice.open("/").text)

    assert "1 of 9 steps are done." in page
    assert "5 orders of your store are known already; they wait until posting is switched on." in page


def test_it_is_right_to_the_cent_while_orders_come_are_held_and_are_freed(alice: Opener, live: Stage) -> None:
    assert heading(alice.open("/")) == "All 5 sales since 1 January 2026 are in Xero. Difference: £0.00."

    scenes.pay_by_unknown_gateway(live)
    held = alice.open("/")
    assert (colour(held.text), heading(held)) == ("attention", "One thing needs you before it can be in Xero.")
    assert "Payment gateways without an account · 1" in words(held.text)
    assert "GBP £114.75 £104.76 £9.99" in words(held.text)

    live.map({**load_case("a_vat_included").mapping, "gateways": {"klarna": "091", "paypal": "092"}})
    assert alice.post("/retry", data={"cause": "unmapped gateway"}).location == "/?retried=1"
    assert "It is being tried again" in words(alice.open("/", retried="1").text)
    live.work_off()

    good = alice.open("/")
    assert (colour(good.text), heading(good)) == ("good", "All 6 sales are in Xero. Difference: £0.00.")


def test_a_total_that_xero_has_otherwise_is_a_difference_and_never_green(alice: Opener, live: Stage) -> None:
    def change(stage: Stage, store: Store) -> None:
        document = db.session.scalars(select(Document).order_by(Document.id)).first()
        assert document is not None
        document.state, document.xero_total = DocumentState.DIFFERS, document.total - Decimal("0.01")

    scenes.in_app(live, change)

    page = alice.open("/")

    assert (colour(page.text), heading(page)) == ("attention", "Store and Xero differ by £0.01.")


def test_what_stops_everything_is_said_with_the_one_button_that_helps(alice: Opener, live: Stage) -> None:
    scenes.pause(live)
    page = alice.open("/")
    assert colour(page.text) == "attention"
    assert "Xero no longer lets Crossfoot in: connect it again." in words(page.text)
    assert page.text.count("data-xero-connect") == 1

    alice.post("/settings/switch", data={"posting": "off"})
    assert heading(alice.open("/")).startswith("Nothing is posted at the moment.")


def test_switched_off_it_says_that_orders_wait(alice: Opener, live: Stage) -> None:
    alice.post("/settings/switch", data={"posting": "off"})
    scenes.pay_by_unknown_gateway(live)

    page = alice.open("/")

    assert (colour(page.text), heading(page)) == ("off", "Posting is off. Orders are still taken in and wait for it.")
    assert live.unposted() == 0


def test_each_days_sales_are_added_up_apart_in_store_and_xero(live: Stage) -> None:
    def figures(stage: Stage, store: Store) -> tuple[DayFigures, ...]:
        today = now().date()
        return summing_up.standing(db.session(), store, until=today, days=2).day_figures("GBP")

    assert scenes.in_app(live, figures)[1].sold == scenes.in_app(live, figures)[1].in_xero == Decimal("104.76")

    live.clock.advance(timedelta(days=1).total_seconds())
    live.shop.place_order([(scenes.MUG, 1)]).pay("paypal")
    scenes.read_orders(live)

    assert [(one.sold, one.in_xero) for one in scenes.in_app(live, figures)] == [
        (Decimal("104.76"), Decimal("104.76")),
        (Decimal("9.99"), Decimal("9.99")),
    ]


def test_what_changes_after_its_day_was_added_up_counts_all_the_same(live: Stage) -> None:
    """`figures` adds the days up for keeps each time: what is decided or posted later has to mark them anew."""
    assert [one.difference for one in live.figures()] == [0]
    live.books.faults.add(FaultKind.RATE_MINUTE, method="PUT", seconds=30)
    live.shop.place_order([(scenes.MUG, 1)]).pay("paypal")
    scenes.read_orders(live)

    assert [one.difference for one in live.figures()] == [Decimal("9.99")], "decided, and not in Xero yet"
    live.wait(minutes=1)

    assert [one.difference for one in live.figures()] == [0]


def test_the_chart_lays_equal_lines_on_each_other_and_marks_a_gap(alice: Opener) -> None:
    first = date(2026, 11, 1)
    days = tuple(
        DayFigures(day=first + timedelta(days=after), sold=Decimal(100), in_xero=Decimal(100 if after else 40))
        for after in range(3)
    )

    with alice.app.test_request_context():
        chart = draw(days, "GBP")

    sold, in_xero = chart.sold.split(), chart.in_xero.split()
    assert sold[1:] == in_xero[1:]
    assert sold[0] != in_xero[0]
    assert chart.amounts[0].text.startswith("£")


def test_whoever_opens_the_address_outside_the_admin_is_told_what_it_is(alice: Opener) -> None:
    answer = alice.client.get("/")

    assert answer.status_code == 200
    assert "Open it from your store" in answer.text
    assert alice.client.get("/", headers={"Sec-Fetch-Dest": "iframe"}).status_code == 302
