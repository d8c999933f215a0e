"""`make bench`, or `python -m benchmarks NAME …` for some of them: measure everything and print one table.

It takes some twenty minutes on two cores and wants the machine for itself.
"""

from __future__ import annotations

import functools
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks import decide, drain, fairness, idle, ingest, outage, pages, plan, workers
from benchmarks.ground import database_server
from benchmarks.table import Line, printed

NAMES = ("decide", "ingest", "outage", "idle", "drain", "workers", "fairness", "plan", "pages")


def main() -> None:
    """Measure what is named, everything by default."""
    wanted = sys.argv[1:] or NAMES
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        sys.exit(f"There is no measurement {', '.join(unknown)}; there are {', '.join(NAMES)}.")
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.python_implementation()} {_version()}")
    lines: list[Line] = []
    with database_server() as server:
        for name in wanted:
            print(f"measuring: {name} …", file=sys.stderr, flush=True)
            measured = _measurements(server)[name]()
            print(printed(measured), file=sys.stderr, flush=True)  # so that a run that is cut short tells something
            lines += measured
    print(printed(lines))


# Others go by its rate: measured once in a run.
taken_in = functools.cache(ingest.measure)


def _measurements(server: str) -> dict[str, Callable[[], list[Line]]]:
    return {
        "decide": decide.measure,
        "ingest": lambda: taken_in(server)[0],
        "outage": lambda: outage.measure(server, taken_in(server)[1]),
        "idle": lambda: idle.measure(server),
        "drain": lambda: drain.measure(server),
        "workers": lambda: workers.measure(server),
        "fairness": lambda: fairness.measure(server),
        "plan": lambda: plan.measure(server),
        "pages": lambda: pages.measure(server),
    }


def _version() -> str:
    return ".".join(platform.python_version_tuple()[:2])


if __name__ == "__main__":
    main()
