"""What each step of a script does in its world."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from embedded_app.sandbox.shopify.checkouts import Allowed, draw_order
from embedded_app.sandbox.shopify.deeds import DEEDS as ORDER_DEEDS
from embedded_app.sandbox.shopify.story import Story
from tests.simulation.failing import FAILURES
from tests.simulation.imports import IMPORTS
from tests.simulation.merchants import BY_PEOPLE
from tests.simulation.scripts import Script, Step
from tests.simulation.seams import LEFT_ALONE
from tests.simulation.working import tick, work
from tests.simulation.worlds import CROSSFOOT, World

LONG, SOON, JOBS_SOON = 3600, 120, 6
# None of our machines runs for so long, and then a token whose refresh was not heard of may have ended.
ALONE = 1500
A_SECOND = timedelta(seconds=1)
WEBHOOKS = f"https://{CROSSFOOT}/webhooks/shopify"
ALLOWED = Allowed(most_lines=3, rounding=True, presentment=True, marketplace=True, unclear_marketplace=True)

Deed = Callable[..., None]


def play(world: World, script: Script) -> None:
    """Let everything happen that the script tells."""
    with world.seams.at_commits():
        for step in script.steps:
            take(world, step)


def take(world: World, step: Step) -> None:
    """Let one step happen. One that finds nothing to do, because other steps were taken out, does nothing."""
    DEEDS[step.do](world, **step.told)


def _order(world: World, *, shop: str, order: str, seed: int) -> None:
    """A customer places an order."""
    store, draw = world.stores[shop], random.Random(seed)
    handle = draw_order(store.shop, draw, store.market, ALLOWED)
    store.stories[order] = Story(handle=handle, draw=draw, market=store.market, allowed=ALLOWED)


def _deed(world: World, *, shop: str, order: str, seed: int, rather: Sequence[str] = ()) -> None:
    """Something lawful happens to an order; rather: one of these where one of them is possible."""
    story = world.stores[shop].stories.get(order)
    if story is None:
        return
    story.draw = random.Random(seed)
    if world.worked_at is not None and world.clock.now() - world.worked_at < A_SECOND:
        world.unseen.add(story.handle.id)
    first = {deed: weight for deed, weight in ORDER_DEEDS.items() if deed.__name__ in rather}
    for deeds in (first, ORDER_DEEDS.copy()):
        while deeds:
            (chosen,) = story.draw.choices(list(deeds), list(deeds.values()))
            if chosen(story) is not None:
                return
            del deeds[chosen]


def _deliver(world: World, *, shop: str, seed: int, times: int = 1, drop: float = 0, delay: float = 0) -> None:
    """The store sends the webhooks that it owes."""
    deliveries = world.stores[shop].shop.deliveries
    owed = len(deliveries.pending())
    with world.seams.working("webhook"):
        sent = deliveries.deliver(WEBHOOKS, times=times, shuffle=seed, drop=drop, delay=delay, http=world.http)
        for kind, count in (
            ("webhook dropped", sent.dropped),
            ("webhook repeated", sent.accepted * (times > 1)),
            ("webhook reordered", owed * (owed > 1)),
            ("webhook delayed", sent.waiting * (delay > 0)),
        ):
            if count:
                world.seams.met[kind, "webhook"] += count


def _work(world: World, *, seed: int, jobs: int) -> None:
    """Workers run some of what waits."""
    work(world, random.Random(seed), jobs)


def _pass(world: World, *, seconds: float) -> None:
    """Time goes by, and what goes by the clock is done. In a long time, first what was due soon."""
    if seconds >= LONG:
        world.advance(SOON)
        tick(world)
        work(world, random.Random(0), JOBS_SOON)
    if seconds >= ALONE:
        world.seams.met[LEFT_ALONE] += 1
    world.advance(seconds)
    tick(world)


DEEDS: dict[str, Deed] = {
    "order": _order,
    "deed": _deed,
    "deliver": _deliver,
    "work": _work,
    "pass": _pass,
    **FAILURES,
    **BY_PEOPLE,
    **IMPORTS,
}
