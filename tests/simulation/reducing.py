"""Shrinks a world that fails to the fewest steps with which it still fails in the same way."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Flask

from tests.simulation.running import Outcome, run_script
from tests.simulation.scripts import Step

# So many worlds are played at most for one failure; what is left then is small enough for a person.
MOST_TRIES = 120
_FIGURES = re.compile(r"[A-Z]{2}-\S+|\d[\d.,-]*")


def reduced(app: Flask, outcome: Outcome) -> Outcome:
    """The smallest world found that fails as this one does: with something wrong of the same shape.

    Steps are left out in halves, then in quarters, and so on to single ones, for as long as that finds anything.
    """
    best, tries, shapes = outcome, 0, _shapes(outcome.problem)
    size = max(len(best.script.steps) // 2, 1)
    while tries < MOST_TRIES:
        found = None
        for left in _without_some(best.script.steps, size):
            tries += 1
            tried = run_script(app, best.script.only(left))
            if _shapes(tried.problem) & shapes:
                found = tried
                break
            if tries >= MOST_TRIES:
                break
        if found is not None:
            best = found
            size = min(size, max(len(best.script.steps) // 2, 1))
        elif size == 1:
            break
        else:
            size //= 2
    return best


def _shapes(problem: BaseException | None) -> set[str]:
    """What is wrong, a line each, without the figures."""
    if problem is None:
        return set()
    lines = [line for line in str(problem).splitlines() if not line.endswith(":")]
    return {f"{type(problem).__name__} {_FIGURES.sub('#', line)}" for line in lines or [""]}


def _without_some(steps: Sequence[Step], size: int) -> list[Sequence[Step]]:
    """The steps without each part of this size; the latest part first, for what happens last matters least."""
    starts = range(0, len(steps), size)
    return [[*steps[:start], *steps[start + size :]] for start in reversed(starts)]
