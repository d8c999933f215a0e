"""Forget: what was decided and never sent leaves the record, so that it is decided again: of an order or a gift card.

Where a period was closed before a write went out, its date is no longer possible, and at times its way: a void becomes
a credit note, and credit of a closed document goes to a closed invoice through clearing. That is for the core to
choose, by the lock dates of now. What stands in Xero stays recorded, and numbers are not used twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from embedded_app.changed_days import mark_documents
from embedded_app.clock import now
from embedded_app.models import (
    BatchElement,
    Dispatch,
    DispatchNeed,
    DispatchState,
    Document,
    DocumentOrder,
    Hold,
    OrderFacts,
    Organisation,
    PostingGroup,
    Settlement,
    Store,
)
from embedded_app.pipeline.beyond_orders import GIFT_CARD, read_cards_from
from embedded_app.pipeline.order_rows import lock_orders
from embedded_app.xero.refusals import Cause

REFUSED = "refused by Xero: "
REFUSED_FOR_LOCK_DATE = f"{REFUSED}{Cause.LOCK_DATE}"
_NOT_SENT = (DispatchState.WAITING, DispatchState.READY, DispatchState.HELD)

log = structlog.get_logger(__name__)


def forget_what_is_locked(session: Session, store: Store, holds: Iterable[Hold], *, actor: str) -> list[str]:
    """Forget what is not in Xero of the orders of which it refused something for a lock date; returns their ids.

    The caller has them decided again, and commits. An order of which something is under way, or of which nobody can say
    whether it reached Xero, is left as it is, and so is what a person has left out.
    """
    refused = _refused(holds)
    organisation = store.organisation
    order_ids = _orders_of(session, store, refused) if refused else ()
    if organisation is None or not order_ids:
        return []
    rows = [row for row in lock_orders(session, store.id, order_ids) if row.skipped_at is None]
    # As whoever applies an answer does, so that none comes in between.
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update(key_share=True))
    forgotten = [row.external_id for row in rows if _forget(session, row, actor=actor)]
    if forgotten:
        organisation.read_at = None  # its lock dates are read before anything is decided
        log.info("forgot what a lock date refused", store=store.id, orders=len(forgotten))
    return forgotten


def forget_locked_cards(session: Session, store: Store, holds: Iterable[Hold], *, actor: str) -> bool:
    """Forget what Xero refused for a lock date of what happened to gift cards; True where that was anything.

    Cards are then read from the first of these days on. The caller wakes their reading, and commits.
    """
    refused = _refused(holds)
    if not refused or store.organisation is None:
        return False
    # As whoever decides for the store beyond its orders does, so that the reading's place is nobody else's meanwhile.
    session.refresh(store, with_for_update={"key_share": True})
    of_cards = PostingGroup.store_id == store.id, PostingGroup.kind == GIFT_CARD
    wanted = _writes().join(PostingGroup, PostingGroup.id == Document.group_id).where(*of_cards)
    wanted = wanted.where(Dispatch.id.in_(refused), Dispatch.state == DispatchState.HELD).order_by(Dispatch.id)
    writes = session.scalars(wanted.with_for_update(of=Dispatch).execution_options(populate_existing=True)).all()
    journals = [write.document for write in writes if write.document is not None]
    if not journals:
        return False
    groups, first_day = [one.group_id for one in journals], min(one.event_day for one in journals)
    _let_go(session, writes, actor=actor)
    session.execute(delete(PostingGroup).where(PostingGroup.id.in_(groups)))
    read_cards_from(store, first_day)
    store.organisation.read_at = None
    log.info("forgot what a lock date refused", store=store.id, gift_cards=len(journals))
    return True


def _refused(holds: Iterable[Hold]) -> list[int]:
    return [one.dispatch_id for one in holds if one.dispatch_id and one.cause == REFUSED_FOR_LOCK_DATE]


def _orders_of(session: Session, store: Store, dispatch_ids: Sequence[int]) -> list[str]:
    """The channel's ids of the orders that these writes are of."""
    of_order = PostingGroup.store_id == store.id, PostingGroup.kind == "order"
    writes = _writes().with_only_columns(func.coalesce(Document.group_id, Settlement.group_id))
    groups = writes.where(Dispatch.id.in_(dispatch_ids))
    return sorted(session.scalars(select(PostingGroup.key).where(*of_order, PostingGroup.id.in_(groups))))


def _writes() -> Select[Any]:
    by_document = Document.id == Dispatch.document_id
    by_settlement = Settlement.id == Dispatch.settlement_id
    return select(Dispatch).outerjoin(Document, by_document).outerjoin(Settlement, by_settlement)


def _forget(session: Session, row: OrderFacts, *, actor: str) -> bool:
    """Take out of the record what is not in Xero of one order; False where that cannot be said of all of it."""
    writes = _locked_writes(session, row)
    unsent = [write for write in writes if write.state in _NOT_SENT]
    if len(unsent) + sum(write.state is DispatchState.POSTED for write in writes) < len(writes):
        return False
    ids = [write.id for write in unsent]
    open_holds = Hold.dispatch_id.in_(ids), Hold.closed_at.is_(None)
    is_doubtful = ~Hold.cause.startswith(REFUSED, autoescape=True)
    if _parts_something(writes) or session.scalars(select(Hold.id).where(*open_holds, is_doubtful).limit(1)).first():
        return False
    _let_go(session, unsent, actor=actor, order_id=row.id)
    row.outcome = None
    return True


def _locked_writes(session: Session, row: OrderFacts) -> Sequence[Dispatch]:
    """All writes of an order's documents and settlements, FOR UPDATE until the caller commits."""
    groups = select(PostingGroup.id).where(
        PostingGroup.store_id == row.store_id, PostingGroup.kind == "order", PostingGroup.key == row.external_id
    )
    of_order = or_(Document.group_id.in_(groups), Settlement.group_id.in_(groups))
    wanted = _writes().where(of_order).order_by(Dispatch.id).with_for_update(of=Dispatch)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def _parts_something(writes: Sequence[Dispatch]) -> bool:
    """Whether one agreement, or one payment, is in Xero in part only: what is left of it cannot be decided alone."""
    sent, unsent = (
        {what for write in writes if (write.state is DispatchState.POSTED) is is_sent for what in _books(write)}
        for is_sent in (True, False)
    )
    return bool(sent & unsent)


def _books(write: Dispatch) -> set[str]:
    """What of the store's ledgers a write books, by the store's own ids."""
    if write.document is not None:
        told = write.document.content
        return {*told.get("agreements", ()), *({told["tender_id"]} if told.get("tender_id") else ())}
    settlement = write.settlement
    return {settlement.tender.external_id} if settlement is not None and settlement.tender is not None else set()


def _let_go(session: Session, writes: Sequence[Dispatch], *, actor: str, order_id: int | None = None) -> None:
    """Take these writes out of the record. Their holds are closed, and the order's: its story tells what Xero said."""
    ids = [write.id for write in writes]
    closed = {"closed_at": func.coalesce(Hold.closed_at, now()), "closed_by": func.coalesce(Hold.closed_by, actor)}
    session.execute(update(Hold).where(Hold.dispatch_id.in_(ids)).values(dispatch_id=None, order_id=order_id, **closed))
    documents = [write.document_id for write in writes if write.document_id is not None]
    settlements = [write.settlement_id for write in writes if write.settlement_id is not None]
    mark_documents(session, documents)
    for statement in (
        delete(DispatchNeed).where(or_(DispatchNeed.dispatch_id.in_(ids), DispatchNeed.needs_id.in_(ids))),
        delete(BatchElement).where(BatchElement.dispatch_id.in_(ids)),
        delete(Dispatch).where(Dispatch.id.in_(ids)),
        delete(Settlement).where(Settlement.id.in_(settlements)),
        delete(DocumentOrder).where(DocumentOrder.document_id.in_(documents)),
        delete(Document).where(Document.id.in_(documents)),
    ):
        session.execute(statement)
