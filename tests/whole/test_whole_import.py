"""Import: what was sold before is posted once, whatever dies on the way and whoever else tells of it or booked it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from embedded_app.channels.shopify import bulk_file
from embedded_app.db import db
from embedded_app.models import (
    AuditEntry,
    Delivery,
    Dispatch,
    ImportOrder,
    ImportOrderState,
    ImportState,
    OrderFacts,
    Outcome,
    Priority,
    Skip,
    Store,
)
from embedded_app.pipeline import import_estimate, import_feeding, importing
from embedded_app.sandbox.day import CARD, MUG
from embedded_app.sandbox.shopify import OrderHandle
from embedded_app.sandbox.shopify.faults import BULK_FILE, FaultKind
from embedded_app.sandbox.xero.faults import FaultKind as FaultOfXero
from tests.golden import load_case
from tests.whole.importing import (
    begin,
    confirm,
    go_on,
    invoice_by_another_app,
    live_through_kills,
    money_by_another_app,
    one_step,
    sell_last_week,
    the_import,
)
from tests.whole.orders import assert_the_books_are_equal, later
from tests.whole.stage import Stage

ONE_MUG = Decimal("9.99")
DAY = 86_400


def numbers(stage: Stage) -> Counter[str]:
    """How often each order stands in Xero as an invoice."""
    return Counter(one.number for one in stage.organisation.documents() if one.kind.type == "ACCREC")


def test_an_import_killed_at_its_commits_ends_with_each_order_once(
    alice: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_feeding, "ORDERS_A_PART", 20)
    first_day, orders = sell_last_week(alice, 60)
    with alice.app.app_context():
        importing.begin(db.session(), db.session.get_one(Store, alice.store_id), first_day, actor="Alice")
    deaths = live_through_kills(alice)
    assert (the_import(alice).found, numbers(alice)) == (60, Counter())

    confirm(alice)
    deaths += live_through_kills(alice)
    alice.work_off()

    assert deaths > 10
    assert set(numbers(alice).values()) == {1}
    assert len(numbers(alice)) == len(orders)
    assert_the_books_are_equal(alice)
    done = the_import(alice)
    assert (done.state, done.read, done.posted, done.held, done.on_the_way) == (ImportState.DONE, 60, 60, 0, 0)


def test_an_import_ends_though_xero_refuses_what_a_payment_waits_for(alice: Stage) -> None:
    first_day, _ = sell_last_week(alice, 2)
    begin(alice, first_day)
    alice.books.faults.add(FaultOfXero.VALIDATION, path="/Invoices", method="PUT", calls=1)
    confirm(alice)
    go_on(alice)

    ended = the_import(alice)
    assert alice.held() != []
    assert alice.unposted() > 0
    assert (ended.state, ended.posted, ended.held, ended.on_the_way) == (ImportState.DONE, 1, 1, 0)


def test_nothing_is_posted_before_the_merchant_confirms_and_what_webhooks_brought_is_not_posted_twice(
    alice: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_feeding, "ORDERS_A_PART", 2)
    first_day, orders = sell_last_week(alice, 4)
    today = alice.shop.place_order([(MUG, 1)])
    today.pay(CARD)
    alice.deliver()
    alice.work_off()
    begin(alice, first_day)
    assert the_import(alice).state is ImportState.READY
    assert len(numbers(alice)) == 1

    orders[2].refund({0: 1})  # an order of last week changes while its import waits
    alice.deliver()
    alice.work_off()
    confirm(alice)
    one_step(alice)  # the first two are handed over
    for order in (orders[1], orders[3]):
        order.edit(add=[(MUG, 1)])
        order.pay(CARD)
    alice.deliver(times=2)
    alice.work_off()
    go_on(alice)

    assert the_import(alice).state is ImportState.DONE
    assert_the_books_are_equal(alice)
    with alice.app.app_context():
        priorities = set(db.session.scalars(select(Dispatch.priority).where(Dispatch.told_at.is_not(None))))
        imported = dict(
            db.session.execute(
                select(Delivery.order_external_id, Delivery.priority).where(Delivery.topic == "import")
            ).all()
        )
        known = db.session.scalars(select(ImportOrder.name).where(ImportOrder.state == ImportOrderState.KNOWN)).all()
    assert imported == {order.id: Priority.IMPORT for order in orders[:3]}
    assert Priority.LIVE in priorities
    assert set(known) == {today.name, orders[3].name}


def sell_around(alice: Stage) -> tuple[OrderHandle, OrderHandle]:
    """An order of the day before the books begin, and one of equal amount a day later, which is posted by us.

    The second is refunded without a word, so that it is due once more.
    """
    alice.clock.advance(-DAY)
    yesterday = alice.shop.place_order([(MUG, 2)])
    yesterday.pay(CARD)
    alice.shop.deliveries.discard()
    alice.clock.advance(DAY)
    own = alice.shop.place_order([(MUG, 2)])
    own.pay(CARD)
    alice.deliver()
    alice.work_off()
    alice.clock.advance(60)
    own.refund({0: 1})
    alice.shop.deliveries.discard()
    return yesterday, own


def plant(alice: Stage, first_day: date, orders: list[OrderHandle], own: OrderHandle) -> dict[str, str]:
    """What another app made for the first four orders, by their names, and five documents that are nobody's."""
    later, long_id = first_day + timedelta(days=1), orders[3].id.rpartition("/")[2]
    by_name = {"total": Decimal("12.00"), "day": first_day, "reference": "Shopify order #1002, Jane"}
    invoice_by_another_app(alice, "INV-21005", total=Decimal("7.77"), day=first_day)
    invoice_by_another_app(alice, "X-2", total=Decimal("2.00"), day=first_day, reference="until 10.06.2026")
    invoice_by_another_app(alice, "INV-1007", total=Decimal("3.33"), day=first_day + timedelta(days=90))
    invoice_by_another_app(alice, own.name.replace("#", "TRAINING-"), total=Decimal("1"), day=alice.clock.now().date())
    money_by_another_app(alice, total=Decimal("8.88"), day=first_day)
    return {
        orders[0].name: invoice_by_another_app(alice, "INV-1001", total=ONE_MUG, day=first_day),
        orders[1].name: invoice_by_another_app(alice, "A-77", **by_name),
        orders[2].name: money_by_another_app(alice, total=3 * ONE_MUG, day=later),
        orders[3].name: invoice_by_another_app(alice, "B-1", total=Decimal("5"), day=first_day, reference=long_id),
    }


def test_documents_of_another_app_are_found_and_their_orders_left_out_unless_the_merchant_says_otherwise(
    alice: Stage,
) -> None:
    first_day, orders = sell_last_week(alice, 9)
    yesterday, own = sell_around(alice)
    planted = plant(alice, first_day, orders, own)
    begin(alice, first_day)

    with alice.app.app_context():
        found = db.session.scalars(select(ImportOrder).where(ImportOrder.document.is_not(None))).all()
        assert {one.name: one.document["id"] for one in found if one.document} == planted
    confirm(alice)
    go_on(alice)

    left_out = {one.name.removeprefix("#") for one in orders[:4]}
    posted = {number.removeprefix("SH-") for number in numbers(alice) if number.startswith("SH-")}
    assert posted == {one.name.removeprefix("#") for one in (*orders[4:], yesterday, own)}
    assert (the_import(alice).posted, the_import(alice).left_out) == (7, 4)
    with alice.app.app_context():
        reasons = dict(db.session.execute(select(OrderFacts.name, Skip.reason).join(Skip)).all())
        outcomes = select(func.count()).where(OrderFacts.outcome == Outcome.SKIPPED)
        assert db.session.scalars(outcomes).one() == 4
    assert {name.removeprefix("#") for name in reasons} == left_out
    assert "Invoice INV-1001 of" in reasons[orders[0].name]
    assert "Money received of" in reasons[orders[2].name]


def test_orders_of_which_only_later_money_is_posted_are_told_apart(alice: Stage) -> None:
    first_day = alice.clock.now().date()
    order = alice.shop.place_order([(MUG, 1)])
    alice.clock.advance(7 * DAY)
    alice.map({**load_case("s_before_start_account").mapping, "start_date": alice.clock.now().date().isoformat()})
    order.pay(CARD)  # a week later, on the day the books begin
    alice.deliver()
    alice.work_off()
    begin(alice, first_day)

    assert import_estimate.money_only(the_import(alice)) == 1
    assert (the_import(alice).known, import_estimate.ahead(the_import(alice), without_found=False).orders) == (1, 0)


@pytest.mark.thorough
def test_the_merchant_may_have_orders_posted_although_another_app_has_booked_them(alice: Stage) -> None:
    first_day, orders = sell_last_week(alice, 2)
    invoice_by_another_app(alice, "INV-1001", total=ONE_MUG, day=first_day)
    begin(alice, first_day)
    confirm(alice, leave_out=False)
    go_on(alice)

    assert {one for one in numbers(alice) if one.startswith("SH-")} == {"SH-1001", "SH-1002"}


def test_pausing_takes_back_what_is_not_read_yet_and_stopping_ends_it_for_good(
    alice: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_feeding, "ORDERS_A_PART", 3)
    first_day, _ = sell_last_week(alice, 8)
    begin(alice, first_day)
    confirm(alice)
    one_step(alice)
    with alice.app.app_context():
        session, store = db.session(), db.session.get_one(Store, alice.store_id)
        importing.pause(session, store, the_import(alice).id, actor="Alice")
    alice.clock.advance(600)
    alice.work_off()
    assert numbers(alice) == Counter()

    with alice.app.app_context():
        importing.resume(db.session(), db.session.get_one(Store, alice.store_id), the_import(alice).id, actor="Alice")
    alice.work_off()
    assert len(numbers(alice)) == 3
    with alice.app.app_context():
        session, store = db.session(), db.session.get_one(Store, alice.store_id)
        importing.stop(session, store, the_import(alice).id, actor="Alice")
        with pytest.raises(importing.NotImported, match="changed meanwhile"):
            importing.resume(session, store, the_import(alice).id, actor="Alice")
        acts = db.session.scalars(
            select(AuditEntry.act).where(AuditEntry.act.like("%import%")).order_by(AuditEntry.id)
        ).all()
    alice.clock.advance(600)
    alice.work_off()

    assert (the_import(alice).state, len(numbers(alice))) == (ImportState.STOPPED, 3)
    assert acts == [f"{did} an import" for did in ("began", "confirmed", "paused", "resumed", "stopped")]


def test_a_list_that_breaks_off_or_fails_is_asked_for_again_and_after_three_the_import_says_so(
    alice: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_file, "LINES_A_PART", 1)
    monkeypatch.setattr(bulk_file, "_CHUNK_BYTES", 100)
    first_day, _ = sell_last_week(alice, 3)
    faults = alice.shop.world.faults
    faults.add(FaultKind.HALF_ANSWER, query=BULK_FILE)
    begin(alice, first_day)
    assert the_import(alice).listed_to > 0
    alice.shop.bulk.made.clear()  # what was half read is gone
    faults.add(FaultKind.BULK_FAILED, query="BeginBulk")
    for _ in range(4):
        alice.clock.advance(6)
        alice.work_off()
    assert (the_import(alice).state, the_import(alice).found) == (ImportState.READY, 3)
    with alice.app.app_context():
        importing.stop(db.session(), db.session.get_one(Store, alice.store_id), the_import(alice).id, actor="Alice")

    faults.add(FaultKind.BULK_FAILED, query="BeginBulk", calls=3)
    begin(alice, first_day)
    for _ in range(4):
        alice.clock.advance(6)
        alice.work_off()

    assert the_import(alice).state is ImportState.STOPPED
    assert "began 3 times to list its orders" in (the_import(alice).problem or "")


def test_the_look_through_xero_goes_on_where_it_stood_when_calls_run_out(alice: Stage) -> None:
    first_day, _ = sell_last_week(alice, 2)
    invoice_by_another_app(alice, "INV-1002", total=ONE_MUG, day=first_day)
    alice.books.faults.add("rate_minute", path="/BankTransactions", seconds=30)
    begin(alice, first_day)
    waiting = the_import(alice)
    alice.clock.advance(31)
    alice.work_off()

    assert (waiting.state, waiting.look_at) == (ImportState.LOOKING, {"kind": 1})
    assert the_import(alice).state is ImportState.READY


def test_a_look_through_xero_that_is_refused_ends_the_import_with_its_sentence_and_posting_goes_on(
    alice: Stage,
) -> None:
    first_day, _ = sell_last_week(alice, 2)
    alice.books.faults.add("refused_whole", path="/BankTransactions")
    begin(alice, first_day)
    ended = the_import(alice)
    alice.shop.place_order([(MUG, 1)]).pay(CARD)
    alice.deliver()
    later(alice, seconds=10)

    assert ended.state is ImportState.STOPPED and len(ended.problem or "") > 20
    assert (sum(numbers(alice).values()), alice.held(), alice.unposted()) == (1, [], 0)


@pytest.mark.thorough
def test_five_thousand_orders_are_imported_once_though_the_import_dies_half_way(alice: Stage) -> None:
    first_day, orders = sell_last_week(alice, 5000)
    with alice.app.app_context():
        importing.begin(db.session(), db.session.get_one(Store, alice.store_id), first_day, actor="Alice")
    deaths = live_through_kills(alice, at_most=400)
    confirm(alice)
    deaths += live_through_kills(alice, at_most=2000)
    alice.work_off()

    assert deaths > 15
    assert set(numbers(alice).values()) == {1}
    assert len(numbers(alice)) == len(orders)
    assert_the_books_are_equal(alice)
    assert the_import(alice).posted == len(orders)
