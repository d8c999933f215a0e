"""A share of a run's worlds, played one after the other in a process and a database of its own."""

from __future__ import annotations

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

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Which worlds a process plays, on which server. seconds: after which it begins no other; 0: no limit.

    plant: the mistake that is planted meanwhile. keep_going: also after a failure, and shrink none.
    """

    server: str
    number: int
    seeds: range
    seconds: float
    plant: str | None
    keep_going: bool


@dataclass(slots=True, kw_only=True)
class Tally:
    """What worlds came to. met: faults by (kind, state). days: of all stores together."""

    worlds: int = 0
    orders: int = 0
    days: float = 0.0
    failed: int = 0
    met: Counter[tuple[str, str]]

    def count(self, outcome: Outcome) -> None:
        """Add one world."""
        self.add(
            Tally(
                worlds=1,
                orders=outcome.orders,
                days=outcome.days,
                failed=int(outcome.problem is not None),
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
            f"({each:.2f} s each): {self.failed} failed"
        )


def play_share(share: Share) -> Tally:
    """Play the share's worlds until one fails, or all of them; what fails is told on the terminal."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, tally = time.monotonic(), Tally(met=Counter())
    app = simulated_app(migrated(share.server, f"worlds_{share.number}"))
    with planted.planted(share.plant):
        for seed in share.seeds:
            if share.seconds and time.monotonic() - began > share.seconds:
                break
            outcome = run_script(app, draw_script(seed))
            tally.count(outcome)
            if outcome.problem is not None:
                _tell(app, outcome, share)
                if not share.keep_going:
                    break
    with app.app_context():
        db.engine.dispose()
    return tally


def _tell(app: Flask, outcome: Outcome, share: Share) -> None:
    """Print how the world is played again; shrink it and keep it as a case, unless its mistake is planted."""
    seed = outcome.script.seed
    plant = f" PLANT={share.plant}" if share.plant else ""
    print(f"\nmake simulate SEED={seed} WORLDS=1{plant}\n{told(outcome.problem)}", flush=True)
    if share.keep_going or share.plant:
        return
    small = reduced(app, outcome)
    CASES.mkdir(exist_ok=True)
    case = CASES / f"world_{seed}.json"
    case.write_text(small.script.to_json(), encoding="utf-8")
    steps = "\n".join(f"  {step.text()}" for step in small.script.steps)
    print(f"shrunk to {len(small.script.steps)} steps, in {case.name}:\n{steps}\n{told(small.problem)}", flush=True)
