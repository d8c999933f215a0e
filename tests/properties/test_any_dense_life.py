"""Any order whose money and agreements follow each other within seconds: what was posted first never matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.dense import dense_lives
from tests.properties.holding import check_holds
from tests.properties.lives import Life, arrivals, steps
from tests.properties.posted import check_against_ledgers, posted
from tests.properties.profile import MORE, played
from tests.properties.same import check_same
from tests.properties.settling import check_all_is_allocated
from tests.properties.test_any_life import check_life


@played("dense at once")
@given(dense_lives())
def test_the_books_of_a_dense_life_are_what_its_ledgers_say(life: Life) -> None:
    check_life(life)


@played("dense looks", MORE)
@given(dense_lives(), st.data())
def test_however_often_a_dense_life_is_looked_at_the_books_are_the_same(life: Life, data: st.DataObject) -> None:
    step_by_step = posted(life, steps(data, life))
    check_against_ledgers(step_by_step)
    check_holds(step_by_step)
    check_all_is_allocated(step_by_step)
    check_same(posted(life, [life.order]), step_by_step)


@played("dense ledgers")
@given(dense_lives(), st.data())
def test_whichever_ledger_of_a_dense_life_comes_first_the_books_are_the_same(life: Life, data: st.DataObject) -> None:
    in_some_order = posted(life, arrivals(data, life))
    check_against_ledgers(in_some_order)
    check_holds(in_some_order)
    check_all_is_allocated(in_some_order)
    check_same(posted(life, [life.order]), in_some_order)
