"""Every golden case goes the whole way: webhook, Admin API, core, Xero. The books that stand then are the case's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from flask import Flask

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.books import Books
from tests.golden import Case, load_cases
from tests.golden_case import Step
from tests.whole.stage import Stage, company_of, set_the_stage
from tests.whole.telling import decide

MONEY = {"spend money": "SPEND", "receive money": "RECEIVE", "overpayment": "RECEIVE-OVERPAYMENT"}


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """The case a test is about."""
    return request.param


@pytest.fixture
def shop(app: Flask, clock: SetClock, url: str, world: World, books: Books, case: Case) -> Stage:
    """A store in the case's currency and zone, its organisation as the case has it, switched on."""
    store = world.shop("alice.myshopify.com", currency=case.currency, timezone=case.timezone)
    stage = set_the_stage(app, clock, url, store, books, company=company_of(case))
    stage.organisation.day_rates = dict(case.day_rates)
    stage.switch(on=True)
    return stage


def in_turn(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """A test for each of these cases; in every run the first of each letter, by night its variants too."""
    firsts = {case.name[0]: case.name for case in reversed(cases)}.values()
    params = [
        pytest.param(case, id=case.name, marks=[] if case.name in firsts else [pytest.mark.thorough]) for case in cases
    ]
    return pytest.mark.parametrize("case", params, indirect=True)


@in_turn(load_cases())
def test_it_posts_the_case_step_by_step(shop: Stage, case: Case) -> None:
    refused = _play(shop, case.steps)

    assert [*shop.held(), *refused] == [*[sentence for _, sentence in case.held], *case.unread]
    assert shop.balances() == case.balances
    assert shop.taxes() == case.vat
    assert shop.unposted() == 0
    _assert_sales(shop, case)
    _assert_money(shop, case)
    _assert_allocations(shop, case)
    assert [one.difference for one in shop.figures() if one.difference] == [] or case.held or case.unread


# A case of one step is known at once when it goes step by step.
@pytest.mark.thorough
@in_turn([case for case in load_cases() if case.once and len(case.steps) > 1])
def test_it_posts_the_case_when_everything_is_known_at_once(shop: Stage, case: Case) -> None:
    refused = _play(shop, case.steps[-1:])

    assert [*shop.held(), *refused] == [*[sentence for _, sentence in case.held], *case.unread]
    assert shop.balances() == case.balances
    assert shop.taxes() == case.vat


def _play(stage: Stage, steps: Sequence[Step]) -> list[str]:
    """Each step by its own mapping; returns what the last one refused."""
    mapping, refused = None, []
    for step in steps:
        if step.mapping != mapping:
            stage.map(step.mapping)
            mapping = step.mapping
        refused = decide(stage, step)
    return refused


def _assert_sales(stage: Stage, case: Case) -> None:
    """Invoices and credit notes, line by line, and whether they are made out to the shared contact."""
    posted = {
        (
            one.number,
            one.day,
            one.total,
            one.total_tax,
            one.contact.number.rpartition("-")[2] if one.contact else None,
            tuple((line.account_code, line.tax_type, line.line_amount, line.tax_amount) for line in one.lines),
        )
        for one in stage.organisation.documents()
    }
    expected = {
        (
            one.number,
            one.date,
            one.total,
            one.tax,
            one.contact.rpartition(":")[2],
            tuple((line[3], line[4], Decimal(line[2]), Decimal(line[5])) for line in one.lines),
        )
        for one in case.documents
        if one.kind in ("invoice", "credit note")
    }
    assert posted == expected


def _assert_money(stage: Stage, case: Case) -> None:
    """Payments and refunds by reference, amount, day and account, and what moved money beside them."""
    posted = sorted((one.reference, one.amount, one.day, one.account_code) for one in stage.organisation.payments())
    expected = sorted(
        (one.reference, one.amount, one.date, one.target)
        for one in case.settlements
        if one.kind in ("payment", "refund")
    )
    assert posted == expected
    moved = sorted((one.type, one.total, one.day, one.account_code) for one in stage.organisation.bank_transactions())
    assert moved == sorted(
        (MONEY[one.kind], one.total, one.date, one.account) for one in case.documents if one.kind in MONEY
    )
    entered = sorted(
        (one.day, [(line.account_code, line.line_amount) for line in one.lines])
        for one in stage.organisation.journals()
    )
    assert entered == sorted(
        (one.date, [(line[3], Decimal(line[2])) for line in one.lines])
        for one in case.documents
        if one.kind == "journal"
    )


def _assert_allocations(stage: Stage, case: Case) -> None:
    """The allocations that were made, those taken back included, by amount and day."""
    made = sorted((one.amount, one.day) for one in stage.organisation.allocations())
    assert made == sorted((one.amount, one.date) for one in case.settlements if one.kind == "allocation")
    standing = sum(not one.deleted for one in stage.organisation.allocations())
    removed = sum(one.kind == "allocation removal" for one in case.settlements)
    assert standing == len(made) - removed
