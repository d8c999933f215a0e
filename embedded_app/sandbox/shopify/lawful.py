"""Random but lawful lives of orders, by a seed: whatever happens, the store's ledgers and totals agree.

Σ agreements is the current total, the placed one the original total, Σ tenders the net payment, to the smallest unit;
nothing is returned twice, and no order falls below zero. `play_story` plays in any store, `lawful_story` and
`lawful_orders` in one of their own, without HTTP.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from embedded_app.accounting.order import Order
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify.checkouts import Allowed, draw_order
from embedded_app.sandbox.shopify.deeds import DEEDS
from embedded_app.sandbox.shopify.markets import MARKETS, Market
from embedded_app.sandbox.shopify.scenario import OrderHandle
from embedded_app.sandbox.shopify.story import Story
from embedded_app.sandbox.shopify.telling import Teller
from embedded_app.sandbox.shopify.world import World

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

FIRST_DAY = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
PAUSES = (
    timedelta(),
    timedelta(minutes=1),
    timedelta(minutes=50),
    timedelta(hours=9),
    timedelta(days=1),
    timedelta(days=23),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """One thing that happened to an order. deed: in the store's words, such as "paid by paypal"."""

    order: OrderHandle
    deed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStep:
    """The order as it was after a deed."""

    order: Order
    deed: str


def play_story(
    shop: Shop,
    draw: random.Random,
    market: Market,
    *,
    allowed: Allowed | None = None,
    between: Callable[[], None] | None = None,
) -> Iterator[StoryStep]:
    """Play one order's life in a store of the market, a deed at a time, at the store's own clock.

    between: called before each deed after the first, to move a set clock on. The same random state gives the same life.
    """
    allowed = allowed or Allowed()
    story = Story(handle=draw_order(shop, draw, market, allowed), draw=draw, market=market, allowed=allowed)
    yield StoryStep(order=story.handle, deed="placed")
    for _ in range(draw.randint(0, allowed.most_deeds)):
        if between is not None:
            between()
        deed = _next_deed(story)
        if deed is None:
            return
        yield StoryStep(order=story.handle, deed=deed)


def lawful_story(seed: int, *, market: Market | None = None, allowed: Allowed | None = None) -> list[ToldStep]:
    """One order's life, step by step; its market is drawn unless given. The same seed tells the same story."""
    return list(_tell(random.Random(seed), market, allowed))  # Repeatable on purpose.


def lawful_orders(
    draw: random.Random, *, market: Market | None = None, allowed: Allowed | None = None
) -> tuple[Order, ...]:
    """One order after each step of a lawful life: its ledgers grow from each to the next."""
    return tuple(step.order for step in _tell(draw, market, allowed))


def _tell(draw: random.Random, market: Market | None, allowed: Allowed | None) -> Iterator[ToldStep]:
    place = market or draw.choice(list(MARKETS.values()))
    clock = SetClock(FIRST_DAY + timedelta(minutes=draw.randrange(90 * 24 * 60)))
    shop = place.open(World(clock=clock))
    shop.deliveries.silent = True
    teller = Teller(shop.timezone)

    def pause() -> None:
        clock.advance(draw.choice(PAUSES).total_seconds())

    for step in play_story(shop, draw, place, allowed=allowed, between=pause):
        yield ToldStep(order=teller.tell(step.order.order), deed=step.deed)


def _next_deed(story: Story) -> str | None:
    """Draw deeds until one is lawful now; None when none is."""
    deeds = list(DEEDS)
    while deeds:
        (chosen,) = story.draw.choices(deeds, [DEEDS[deed] for deed in deeds])
        done = chosen(story)
        if done is not None:
            return done
        deeds.remove(chosen)
    return None
