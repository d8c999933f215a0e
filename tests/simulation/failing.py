"""What goes wrong: processes die, platforms fail, writes land late, others go on amid a call, clocks jump."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests

from tests.simulation.calls import call_name, is_write
from tests.simulation.seams import Seams
from tests.simulation.working import tick, work
from tests.simulation.worlds import Late, World

# How long we wait for Xero's answer (embedded_app/xero/client.py).
ANSWER_SECONDS = 25.0


def crash(world: World, *, seam: str, nth: int) -> None:
    """A process will die at a seam."""
    world.seams.kill_at(seam, nth)


def store_fault(world: World, *, kind: str, **settings: Any) -> None:
    """The store will fail."""
    world.stores_world.faults.add(kind, **settings)


def xero_fault(world: World, *, kind: str, **settings: Any) -> None:
    """Xero will fail."""
    world.books.faults.add(kind, **settings)


def late_write(world: World, *, nth: int, seconds: float) -> None:
    """A write to Xero will be given up by us after its time-out, and land so many seconds after it was sent."""

    def strike(seams: Seams) -> None:
        request = seams.calling
        if request is None or not is_write(request):
            seams.arm("before_call", 1, lambda: strike(seams))
            return
        seams.note("late write", call_name(request))
        world.late.append(Late(due_at=world.clock.now() + timedelta(seconds=seconds), request=request.copy()))
        world.advance(ANSWER_SECONDS)
        raise requests.ReadTimeout("no answer in time")

    world.seams.arm("before_call", nth, lambda: strike(world.seams))


def meanwhile(world: World, *, seam: str, nth: int, seed: int, jobs: int, seconds: float) -> None:
    """In the middle of a call time passes, and other workers run some of what waits."""

    def strike() -> None:
        world.seams.note("others meanwhile")
        with world.seams.nested():
            world.advance(seconds)
            tick(world)
            work(world, random.Random(seed), jobs)

    world.seams.arm(seam, nth, strike)


def jump(world: World, *, seconds: float) -> None:
    """The clock of our machines is set on or back; that of everybody else is not."""
    world.our_clock.offset += timedelta(seconds=seconds)
    world.seams.met["clock jump", "back" if seconds < 0 else "on"] += 1
    tick(world)


def lag(world: World, *, shop: str, seconds: float) -> None:
    """The store's search of orders is so far behind."""
    world.stores[shop].shop.index_lag = timedelta(seconds=seconds)
    world.seams.met["search lags", "store"] += 1


def deny(world: World, *, shop: str, order: str) -> None:
    """The store does not let us see an order any more; it does so again when all is well."""
    store = world.stores[shop]
    if order in store.stories:
        store.shop.denied_orders.add(store.stories[order].handle.id)
        world.unseen.add(store.stories[order].handle.id)
        world.seams.met["order denied", "store"] += 1


FAILURES: dict[str, Callable[..., None]] = {
    "crash": crash,
    "store fault": store_fault,
    "xero fault": xero_fault,
    "late write": late_write,
    "meanwhile": meanwhile,
    "jump": jump,
    "lag": lag,
    "deny": deny,
}
