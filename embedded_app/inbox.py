"""The durable record of every delivery: once taken in, none is lost, and none is taken in twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Select, Table, bindparam, literal, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app.channels import DeliveryNote
from embedded_app.models import Delivery, DeliveryState, Priority, Store, Tally
from embedded_app.queue import is_waiting, wake

UNKNOWN_SHOP = "webhooks of unknown shops"
# Topics that tell of the app or of people's data and not of orders; pipeline/complying.py does what they ask for.
NOTICES = ("app/uninstalled", "app/scopes_update", "customers/data_request", "customers/redact", "shop/redact")


class Receipt(StrEnum):
    """What became of a delivery at the door."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    UNKNOWN_SHOP = "unknown shop"


def _taken_in() -> Select[tuple[int, bool]]:
    """Take in one delivery of a store that we know; nothing comes of one that we have already.

    Returns its store's id, and whether the store's gather waits already: asked in the same statement, because each
    costs a webhook a round trip.
    """
    columns = _DELIVERIES.c
    told = [columns[name] for name in _TOLD]
    values = [Store.id, literal(DeliveryState.OPEN, columns.state.type)]
    values += [bindparam(column.name, type_=column.type) for column in told]
    known = select(*values).where(Store.channel == bindparam("channel"), Store.external_id == bindparam("shop"))
    taken = (
        insert(_DELIVERIES)
        .from_select([columns.store_id, columns.state, *told], known)
        .on_conflict_do_nothing(index_elements=["store_id", "webhook_id"])
        .returning(columns.store_id)
        .cte("taken")
    )
    return select(taken.c.store_id, is_waiting("gather", taken.c.store_id).label("is_waiting"))


_DELIVERIES = cast(Table, Delivery.__table__)
_TOLD = (
    "webhook_id",
    "topic",
    "event_id",
    "order_external_id",
    "kept",
    "order_updated_at",
    "triggered_at",
    "received_at",
)
# Made once: building the statement took longer than the database takes for it.
_TAKEN_IN = _taken_in()


def receive(session: Session, channel: str, note: DeliveryNote, *, now: datetime) -> Receipt:
    """Record a verified delivery and wake its store's gather job, both in the caller's transaction.

    The caller commits; until then nothing has happened. A delivery of a shop we do not know is only counted: its
    signature is good, so the store means us, but there is nobody whose books it could change.
    """
    told = {
        "channel": channel,
        "shop": note.shop,
        "webhook_id": note.webhook_id,
        "topic": note.topic,
        "event_id": note.event_id,
        "order_external_id": note.order_id,
        "kept": note.kept,
        "order_updated_at": note.order_updated_at,
        "triggered_at": note.triggered_at,
        "received_at": now,
    }
    taken = session.execute(_TAKEN_IN, told).one_or_none()
    if taken is None:
        is_known = select(Store.id).where(Store.channel == channel, Store.external_id == note.shop)
        if session.scalar(is_known) is not None:
            return Receipt.REPEATED
        _count(session, UNKNOWN_SHOP, now)
        return Receipt.UNKNOWN_SHOP

    if note.topic in NOTICES:
        wake(session, "upkeep", taken.store_id, queue="gather")
    elif not taken.is_waiting:
        wake(session, "gather", taken.store_id, has_looked=True)
    return Receipt.RECORDED


def ask_again(session: Session, store_id: int, order_external_ids: Iterable[str], *, topic: str, now: datetime) -> int:
    """Record that these orders are to be read and decided again, and wake their store; returns how many.

    A retry is a delivery of our own, so that it is kept, swept and ended like any other.
    """
    asked = 0
    for order_external_id in order_external_ids:
        session.add(
            Delivery(
                store_id=store_id,
                webhook_id=f"{topic}:{uuid.uuid4()}",
                topic=topic,
                order_external_id=order_external_id,
                received_at=now,
            )
        )
        asked += 1
    session.flush()
    if asked:
        wake(session, "gather", store_id)
    return asked


def is_asked_for(session: Session, store_id: int, order_external_id: str) -> bool:
    """Whether something that is not taken in yet tells of this order."""
    of_order = Delivery.store_id == store_id, Delivery.order_external_id == order_external_id
    found = select(Delivery.id).where(*of_order, Delivery.state == literal_column(f"'{DeliveryState.OPEN.value}'"))
    return session.scalar(found.limit(1)) is not None


def record_changes(
    session: Session,
    store_id: int,
    changes: Mapping[str, datetime],
    *,
    source: str,
    priority: Priority,
    now: datetime,
    marks: Mapping[str, str] | None = None,
) -> int:
    """Record that these orders changed at these moments of the store's clock, as we found; returns how many are new.

    Like a webhook, one change is taken in once for each source ("catch-up"), however often it is found. marks: by
    order, what tells several changes of one moment apart, in a few characters. The caller wakes the store and commits.
    """
    marks = marks or {}
    rows = [
        {
            "store_id": store_id,
            "webhook_id": f"{source}:{order_id}:{_stamp(changed_at)}{marks.get(order_id, '')}",
            "topic": source.partition(" ")[0],
            "order_external_id": order_id,
            "order_updated_at": changed_at,
            "priority": priority,
            "received_at": now,
        }
        for order_id, changed_at in changes.items()
    ]
    if not rows:
        return 0
    found = insert(Delivery).on_conflict_do_nothing(index_elements=["store_id", "webhook_id"]).returning(Delivery.id)
    new = len(session.scalars(found, rows).all())
    if new:
        _count(session, f"orders found by {source.partition(' ')[0]}", now, by=new)
    return new


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def _count(session: Session, name: str, now: datetime, *, by: int = 1) -> None:
    counted = insert(Tally).values(name=name, day=now.date(), count=by)
    session.execute(counted.on_conflict_do_update(index_elements=["name", "day"], set_={"count": Tally.count + by}))
