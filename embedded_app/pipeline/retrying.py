"""Retry: what a person does about the held, once its cause is mended."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from embedded_app import inbox, outbox
from embedded_app.clock import now
from embedded_app.models import AuditEntry, Dispatch, Document, Hold, OrderFacts, PostingGroup, Settlement, Store
from embedded_app.pipeline.forgetting import forget_locked_cards, forget_what_is_locked
from embedded_app.queue import wake


def retry_held(
    session: Session, store: Store, *, actor: str, cause: str | None = None, subject: str | None = None
) -> int:
    """Try again all that is held for a store, or what is held by one cause or one subject of it; returns how many.

    Commits. Orders are read and decided afresh, writes that Xero refused are sent again, and a paused store is read
    again. Writes that Xero refused for a lock date are decided afresh, too: they go to the first open day. What is
    still not right is held again, with its sentence.
    """
    wanted = select(Hold).where(Hold.store_id == store.id, Hold.closed_at.is_(None))
    if cause:
        wanted = wanted.where(Hold.cause == cause)
    if subject:
        wanted = wanted.where(Hold.subject == subject)
    return _retry(session, store, session.scalars(wanted).all(), actor=actor, detail={"cause": cause})


def retry_order(session: Session, store: Store, order_id: int, *, actor: str) -> int:
    """Try again what is held of one order, by its row's id, its writes to Xero included; returns how much. Commits."""
    held = Hold.store_id == store.id, Hold.closed_at.is_(None)
    holds = list(session.scalars(select(Hold).where(*held, Hold.order_id == order_id)))
    groups = (
        select(PostingGroup.id)
        .join(OrderFacts, (OrderFacts.store_id == PostingGroup.store_id) & (OrderFacts.external_id == PostingGroup.key))
        .where(OrderFacts.id == order_id, PostingGroup.kind == "order")
    )
    documents = select(Document.id).where(Document.group_id.in_(groups))
    settlements = select(Settlement.id).where(Settlement.group_id.in_(groups))
    of_order = Dispatch.document_id.in_(documents) | Dispatch.settlement_id.in_(settlements)
    holds += session.scalars(select(Hold).join(Dispatch, Dispatch.id == Hold.dispatch_id).where(*held, of_order))
    return _retry(session, store, holds, actor=actor, detail={"order": order_id})


def _retry(session: Session, store: Store, holds: Sequence[Hold], *, actor: str, detail: dict[str, object]) -> int:
    if forget_locked_cards(session, store, holds, actor=actor):
        wake(session, "beyond", store.id, queue="gather")
    again = forget_what_is_locked(session, store, holds, actor=actor)
    held = select(OrderFacts.external_id).where(OrderFacts.id.in_({hold.order_id for hold in holds if hold.order_id}))
    orders = sorted({*again, *session.scalars(held)})
    inbox.ask_again(session, store.id, orders, topic="retry", now=now())
    dispatches = session.scalars(
        select(Dispatch).where(Dispatch.id.in_({hold.dispatch_id for hold in holds if hold.dispatch_id}))
    ).all()
    for dispatch in dispatches:
        outbox.retry(session, dispatch, now=now(), actor=actor)
    _go_on_posting(session, store)
    if dispatches:
        wake(session, "post", dispatches[0].organisation_id)
    if any(hold.order_id is None and hold.dispatch_id is None for hold in holds):
        _resume(session, store, holds, actor=actor)

    session.add(
        AuditEntry(
            store_id=store.id,
            at=now(),
            actor=actor,
            act="retried what was held",
            detail={**detail, "orders": len(orders), "writes": len(dispatches)},
        )
    )
    session.commit()
    return len(holds)


def _go_on_posting(session: Session, store: Store) -> None:
    """Let Xero be asked again at once, also where posting was paused for what a person can mend without reconnecting.

    Where the connection itself is lost the next call says so again.
    """
    organisation = store.organisation
    if organisation is None or (organisation.paused is None and organisation.not_before is None):
        return
    organisation.paused, organisation.not_before, organisation.refused_in_a_row = None, None, 0
    wake(session, "post", organisation.id)


def _resume(session: Session, store: Store, holds: Sequence[Hold], *, actor: str) -> None:
    """Let a paused store be read again, and what is beyond its orders be decided again."""
    store.paused = None
    for hold in holds:
        if hold.order_id is None and hold.dispatch_id is None:
            hold.closed_at, hold.closed_by = now(), actor
    wake(session, "gather", store.id)
    wake(session, "beyond", store.id, queue="gather")
