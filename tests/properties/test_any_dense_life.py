"""Any order whose money and agreements follow each other within seconds: what was posted first never matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.dense import dense_lives
from tests.properties.lives import Life, arrivals, steps
from tests.properties.profile import MORE, played
from tests.properties.test_any_life import check_life, check_looked_at


@played("dense at once")
@given(dense_lives())
def test_the_books_of_a_dense_life_are_what_its_ledgers_say(life: Life) -> None:
    check_life(life)


@played("dense looks", MORE)
@given(dense_lives(), st.data())
def test_however_often_a_dense_life_is_looked_at_the_books_are_the_same(life: Life, data: st.DataObject) -> None:
    check_looked_at(life, steps(data, life))


@played("dense ledgers")
@given(dense_lives(), st.data())
def test_whichever_ledger_of_a_dense_life_comes_first_the_books_are_the_same(life: Life, data: st.DataObject) -> None:
    check_looked_at(life, arrivals(data, life))
