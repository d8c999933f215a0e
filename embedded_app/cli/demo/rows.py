"""What the program's own rows say of the day: what was written to Xero, what is held, what is still owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from embedded_app.models import (
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchNeed,
    DispatchState,
    Document,
    DocumentState,
    Hold,
    OrderFacts,
    Organisation,
    PostingGroup,
    Settlement,
    Store,
    Tender,
)

UNDER_WAY = (DispatchState.READY, DispatchState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write to Xero. order_id: the store's. subject: what it is; number: of the document it makes or settles.

    amount: of the document or the settlement. tax: of a document. to: the gateway, or the invoice credit goes to.
    """

    id: int
    state: DispatchState
    order_id: str
    is_document: bool
    subject: str
    number: str
    amount: Decimal
    tax: Decimal
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldThing:
    """An open hold and its sentence. order_id: the store's, None where the hold is not about one."""

    id: int
    order_id: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What the program has still to do; each a count."""

    deliveries: int
    writes: int
    unknown: int

    @property
    def nothing(self) -> bool:
        """Whether the day is over."""
        return not (self.deliveries or self.writes or self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of what is in Xero."""

    documents: int
    settlements: int


def writes(session: Session) -> list[Write]:
    """Every write of the day, oldest first; for days of a few hundred orders."""
    settled, target = aliased(Document), aliased(Document)
    statement = (
        select(
            Dispatch.id.label("id"),
            Dispatch.state.label("state"),
            PostingGroup.key.label("order_id"),
            Dispatch.document_id.is_not(None).label("is_document"),
            func.coalesce(Document.kind, Settlement.kind).label("subject"),
            func.coalesce(Document.number, settled.number).label("number"),
            func.coalesce(Document.total, Settlement.amount).label("amount"),
            func.coalesce(Document.total_tax, 0).label("tax"),
            func.coalesce(Tender.gateway, target.number, "").label("to"),
        )
        .outerjoin(Document, Document.id == Dispatch.document_id)
        .outerjoin(Settlement, Settlement.id == Dispatch.settlement_id)
        .outerjoin(settled, settled.id == Settlement.document_id)
        .outerjoin(target, target.id == Settlement.to_document_id)
        .outerjoin(Tender, Tender.id == Settlement.tender_id)
        .join(PostingGroup, PostingGroup.id == func.coalesce(Document.group_id, Settlement.group_id))
        .order_by(Dispatch.id)
    )
    return [Write(**row) for row in session.execute(statement).mappings()]


def held(session: Session) -> list[HeldThing]:
    """Every open hold, oldest first; one of a write to Xero counts for the order of its document."""
    of_write = func.coalesce(Document.group_id, Settlement.group_id)
    statement = (
        select(Hold.id, func.coalesce(OrderFacts.external_id, PostingGroup.key), Hold.sentence)
        .outerjoin(OrderFacts, OrderFacts.id == Hold.order_id)
        .outerjoin(Dispatch, Dispatch.id == Hold.dispatch_id)
        .outerjoin(Document, Document.id == Dispatch.document_id)
        .outerjoin(Settlement, Settlement.id == Dispatch.settlement_id)
        .outerjoin(PostingGroup, PostingGroup.id == of_write)
        .where(Hold.closed_at.is_(None))
        .order_by(Hold.id)
    )
    return [HeldThing(id=row[0], order_id=row[1], sentence=row[2]) for row in session.execute(statement)]


def owed(session: Session) -> Owed:
    """What is still to be done. What waits behind something held is not: only the merchant can set it going."""
    needed = aliased(Dispatch)
    unposted_needs = (
        select(DispatchNeed.dispatch_id)
        .join(needed, needed.id == DispatchNeed.needs_id)
        .where(DispatchNeed.dispatch_id == Dispatch.id, needed.state != DispatchState.POSTED)
        .exists()
    )
    freed = (Dispatch.state == DispatchState.WAITING) & ~unposted_needs
    return Owed(
        deliveries=_count(session, select(Delivery.id).where(Delivery.state == DeliveryState.OPEN)),
        writes=_count(session, select(Dispatch.id).where(Dispatch.state.in_(UNDER_WAY) | freed)),
        unknown=_count(session, select(Batch.id).where(Batch.state == BatchState.UNKNOWN)),
    )


def progress(session: Session) -> Progress:
    """How much is in Xero so far."""
    posted = select(Dispatch.id).where(Dispatch.state == DispatchState.POSTED)
    return Progress(
        documents=_count(session, posted.where(Dispatch.document_id.is_not(None))),
        settlements=_count(session, posted.where(Dispatch.settlement_id.is_not(None))),
    )


def waits_until(session: Session) -> datetime | None:
    """Until when Xero will not hear us, by its own word."""
    return session.scalar(select(func.max(Organisation.not_before)))


def pauses(session: Session) -> list[str]:
    """Why the store or the organisation is paused, in sentences."""
    return [
        *session.scalars(select(Store.paused).where(Store.paused.is_not(None))),
        *session.scalars(select(Organisation.paused).where(Organisation.paused.is_not(None))),
    ]


def numbers(session: Session, order_ids: Iterable[str]) -> dict[str, list[str]]:
    """The numbers of the documents in Xero of each of these orders of the store."""
    found: dict[str, list[str]] = {order_id: [] for order_id in order_ids}
    statement = (
        select(PostingGroup.key, Document.number)
        .join(Document, Document.group_id == PostingGroup.id)
        .where(PostingGroup.key.in_(found), Document.xero_id.is_not(None))
        .distinct()
    )
    for order_id, number in session.execute(statement):
        found[order_id].append(number)
    return found


def differing(session: Session) -> list[str]:
    """Numbers of the documents whose totals Xero reckons otherwise than we do."""
    return list(session.scalars(select(Document.number).where(Document.state == DocumentState.DIFFERS)))


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0
