"""Every golden case goes the whole way: webhook, Admin API, core, Xero. The books that stand then are the case's."""

from __future__ import annotations

import pytest

from tests.golden import Case, load_cases
from tests.whole.stage import Stage

CASES = load_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_posts_the_case_step_by_step(alice: Stage, case: Case) -> None:
    alice.map(case.mapping)
    alice.organisation.period_lock = case.books.lock_date

    for step in case.steps:
        alice.post(step)

    assert alice.held() == []
    assert alice.balances() == case.balances
    assert alice.taxes() == case.vat
    _assert_documents(alice, case)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_posts_the_case_when_everything_is_known_at_once(alice: Stage, case: Case) -> None:
    alice.map(case.mapping)
    alice.organisation.period_lock = case.books.lock_date

    alice.post(case.order)

    assert alice.held() == []
    assert alice.balances() == case.balances
    assert alice.taxes() == case.vat


def _assert_documents(stage: Stage, case: Case) -> None:
    posted = {(one.number, one.total, one.total_tax, one.day) for one in stage.organisation.documents()}
    assert posted == {(one.number, one.total, one.tax, one.date) for one in case.documents if one.kind != "void"}
