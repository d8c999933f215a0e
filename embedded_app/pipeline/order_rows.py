"""The orders' own rows: made where missing, and locked always in one order, so that no two lock each other out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from embedded_app.bulk import insert_all
from embedded_app.db import among
from embedded_app.models import OrderFacts


def lock_orders(session: Session, store_id: int, external_ids: Sequence[str]) -> list[OrderFacts]:
    """The rows of these orders of a store, by the channel's ids, FOR UPDATE until the caller commits, in id order."""
    wanted = [{"store_id": store_id, "external_id": one, "version": 0} for one in external_ids]
    insert_all(session, OrderFacts, wanted, unless_taken=("store_id", "external_id"))
    return list(session.scalars(_LOCKED, {"store": store_id, "external_ids": list(external_ids)}))


_LOCKED = (
    select(OrderFacts)
    .where(OrderFacts.store_id == bindparam("store"), among(OrderFacts.external_id, "external_ids"))
    .order_by(OrderFacts.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
