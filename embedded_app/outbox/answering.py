"""What an answer makes of each dispatch of its batch: posted, held for the merchant, or ready to go again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import DocumentKind
from embedded_app.bulk import update_all
from embedded_app.changed_days import mark_documents
from embedded_app.models import BatchElement, Contact, Dispatch, DispatchState, Document, DocumentState, Settlement
from embedded_app.outbox.dispatches import hold, promote
from embedded_app.xero.outcomes import Posted, Refused
from embedded_app.xero.refusals import Cause

# Customers of one name whose contacts we tell apart by "(2)", "(3)" …
MOST_SUFFIXES = 50


def settle_elements(
    session: Session,
    organisation_id: int,
    batch_id: int,
    outcomes: Sequence[Posted | Refused | None],
    *,
    now: datetime,
) -> None:
    """Write down what became of each element, in the order sent, and make ready what waited for those that are posted.

    None: a look-up did not find it in Xero. The caller holds the organisation's row, and commits.
    """
    closed = update(BatchElement).where(BatchElement.batch_id == batch_id).values(open=False, answer="posted")
    session.execute(closed.execution_options(synchronize_session=False))
    posted: list[tuple[Row[Any], Posted]] = []
    for row, outcome in zip(_sent(session, batch_id), outcomes, strict=True):
        if isinstance(outcome, Posted):
            posted.append((row, outcome))
        else:
            _not_posted(session, session.get_one(BatchElement, (batch_id, row.position)), outcome, now=now)
    session.flush()
    if posted:
        _post(session, posted, now=now)
        promote(session, organisation_id, [row.dispatch_id for row, _ in posted])


def _sent(session: Session, batch_id: int) -> Sequence[Row[Any]]:
    """What each element of the batch is about, in the order sent."""
    return session.execute(
        select(
            BatchElement.position,
            BatchElement.dispatch_id,
            Dispatch.document_id,
            Dispatch.settlement_id,
            Dispatch.contact_id,
            Document.kind,
            Document.total,
            Document.total_tax,
            Document.reverses_id,
        )
        .join(Dispatch, Dispatch.id == BatchElement.dispatch_id)
        .outerjoin(Document, Document.id == Dispatch.document_id)
        .where(BatchElement.batch_id == batch_id)
        .order_by(BatchElement.position)
    ).all()


def _not_posted(session: Session, element: BatchElement, outcome: Refused | None, *, now: datetime) -> None:
    dispatch = element.dispatch
    if outcome is None:
        element.answer = "not found in Xero; to be sent again"
        dispatch.state = DispatchState.READY
        return
    element.answer = outcome.sentence
    if _may_be_renamed(dispatch, outcome):
        dispatch.state = DispatchState.READY
    else:
        cause = f"refused by Xero: {outcome.code}"
        hold(session, dispatch, cause=cause, subject=outcome.subject, sentence=outcome.sentence, now=now)


def _may_be_renamed(dispatch: Dispatch, refusal: Refused) -> bool:
    """Give a contact whose name somebody else has in Xero another suffix; False where that does not help."""
    contact = dispatch.contact
    if contact is None or refusal.code is not Cause.NAME_TAKEN or contact.suffix >= MOST_SUFFIXES:
        return False
    contact.suffix += 1
    return True


def _post(session: Session, posted: Sequence[tuple[Row[Any], Posted]], *, now: datetime) -> None:
    """Keep what Xero said of these, one statement for each kind of row."""
    ids = [row.dispatch_id for row, _ in posted]
    done = update(Dispatch).where(Dispatch.id.in_(ids)).values(state=DispatchState.POSTED, posted_at=now)
    session.execute(done.execution_options(synchronize_session=False))
    settled = [(row.settlement_id, outcome) for row, outcome in posted if row.settlement_id]
    update_all(session, Settlement, [{"id": id_, "xero_id": outcome.xero_id} for id_, outcome in settled])
    update_all(session, Document, [_booked(row, outcome) for row, outcome in posted if row.document_id])
    voided = [row.reverses_id for row, _ in posted if row.kind == DocumentKind.VOID]
    _void(session, voided)
    mark_documents(session, [*voided, *(row.document_id for row, _ in posted if row.document_id)])
    _know(session, {row.contact_id: outcome.xero_id for row, outcome in posted if row.contact_id})


def _booked(row: Row[Any], outcome: Posted) -> dict[str, Any]:
    """What a document's row says once it is posted: Xero's totals, and whether they are ours. A void has none."""
    if row.kind == DocumentKind.VOID:
        total = total_tax = None
    else:
        total, total_tax = outcome.total, outcome.total_tax
    differs = total is not None and (total, total_tax) != (row.total, row.total_tax)
    return {
        "id": row.document_id,
        "xero_id": outcome.xero_id,
        "xero_total": total,
        "xero_total_tax": total_tax,
        "state": DocumentState.DIFFERS if differs else DocumentState.POSTED,
    }


def _void(session: Session, document_ids: Sequence[int]) -> None:
    if document_ids:
        voided = update(Document).where(Document.id.in_(document_ids)).values(state=DocumentState.VOIDED)
        session.execute(voided.execution_options(synchronize_session=False))


def _know(session: Session, xero_ids: dict[int, str | None]) -> None:
    """Keep the contacts' ids, and erase their names: they stand in Xero now."""
    if xero_ids:
        update_all(session, Contact, [{"id": id_, "xero_id": xero_id} for id_, xero_id in xero_ids.items()])
        nameless = update(Contact).where(Contact.id.in_(xero_ids)).values(name=None)
        session.execute(nameless.execution_options(synchronize_session=False))
