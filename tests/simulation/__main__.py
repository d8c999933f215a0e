"""Plays worlds: python -m tests.simulation [--seed S] [--worlds N] [--minutes M] [--plant NAME] [--processes P].

Without a seed they begin at a fresh one, which is printed. A world that fails prints the command that plays it again,
alone; played so it is shrunk to the fewest steps that still fail, and written to tests/simulation/cases/ as a case that
`make test` replays. The others are played all the same. 1 is returned where a world failed, or where in a long run some
kind of fault never struck; with a mistake planted, where it was not caught.
"""

from __future__ import annotations

import argparse
import multiprocessing
import secrets
import sys
import time
from collections import Counter

from tests.simulation.coverage import never_struck, report
from tests.simulation.database import private_server
from tests.simulation.planted import PLANTS
from tests.simulation.shares import Share, Tally, play_share, replay

# Each kind of fault strikes in about one world of fifty; in fewer worlds one of the many may never come up.
WORLDS_FOR_COVERAGE = 1000
FRESH_SEEDS = 10**9


def main() -> int:
    """Play what is asked for."""
    asked = _asked()
    first = secrets.randbelow(FRESH_SEEDS) if asked.seed is None else asked.seed
    print(f"worlds from seed {first} on", flush=True)
    began, tally = time.monotonic(), Tally(met=Counter())
    with private_server() as server, multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
        shares = [
            Share(
                server=server,
                number=number,
                seeds=range(first + number, first + asked.worlds, asked.processes),
                seconds=asked.minutes * 60,
                plant=asked.plant,
                shrink=asked.worlds == 1 and not asked.plant,
            )
            for number in range(asked.processes)
        ]
        for done in pool.imap_unordered(play_share, shares):
            tally.add(done)
    print("\n".join(report(tally.met)))
    print(tally.text(time.monotonic() - began))
    print("\n".join(replay(seed, asked.plant) for seed in tally.failed))
    if asked.plant:
        return 0 if tally.failed else 1
    never = never_struck(tally.met) if tally.worlds >= WORLDS_FOR_COVERAGE else []
    if never:
        print(f"These faults never struck, so the run proves nothing of them: {', '.join(never)}")
    return 1 if tally.failed or never else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=0, help="begin no world after so many; 0: no limit")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="with this mistake planted, until it is caught")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
