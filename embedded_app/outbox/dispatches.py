"""Dispatches: what is owed to Xero, and when each may go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session, joinedload

from embedded_app import recorded, waits
from embedded_app.accounting.balance import check_documents
from embedded_app.accounting.documents import Held
from embedded_app.db import among
from embedded_app.models import (
    MOMENT,
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
    of_organisation = {"of_organisation": organisation_id}
    if needs is None:
        return len(session.scalars(_READY, of_organisation).all())
    return len(session.scalars(_READY_AFTER, {**of_organisation, "needs": list(needs)}).all())


_DISPATCHES, _NEEDS = cast(Table, Dispatch.__table__), cast(Table, DispatchNeed.__table__)
_NEEDED = _DISPATCHES.alias("needed")
# What waits for nothing any more. Composed once, for every answer asks it.
_READY = (
    update(_DISPATCHES)
    .where(
        _DISPATCHES.c.organisation_id == bindparam("of_organisation"),
        _DISPATCHES.c.state == DispatchState.WAITING,
        ~select(_NEEDS.c.needs_id)
        .join(_NEEDED, _NEEDED.c.id == _NEEDS.c.needs_id)
        .where(_NEEDS.c.dispatch_id == _DISPATCHES.c.id, _NEEDED.c.state != DispatchState.POSTED)
        .exists(),
    )
    .values(state=DispatchState.READY)
    .returning(_DISPATCHES.c.id)
)
_READY_AFTER = _READY.where(_DISPATCHES.c.id.in_(select(_NEEDS.c.dispatch_id).where(among(_NEEDS.c.needs_id, "needs"))))


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
    return list(session.scalars(_DUE, _ready_to(organisation_id, least_urgent, now)))


def fills_a_call(
    session: Session, organisation_id: int, endpoint: Endpoint, *, least_urgent: Priority, now: datetime
) -> bool:
    """Whether as much is ready for an endpoint as one call takes."""
    wanted = _ready_to(organisation_id, least_urgent, now) | {"endpoint": endpoint.name, "most": endpoint.batch_size}
    return session.scalars(_COUNT, wanted).one() == endpoint.batch_size


def ready(
    session: Session, organisation_id: int, endpoint: Endpoint, *, least_urgent: Priority, now: datetime
) -> list[Dispatch]:
    """As many dispatches of one endpoint as one call takes, locked until the caller commits.

    The most urgent first, else the oldest. What breaks an invariant now is held instead; a contact waits for its name.
    """
    wanted = _ready_to(organisation_id, least_urgent, now) | {"endpoint": endpoint.name, "most": endpoint.batch_size}
    dispatches = list(session.scalars(_TAKEN, wanted))
    sound = _sound(session, dispatches, now=now)
    if dispatches and not sound:
        session.commit()  # the holds; there is no batch to commit them with
    return sound


def _ready_to(organisation_id: int, least_urgent: Priority, now: datetime) -> dict[str, object]:
    """The values of _IS_READY."""
    return {"organisation": organisation_id, "least_urgent": least_urgent, "now": now}


# Statements are composed once, for every call needs them.
_IS_READY: tuple[ColumnElement[bool], ...] = (
    Dispatch.organisation_id == bindparam("organisation"),
    Dispatch.state == DispatchState.READY,
    Dispatch.priority <= bindparam("least_urgent"),
    waits.is_due(Dispatch.not_before, bindparam("now", type_=MOMENT), waits.BY_XERO),
    or_(Dispatch.contact_id.is_(None), Dispatch.contact.has(Contact.name.is_not(None))),
    # What was decided before posting was switched off waits until it is on again.
    Dispatch.store_id.in_(select(Store.id).where(Store.posting)),
)
_NAMES = (
    func.unnest(array(list(ENDPOINTS))).table_valued("name", with_ordinality="place", name="endpoints").render_derived()
)
_FIRST = (
    select(Dispatch.priority)
    .where(Dispatch.endpoint == _NAMES.c.name, *_IS_READY)
    .order_by(Dispatch.priority, Dispatch.id)
    .limit(1)
    .lateral("first")
)
_DUE = select(_NAMES.c.name).join(_FIRST, true()).order_by(_FIRST.c.priority, _NAMES.c.place)
_OF_ENDPOINT = (Dispatch.endpoint == bindparam("endpoint"), *_IS_READY)
_COUNT = select(func.count()).select_from(select(Dispatch.id).where(*_OF_ENDPOINT).limit(bindparam("most")).subquery())
_TAKEN = (
    select(Dispatch)
    .where(*_OF_ENDPOINT)
    .options(*packing.subjects())
    .order_by(Dispatch.priority, Dispatch.id)
    .limit(bindparam("most"))
    .with_for_update(of=Dispatch, skip_locked=True)
)


def _sound(session: Session, dispatches: Sequence[Dispatch], *, now: datetime) -> list[Dispatch]:
    """Check the invariants once more just before sending; the writes of a group that breaks one are held."""
    booked = [dispatch.document or dispatch.settlement for dispatch in dispatches]  # None for contacts
    group_ids = {one.group_id for one in booked if one is not None}
    problems = _problems(session, group_ids)
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


def _problems(session: Session, group_ids: Collection[int]) -> dict[int, tuple[Held, ...]]:
    """What is wrong with each group, by its id: mostly nothing. One that cannot be read is told apart from the rest."""
    try:
        histories = recorded.histories(session, group_ids)
    except packing.UNREADABLE:
        if len(group_ids) > 1:
            return {id_: found for group_id in group_ids for id_, found in _problems(session, [group_id]).items()}
        (group_id,) = group_ids
        number = session.get_one(PostingGroup, group_id).number
        return {group_id: (Held(cause="unreadable", subject=number, sentence=TORN.format(name=number)),)}
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
