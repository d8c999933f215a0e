"""Look-up: what became of writes whose outcome nobody knows, read from Xero before anything is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from embedded_app import outbox, recorded
from embedded_app.clock import now
from embedded_app.models import Batch, BatchElement, Dispatch, Document
from embedded_app.xero.client import XeroApi
from embedded_app.xero.encoding import decode
from embedded_app.xero.endpoints import CONTACTS, ENDPOINTS, Endpoint
from embedded_app.xero.lookup import Sought, find, sought_document
from embedded_app.xero.outcomes import Posted
from embedded_app.xero.refusals import Cause, Refused

# Xero's clock is known to the minute, If-Modified-Since knows whole seconds; where it is not known ours counts instead.
BEFORE_FIRST_SENT = timedelta(minutes=2)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


def look_up(session: Session, api: XeroApi, batch: Batch) -> None:
    """Look up every element of an unknown batch: found is posted, absent is ready for a new batch.

    Commits before it asks; the caller commits what was found.
    Raises RetryLater, NeedsReconnect or NeedsMerchant where Xero cannot be read now; the batch then stays unknown.
    """
    batch_id, endpoint = batch.id, ENDPOINTS[batch.endpoint]
    # Ours may be ahead, and then hides from us what was written: the earlier of the two.
    since = min(batch.written_after or batch.created_at, batch.first_sent_at or batch.created_at) - BEFORE_FIRST_SENT
    wanted, told = _sought(session, batch_id), outbox.webhook_ids(session, batch_id)
    session.commit()
    found = _found(api, endpoint, wanted, since)
    applied = outbox.apply_look_up(session, batch_id, found, now=now())
    log.info(
        "batch looked up",
        batch=batch_id,
        endpoint=endpoint.name,
        found=sum(one is not None for one in found),
        absent=sum(one is None for one in found),
        applied=applied,
        webhooks=told,
    )


def own_numbers(
    session: Session, api: XeroApi, call: outbox.Call, outcomes: Sequence[Posted | Refused]
) -> list[Posted | Refused]:
    """Turn "this number is taken" into posted where our own document took it, by a write we never heard of.

    Reads Xero only when there is such a refusal; raises as look_up does.
    """
    if not any(_is_taken(outcome) for outcome in outcomes):
        return list(outcomes)
    # A customer's contact may stem from an earlier installation of the app.
    since = LONG_AGO if call.endpoint == CONTACTS.name else _first_tried(session, call.batch_id) - BEFORE_FIRST_SENT
    wanted = _sought(session, call.batch_id)
    session.commit()
    found = _found(api, ENDPOINTS[call.endpoint], wanted, since)
    return [
        ours if ours is not None and _is_taken(outcome) else outcome
        for outcome, ours in zip(outcomes, found, strict=True)
    ]


def _first_tried(session: Session, batch_id: int) -> datetime:
    """A moment before any element of the batch was first sent: by Xero's clock where it is known, else by ours."""
    of_batch = select(BatchElement.dispatch_id).where(BatchElement.batch_id == batch_id)
    tried = (
        select(func.min(func.least(Dispatch.created_at, Batch.written_after)))
        .join(BatchElement, BatchElement.dispatch_id == Dispatch.id)
        .join(Batch, Batch.id == BatchElement.batch_id)
        .where(Dispatch.id.in_(of_batch))
    )
    return session.scalars(tried).one()


def names(session: Session, call: outbox.Call) -> list[str]:
    """What each element of a call is known by in Xero (number, reference, narration), in the order they were sent.

    As the sent bytes have it; where Xero has no field for it, as our rows do.
    """
    endpoint = ENDPOINTS[call.endpoint]
    if endpoint.name_field is None:
        return [sought.name or "" for sought in _sought(session, call.batch_id)]
    return [str(element.get(endpoint.name_field) or "") for element in decode(call.body)[endpoint.envelope]]


def _is_taken(outcome: Posted | Refused) -> bool:
    return isinstance(outcome, Refused) and outcome.code is Cause.NUMBER_TAKEN


def _sought(session: Session, batch_id: int) -> list[Sought]:
    """What each element of the batch would have left in Xero."""
    sought = []
    for element in outbox.elements(session, batch_id):
        document, settlement = element.dispatch.document, element.dispatch.settlement
        if document is not None:
            sought.append(_sought_document(document))
        elif element.dispatch.contact is not None:
            sought.append(Sought(name=element.dispatch.contact.number))
        elif settlement is not None:
            sought.append(
                Sought(
                    name=settlement.reference,
                    amount=settlement.amount,
                    document_id=settlement.document.xero_id,
                    invoice_id=settlement.to_document.xero_id if settlement.to_document else None,
                    allocation_id=settlement.removes.xero_id if settlement.removes else None,
                )
            )
    return sought


def _sought_document(row: Document) -> Sought:
    voided_id = row.reverses.xero_id if row.reverses else None
    contact = row.contact.xero_id if row.contact else None
    try:
        return sought_document(recorded.document(row), contact=contact, voided_id=voided_id)
    except outbox.UNREADABLE:
        # Nothing is found by it; when it is about to be packed again it is held, and the others have gone on.
        return Sought()


def _found(api: XeroApi, endpoint: Endpoint, wanted: Sequence[Sought], since: datetime) -> list[Posted | None]:
    """Each sought element as Xero holds it, None where it does not; the list is read once for all of them."""
    if "{}" in endpoint.path:
        # One per call, and known by the document it belongs to: that document tells, whenever it was last modified.
        held = [api.by_id(endpoint, sought.document_id or "") for sought in wanted]
        listed = [element for element in held if element is not None]
    else:
        listed = list(api.changed(endpoint, since))
    found: list[Posted | None] = []
    taken: set[str] = set()
    for sought in wanted:
        one = find(endpoint, replace(sought, taken=frozenset(taken)), listed)
        if one is not None and one.xero_id:
            taken.add(one.xero_id)
        found.append(one)
    return found
