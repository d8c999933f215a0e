"""Every golden case goes the whole way: webhook, Admin API, core, Xero. The books that stand then are the case's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.books import Books
from tests.golden import NOT_YET_SENT, Case, load_cases
from tests.whole.stage import Stage, company_of, set_the_stage

CASES = [case for case in load_cases() if case.name not in NOT_YET_SENT]


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """The case a test is about."""
    return request.param


@pytest.fixture
def shop(app: Flask, clock: SetClock, url: str, world: World, books: Books, case: Case) -> Stage:
    """A store in the case's currency and zone, its organisation as the case has it, mapped and switched on."""
    store = world.shop("alice.myshopify.com", currency=case.order.currency, timezone=case.order.timezone)
    stage = set_the_stage(app, clock, url, store, books, company=company_of(case))
    stage.organisation.period_lock = case.books.lock_date
    stage.map(case.mapping)
    stage.switch(on=True)
    return stage


every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES], indirect=True)


@every_case
def test_it_posts_the_case_step_by_step(shop: Stage, case: Case) -> None:
    for step in case.steps:
        shop.post(step)

    assert shop.held() == [sentence for _, sentence in case.held]
    assert shop.balances() == case.balances
    assert shop.taxes() == case.vat
    _assert_sales(shop, case)
    _assert_money(shop, case)


@every_case
def test_it_posts_the_case_when_everything_is_known_at_once(shop: Stage, case: Case) -> None:
    shop.post(case.order)

    assert shop.held() == [sentence for _, sentence in case.held]
    assert shop.balances() == case.balances
    assert shop.taxes() == case.vat


def _assert_sales(stage: Stage, case: Case) -> None:
    """Invoices and credit notes, line by line."""
    posted = {
        (
            one.number,
            one.day,
            one.total,
            one.total_tax,
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
            tuple((line[3], line[4], Decimal(line[2]), Decimal(line[5])) for line in one.lines),
        )
        for one in case.documents
        if one.kind in ("invoice", "credit note")
    }
    assert posted == expected


def _assert_money(stage: Stage, case: Case) -> None:
    """Payments and refunds by reference, amount, day and account."""
    posted = sorted((one.reference, one.amount, one.day, one.account_code) for one in stage.organisation.payments())
    expected = sorted(
        (one.reference, one.amount, one.date, one.target)
        for one in case.settlements
        if one.kind in ("payment", "refund")
    )
    assert posted == expected
