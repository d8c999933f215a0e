"""Fuzzes what reads bad input: python -m tests.fuzzing [--minutes M] [--only NAME] [--replay FILE].

Beside the property tests of tests/hostile, which draw blindly, atheris keeps each input that reached something new in
embedded_app and goes on from there. The minutes are shared among the targets, each in a process of its own, two at
once. What was reached is kept under the system's temporary directory, and the next run goes on with it. An input that
breaks a target is kept there too, and the command is printed that plays it again (for which atheris is not needed).
1 is returned where one was found.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.fuzzing.targets import TARGETS

KEPT = Path(tempfile.gettempdir()) / "crossfoot-fuzzing"
LEAST_SECONDS = 5
# To import and to end; a process that hangs longer is ended.
MORE_SECONDS = 120
_RUNS = re.compile(r"number_of_executed_units: (\d+)")
_REACHED = re.compile(r"cov: (\d+) ft: (\d+)")
_WRITTEN = re.compile(r"Test unit written to (\S+)")
_RAISED = re.compile(r"=== Uncaught Python exception: ===\n(.*?)(?:\n==|\Z)", re.DOTALL)
_ENDED = re.compile(r"ERROR: libFuzzer: (.*)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a target did.

    reached: places in the code, and features, which are places told apart by how often and on what they were. problem:
    "" for none.
    """

    runs: int
    reached: tuple[int, int]
    problem: str


def main(arguments: list[str] | None = None) -> int:
    """Fuzz what is asked for."""
    asked = _asked(arguments)
    names = [asked.only] if asked.only else list(TARGETS)
    if asked.replay:
        return _replay(asked.only, asked.replay)
    seconds = max(LEAST_SECONDS, int(asked.minutes * 60 * min(asked.at_once, len(names)) / len(names)))
    print(f"{len(names)} targets, {seconds} s each, in {KEPT}", flush=True)
    broken = 0
    with ThreadPoolExecutor(asked.at_once) as pool:
        for name, verdict in zip(names, pool.map(partial(_fuzz, seconds=seconds), names), strict=True):
            places, features = verdict.reached
            told = f"{name:14} {verdict.runs:>9,} runs  {places:>5} places  {features:>6} features  "
            print(told + (verdict.problem or "held"), flush=True)
            broken += bool(verdict.problem)
    return 1 if broken else 0


def judged(name: str, code: int, output: str) -> Verdict:
    """What a fuzzer's process ended with and said of a target."""
    runs, reached = _RUNS.search(output), _REACHED.findall(output)
    problem = ""
    if code:
        raised, ended, written = (one.search(output) for one in (_RAISED, _ENDED, _WRITTEN))
        why = raised[1].strip() if raised else ended[1] if ended else output[-2000:]
        again = f"\nagain: python -m tests.fuzzing --only {name} --replay {written[1]}" if written else ""
        problem = f"BROKEN\n{why}{again}"
    places, features = reached[-1] if reached else (0, 0)
    return Verdict(runs=int(runs[1]) if runs else 0, reached=(int(places), int(features)), problem=problem)


def _fuzz(name: str, seconds: int) -> Verdict:
    command = [sys.executable, "-m", "tests.fuzzing.one", name, str(KEPT / name), str(KEPT / "broken"), str(seconds)]
    try:
        ended = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds + MORE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Verdict(runs=0, reached=(0, 0), problem=f"BROKEN\nit had not ended {MORE_SECONDS} s after its time")
    return judged(name, ended.returncode, ended.stdout)


def _replay(name: str | None, path: Path) -> int:
    """One input, by which the target either holds or raises."""
    if name is None:
        print("Name the target that this input is for: --only NAME")
        return 2
    TARGETS[name].check(path.read_bytes())
    print(f"{name} held")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", choices=list(TARGETS))
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--replay", type=Path, help="play this input and no other; names its target by --only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
