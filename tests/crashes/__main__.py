"""`make crashes RUNS=20 ORDERS=5000 SEED=1`: real processes, killed at random moments; equal books or exit code 1."""

from __future__ import annotations

import argparse
import signal
import sys

from tests.crashes.run import RECOVERED_WITHIN_SECONDS, run


def main() -> int:
    """Do the runs one after the other and print each."""
    parser = argparse.ArgumentParser(description="Kill Crossfoot's processes at random moments of a day of orders.")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the next ones count on")
    arguments = parser.parse_args()
    # Said outright: what a shell starts in the background inherits that Ctrl-C is ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)

    failed, longest = [], 0.0
    for seed in range(arguments.seed, arguments.seed + arguments.runs):
        print(f"\nseed {seed}", flush=True)
        told = run(seed=seed, orders=arguments.orders, say=lambda line: print(line, flush=True))
        for one in told.recoveries:
            if one.seconds:
                print(f"  {one.kill.victim} at {one.kill.at:.1f} s: {one.kind} went on after {one.seconds:.1f} s")
        for problem in told.problems:
            print(f"  {problem}")
        print(told.line(), flush=True)
        longest = max(longest, told.longest)
        if not told.holds:
            failed.append(seed)
    verdict = f"NOT all held: seeds {failed}" if failed else "all books equal"
    print(f"\n{arguments.runs} runs: {verdict}; longest recovery {longest:.1f} s of {RECOVERED_WITHIN_SECONDS:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
