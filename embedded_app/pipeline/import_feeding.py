"""A running import hands its orders over, some at a time, to be read, decided and posted like any other.

An order that is handed over is a delivery at Priority.IMPORT, so what happens now goes first all the way, and what a
webhook brought meanwhile is found decided and not posted twice. First comes what the merchant said: orders that
another app has booked are left out for good, and then the start date moves back. Each step is one transaction with the
mark that it was made, so the import may end at any commit and is gone on with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from embedded_app import inbox
from embedded_app.clock import now
from embedded_app.models import (
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Document,
    Import,
    ImportOrder,
    ImportOrderState,
    ImportState,
    OrderFacts,
    Outcome,
    PostingGroup,
    Priority,
    Settlement,
    Store,
)
from embedded_app.pipeline import organisations, setting_up
from embedded_app.pipeline.drafts import ChangedMeanwhile, draft_of, latest_mapping
from embedded_app.pipeline.import_estimate import keep_ahead
from embedded_app.pipeline.import_listing import known_ids
from embedded_app.pipeline.import_rows import locked, put_off
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.pipeline.skipping import BeingSent, skip
from embedded_app.queue import wake

TOPIC = "import"
# So many are handed over at a time, and no more while so many wait to be read, or are on their way to Xero.
ORDERS_A_PART = 250
MOST_UNREAD = 250
MOST_ON_THE_WAY = 500
LEFT_OUT_A_PART = 50
LOOK_AGAIN_SECONDS = 5
SWITCHED_OFF_SECONDS = 30
# What waits waits for one of these or for what is held; no import waits for what only a person can get to Xero.
_UNDER_WAY = (DispatchState.READY, DispatchState.SENDING)

LEFT_OUT = "{what} stands in Xero for it, made by another app or by hand; left out of the import from {day}."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How an import's orders stand. unread: handed over and not decided yet. on_the_way: decided, not all in Xero.

    refused: decided, and Xero takes something of it only once a person has mended what it says.
    """

    due: int
    known: int
    left_out: int
    unread: int
    recorded: int
    held: int
    nothing: int
    on_the_way: int
    refused: int


def hand_over(session: Session, store: Store, row: Import) -> bool:
    """Go on with a running import by one step; True where the next may follow at once. Commits."""
    import_id = row.id
    if not store.posting or store.organisation is None:
        put_off(session, import_id, SWITCHED_OFF_SECONDS)
        return False
    if not organisations.keep_fresh(session, store.organisation):
        put_off(session, import_id, organisations.unread_seconds(store.organisation))
        return False
    current = locked(session, import_id, ImportState.RUNNING)
    if current is None:
        session.commit()
        return False
    if current.leave_out and _leave_out(session, store, current):
        return True
    if _is_start_later(session, store, current):
        return _move_start(session, store, current)
    counts = count(session, store.id, current.id)
    _keep(current, counts)
    keep_ahead(session, current)
    if counts.due and counts.unread < MOST_UNREAD and counts.on_the_way < MOST_ON_THE_WAY:
        _hand_over_part(session, store, current)
    elif not counts.due and not counts.unread and not counts.on_the_way:
        current.state, current.ended_at = ImportState.DONE, now()
        log.info("import done", store=store.id, orders=current.found)
        session.commit()
        return False
    session.commit()
    put_off(session, import_id, LOOK_AGAIN_SECONDS)
    return False


def count(session: Session, store_id: int, import_id: int) -> Counts:
    """How the import's orders stand now."""
    rows = session.execute(
        select(ImportOrder.state, OrderFacts.outcome, func.count())
        .outerjoin(OrderFacts, (OrderFacts.store_id == store_id) & (OrderFacts.external_id == ImportOrder.external_id))
        .where(ImportOrder.import_id == import_id)
        .group_by(ImportOrder.state, OrderFacts.outcome)
    ).all()

    def of(state: ImportOrderState, *outcomes: Outcome | None) -> int:
        return sum(one for found, outcome, one in rows if found is state and (not outcomes or outcome in outcomes))

    handed = ImportOrderState.HANDED_OVER
    on_the_way = _with_writes(session, store_id, import_id, _UNDER_WAY)
    return Counts(
        due=of(ImportOrderState.DUE),
        known=of(ImportOrderState.KNOWN),
        left_out=of(ImportOrderState.LEFT_OUT) + of(handed, Outcome.SKIPPED),
        unread=max(of(handed, None), _unread(session, store_id)),
        recorded=of(handed, Outcome.RECORDED),
        held=of(handed, Outcome.HELD),
        nothing=of(handed, Outcome.NOTHING, Outcome.WAITING),
        on_the_way=on_the_way,
        refused=_with_writes(session, store_id, import_id, (*_UNDER_WAY, DispatchState.HELD)) - on_the_way,
    )


def withdraw(session: Session, store_id: int, import_id: int) -> None:
    """Take back what was handed over and nobody has begun to read. Flushes; the caller holds the import's row."""
    open_ones = (
        Delivery.store_id == store_id,
        Delivery.state == DeliveryState.OPEN,
        Delivery.topic == TOPIC,
        Delivery.tries == 0,
    )
    taken = session.scalars(delete(Delivery).where(*open_ones).returning(Delivery.order_external_id)).all()
    session.execute(
        update(ImportOrder)
        .where(ImportOrder.import_id == import_id, ImportOrder.external_id.in_(taken))
        .values(state=ImportOrderState.DUE)
        .execution_options(synchronize_session=False)
    )


def _unread(session: Session, store_id: int) -> int:
    unread = select(func.count()).where(
        Delivery.store_id == store_id, Delivery.state == DeliveryState.OPEN, Delivery.topic == TOPIC
    )
    return session.scalars(unread).one()


def _with_writes(session: Session, store_id: int, import_id: int, states: Sequence[DispatchState]) -> int:
    """How many of its orders have a write to Xero in one of these states."""
    of_document, of_settlement = aliased(Document), aliased(Settlement)
    writing = (
        select(func.coalesce(of_document.group_id, of_settlement.group_id).label("group_id"))
        .select_from(Dispatch)
        .outerjoin(of_document, of_document.id == Dispatch.document_id)
        .outerjoin(of_settlement, of_settlement.id == Dispatch.settlement_id)
        .where(Dispatch.store_id == store_id, Dispatch.state.in_(states))
        .distinct()
        .subquery()
    )
    of_import = exists().where(
        ImportOrder.import_id == import_id,
        ImportOrder.external_id == PostingGroup.key,
        ImportOrder.state == ImportOrderState.HANDED_OVER,
    )
    return session.scalars(
        select(func.count())
        .select_from(writing)
        .join(PostingGroup, PostingGroup.id == writing.c.group_id)
        .where(PostingGroup.kind == "order", of_import)
    ).one()


def _keep(row: Import, counts: Counts) -> None:
    """Keep what the page shows on the row, so that it reads one row however many orders there are."""
    row.known, row.left_out, row.nothing = counts.known, counts.left_out, counts.nothing
    row.held, row.on_the_way = counts.held + counts.refused, counts.on_the_way
    row.read = counts.recorded + counts.held + counts.nothing
    row.posted = max(0, counts.recorded - counts.on_the_way - counts.refused)


def _leave_out(session: Session, store: Store, row: Import) -> bool:
    """Leave some of the orders out for which a document was found; False where there are none any more. Commits."""
    found = session.scalars(
        select(ImportOrder)
        .where(
            ImportOrder.import_id == row.id,
            ImportOrder.document.is_not(None),
            ImportOrder.state == ImportOrderState.DUE,
        )
        .order_by(ImportOrder.id)
        .limit(LEFT_OUT_A_PART)
    ).all()
    for order in found:
        reason = LEFT_OUT.format(what=what_stands(order.document or {}), day=row.first_day.isoformat())
        try:
            skip(session, store, [order.external_id], reason=reason, actor=row.confirmed_by or row.begun_by)
        except BeingSent:
            log.info("an order to be left out is being sent", store=store.id, order=order.external_id)
        else:
            _name(session, store.id, order)
        order.state = ImportOrderState.LEFT_OUT
    if found:
        session.commit()
    return bool(found)


def what_stands(document: dict[str, Any]) -> str:
    """A found document in words: "Invoice INV-1001 of 2026-04-12"."""
    named = f" {document['number']}" if document.get("number") else ""
    return f"{str(document.get('kind', 'document')).capitalize()}{named} of {document.get('day')}"


def _name(session: Session, store_id: int, order: ImportOrder) -> None:
    """An order that was never read is known by its name all the same, where it is shown as left out."""
    session.execute(
        update(OrderFacts)
        .where(OrderFacts.store_id == store_id, OrderFacts.external_id == order.external_id, OrderFacts.name.is_(None))
        .values(name=order.name, placed_at=order.placed_at)
        .execution_options(synchronize_session=False)
    )


def _is_start_later(session: Session, store: Store, row: Import) -> bool:
    start = _start(session, store)
    return start is not None and start > row.first_day


def _start(session: Session, store: Store) -> date | None:
    latest = latest_mapping(session, store)
    told = latest.document.get("start_date") if latest else None
    return date.fromisoformat(told) if told else None


def _move_start(session: Session, store: Store, row: Import) -> bool:
    """Let the books begin on the import's first day, as the merchant confirmed; where that cannot be, wait for them."""
    import_id, actor = row.id, row.confirmed_by or row.begun_by
    answers, version = draft_of(session, store)
    given = {**answers.get("start", {}), "start_date": row.first_day.isoformat()}
    try:
        setting_up.save_step(session, store, "start", given, version=version, actor=actor)
    except ChangedMeanwhile:
        session.rollback()
    except NotSaved as refused:
        session.rollback()
        current = locked(session, import_id, ImportState.RUNNING)
        if current is not None:
            current.state, current.problem = ImportState.PAUSED, " ".join(refused.problems.values())
        session.commit()
        return False
    return True


def _hand_over_part(session: Session, store: Store, row: Import) -> None:
    """Hand over the earliest orders that are due; those decided meanwhile as they stand are not. The caller commits."""
    part = session.scalars(
        select(ImportOrder)
        .where(ImportOrder.import_id == row.id, ImportOrder.state == ImportOrderState.DUE)
        .order_by(ImportOrder.placed_at, ImportOrder.id)
        .limit(ORDERS_A_PART)
    ).all()
    known = known_ids(session, store.id, {order.external_id: order.updated_at for order in part})
    wanted = {order.external_id: order.updated_at for order in part if order.external_id not in known}
    for order in part:
        order.state = ImportOrderState.KNOWN if order.external_id in known else ImportOrderState.HANDED_OVER
    # What was nothing to these books before the start date moved is decided anew, though the store has not changed it.
    session.execute(
        update(OrderFacts)
        .where(
            OrderFacts.store_id == store.id,
            OrderFacts.external_id.in_(list(wanted)),
            OrderFacts.outcome == Outcome.NOTHING,
        )
        .values(outcome=None)
        .execution_options(synchronize_session=False)
    )
    inbox.record_changes(session, store.id, wanted, source=f"{TOPIC} {row.id}", priority=Priority.IMPORT, now=now())
    wake(session, "gather", store.id)
    log.info("orders handed over by an import", store=store.id, orders=len(wanted))
