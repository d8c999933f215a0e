"""A mistake in the core is found: four sorts of it are planted, and the checks on any life must fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.sandbox.shopify.markets import MARKETS
from tests.books_lines import Refused
from tests.properties import planted
from tests.properties.holding import check_holds
from tests.properties.lives import Life, lives, steps
from tests.properties.posted import check_against_ledgers, posted
from tests.properties.profile import UNTIL_FOUND, played
from tests.properties.test_any_life import check_life

SEARCH = settings(UNTIL_FOUND, max_examples=4000)


@played("planted", UNTIL_FOUND)
@given(lives(MARKETS["GB"]), st.data())
def check_lives(life: Life, data: st.DataObject) -> None:
    check_life(life)
    step_by_step = posted(life, steps(data, life))
    check_against_ledgers(step_by_step)
    check_holds(step_by_step)


@pytest.mark.parametrize(
    "mistake",
    [
        planted.a_cent_in_inclusive_tax,
        planted.newest_invoice_first,
        planted.credit_taken_back_last,
        planted.no_discount_on_credit_notes,
    ],
    ids=lambda mistake: mistake.__name__,
)
def test_a_planted_mistake_is_found(mistake: Callable[[], AbstractContextManager[None]]) -> None:
    with mistake(), pytest.raises((AssertionError, Refused)):
        check_lives()


@pytest.mark.thorough
def test_without_a_mistake_the_same_lives_pass() -> None:
    check_lives()


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [*DocumentKind, *SettlementKind])
def test_there_are_lives_that_make(kind: DocumentKind | SettlementKind) -> None:
    def makes_it(told: tuple[Life, st.DataObject]) -> bool:
        life, data = told
        history = posted(life, steps(data, life)).history
        kinds = [one.kind for one in history.documents] + [one.kind for one in history.settlements]
        return kind in kinds

    find(st.tuples(lives(MARKETS["GB"]), st.data()), makes_it, settings=SEARCH, random=random.Random(1))
