"""What a store notices of a Xero outage: webhooks at a steady rate over 50 shops, with Xero there and with Xero away.

Web, workers and sweeper all run. What they hold in memory is measured while they do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import requests

from benchmarks.ground import Ground, ground
from benchmarks.load import Heard, send_steadily, webhook
from benchmarks.table import Line, percentile
from embedded_app.supervisor import Supervisor

SHOPS = 50
ORDERS_PER_SHOP = 4
SECONDS = 120.0
CONNECTIONS = 16
SHARE_OF_INGEST = 0.5
TIMES_WITHOUT_OUTAGE = 1.5
TARGET_MB = 120
# What counts as growing: Python keeps what it once needed, so the first minutes always add a little.
FLAT_WITHIN = 1.10
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def measure(server: str, ingest_rate: float) -> list[Line]:
    """The lines of the table. ingest_rate: webhooks per second, as measured by ingest.py."""
    rate = SHARE_OF_INGEST * ingest_rate
    with ground(server, stores=SHOPS, orders=ORDERS_PER_SHOP) as here:
        url, web = here.start_web()
        workers = here.start_workers(1)
        _send(here, url, rate, seconds=SECONDS / 8)
        usual = _send(here, url, rate, seconds=SECONDS)
        before = _megabytes(web, workers)
        _let_xero_fail(here)
        outage = _send(here, url, rate, seconds=SECONDS)
        after = _megabytes(web, workers)
    return [_speed(usual, outage, rate), *_memory(before, after)]


def _send(here: Ground, url: str, rate: float, *, seconds: float) -> Heard:
    requests_ = [_webhook(here, f"{url}/webhooks/shopify", at) for at in range(int(rate * seconds))]
    heard = send_steadily(url, requests_, connections=CONNECTIONS, per_second=rate)
    assert heard.refused == 0, f"{heard.refused} webhooks were not taken in"
    return heard


def _webhook(here: Ground, url: str, at: int) -> bytes:
    store = here.stores[at % SHOPS]
    order_id = store["order_ids"][at // SHOPS % ORDERS_PER_SHOP]
    return webhook(url, here.secret, shop=store["shop"], order_id=order_id)


def _let_xero_fail(here: Ground) -> None:
    fault = {"kind": "unavailable", "calls": 1_000_000_000}
    answer = requests.post(f"{here.xero_url}/sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 201, answer.text


def _speed(usual: Heard, outage: Heard, rate: float) -> Line:
    usual_p99, outage_p99 = (1000 * percentile(one.seconds, 0.99) for one in (usual, outage))
    times = outage_p99 / usual_p99
    return Line(
        what=f"99th percentile of {rate:,.0f} webhooks a second over {SHOPS} shops while Xero is away",
        ours=f"{outage_p99:.0f} ms",
        target=f"≤ {TIMES_WITHOUT_OUTAGE} × floor",
        floor=f"{usual_p99:.0f} ms while it is there ({times:.2f} ×)",
        met=times <= TIMES_WITHOUT_OUTAGE,
    )


def _memory(before: dict[str, float], after: dict[str, float]) -> Iterable[Line]:
    for name, megabytes in after.items():
        growth = megabytes / before[name]
        yield Line(
            what=f"memory of a {name} process after that",
            ours=f"{megabytes:.0f} MB",
            target=f"≤ {TARGET_MB} MB, flat",
            floor=f"{before[name]:.0f} MB before the outage ({growth:.2f} ×)",
            met=megabytes <= TARGET_MB and growth <= FLAT_WITHIN,
        )


def _megabytes(web: Supervisor, workers: Supervisor) -> dict[str, float]:
    """The largest process of each kind, resident."""
    gunicorn = web.pids()["web"]
    return {
        "web": max(_resident(pid) for pid in (gunicorn, *_children(gunicorn))),
        "worker": _resident(workers.pids()["worker1"]),
        "sweeper": _resident(workers.pids()["sweeper"]),
    }


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE_BYTES / 1_000_000
