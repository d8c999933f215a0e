"""Skip: a person says that Crossfoot is not to post (more of) an order, and may take that back.

What stands in Xero by then stays there. What is recorded and not sent is left out with the order, so that nothing of it
is posted later by surprise; taken back, it goes on where it stood. The order's own changes are still read and shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from embedded_app import inbox, outbox, recorded
from embedded_app.accounting.documents import DocumentKind, History
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.start import is_before_start
from embedded_app.clock import now
from embedded_app.models import (
    AuditEntry,
    Dispatch,
    DispatchState,
    Document,
    Hold,
    OrderFacts,
    Organisation,
    Outcome,
    PostingGroup,
    Settlement,
    Skip,
    Store,
)
from embedded_app.pipeline.day_totals import SALES, replace_day_sales
from embedded_app.pipeline.order_rows import lock_orders
from embedded_app.pipeline.rules import rules_of
from embedded_app.pipeline.summing_up import as_booked, by_day
from embedded_app.queue import wake

LEFT_OUT = "Somebody decided that Crossfoot does not post this order."
LONGEST_REASON = 500
_NOT_SENT = (DispatchState.WAITING, DispatchState.READY, DispatchState.HELD)

log = structlog.get_logger(__name__)


class BeingSent(Exception):
    """Part of an order is on its way to Xero at this moment, so that nobody can say yet whether it stands there."""

    sentence = (
        "A part of this order is being sent to Xero at this moment. Wait until it is posted or held, in a few minutes "
        "at most, and leave the order out then."
    )


def skip(session: Session, store: Store, order_ids: Iterable[str], *, reason: str, actor: str) -> int:
    """Leave these orders out from now on; returns how many were not left out before. Flushes. Raises BeingSent.

    order_ids: the channel's; also of orders that were not read yet. reason: in the person's words, shown with them.
    """
    rows = [row for row in lock_orders(session, store.id, sorted(set(order_ids))) if row.skipped_at is None]
    if not rows:
        return 0
    writes = _lock_writes(session, store, rows)
    if any(write.state is DispatchState.SENDING for write in writes):
        raise BeingSent
    unsent = [write for write in writes if write.state in _NOT_SENT]
    for write in unsent:
        write.state = DispatchState.SKIPPED
    reason = reason.strip()[:LONGEST_REASON]
    for row in rows:
        row.skipped_at, row.outcome, row.reason = now(), Outcome.SKIPPED, reason
        about = {"store_id": store.id, "order_id": row.id, "version": row.version}
        session.add(Skip(**about, reason=reason, skipped_at=now(), skipped_by=actor))
    of_rows, of_writes = Hold.order_id.in_([row.id for row in rows]), Hold.dispatch_id.in_([one.id for one in unsent])
    session.execute(
        update(Hold).where(Hold.closed_at.is_(None), of_rows | of_writes).values(closed_at=now(), closed_by=actor)
    )
    session.flush()
    recount(session, rows, rules_of(session, store).mapping)
    _audit(session, store, rows, "left orders out", actor=actor, reason=reason)
    return len(rows)


def take_back(session: Session, store: Store, order_ids: Iterable[str], *, actor: str) -> int:
    """Post these orders after all, as if nobody had left them out; returns how many were. Flushes.

    Each is read and decided afresh, and what was recorded of it and never sent goes on.
    """
    rows = [row for row in lock_orders(session, store.id, sorted(set(order_ids))) if row.skipped_at is not None]
    if not rows:
        return 0
    for write in _lock_writes(session, store, rows):
        if write.state is DispatchState.SKIPPED:
            write.state = DispatchState.WAITING
    for row in rows:
        row.skipped_at = row.outcome = row.reason = None
    open_skips = Skip.order_id.in_([row.id for row in rows]), Skip.taken_back_at.is_(None)
    session.execute(update(Skip).where(*open_skips).values(taken_back_at=now(), taken_back_by=actor))
    session.flush()
    if store.organisation_id is not None:
        outbox.promote(session, store.organisation_id)
        wake(session, "post", store.organisation_id)
    inbox.ask_again(session, store.id, [row.external_id for row in rows], topic="taken back", now=now())
    _audit(session, store, rows, "took back leaving orders out", actor=actor)
    return len(rows)


def recount(session: Session, rows: Sequence[OrderFacts], mapping: AccountMapping | None) -> None:
    """Count of orders left out only what is posted of them, and keep beside it what is not: nothing differs unseen.

    Flushes.
    """
    if not rows:
        return
    documents = _documents(session, rows)
    days = []
    for row in rows:
        posted = [document for document, state in documents[row.external_id] if state is not DispatchState.SKIPPED]
        by_us = _by_event_day(posted)
        history = History(documents=tuple(recorded.document(one) for one, _ in documents[row.external_id]))
        sold, currency = _sold(row, mapping, history)
        told = {"amount": None if sold is None else sold - sum(by_us.values(), ZERO), "currency": currency}
        session.execute(update(Skip).where(Skip.order_id == row.id, Skip.taken_back_at.is_(None)).values(**told))
        days += [
            {"order_id": row.id, "day": day, "store_id": row.store_id, "currency": posted[0].currency, "amount": amount}
            for day, amount in by_us.items()
        ]
    replace_day_sales(session, rows[0].store_id, [row.id for row in rows], days)


def _sold(row: OrderFacts, mapping: AccountMapping | None, history: History) -> tuple[Decimal | None, str | None]:
    """What is to be in these books of the order, by its ledgers, and in which currency; None before it was read."""
    if row.facts is None:
        return None, None
    order = as_booked(from_facts(row.facts), history.documents)
    if order.test or (mapping is not None and is_before_start(order, mapping, history)):
        return ZERO, order.currency
    return sum(by_day(order).values(), ZERO), order.currency


def _by_event_day(documents: Sequence[Document]) -> dict[date, Decimal]:
    days: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for document in documents:
        if document.kind in SALES:
            days[document.event_day] += document.total if document.kind == DocumentKind.INVOICE else -document.total
    return days


def _documents(session: Session, rows: Sequence[OrderFacts]) -> dict[str, list[tuple[Document, DispatchState]]]:
    """Each order's documents in the order they were decided, by the order's own id, and what became of each."""
    found: dict[str, list[tuple[Document, DispatchState]]] = defaultdict(list)
    for row in session.execute(
        select(PostingGroup.key, Document, Dispatch.state)
        .join(Document, Document.group_id == PostingGroup.id)
        .join(Dispatch, Dispatch.document_id == Document.id)
        .where(*_of(rows))
        .order_by(Document.id)
    ):
        found[row.key].append((row.Document, row.state))
    return found


def _lock_writes(session: Session, store: Store, rows: Sequence[OrderFacts]) -> list[Dispatch]:
    """All writes to Xero of these orders, locked after their organisation, as whoever applies an answer does."""
    if store.organisation_id is not None:
        organisation = select(Organisation.id).where(Organisation.id == store.organisation_id)
        session.execute(organisation.with_for_update(key_share=True))
    groups = select(PostingGroup.id).where(*_of(rows))
    documents = select(Document.id).where(Document.group_id.in_(groups))
    settlements = select(Settlement.id).where(Settlement.group_id.in_(groups))
    return list(
        session.scalars(
            select(Dispatch)
            .where(Dispatch.document_id.in_(documents) | Dispatch.settlement_id.in_(settlements))
            .order_by(Dispatch.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _of(rows: Sequence[OrderFacts]) -> tuple[object, ...]:
    keys = [row.external_id for row in rows]
    return PostingGroup.store_id == rows[0].store_id, PostingGroup.kind == "order", PostingGroup.key.in_(keys)


def _audit(
    session: Session, store: Store, rows: Sequence[OrderFacts], act: str, *, actor: str, reason: str | None = None
) -> None:
    detail = {"orders": [row.external_id for row in rows], **({"reason": reason} if reason else {})}
    session.add(AuditEntry(store_id=store.id, at=now(), actor=actor, act=act, detail=detail))
    session.flush()
    log.info(act, store=store.id, orders=len(rows))
