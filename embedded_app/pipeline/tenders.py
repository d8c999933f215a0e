"""Tenders: each movement of money that a store tells is kept once, by the gateway's own id."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from embedded_app.accounting.order import Order
from embedded_app.bulk import insert_all
from embedded_app.db import among
from embedded_app.models import Tender


def record_tenders(session: Session, store_id: int, orders: Mapping[int, Order]) -> dict[str, int]:
    """Keep every tender of these orders (by order row id) once; returns row ids by the tenders' own ids."""
    values = [
        {
            "store_id": store_id,
            "order_id": order_id,
            "external_id": tender.id,
            "parent_external_id": tender.parent_id,
            "kind": tender.kind.value,
            "gateway": tender.gateway,
            "amount": tender.amount,
            "currency": order.currency,
            "processed_at": tender.processed_at,
        }
        for order_id, order in orders.items()
        for tender in order.tenders
    ]
    if not values:
        return {}
    insert_all(session, Tender, values, unless_taken=("store_id", "external_id"))
    kept = session.execute(_KEPT, {"store": store_id, "external_ids": [value["external_id"] for value in values]})
    return {row.external_id: row.id for row in kept}


_KEPT = select(Tender.external_id, Tender.id).where(
    Tender.store_id == bindparam("store"), among(Tender.external_id, "external_ids")
)
