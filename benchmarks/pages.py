"""Each page's server time with many orders in the database, and what a slow machine's browser makes of it.

A few orders are posted by the program itself, and their rows then copied inside the database, with ids, days and names
of their own, until there are BENCH_PAGES_ORDERS (100,000) orders with their documents. The floor is a page of the same
app that shows nothing: admission, frame and template, no query of its own.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, render_template_string
from sqlalchemy import Computed, Date, DateTime, Table, event

from benchmarks import pages_seen
from benchmarks.drain import is_done, owe
from benchmarks.ground import STOP_WITHIN_SECONDS, Ground, ground, until
from benchmarks.table import Line, percentile
from embedded_app import keep_for_good, models
from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.pipeline import day_totals
from embedded_app.sandbox.shopify.id_tokens import claims, signed
from embedded_app.web.admission import admit

ORDERS = int(os.environ.get("BENCH_PAGES_ORDERS", "100000"))
POSTED, HELD = 20, 300
REQUESTS = 60
TARGET_MS = 50
STRIDE = 10_000  # between the ids of one copy and the next; more than there are rows of any table before
DAYS = 365
DRAINED_WITHIN_SECONDS = 120
# In the order in which their rows name each other.
COPIED = (
    models.OrderFacts,
    models.Delivery,
    models.DaySales,
    models.Tender,
    models.PostingGroup,
    models.Document,
    models.DocumentOrder,
    models.Settlement,
    models.Dispatch,
    models.DispatchNeed,
    models.Batch,
    models.BatchElement,
)
# What may stand only once, beside ids.
OWN_NAMES = {"external_id", "webhook_id", "name", "number", "key"}
BARE = '{% extends "frame.html" %}{% block main %}<h1>Nothing</h1>{% endblock %}'


@dataclass(frozen=True, slots=True)
class Timed:
    """A page's server times in ms, and the statements of one request."""

    p50: float
    p95: float
    queries: int


def measure(server: str) -> list[Line]:
    """The lines of the table."""
    with ground(server, orders=POSTED) as here:
        _post_some(here)
        _fill(here, ORDERS // POSTED)
        paths = _paths(here)
        keep_for_good()  # as gunicorn's app does
        floor, *timed = (_time(here, path) for path in ("/bare/", *paths.values()))
        seen = pages_seen.measure(here, paths, query(here))
    lines = [
        Line(
            what=f"{name} with {ORDERS:,} orders, server time p95",
            ours=f"{one.p95:.0f} ms (p50 {one.p50:.0f}, {one.queries} statements)",
            target=f"≤ {TARGET_MS} ms",
            floor=f"{floor.p95:.0f} ms for an empty page ({floor.queries} statements)",
            met=one.p95 <= TARGET_MS,
        )
        for name, one in zip(paths, timed, strict=True)
    ]
    return [*lines, *seen]


def query(here: Ground) -> dict[str, str]:
    """What the admin puts into the address of a page; its token lasts for the whole measurement."""
    config: Config = here.app.extensions["crossfoot.config"]
    shop = here.stores[0]["shop"]
    with here.app.app_context():
        said = claims(shop, client_id=config.shopify_api_key, user_id="1", token_id="bench", now=now())
    said["exp"] += int(timedelta(hours=1).total_seconds())
    token = signed(said, config.shopify_api_secret)
    return {"embedded": "1", "shop": shop, "host": "YWRtaW4", "locale": "en-GB", "id_token": token}


def _post_some(here: Ground) -> None:
    workers = here.start_workers(1)
    owe(here)
    until(lambda: is_done(here, POSTED), what="some orders are posted", seconds=DRAINED_WITHIN_SECONDS)
    workers.stop(within_seconds=STOP_WITHIN_SECONDS)


def _fill(here: Ground, copies: int) -> None:
    """Copy all rows of the orders, and hold some of them."""
    for model in COPIED:
        here.run(_copying(model.__table__), copies=copies - 1)
    here.run(
        "INSERT INTO hold (store_id, order_id, cause, subject, sentence, opened_at) SELECT store_id, id, "
        "CASE WHEN id % 3 = 0 THEN 'unmapped gateway' ELSE 'unmapped tax' END, 'bench', "
        "'Order ' || name || ': choose an account.', read_at FROM order_facts ORDER BY id DESC LIMIT :held",
        held=HELD,
    )
    here.run("UPDATE order_facts SET outcome = 'held' WHERE id IN (SELECT order_id FROM hold)")
    # As whoever writes such rows does; the sweeper's next round then adds the days up.
    here.run(
        "INSERT INTO changed_day (store_id, day) SELECT store_id, event_day FROM document "
        "UNION SELECT store_id, day FROM day_sales"
    )
    with here.app.app_context():
        day_totals.fold_all()
    with here.app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _copying(table: Table) -> str:
    """The statement that copies a table's rows so many times."""
    columns = [column for column in table.columns if not isinstance(column.server_default, Computed)]
    copied = {model.__tablename__ for model in COPIED}
    values = []
    for column in columns:
        value = f"one.{column.name}"
        if column.name == "id" or any(key.column.table.name in copied for key in column.foreign_keys):
            value += f" + copy.at * {STRIDE}"
        elif column.name == "xero_id":
            value = f"CASE WHEN {value} IS NOT NULL THEN gen_random_uuid()::text END"
        elif column.name in OWN_NAMES:
            value += " || '-' || copy.at"
        elif isinstance(column.type, DateTime):
            value += f" - copy.at % {DAYS} * interval '1 day'"
        elif isinstance(column.type, Date):
            value += f" - copy.at % {DAYS}"
        values.append(value)
    names = ", ".join(column.name for column in columns)
    return (
        f'INSERT INTO "{table.name}" ({names}) SELECT {", ".join(values)} FROM "{table.name}" one, '
        "generate_series(1, :copies) copy (at)"
    )


def _paths(here: Ground) -> dict[str, str]:
    """Every page by what it is called."""
    order_id = here.value("SELECT max(id) FROM order_facts WHERE outcome = 'recorded'")
    xero_id = here.value("SELECT max(xero_id) FROM settlement")
    name = str(here.value("SELECT name FROM order_facts WHERE id = :id", id=order_id)).replace("#", "%23")
    return {
        "Home": "/",
        "Activity": "/activity/",
        "Activity, the held": "/activity/?state=held",
        "Activity, the posted": "/activity/?state=posted",
        "Activity, on the way": "/activity/?state=on the way",
        "Activity, one cause": "/activity/?cause=unmapped tax",
        "Activity, one gateway": "/activity/?gateway=shopify_payments",
        "Activity, above an amount": "/activity/?least=99999",
        "Activity, searched": "/activity/?q=mug",
        "Activity, an id of Xero's": f"/activity/?q={xero_id}&state=posted",
        "Gift cards": "/activity/other",
        "An order's story": f"/activity/{order_id}",
        "Preview": "/preview",
        "Preview of an order": f"/preview?order={name}",
        "Mapping": "/mapping/",
        "Mapping, accounts": "/mapping/accounts",
        "Mapping, taxes": "/mapping/taxes",
        "Mapping, gateways": "/mapping/gateways",
        "Mapping, what was seen": "/mapping/seen",
        "Import": "/import/",
        "Setup, accounts": "/setup/accounts",
        "Setup, taxes": "/setup/taxes",
        "Setup, preview": "/setup/preview",
        "Notifications": "/notifications/",
        "Settings": "/settings/",
    }


def _time(here: Ground, path: str) -> Timed:
    """A page's times over REQUESTS requests, one after the other, the first few left out."""
    if "bare" not in here.app.blueprints:
        _add_bare_page(here.app)
    client, sent = here.app.test_client(use_cookies=False), query(here)
    seconds = []
    with _statements(here.app) as statements:
        for at in range(REQUESTS + 3):
            statements.clear()
            began = time.perf_counter()
            told = {**_query_of(path), **sent}
            answer = client.get(path.partition("?")[0], query_string=told, headers={"Accept-Encoding": "gzip"})
            if at >= 3:
                seconds.append(time.perf_counter() - began)
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.headers.get('Location')}"
    return Timed(1000 * statistics.median(seconds), 1000 * percentile(seconds, 0.95), len(statements))


def _query_of(path: str) -> dict[str, str]:
    """What stands in the address already; the client takes all of it or none."""
    told = path.partition("?")[2]
    return {
        name: value.replace("%23", "#") for name, _, value in (one.partition("=") for one in told.split("&") if one)
    }


def _add_bare_page(app: Flask) -> None:
    bare = Blueprint("bare", __name__, url_prefix="/bare")
    admit(bare)
    bare.get("/")(lambda: render_template_string(BARE))
    app.register_blueprint(bare)


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    """The statements the app sends while the block runs."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
