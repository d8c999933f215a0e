"""From one webhook to its invoice and payment in Xero while nothing else happens."""

from __future__ import annotations

import statistics
import time

from benchmarks.ground import Ground, ground, until
from benchmarks.load import send_all, webhook
from benchmarks.table import Line

ORDERS = 20
TARGET_SECONDS = 2.0
POSTED_WITHIN_SECONDS = 60.0


def measure(server: str) -> list[Line]:
    """The lines of the table."""
    with ground(server, orders=ORDERS + 1) as here:
        url, _ = here.start_web()
        here.start_workers(1)
        first, *others = here.stores[0]["order_ids"]
        _seconds(here, url, first, already=0)  # reads the organisation, as the first order of every half hour does
        seconds = [_seconds(here, url, one, already=2 * at) for at, one in enumerate(others, start=1)]
    slowest = max(seconds)
    return [
        Line(
            what="from a webhook to invoice and payment in Xero, when idle",
            ours=f"{statistics.median(seconds):.2f} s, at most {slowest:.2f} s",
            target=f"≤ {TARGET_SECONDS:.0f} s",
            met=slowest <= TARGET_SECONDS,
        )
    ]


def _seconds(here: Ground, url: str, order_id: str, *, already: int) -> float:
    request = webhook(f"{url}/webhooks/shopify", here.secret, shop=here.stores[0]["shop"], order_id=order_id)
    time.sleep(0.5)  # idle: the last order's jobs are over
    began = time.monotonic()
    send_all(url, [request], connections=1)
    until(
        lambda: here.value("SELECT count(*) FROM dispatch WHERE state = 'posted'") >= already + 2,
        what=f"{order_id} is posted",
        seconds=POSTED_WITHIN_SECONDS,
        every=0.01,
    )
    return time.monotonic() - began
