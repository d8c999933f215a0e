"""Dispatches: what is owed to Xero, and when each may go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session, aliased, joinedload

from embedded_app import recorded
from embedded_app.accounting.balance import check_documents
from embedded_app.accounting.documents import Held
from embedded_app.models import (
    BatchElement,
    Contact,
    Dispatch,
    DispatchNeed,
    DispatchState,
    Hold,
    PostingGroup,
    Priority,
    Store,
)
from embedded_app.outbox import packing
from embedded_app.xero.endpoints import ENDPOINTS, Endpoint

TORN = (
    "Crossfoot cannot read what it recorded of {name}, so it is not sent; nothing else is held up by it. Ask for "
    "support and name it."
)


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
    ready = _READY.where(Dispatch.organisation_id == organisation_id)
    if needs is not None:
        waiters = select(DispatchNeed.dispatch_id).where(DispatchNeed.needs_id.in_(needs))
        ready = ready.where(Dispatch.id.in_(waiters))
    return len(session.scalars(ready).all())


_NEEDED = aliased(Dispatch)
# What waits for nothing any more; composed once, for every answer asks it.
_READY = (
    update(Dispatch)
    .where(
        Dispatch.state == DispatchState.WAITING,
        ~select(DispatchNeed.needs_id)
        .join(_NEEDED, _NEEDED.id == DispatchNeed.needs_id)
        .where(DispatchNeed.dispatch_id == Dispatch.id, _NEEDED.state != DispatchState.POSTED)
        .exists(),
    )
    .values(state=DispatchState.READY)
    .returning(Dispatch.id)
    .execution_options(synchronize_session=False)
)


def elements(session: Session, batch_id: int) -> list[BatchElement]:
    """A batch's elements in the order they were sent, with their dispatches and what these are about."""
    return list(
        session.scalars(
            select(BatchElement)
            .where(BatchElement.batch_id == batch_id)
            .options(*packing.subjects(joinedload(BatchElement.dispatch)))
            .order_by(BatchElement.position)
        )
    )


def due_endpoints(session: Session, organisation_id: int, *, least_urgent: Priority, now: datetime) -> list[str]:
    """The endpoints that something is ready for: the most urgent first, else in the order in which to send."""
    names = func.unnest(array(list(ENDPOINTS))).table_valued("name", with_ordinality="place", name="endpoints")
    names = names.render_derived()
    first = (
        select(Dispatch.priority)
        .where(Dispatch.endpoint == names.c.name, *_is_ready(organisation_id, least_urgent, now))
        .order_by(Dispatch.priority, Dispatch.id)
        .limit(1)
        .lateral("first")
    )
    due = select(names.c.name).join(first, true()).order_by(first.c.priority, names.c.place)
    return list(session.scalars(due))


def fills_a_call(
    session: Session, organisation_id: int, endpoint: Endpoint, *, least_urgent: Priority, now: datetime
) -> bool:
    """Whether as much is ready for an endpoint as one call takes."""
    of_endpoint = Dispatch.endpoint == endpoint.name, *_is_ready(organisation_id, least_urgent, now)
    some = select(Dispatch.id).where(*of_endpoint).limit(endpoint.batch_size).subquery()
    return session.scalars(select(func.count()).select_from(some)).one() == endpoint.batch_size


def ready(
    session: Session, organisation_id: int, endpoint: Endpoint, *, least_urgent: Priority, now: datetime
) -> list[Dispatch]:
    """As many dispatches of one endpoint as one call takes, locked until the caller commits.

    The most urgent first, else the oldest. What breaks an invariant now is held instead; a contact waits for its name.
    """
    dispatches = list(
        session.scalars(
            select(Dispatch)
            .where(Dispatch.endpoint == endpoint.name, *_is_ready(organisation_id, least_urgent, now))
            .options(*packing.subjects())
            .order_by(Dispatch.priority, Dispatch.id)
            .limit(endpoint.batch_size)
            .with_for_update(of=Dispatch, skip_locked=True)
        )
    )
    sound = _sound(session, dispatches, now=now)
    if dispatches and not sound:
        session.commit()  # the holds; there is no batch to commit them with
    return sound


def _is_ready(organisation_id: int, least_urgent: Priority, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Dispatch.organisation_id == organisation_id,
        Dispatch.state == DispatchState.READY,
        Dispatch.priority <= least_urgent,
        or_(Dispatch.not_before.is_(None), Dispatch.not_before <= now),
        or_(Dispatch.contact_id.is_(None), Dispatch.contact.has(Contact.name.is_not(None))),
        # What was decided before posting was switched off waits until it is on again.
        Dispatch.store_id.in_(select(Store.id).where(Store.posting)),
    )


def _sound(session: Session, dispatches: Sequence[Dispatch], *, now: datetime) -> list[Dispatch]:
    """Check the invariants once more just before sending; the writes of a group that breaks one are held."""
    booked = [dispatch.document or dispatch.settlement for dispatch in dispatches]  # None for contacts
    group_ids = {one.group_id for one in booked if one is not None}
    groups = session.execute(_GROUPS.where(PostingGroup.id.in_(group_ids))).all() if group_ids else []
    problems = _problems(session, groups)
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


_GROUPS = select(PostingGroup.id, PostingGroup.generation, PostingGroup.number)


def _problems(session: Session, groups: Sequence[Row[Any]]) -> dict[int, tuple[Held, ...]]:
    """What is wrong with each group, by its id: mostly nothing. One that cannot be read is told apart from the rest."""
    try:
        histories = recorded.histories(session, groups)
    except packing.UNREADABLE:
        if len(groups) > 1:
            return {id_: found for group in groups for id_, found in _problems(session, [group]).items()}
        (group,) = groups
        return {group.id: (Held(cause="unreadable", subject=group.number, sentence=TORN.format(name=group.number)),)}
    return {
        group_id: check_documents(history.documents, history.settlements) for group_id, history in histories.items()
    }


def urge(session: Session, dispatch_ids: Sequence[int], priority: int) -> None:
    """Let all that these dispatches wait for, at whatever remove, be as urgent as they are; the caller commits.

    Else a live invoice would wait until an import has sent all its contacts before the one that both need.
    """
    needed = (
        select(DispatchNeed.needs_id).where(DispatchNeed.dispatch_id.in_(dispatch_ids)).cte("needed", recursive=True)
    )
    needed = needed.union(select(DispatchNeed.needs_id).join(needed, DispatchNeed.dispatch_id == needed.c.needs_id))
    session.execute(
        update(Dispatch)
        .where(
            Dispatch.id.in_(select(needed.c.needs_id)),
            Dispatch.state != DispatchState.POSTED,
            Dispatch.priority > priority,
        )
        .values(priority=priority)
        .execution_options(synchronize_session=False)
    )
