"""A mapping changed by mistake: what its dry run says is, to the cent, what Xero's reports would differ by."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app.accounting.dry_run import Comparison
from embedded_app.accounting.effects import Dimension, Figure
from embedded_app.accounting.order import Order
from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import DryRunState, Store
from embedded_app.pipeline import dry_running, mapping_versions
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.books import Books
from tests.golden import load_case, load_cases
from tests.whole.stage import Stage, set_the_stage

MAPPING = load_case("a_vat_included").mapping
# Sold, refunded in part, exchanged, cancelled, given back as goodwill, paid in two ways, edited.
NAMES = (
    *("a_vat_included", "b_partial_refund", "e_exchange", "g_next_day", "g_same_day_void", "h_as_stated"),
    *("j_two_gateways", "b_edited_down_then_up", "m_overpaid", "i_return_unpaid"),
)
# Xero's own accounts, by what a mapping never names.
SYSTEM = {"accounts receivable": "610", "tax": "820"}


def mistaken() -> dict[str, Any]:
    """VAT of 20 % as a line of its own on a liability account, where Xero's VAT report does not see it; delivery on the
    account of sales; and a tracking option on every line.
    """
    document = deepcopy(MAPPING)
    for entry in document["taxes"]:
        if entry["tax_type"] == "OUTPUT2":
            entry |= {"strategy": "separate", "accounts": {"VAT": "835"}, "tax_type": document["no_tax"]}
    document["accounts"]["shipping"] = "200"
    document["tracking"] = [["Channel", "Online store"]]
    return document


def orders(names: Iterable[str] = NAMES) -> list[Order]:
    """The orders of these cases, as they ended."""
    return [load_case(name).steps[-1].order for name in names]


def posted(stage: Stage, document: dict[str, Any], told: Iterable[Order]) -> Stage:
    """The stage with all of these orders posted under this mapping."""
    stage.map(document)
    stage.switch(on=True)
    for order in told:
        stage.state(order)
    stage.deliver()
    stage.work_off()
    assert stage.held() == [] and stage.unposted() == 0
    return stage


def prepare(stage: Stage, document: dict[str, Any]) -> None:
    """Begin a change to this mapping and its dry run."""
    with stage.app.app_context():
        session, store = db.session(), db.session.get_one(Store, stage.store_id)
        mapping_versions.change_fields(session, store, "taxes", document, version=0, actor="Alice")
        mapping_versions.run(session, store, version=1)


def outcome(stage: Stage) -> tuple[DryRunState, Comparison]:
    """How far the dry run is, and what it says."""
    with stage.app.app_context():
        change = mapping_versions.open_change(db.session(), db.session.get_one(Store, stage.store_id))
        assert change is not None
        return change.state, Comparison.from_json(change.result)


def differences(found: Comparison, dimension: Dimension) -> dict[str, Figure]:
    return {place.name: row.difference for place, row in found.differences(dimension) if any(row.difference)}


@pytest.fixture
def alice(unmapped: Stage) -> Stage:
    """Alice has posted everything under the mapping as it should be."""
    return posted(unmapped, MAPPING, orders())


@pytest.fixture
def bob(app: Flask, clock: SetClock, url: str, world: World, books: Books, alice: Stage) -> Stage:
    """Bob sold the same and posted it under the mistake."""
    stage = set_the_stage(app, clock, url, world.shop("bob.myshopify.com"), books)
    return posted(stage, mistaken(), orders())


def test_a_tax_mapped_by_mistake_shows_as_the_exact_difference_of_the_vat_report(alice: Stage, bob: Stage) -> None:
    before = (alice.balances(), alice.organisation.vat())

    prepare(alice, mistaken())
    alice.work_off()

    state, found = outcome(alice)
    assert state is DryRunState.DONE
    right, wrong = alice.organisation.vat(), bob.organisation.vat()
    nothing = Figure()
    told = [{name: Figure(total.net, total.tax) for name, total in vat.items()} for vat in (right, wrong)]
    vat = {name: told[1].get(name, nothing).plus(told[0].get(name, nothing), -1) for name in {*right, *wrong}}
    assert differences(found, Dimension.TAX) == {name: figure for name, figure in vat.items() if any(figure)}
    assert differences(found, Dimension.TAX)["OUTPUT2"].tax < -20
    moved = {SYSTEM.get(name, name): figure.amount for name, figure in differences(found, Dimension.ACCOUNT).items()}
    accounts = {*alice.balances(), *bob.balances()}
    of_xero = {one: bob.balances().get(one, Decimal(0)) - alice.balances().get(one, Decimal(0)) for one in accounts}
    assert moved == {one: amount for one, amount in of_xero.items() if amount}
    assert found.held == {} == found.freed
    assert (alice.balances(), alice.organisation.vat()) == before, "looking posts nothing"
    for dimension in Dimension:
        for place, row in found.differences(dimension):
            named = [figure for _, figure in row.largest]
            assert len(named) == row.orders, place
            assert Figure(sum(one.amount for one in named), sum(one.tax for one in named)) == row.difference, place


def test_it_goes_on_where_it_was_and_what_is_stopped_stays_stopped(
    alice: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(alice, mistaken())
    alice.work_off()
    _, at_once = outcome(alice)
    monkeypatch.setattr(dry_running, "ORDERS_A_READ", 3)
    monkeypatch.setattr(dry_running, "PART_SECONDS", 0.0)
    again(alice)
    look_at_some(alice)
    lose_the_jobs(alice)  # the worker died, and its wake-up with it

    alice.work_off()

    assert outcome(alice) == (DryRunState.DONE, at_once)
    again(alice)
    look_at_some(alice)
    with alice.app.app_context():
        mapping_versions.stop(db.session(), db.session.get_one(Store, alice.store_id), version=1)
    alice.work_off()
    state, part = outcome(alice)
    assert state is DryRunState.STOPPED
    assert 0 < part.differing < at_once.differing


def again(stage: Stage) -> None:
    """Begin the dry run anew."""
    with stage.app.app_context():
        mapping_versions.run(db.session(), db.session.get_one(Store, stage.store_id), version=1)


def look_at_some(stage: Stage) -> None:
    """One part of it, as a worker would."""
    with stage.app.app_context():
        assert dry_running.dry_run(stage.store_id), "there must be more to look at"


def lose_the_jobs(stage: Stage) -> None:
    """No job waits any more."""
    with stage.app.app_context():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()


@pytest.mark.thorough
def test_every_case_of_the_mapping_is_told_to_the_cent(
    app: Flask, clock: SetClock, url: str, world: World, books: Books
) -> None:
    names = [
        case.name
        for case in load_cases()
        if case.once and not case.held and not case.unread and case.steps[-1].mapping == MAPPING
        if len(case.steps[-1].orders) == 1 and not case.steps[-1].cards and not case.steps[-1].opening
    ]
    told = [order for order in orders(names) if order.presented is None]
    stages = [
        posted(set_the_stage(app, clock, url, world.shop(f"{who}.myshopify.com"), books), document, told)
        for who, document in (("alice", MAPPING), ("bob", mistaken()))
    ]
    prepare(stages[0], mistaken())
    stages[0].work_off()

    _, found = outcome(stages[0])
    right, wrong = (stage.taxes() for stage in stages)
    assert {name: figure.tax for name, figure in differences(found, Dimension.TAX).items() if figure.tax} == {
        name: wrong.get(name, Decimal(0)) - right.get(name, Decimal(0))
        for name in {*right, *wrong}
        if wrong.get(name) != right.get(name)
    }
