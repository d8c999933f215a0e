"""A share of a run's worlds, played one after the other in a process and a database of its own."""

from __future__ import annotations

import gc
import logging
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask

from embedded_app.db import db
from tests.simulation import planted
from tests.simulation.database import migrated, simulated_app
from tests.simulation.drawing import draw_script
from tests.simulation.reducing import reduced
from tests.simulation.running import Outcome, run_script, told

# What is there before the first world stays: to look through it again and again for what may go takes its time.
SELDOM = (50_000, 20, 50)
TOLD_EVERY = 25
CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Which worlds a process plays, on which server. seconds: after which it begins no other; 0: no limit.

    plant: the mistake that is planted meanwhile, until it is caught. shrink: what fails, and keep it as a case.
    """

    server: str
    number: int
    seeds: range
    seconds: float
    plant: str | None
    shrink: bool


@dataclass(slots=True, kw_only=True)
class Tally:
    """What worlds came to. failed: their seeds. met: faults by (kind, state). days: of all stores together."""

    worlds: int = 0
    orders: int = 0
    days: float = 0.0
    failed: tuple[int, ...] = ()
    met: Counter[tuple[str, str]]

    def count(self, outcome: Outcome) -> None:
        """Add one world."""
        self.add(
            Tally(
                worlds=1,
                orders=outcome.orders,
                days=outcome.days,
                failed=(outcome.script.seed,) if outcome.problem is not None else (),
                met=outcome.met,
            )
        )

    def add(self, other: Tally) -> None:
        """Add other worlds."""
        self.worlds += other.worlds
        self.orders += other.orders
        self.days += other.days
        self.failed += other.failed
        self.met.update(other.met)

    def text(self, seconds: float) -> str:
        """In a line."""
        each = seconds / max(self.worlds, 1)
        return (
            f"{self.worlds} worlds, {self.orders} orders, {self.days:.0f} shop-days in {seconds:.0f} s "
            f"({each:.2f} s each): {len(self.failed)} failed"
        )


def play_share(share: Share) -> Tally:
    """Play the share's worlds, all of them whatever fails, or until a planted mistake is caught; tell what fails."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, tally = time.monotonic(), Tally(met=Counter())
    app = simulated_app(migrated(share.server, f"worlds_{share.number}"))
    gc.freeze()
    gc.set_threshold(*SELDOM)
    for seed in share.seeds:
        if share.seconds and time.monotonic() - began > share.seconds:
            break
        # Planted anew for each world: what a mistake keeps in mind is that world's own.
        with planted.planted(share.plant):
            outcome = run_script(app, draw_script(seed))
        tally.count(outcome)
        if outcome.problem is not None:
            _tell(app, outcome, share)
            if share.plant:
                break
        if tally.worlds % TOLD_EVERY == 0:
            print(f"process {share.number + 1}: {tally.text(time.monotonic() - began)}", flush=True)
    with app.app_context():
        db.engine.dispose()
    return tally


def replay(seed: int, plant: str | None = None) -> str:
    """The command that plays the world again; without a planted mistake that also shrinks it and keeps it."""
    return f"make simulate SEED={seed} WORLDS=1" + (f" PLANT={plant}" if plant else "")


def _tell(app: Flask, outcome: Outcome, share: Share) -> None:
    """Print how the world is played again; shrink it and keep it as a case, unless its mistake is planted."""
    seed = outcome.script.seed
    print(f"\n{replay(seed, share.plant)}\n{told(outcome.problem)}", flush=True)
    if not share.shrink:
        return
    small = reduced(app, outcome)
    CASES.mkdir(exist_ok=True)
    case = CASES / f"world_{seed}.json"
    case.write_text(small.script.to_json(), encoding="utf-8")
    steps = "\n".join(f"  {step.text()}" for step in small.script.steps)
    print(f"shrunk to {len(small.script.steps)} steps, in {case.name}:\n{steps}\n{told(small.problem)}", flush=True)
