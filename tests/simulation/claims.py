"""What the program itself says that it holds: its claims, which the checker judges by the store and the books."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from embedded_app.db import db
from embedded_app.models import Dispatch, Document, Hold, OrderFacts, PostingGroup, Settlement
from tests.simulation.worlds import Store, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One open hold. order: the store's id of it. tender: of one payment. number: of a document Xero did not take."""

    cause: str
    subject: str
    sentence: str
    order: str | None = None
    tender: str | None = None
    number: str | None = None


def claims(world: World, store: Store) -> list[Claim]:
    """All open holds of a store."""
    with world.app.app_context():
        holds = db.session.scalars(
            select(Hold).where(Hold.store_id == store.store_id, Hold.closed_at.is_(None)).order_by(Hold.id)
        )
        return [_claim(hold) for hold in holds]


def _claim(hold: Hold) -> Claim:
    order = db.session.get(OrderFacts, hold.order_id) if hold.order_id else None
    order_id, number = order.external_id if order else None, None
    if hold.dispatch_id:
        dispatch = db.session.get_one(Dispatch, hold.dispatch_id)
        document = dispatch.document or db.session.get(Document, _settled(dispatch.settlement))
        if document is not None:
            number = document.number
            order_id = db.session.get_one(PostingGroup, document.group_id).key
    return Claim(
        cause=hold.cause,
        subject=hold.subject,
        sentence=hold.sentence,
        order=order_id,
        tender=hold.tender_external_id,
        number=number,
    )


def _settled(settlement: Settlement | None) -> int:
    return settlement.document_id if settlement else 0
