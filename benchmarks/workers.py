"""One backlog of several stores, drained by 1, 2 and 4 workers on this machine, which they share with the sandboxes."""

from __future__ import annotations

import os
import time

from benchmarks.drain import DRAINED_WITHIN_SECONDS, is_done, owe
from benchmarks.ground import ground, until
from benchmarks.table import Line

WORKERS = (1, 2, 4)
STORES = 8
ORDERS_PER_STORE = 150


def measure(server: str) -> list[Line]:
    """The lines of the table."""
    rates = {count: _rate(server, count) for count in WORKERS}
    return [
        Line(
            what=f"the same from {STORES} stores at once, {count} worker{'s' if count > 1 else ''}",
            ours=f"{rate:,.0f}",
            floor=f"{rate / rates[1]:.2f} × one worker, on {os.cpu_count()} cores",
        )
        for count, rate in rates.items()
    ]


def _rate(server: str, workers: int) -> float:
    orders = STORES * ORDERS_PER_STORE
    with ground(server, stores=STORES, orders=ORDERS_PER_STORE) as here:
        here.start_workers(workers)
        began = time.monotonic()
        owe(here)
        until(lambda: is_done(here, orders), what="all orders are posted", seconds=DRAINED_WITHIN_SECONDS, every=0.05)
        return orders / (time.monotonic() - began)
