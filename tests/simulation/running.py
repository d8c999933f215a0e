"""One script run to its end in an empty database, and judged."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass

from flask import Flask

from tests.simulation.checking import check
from tests.simulation.database import empty
from tests.simulation.playing import play
from tests.simulation.scripts import Script
from tests.simulation.settling import settle
from tests.simulation.worlds import open_world

SECONDS_A_DAY = 24 * 3600
LAST_FRAMES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a world. problem: why it failed, None where it did not. met: faults by (kind, state).

    days: of all its stores together, while its script was played.
    """

    script: Script
    problem: BaseException | None
    met: Counter[tuple[str, str]]
    orders: int
    days: float


def run_script(app: Flask, script: Script) -> Outcome:
    """Play the script, let the program settle, check the books. Whatever is raised is the world's outcome."""
    empty(app)
    world = open_world(app, script)
    problem: BaseException | None = None
    began = played = world.clock.now()
    try:
        play(world, script)
        played = world.clock.now()
        settle(world, script.seed)
        check(world)
    except Exception as error:  # noqa: BLE001  whatever the program lets out is what a world is there to find
        problem = error
    orders = sum(len(store.shop.orders) for store in world.stores.values())
    days = len(world.stores) * (played - began).total_seconds() / SECONDS_A_DAY
    return Outcome(script=script, problem=problem, met=world.seams.met, orders=orders, days=days)


def told(problem: BaseException | None) -> str:
    """A failure in words: what the checker says, or where the program let an exception out."""
    if problem is None or isinstance(problem, AssertionError):
        return f"{type(problem).__name__}: {problem}"
    return "".join(traceback.format_exception(problem)[-LAST_FRAMES:])
