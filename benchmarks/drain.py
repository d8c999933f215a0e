"""A backlog of paid orders drained by one worker: orders per second, calls to Xero, and what a long history costs.

The floor is the sandboxes themselves, asked by one thread: the same orders read and the same bytes sent to Xero again,
with nothing decided and nothing stored in between.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from sqlalchemy import select

from benchmarks.ground import Ground, ground, town, until
from benchmarks.table import Line
from embedded_app.bulk import defaults_of, insert_all
from embedded_app.channels import StoreAccess
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.clock import now
from embedded_app.config import SHOPIFY_API_VERSION
from embedded_app.db import db
from embedded_app.models import Batch, Delivery
from embedded_app.queue import wake
from embedded_app.xero.client import XeroApi
from embedded_app.xero.endpoints import ENDPOINTS, Endpoint

Call = tuple[Endpoint, tuple[str, ...], bytes, str]

ORDERS = 2_000
TARGET_PER_SECOND = 150
FLOOR_CALLS, TARGET_CALLS = 40, 42  # to Xero, per 1,000 orders of one tender: 50 documents or payments a call
HISTORY = 1_000_000
TIMES_WITH_HISTORY = 1.2
DRAINED_WITHIN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Drained:
    """One drain: seconds it took, write calls to Xero, and seconds the sandboxes took for the same calls again."""

    seconds: float
    calls: int
    floor_seconds: float


def measure(server: str) -> list[Line]:
    """The lines of the table."""
    plain = drain(server)
    aged = drain(server, history=HISTORY)
    rate, calls = ORDERS / plain.seconds, 1000 * plain.calls / ORDERS
    times = aged.seconds / plain.seconds
    return [
        Line(
            what="paid orders from backlog to Xero per second, one worker",
            ours=f"{rate:,.0f}",
            target=f"≥ {TARGET_PER_SECOND}",
            floor=f"{ORDERS / plain.floor_seconds:,.0f} by the sandboxes alone",
            met=rate >= TARGET_PER_SECOND,
        ),
        Line(
            what="calls to Xero per 1,000 of them",
            ours=f"{calls:.0f}",
            target=f"≤ {TARGET_CALLS}",
            floor=f"{FLOOR_CALLS}",
            met=calls <= TARGET_CALLS,
        ),
        Line(
            what="cost of each with 1,000,000 deliveries done before",
            ours=f"{1000 * aged.seconds / ORDERS:.1f} ms",
            target=f"≤ {TIMES_WITH_HISTORY} × floor",
            floor=f"{1000 * plain.seconds / ORDERS:.1f} ms without them ({times:.2f} ×)",
            met=times <= TIMES_WITH_HISTORY,
        ),
    ]


def drain(server: str, *, history: int = 0) -> Drained:
    """Drain ORDERS orders of one store with one worker."""
    with ground(server, orders=ORDERS) as here:
        if history:
            preload(here, history)
        here.start_workers(1)
        began = time.monotonic()
        owe(here)
        until(lambda: is_done(here, ORDERS), what="all orders are posted", seconds=DRAINED_WITHIN_SECONDS, every=0.05)
        seconds = time.monotonic() - began
        calls = _calls(here)
    return Drained(seconds, len(calls), _floor_seconds(calls))


def owe(here: Ground) -> None:
    """Record one delivery for each order of each store, and wake their gathers."""
    for store in here.stores:
        record_deliveries(here, store["store_id"], store["order_ids"])


def record_deliveries(here: Ground, store_id: int, order_ids: Sequence[str]) -> None:
    """Record one delivery for each of these orders and wake their store's gather, in one transaction."""
    with here.app.app_context():
        insert_all(db.session(), Delivery, [_delivery(store_id, one) for one in order_ids])
        wake(db.session, "gather", store_id)
        db.session.commit()


def _delivery(store_id: int, order_id: str) -> dict[str, object]:
    return {
        "store_id": store_id,
        "webhook_id": f"bench-{order_id}",
        "topic": "orders/create",
        "order_external_id": order_id,
        "received_at": now(),
    }


def is_done(here: Ground, orders: int) -> bool:
    """Whether an invoice and a payment of each order are in Xero."""
    posted: int = here.value("SELECT count(*) FROM dispatch WHERE state = 'posted'")
    return posted >= 2 * orders


def preload(here: Ground, count: int) -> None:
    """So many deliveries that ended long ago, as COPY writes them."""
    columns = [*_ended(0, 0), *(defaults := defaults_of(Delivery, besides=_ended(0, 0)))]
    with here.app.app_context(), db.engine.begin() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None, "the connection is open"
        with raw.cursor() as cursor, cursor.copy(f"COPY delivery ({', '.join(columns)}) FROM STDIN") as copy:
            for at in range(count):
                ended = _ended(here.stores[at % len(here.stores)]["store_id"], at)
                copy.write_row((*ended.values(), *defaults.values()))
    with here.app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE delivery")


def _ended(store_id: int, at: int) -> dict[str, object]:
    return {
        "store_id": store_id,
        "webhook_id": f"old-{at}",
        "topic": "orders/updated",
        "order_external_id": f"gid://shopify/Order/9{at // 3}",
        "kept": "{}",
        "received_at": "2026-01-01T00:00:00Z",
        "state": "done",
        "outcome": "recorded",
        "ended_at": "2026-01-01T00:00:01Z",
    }


def _calls(here: Ground) -> list[Call]:
    """All calls that were made to Xero, in order."""
    with here.app.app_context():
        rows = db.session.scalars(select(Batch).order_by(Batch.first_sent_at, Batch.id))
        return [(ENDPOINTS[row.endpoint], tuple(row.path_ids), bytes(row.body), row.key) for row in rows]


def _floor_seconds(calls: Sequence[Call]) -> float:
    """How long new sandboxes take for the same reads and writes, asked one after the other by one thread."""
    with town(1, ORDERS) as told:
        store, settings = told["stores"][0], told["settings"]
        access = StoreAccess(
            domain=store["shop"],
            origin=settings["SHOPIFY_ADMIN_ORIGIN"].replace("{shop}", store["shop"]),
            access_token=store["shop_token"],
            api_version=SHOPIFY_API_VERSION,
        )
        http = requests.Session()
        api = XeroApi(
            http,
            api_url=settings["XERO_API_URL"],
            access_token=store["access_token"],
            tenant_id=store["tenant_id"],
        )
        began = time.monotonic()
        reading = read_orders(http, access, store["order_ids"])
        answers = [api.send(endpoint, path_ids=ids, body=body, key=key) for endpoint, ids, body, key in calls]
        seconds = time.monotonic() - began
    assert len(reading.orders) == ORDERS, f"{len(reading.orders)} orders were read"
    assert all(answer.status == 200 for answer in answers), "the same calls were not taken a second time"
    return seconds
