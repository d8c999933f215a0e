"""What the program promises whatever happens: nothing lost, nothing twice, nothing posted that is not mapped."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from embedded_app import inbox, onboarding, pipeline
from embedded_app.accounting.mapping_document import MappingError
from embedded_app.accounting.order import Order
from embedded_app.db import db
from embedded_app.models import Delivery, DeliveryState, Document, DocumentState, Grant, Organisation, Outcome, Store
from embedded_app.sandbox.day import play_day
from embedded_app.sandbox.shopify.totals import store_totals
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.whole.stage import Stage, connect_xero


@pytest.fixture
def order() -> Order:
    """Case A: 24.93 with VAT 4.16, paid by card."""
    return load_case("a_vat_included").order


def without_gateway(gateway: str) -> dict[str, object]:
    mapping = load_case("a_vat_included").mapping
    return {**mapping, "gateways": {name: to for name, to in mapping["gateways"].items() if name != gateway}}


def without_taxes() -> dict[str, object]:
    return {**load_case("a_vat_included").mapping, "taxes": []}


def outcomes(stage: Stage) -> set[tuple[DeliveryState, Outcome | None]]:
    with stage.app.app_context():
        return {(row.state, row.outcome) for row in db.session.execute(select(Delivery.state, Delivery.outcome))}


def numbers(stage: Stage) -> list[str]:
    return [document.number for document in stage.organisation.documents()]


def test_every_delivery_ends_as_recorded_when_its_order_is_posted(alice: Stage, order: Order) -> None:
    alice.post(order)

    assert outcomes(alice) == {(DeliveryState.DONE, Outcome.RECORDED)}
    assert alice.unposted() == 0


def test_a_day_delivered_three_times_in_random_order_makes_the_same_books(alice: Stage) -> None:
    for round_number, _ in enumerate(play_day(alice.shop, orders=20, seed=7)):
        alice.deliver(times=3, shuffle=round_number)
    alice.work()

    totals = store_totals(alice.shop)["GBP"]
    sales = sum(d.kind.sign * d.total for d in alice.organisation.documents() if d.status in ("AUTHORISED", "PAID"))
    money = sum(p.document.kind.sign * p.amount for p in alice.organisation.payments() if p.status == "AUTHORISED")
    assert alice.held() == []
    assert (sales, money) == (totals["sales"], totals["tenders"])
    assert len(numbers(alice)) == len(set(numbers(alice)))


def test_an_unmapped_tax_holds_its_order_and_delays_no_other(alice: Stage, order: Order) -> None:
    alice.map(without_taxes())
    alice.post(order)
    [*sentences] = alice.held()
    gift_card = load_case("d_sold")
    alice.post(gift_card.order)

    assert any("VAT 20 %" in sentence for sentence in sentences)
    assert numbers(alice) == [gift_card.documents[0].number]

    alice.map(load_case("a_vat_included").mapping)
    alice.retry()

    assert alice.held() == []
    assert alice.organisation.document("SH-1001").total == Decimal("24.93")


def test_an_unmapped_gateway_holds_its_order_and_delays_no_other(alice: Stage, order: Order) -> None:
    alice.map(without_gateway("shopify_payments"))
    two_gateways = load_case("j_two_gateways")
    alice.post(order)
    alice.post(two_gateways.order)

    assert ["shopify_payments" in sentence for sentence in alice.held()] == [True]
    assert numbers(alice) == [two_gateways.documents[0].number]

    alice.map(load_case("a_vat_included").mapping)
    alice.retry()

    assert alice.held() == []
    assert alice.balances()["091"] == Decimal("24.93")


def test_nothing_is_posted_before_it_is_mapped_and_switched_on(unmapped: Stage, order: Order) -> None:
    unmapped.post(order)
    assert ["not mapped" in sentence for sentence in unmapped.held()] == [True]

    unmapped.map(load_case("a_vat_included").mapping)
    unmapped.retry()
    assert ["switched off" in sentence for sentence in unmapped.held()] == [True]
    assert numbers(unmapped) == []

    unmapped.switch(on=True)
    unmapped.work_off()
    assert unmapped.held() == []
    assert numbers(unmapped) == ["SH-1001"]


def test_a_suggested_mapping_posts_the_orders_it_was_made_from(unmapped: Stage, order: Order) -> None:
    unmapped.post(order)
    contact = unmapped.organisation.contact("Online customers").contact_id
    with unmapped.app.app_context():
        suggestion = onboarding.suggest_mapping(
            db.session(), db.session.get_one(Store, unmapped.store_id), contact=contact
        )
    unmapped.map(suggestion.document)
    unmapped.switch(on=True)
    unmapped.retry()

    assert suggestion.open == ()
    assert unmapped.held() == []
    assert unmapped.balances() == load_case("a_vat_included").balances


def test_a_mapping_that_xero_would_refuse_is_not_saved(alice: Stage, order: Order) -> None:
    alice.post(order)
    mapping = load_case("a_vat_included").mapping

    with pytest.raises(MappingError, match=r"accounts\.product.*091"):
        alice.map(mapping | {"accounts": mapping["accounts"] | {"product": "091"}})


def test_while_posting_is_off_deliveries_are_taken_in_and_post_later(alice: Stage, order: Order) -> None:
    alice.switch(on=False)
    alice.post(order)
    assert numbers(alice) == []

    alice.switch(on=True)
    alice.work_off()

    assert numbers(alice) == ["SH-1001"]


def test_what_was_decided_before_posting_was_switched_off_waits_until_it_is_on_again(
    alice: Stage, order: Order
) -> None:
    pause(alice, "until the test goes on")
    alice.post(order)
    alice.switch(on=False)
    pause(alice, None)
    alice.work_off()
    assert numbers(alice) == []

    alice.switch(on=True)
    alice.work_off()

    assert numbers(alice) == ["SH-1001"]


def pause(stage: Stage, why: str | None) -> None:
    """Keep anything from being sent, or let it be sent again."""
    with stage.app.app_context():
        db.session.execute(update(Organisation).values(paused=why))
        db.session.commit()


def test_the_sweep_gets_everything_posted_when_every_wake_up_is_lost(alice: Stage, order: Order) -> None:
    alice.state(order)
    for _ in range(4):
        alice.deliver()
        with alice.app.app_context():
            db.session.execute(text("DELETE FROM procrastinate_jobs"))
            db.session.commit()
            pipeline.sweep()
        alice.work_off()

    assert alice.balances() == load_case("a_vat_included").balances


def test_a_refused_document_is_held_with_a_sentence_and_the_others_of_its_batch_post(
    alice: Stage, order: Order
) -> None:
    second = load_case("d_sold")
    alice.books.faults.add(FaultKind.VALIDATION, path="/Invoices", element=0, message="Account code '200' is archived.")
    alice.state(order)
    alice.state(second.order)
    alice.deliver()
    alice.work_off()

    assert ["archived" in sentence for sentence in alice.held()] == [True]
    assert numbers(alice) == [second.documents[0].number]

    alice.retry()

    assert alice.held() == []
    assert sorted(numbers(alice)) == sorted(["SH-1001", second.documents[0].number])
    assert alice.balances()["091"] == Decimal("74.93")


def test_a_total_that_xero_computes_otherwise_is_marked_and_nothing_is_plugged(alice: Stage, order: Order) -> None:
    alice.post(load_case("d_sold").order)
    alice.organisation.tax_rates["OUTPUT2"].rate = Decimal(10)  # changed by hand since we read it
    alice.post(order)

    posted = alice.organisation.document("SH-1001")
    with alice.app.app_context():
        row = db.session.scalars(select(Document).where(Document.number == "SH-1001")).one()
        assert (row.state, row.total_tax, row.xero_total_tax) == (
            DocumentState.DIFFERS,
            Decimal("4.16"),
            posted.total_tax,
        )
        assert row.xero_total == row.total == posted.total


def test_an_expired_xero_token_is_refreshed_and_the_pair_is_kept(alice: Stage, order: Order) -> None:
    alice.clock.advance(31 * 60)
    alice.post(order)
    alice.wait(seconds=3)  # who comes second to a token that is being refreshed tries again after two

    with alice.app.app_context():
        grant = db.session.scalars(select(Grant)).one()
        assert grant.access_expires_at > alice.clock.now()
    assert numbers(alice) == ["SH-1001"]


def test_a_store_token_that_is_refused_is_refreshed_once(alice: Stage, order: Order) -> None:
    alice.clock.advance(61 * 60)
    alice.post(order)
    alice.wait(seconds=3)

    assert numbers(alice) == ["SH-1001"]


def test_a_disconnected_organisation_pauses_posting_and_reconnecting_posts_all(alice: Stage, order: Order) -> None:
    alice.books.identity.connections.clear()
    alice.post(order)
    assert numbers(alice) == []

    alice.books.identity.connect(alice.user_id, alice.organisation.tenant_id, alice.clock.now())
    with alice.app.app_context():
        connect_xero(alice.books, alice.organisation, alice.user_id, now=alice.clock.now())
        db.session.commit()
    alice.wait(minutes=1)

    assert numbers(alice) == ["SH-1001"]
    assert alice.unposted() == 0


def test_a_deleted_order_is_held_and_its_documents_stay(alice: Stage, order: Order) -> None:
    alice.post(order)
    alice.shop.delete_order(order.id)
    with alice.app.app_context():
        inbox.ask_again(db.session(), alice.store_id, [order.id], topic="retry", now=alice.clock.now())
        db.session.commit()
    alice.work_off()

    assert len(alice.held()) == 1
    assert alice.organisation.document("SH-1001").status == "PAID"


def test_an_order_that_fails_again_and_again_is_set_aside_and_delays_no_other(alice: Stage) -> None:
    refunded, other = load_case("b_partial_refund"), load_case("d_sold")
    alice.post(refunded.steps[0].order)
    with alice.app.app_context():
        db.session.execute(update(Document).values(content={"torn": "row"}))
        db.session.commit()

    alice.state(refunded.order)
    alice.state(other.order)
    alice.deliver()
    alice.work()

    assert ["set it aside" in sentence for sentence in alice.held()] == [True]
    assert other.documents[0].number in numbers(alice)
    assert outcomes(alice) == {(DeliveryState.DONE, Outcome.RECORDED), (DeliveryState.DONE, Outcome.HELD)}


def test_two_orders_of_one_name_get_numbers_of_their_own(alice: Stage, order: Order) -> None:
    alice.post(order)
    alice.post(replace(load_case("d_sold").order, name=order.name))

    assert numbers(alice) == ["SH-1001", f"SH-1001-{load_case('d_sold').order.id.rpartition('/')[2]}"]
