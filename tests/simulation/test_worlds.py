"""A few simulated worlds, and every world that once went wrong; `make simulate` plays as many fresh ones as wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.simulation import planted
from tests.simulation.drawing import draw_script
from tests.simulation.running import run_script
from tests.simulation.scripts import script_from_json

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
SEEDS = (1,)
MORE_SEEDS = tuple(range(100, 140))
# By which world each planted mistake was caught; it changes whenever worlds are drawn otherwise.
CAUGHT_BY = {
    "dedupe": 1,
    "rounding-sign": 1,
    "token-rotation": 2,
    "look-up": 2,
    "idempotency-key": 5,
    "allocation-take-back": 15,
    "tenant": 21,
    "settlement-order": 36,
    "lock-date": 61,
    "catch-up-cursor": 88,
}


@pytest.mark.parametrize("seed", [*SEEDS, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in MORE_SEEDS)])
def test_whatever_fails_the_books_are_what_the_stores_sold(simulated: Flask, seed: int) -> None:
    outcome = run_script(simulated, draw_script(seed))

    assert outcome.problem is None, outcome.problem


@pytest.mark.thorough
@pytest.mark.parametrize("plant", CAUGHT_BY)
def test_a_planted_mistake_is_caught_where_without_it_all_is_right(simulated: Flask, plant: str) -> None:
    script = draw_script(CAUGHT_BY[plant])
    with planted.planted(plant):
        outcome = run_script(simulated, script)

    assert outcome.problem is not None
    assert run_script(simulated, script).problem is None


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_what_once_went_wrong_goes_wrong_no_more(simulated: Flask, case: Path) -> None:
    outcome = run_script(simulated, script_from_json(case.read_text(encoding="utf-8")))

    assert outcome.problem is None, outcome.problem
