"""New batches: of ready dispatches, the most urgent first, and of the halves of a call that was refused as a whole."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from embedded_app.bulk import insert_all
from embedded_app.models import Batch, BatchElement, BatchState, Dispatch, DispatchState, Organisation, Priority
from embedded_app.outbox import packing
from embedded_app.outbox.dispatches import TORN, due_endpoints, elements, fills_a_call, hold, ready
from embedded_app.xero.endpoints import ENDPOINTS

SPLIT = "refused as a whole; sent again in halves, to find what Xero does not take"


def fill(
    session: Session, organisation_id: int, *, least_urgent: Priority, only_full: bool, now: datetime
) -> Batch | None:
    """Put ready dispatches of one endpoint into a new batch, bodies and all; None where nothing is ready.

    only_full: make no call that could take more than is ready. Flushed for the caller to commit; where only holds came
    of it, they are committed. A dispatch whose content cannot be read is held alone.
    """
    for name in due_endpoints(session, organisation_id, least_urgent=least_urgent, now=now):
        endpoint = ENDPOINTS[name]
        if only_full and not fills_a_call(session, organisation_id, endpoint, least_urgent=least_urgent, now=now):
            continue
        dispatches = ready(session, organisation_id, endpoint, least_urgent=least_urgent, now=now)
        packed = packing.pack(endpoint, dispatches)
        _hold_torn(session, packed, now=now)
        if packed.dispatches:
            return _new_batch(session, organisation_id, packed, now=now)
        if dispatches:
            session.commit()  # the holds; there is no batch to commit them with
    session.rollback()
    return None


def refill(session: Session, organisation_id: int, batch: Batch, *, now: datetime) -> None:
    """Put a closed batch's elements into new batches, each half of its size; the caller commits."""
    endpoint, owed = ENDPOINTS[batch.endpoint], []
    for element in elements(session, batch.id):
        element.open, element.answer = False, SPLIT
        owed.append(element.dispatch)
    session.flush()
    middle = (len(owed) + 1) // 2
    for half in (owed[:middle], owed[middle:]):
        while half:
            packed = packing.pack(endpoint, half)
            _hold_torn(session, packed, now=now)
            if packed.dispatches:
                _new_batch(session, organisation_id, packed, now=now)
            half = half[len(packed.dispatches) + len(packed.torn) :]


def _hold_torn(session: Session, packed: packing.Packed, *, now: datetime) -> None:
    """Hold what cannot be packed; with the others of its call it would hold all of them up for ever."""
    for dispatch in packed.torn:
        name = packing.name_of(dispatch)
        hold(session, dispatch, cause="unreadable", subject=name, sentence=TORN.format(name=name), now=now)


def _new_batch(session: Session, organisation_id: int, packed: packing.Packed, *, now: datetime) -> Batch:
    tenant_id = session.get_one(Organisation, organisation_id).tenant_id
    batch = Batch(
        organisation_id=organisation_id,
        endpoint=packed.endpoint,
        path_ids=list(packed.path_ids),
        # Xero keeps keys per app, not per tenant: the tenant goes into the key.
        key=f"{tenant_id}:{uuid.uuid4()}",
        body=packed.body,
        sha256=hashlib.sha256(packed.body).hexdigest(),
        state=BatchState.READY,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    ids = [dispatch.id for dispatch in packed.dispatches]
    placed = [{"batch_id": batch.id, "position": place, "dispatch_id": id_} for place, id_ in enumerate(ids)]
    insert_all(session, BatchElement, placed)
    sending = update(Dispatch).where(Dispatch.id.in_(ids)).values(state=DispatchState.SENDING)
    session.execute(sending.execution_options(synchronize_session=False))
    return batch
