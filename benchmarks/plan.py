"""A day on Xero's smallest plan: how many orders 1,000 calls carry, reckoned and then tried in the sandbox.

The clock is set by hand: a day passes as fast as the program works. Orders come evenly, which is the hardest case, for
a call is full only where the program waits for it to fill.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import structlog

from benchmarks.drain import record_deliveries
from benchmarks.ground import Ground, program
from benchmarks.table import Line
from benchmarks.town import open_town, place_and_pay, settings_of
from embedded_app import pipeline
from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.pipeline.organisations import CHART_FRESH_FOR, FRESH_FOR
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.shopify import Shop, World, create_shopify
from embedded_app.sandbox.xero import Books, create_xero

CALLS_A_DAY = 1_000
ELEMENTS_A_CALL = 50
CALLS_OF_AN_ORDER = 2  # its share of a call of invoices and of one of payments
TARGET = 20_000
MINUTES = 24 * 60
ORDERS_A_MINUTE = 14  # 20,160 a day


def measure(server: str) -> list[Line]:
    """The lines of the table."""
    posted, calls = _try(server)
    return [
        Line(
            what=f"orders a day with {CALLS_A_DAY:,} calls to Xero, coming evenly",
            ours=f"{posted:,} with {calls} calls",
            target=f"≥ {TARGET:,}",
            floor=f"{_reckoned():,} reckoned, all calls full",
            met=posted >= TARGET and calls <= CALLS_A_DAY,
        )
    ]


def _reckoned() -> int:
    """What the day's calls carry once the organisation's own reading is taken off."""
    day = timedelta(days=1)
    reading = day // FRESH_FOR + 4 * (day // CHART_FRESH_FOR)
    return (CALLS_A_DAY - reading) * ELEMENTS_A_CALL // CALLS_OF_AN_ORDER


def _try(server: str) -> tuple[int, int]:
    """Play the day; (orders wholly in Xero at its end, calls that Xero took)."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    clock = SetClock(datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    world, books = World(clock=clock, limits=False), Books(clock, seed=1)
    books.limits.per_day = CALLS_A_DAY
    known = open_town(world, books, stores=1, orders=0)
    store, xero = serve(create_shopify(world, clock=clock)), serve(create_xero(books, clock=clock))
    told = {"stores": known, "settings": settings_of(world, books, store_url=store.url, xero_url=xero.url)}
    try:
        with program(server, told, clock=clock) as here:
            for _ in range(MINUTES):
                _minute(here, world.shop(known[0]["shop"]), clock)
            payments = here.value("SELECT count(*) FROM settlement WHERE xero_id IS NOT NULL")
            left = int(dict(books.limits.headers(known[0]["tenant_id"]))["X-DayLimit-Remaining"])
    finally:
        store.stop()
        xero.stop()
    return payments, CALLS_A_DAY - left


def _minute(here: Ground, shop: Shop, clock: SetClock) -> None:
    """A minute's orders come, and the jobs run."""
    store_id = here.stores[0]["store_id"]
    record_deliveries(here, store_id, [place_and_pay(shop, at) for at in range(ORDERS_A_MINUTE)])
    clock.advance(60)
    with here.app.app_context():
        while pipeline.gather(store_id):
            pass
        organisation_id = here.value("SELECT id FROM organisation")
        while pipeline.send(organisation_id):
            pass
        db.session.remove()
