"""Any lawful life of an order, in any market, by any mapping: Xero's books are what the store's ledgers say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.accounting.order import Order
from embedded_app.sandbox.shopify.markets import MARKETS, Market
from tests.properties.holding import check_holds
from tests.properties.lives import Life, arrivals, lives, steps
from tests.properties.posted import check_against_ledgers, posted
from tests.properties.profile import played
from tests.properties.same import check_same
from tests.properties.settling import check_all_is_allocated, check_order_of_money

in_every_market = pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)


def check_life(life: Life) -> None:
    """A whole life decided upon at once makes books that Xero takes and that say what the ledgers say."""
    done = posted(life, [life.order])
    check_against_ledgers(done)
    check_holds(done)
    check_order_of_money(done)
    check_all_is_allocated(done)


def check_looked_at(life: Life, looks: Sequence[Order]) -> None:
    """A life looked at so often makes the books that its ledgers say, the same as if decided upon at once."""
    looked_at = posted(life, looks)
    check_against_ledgers(looked_at)
    check_holds(looked_at)
    check_all_is_allocated(looked_at)
    check_same(posted(life, [life.order]), looked_at)


@in_every_market
def test_the_books_of_any_life_are_what_its_ledgers_say(market: Market) -> None:
    @played(f"at once {market.key}")
    @given(lives(market))
    def check(life: Life) -> None:
        check_life(life)

    check()


@in_every_market
def test_however_often_an_order_is_looked_at_the_books_are_the_same(market: Market) -> None:
    @played(f"looks {market.key}")
    @given(lives(market), st.data())
    def check(life: Life, data: st.DataObject) -> None:
        check_looked_at(life, steps(data, life))

    check()


@in_every_market
def test_whichever_ledger_comes_first_the_books_are_the_same(market: Market) -> None:
    @played(f"ledgers {market.key}")
    @given(lives(market), st.data())
    def check(life: Life, data: st.DataObject) -> None:
        check_looked_at(life, arrivals(data, life))

    check()


@in_every_market
def test_periods_may_be_closed_while_an_order_lives(market: Market) -> None:
    @played(f"periods {market.key}")
    @given(lives(market), st.data())
    def check(life: Life, data: st.DataObject) -> None:
        looks = steps(data, life)
        first = life.order.local_day(life.order.placed_at) - timedelta(days=1)
        locks = sorted(first + timedelta(days=data.draw(st.integers(0, 40))) for _ in looks)
        done = posted(life.locked(locks[-1]), looks, locks)
        check_against_ledgers(done)
        check_holds(done)

    check()
