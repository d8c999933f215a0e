"""Two hundred tenants, of whom one has 50,000 orders waiting: how long the others wait for theirs.

The others' webhooks come one after the other, before and while the backlog is worked off by one worker. From each to
its last posted write the rows say how long it took.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from benchmarks.drain import _delivery, insert_all
from benchmarks.ground import Ground, ground, until
from benchmarks.table import Line, percentile
from embedded_app.db import db
from embedded_app.models import Delivery, Dispatch
from embedded_app.queue import wake

TENANTS = 200
WAITING = 50_000
# So many of the waiting orders are in the sandbox's store; the measurement is over before they are worked off.
IN_STORE = 15_000
EVERY_SECONDS = 0.5
QUIET_TENANTS = 40
TARGET_SECONDS = 5.0
POSTED_WITHIN_SECONDS = 120.0
WRITES = 2  # an invoice and a payment


def measure(server: str) -> list[Line]:
    """The lines of the table."""
    with ground(server, stores=TENANTS, orders=1, more=IN_STORE - 1) as here:
        here.start_workers(1)
        noisy, *others = here.stores
        quiet, loud = others[:QUIET_TENANTS], others[QUIET_TENANTS:]
        idle = _delays(here, quiet)
        _pile_up(here, noisy)
        busy = _delays(here, loud)
        left = here.value("SELECT count(*) FROM delivery WHERE state = 'open'")
    assert left > WAITING - IN_STORE, "the backlog was worked off before the others were measured"
    slowest = max(busy)
    return [
        Line(
            what=f"from a webhook to Xero while another of {TENANTS} tenants has {WAITING:,} orders waiting",
            ours=f"{percentile(busy, 0.5):.2f} s, at most {slowest:.2f} s",
            target=f"≤ floor + {TARGET_SECONDS:.0f} s",
            floor=f"{percentile(idle, 0.5):.2f} s, at most {max(idle):.2f} s without them",
            met=slowest <= percentile(idle, 0.5) + TARGET_SECONDS,
        )
    ]


def _pile_up(here: Ground, noisy: dict[str, object]) -> None:
    """Let the noisy tenant owe WAITING orders, all at once."""
    order_ids = list(noisy["order_ids"])  # type: ignore[call-overload]  # JSON
    order_ids += [f"gid://shopify/Order/9{at}" for at in range(WAITING - len(order_ids))]
    _owe(here, noisy, order_ids)


def _owe(here: Ground, store: dict[str, object], order_ids: Sequence[str]) -> None:
    with here.app.app_context():
        insert_all(db.session(), Delivery, [_delivery(store["store_id"], one) for one in order_ids])  # type: ignore[arg-type]
        wake(db.session, "gather", store["store_id"])  # type: ignore[arg-type]
        db.session.commit()


def _delays(here: Ground, stores: Sequence[dict[str, object]]) -> list[float]:
    """Seconds from each store's one webhook to its last write in Xero."""
    for store in stores:
        _owe(here, store, list(store["order_ids"]))  # type: ignore[call-overload]
        time.sleep(EVERY_SECONDS)
    ids = [store["store_id"] for store in stores]
    until(
        lambda: len(_posted(here, ids)) == len(stores), what="all are posted", seconds=POSTED_WITHIN_SECONDS, every=0.5
    )
    with here.app.app_context():
        received = dict(
            db.session.execute(
                select(Delivery.store_id, Delivery.received_at).where(
                    Delivery.store_id.in_(ids), Delivery.webhook_id.startswith("bench-")
                )
            ).all()
        )
    return [(posted_at - received[store_id]).total_seconds() for store_id, posted_at in _posted(here, ids).items()]


def _posted(here: Ground, store_ids: Sequence[object]) -> dict[int, datetime]:
    """When the last write of each store was posted, of those that have all of them."""
    done = (
        select(Dispatch.store_id, func.max(Dispatch.posted_at))
        .where(Dispatch.store_id.in_(store_ids), Dispatch.posted_at.is_not(None))
        .group_by(Dispatch.store_id)
        .having(func.count() == WRITES)
    )
    with here.app.app_context():
        return dict(db.session.execute(done).all())
