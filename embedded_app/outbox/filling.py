"""What a call will carry: ready dispatches, the most urgent first, or half of a call that was refused as a whole."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from embedded_app.models import Batch, BatchState, Organisation, Priority
from embedded_app.outbox import packing
from embedded_app.outbox.dispatches import TORN, due_endpoints, elements, fills_a_call, hold, ready
from embedded_app.xero.endpoints import ENDPOINTS

SPLIT = "refused as a whole; sent again in halves, to find what Xero does not take"


def fill(
    session: Session, organisation_id: int, *, least_urgent: Priority, only_full: bool, now: datetime
) -> packing.Packed | None:
    """Pack ready dispatches of one endpoint for one call, and lock them; None where nothing is ready.

    only_full: make no call that could take more than is ready. The caller makes the batch, or rolls back; where only
    holds came of it, they are committed. A dispatch whose content cannot be read is held alone.
    """
    for name in due_endpoints(session, organisation_id, least_urgent=least_urgent, now=now):
        endpoint = ENDPOINTS[name]
        if only_full and not fills_a_call(session, organisation_id, endpoint, least_urgent=least_urgent, now=now):
            continue
        dispatches = ready(session, organisation_id, endpoint, least_urgent=least_urgent, now=now)
        packed = packing.pack(endpoint, dispatches)
        _hold_torn(session, packed, now=now)
        if packed.dispatches:
            return packed
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
                add_batch(session, organisation_id, packed, now=now)
            half = half[len(packed.dispatches) + len(packed.torn) :]


def _hold_torn(session: Session, packed: packing.Packed, *, now: datetime) -> None:
    """Hold what cannot be packed; with the others of its call it would hold all of them up for ever."""
    for dispatch in packed.torn:
        name = packing.name_of(dispatch)
        hold(session, dispatch, cause="unreadable", subject=name, sentence=TORN.format(name=name), now=now)


def add_batch(
    session: Session, organisation_id: int, packed: packing.Packed, *, now: datetime, attempt_id: str | None = None
) -> tuple[int, str]:
    """Write a new batch of what is packed, and mark that as being sent; returns the batch's id and key.

    attempt_id: of the attempt that sends it at once; None where it is ready for one. Raises IntegrityError where
    another call of the organisation is in flight.
    """
    tenant_id = session.get_one(Organisation, organisation_id).tenant_id
    # Xero keeps keys per app, not per tenant: the tenant goes into the key.
    key = f"{tenant_id}:{uuid.uuid4()}"
    made = session.scalars(
        _ADDED,
        {
            "organisation_id": organisation_id,
            "endpoint": packed.endpoint,
            "path_ids": json.dumps(packed.path_ids),
            "key": key,
            "body": packed.body,
            "sha256": hashlib.sha256(packed.body).hexdigest(),
            "state": BatchState.SENT.value if attempt_id else BatchState.READY.value,
            "attempt_id": attempt_id,
            "sent_at": now if attempt_id else None,
            "now": now,
            "dispatch_ids": [dispatch.id for dispatch in packed.dispatches],
        },
    )
    return made.one(), key


# One statement for the batch, its elements in their order and the dispatches' state: each call to Xero needs it.
_ADDED = text(
    """
    WITH added AS (
        INSERT INTO batch (organisation_id, endpoint, path_ids, key, body, sha256, state, created_at, doubtful,
                           attempt_id, first_sent_at, attempted_at, written_after)
        VALUES (:organisation_id, :endpoint, CAST(:path_ids AS jsonb), :key, :body, :sha256, :state, :now, false,
                :attempt_id, :sent_at, :sent_at, (SELECT xero_clock FROM organisation WHERE id = :organisation_id))
        RETURNING id
    ), placed AS (
        INSERT INTO batch_element (batch_id, position, dispatch_id, open)
        SELECT added.id, told.place - 1, told.id, true
        FROM added, unnest(CAST(:dispatch_ids AS integer[])) WITH ORDINALITY AS told (id, place)
    ), going AS (
        UPDATE dispatch SET state = 'sending' WHERE id = ANY (CAST(:dispatch_ids AS integer[]))
    )
    SELECT id FROM added
    """
)
