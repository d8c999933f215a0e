"""Dispatches: what is owed to Xero, when each may go, and what an answer makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from embedded_app import recorded
from embedded_app.accounting.balance import check_documents
from embedded_app.accounting.documents import DocumentKind
from embedded_app.models import (
    BatchElement,
    Contact,
    Dispatch,
    DispatchNeed,
    DispatchState,
    DocumentState,
    Hold,
    PostingGroup,
)
from embedded_app.outbox import packing
from embedded_app.xero.endpoints import Endpoint
from embedded_app.xero.outcomes import Posted, Refused
from embedded_app.xero.refusals import Cause

# Customers of one name whose contacts we tell apart by "(2)", "(3)" …
MOST_SUFFIXES = 50


def hold(session: Session, dispatch: Dispatch, *, cause: str, subject: str, sentence: str, now: datetime) -> None:
    """Hold a write for the merchant: visible with its reason, sent again by `retry` only; the caller commits."""
    dispatch.state = DispatchState.HELD
    session.add(
        Hold(
            store_id=dispatch.store_id,
            dispatch_id=dispatch.id,
            cause=cause,
            subject=subject,
            sentence=sentence,
            opened_at=now,
        )
    )


def retry(session: Session, dispatch: Dispatch, *, now: datetime, actor: str) -> None:
    """Send a held dispatch again; the caller commits and wakes the organisation."""
    dispatch.state = DispatchState.READY
    dispatch.not_before = None
    session.execute(
        update(Hold)
        .where(Hold.dispatch_id == dispatch.id, Hold.closed_at.is_(None))
        .values(closed_at=now, closed_by=actor)
    )


def promote(session: Session, organisation_id: int, needs: Sequence[int] | None = None) -> int:
    """Make ready what waits only for posted dispatches; needs narrows it to those that waited for these."""
    unposted = (
        select(DispatchNeed.dispatch_id)
        .join(Dispatch, Dispatch.id == DispatchNeed.needs_id)
        .where(Dispatch.state != DispatchState.POSTED)
    )
    ready = (
        update(Dispatch)
        .where(
            Dispatch.organisation_id == organisation_id,
            Dispatch.state == DispatchState.WAITING,
            Dispatch.id.not_in(unposted),
        )
        .values(state=DispatchState.READY)
        .returning(Dispatch.id)
        .execution_options(synchronize_session=False)
    )
    if needs is not None:
        waiters = select(DispatchNeed.dispatch_id).where(DispatchNeed.needs_id.in_(needs))
        ready = ready.where(Dispatch.id.in_(waiters))
    return len(session.scalars(ready).all())


def elements(session: Session, batch_id: int) -> list[BatchElement]:
    """A batch's elements in the order they were sent, with their dispatches and what these are about."""
    return list(
        session.scalars(
            select(BatchElement)
            .where(BatchElement.batch_id == batch_id)
            .options(*packing.subjects(joinedload(BatchElement.dispatch)))
            .order_by(BatchElement.position)
        ).unique()
    )


def ready(session: Session, organisation_id: int, endpoint: Endpoint, *, now: datetime) -> list[Dispatch]:
    """As many dispatches of one endpoint as one call takes, oldest first, locked until the caller commits.

    What breaks an invariant now is held instead; a contact waits for its name.
    """
    dispatches = list(
        session.scalars(
            select(Dispatch)
            .where(
                Dispatch.organisation_id == organisation_id,
                Dispatch.endpoint == endpoint.name,
                Dispatch.state == DispatchState.READY,
                or_(Dispatch.not_before.is_(None), Dispatch.not_before <= now),
                or_(Dispatch.contact_id.is_(None), Dispatch.contact.has(Contact.name.is_not(None))),
            )
            .options(*packing.subjects())
            .order_by(Dispatch.id)
            .limit(endpoint.batch_size)
            .with_for_update(of=Dispatch, skip_locked=True)
        )
    )
    sound = _sound(session, dispatches, now=now)
    if dispatches and not sound:
        session.commit()  # the holds; there is no batch to commit them with
    return sound


def _sound(session: Session, dispatches: Sequence[Dispatch], *, now: datetime) -> list[Dispatch]:
    """Check the invariants once more just before sending; the writes of a group that breaks one are held."""
    booked = [dispatch.document or dispatch.settlement for dispatch in dispatches]  # None for contacts
    group_ids = {one.group_id for one in booked if one is not None}
    groups = session.scalars(select(PostingGroup).where(PostingGroup.id.in_(group_ids))).all()
    problems = {
        group_id: check_documents(history.documents, history.settlements)
        for group_id, history in recorded.histories(session, groups).items()
    }
    sound = []
    for dispatch, one in zip(dispatches, booked, strict=True):
        broken = problems[one.group_id] if one is not None else ()
        if broken:
            hold(
                session,
                dispatch,
                cause=broken[0].cause,
                subject=broken[0].subject,
                sentence=broken[0].sentence,
                now=now,
            )
        else:
            sound.append(dispatch)
    return sound


def settle_elements(
    session: Session,
    organisation_id: int,
    batch_id: int,
    outcomes: Sequence[Posted | Refused | None],
    *,
    now: datetime,
) -> None:
    posted: list[int] = []
    for element, outcome in zip(elements(session, batch_id), outcomes, strict=True):
        dispatch = element.dispatch
        element.open = False
        if isinstance(outcome, Posted):
            element.answer = "posted"
            _post(dispatch, outcome, now=now)
            posted.append(dispatch.id)
        elif isinstance(outcome, Refused) and _may_be_renamed(dispatch, outcome):
            element.answer = outcome.sentence
            dispatch.state = DispatchState.READY
        elif isinstance(outcome, Refused):
            element.answer = outcome.sentence
            cause = f"refused by Xero: {outcome.code}"
            hold(session, dispatch, cause=cause, subject=outcome.subject, sentence=outcome.sentence, now=now)
        else:
            element.answer = "not found in Xero; to be sent again"
            dispatch.state = DispatchState.READY
    session.flush()
    if posted:
        promote(session, organisation_id, posted)


def _post(dispatch: Dispatch, outcome: Posted, *, now: datetime) -> None:
    dispatch.state = DispatchState.POSTED
    dispatch.posted_at = now
    if dispatch.settlement is not None:
        dispatch.settlement.xero_id = outcome.xero_id
        return
    if dispatch.contact is not None:
        dispatch.contact.xero_id, dispatch.contact.name = outcome.xero_id, None
        return
    document = dispatch.document
    assert document is not None, "a dispatch is about one thing (check constraint one_subject)"
    document.xero_id = outcome.xero_id
    document.state = DocumentState.POSTED
    if document.kind == DocumentKind.VOID:
        if document.reverses is not None:
            document.reverses.state = DocumentState.VOIDED
        return
    document.xero_total = outcome.total
    document.xero_total_tax = outcome.total_tax
    if outcome.total is not None and (outcome.total, outcome.total_tax) != (document.total, document.total_tax):
        document.state = DocumentState.DIFFERS


def _may_be_renamed(dispatch: Dispatch, refusal: Refused) -> bool:
    """Give a contact whose name somebody else has in Xero another suffix; False where that does not help."""
    contact = dispatch.contact
    if contact is None or refusal.code is not Cause.NAME_TAKEN or contact.suffix >= MOST_SUFFIXES:
        return False
    contact.suffix += 1
    return True
