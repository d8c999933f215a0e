"""What an answer makes of each dispatch of its batch: posted, held for the merchant, or ready to go again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import DocumentKind
from embedded_app.bulk import update_all
from embedded_app.changed_days import mark_documents
from embedded_app.db import among
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
    sent = sorted(session.execute(_CLOSED, {"of_batch": batch_id}), key=lambda row: row.position)
    posted: list[tuple[Row[Any], Posted]] = []
    for row, outcome in zip(sent, outcomes, strict=True):
        if isinstance(outcome, Posted):
            posted.append((row, outcome))
        else:
            _not_posted(session, session.get_one(BatchElement, (batch_id, row.position)), outcome, now=now)
    session.flush()
    if posted:
        _post(session, posted, now=now)
        promote(session, organisation_id, [row.dispatch_id for row, _ in posted])


# Statements are composed once, for every answer needs them.
_ELEMENTS, _DISPATCHES, _DOCUMENTS = (cast(Table, row.__table__) for row in (BatchElement, Dispatch, Document))
_ABOUT = (
    select(
        *(_DISPATCHES.c[name] for name in ("id", "document_id", "settlement_id", "contact_id")),
        *(_DOCUMENTS.c[name] for name in ("kind", "total", "total_tax", "reverses_id")),
    )
    .outerjoin(_DOCUMENTS, _DOCUMENTS.c.id == _DISPATCHES.c.document_id)
    .subquery("about")
)
# Every element as posted, and what it is about; `_not_posted` says otherwise of the others.
_CLOSED = (
    update(_ELEMENTS)
    .where(_ELEMENTS.c.batch_id == bindparam("of_batch"), _ELEMENTS.c.dispatch_id == _ABOUT.c.id)
    .values(open=False, answer="posted")
    .returning(_ELEMENTS.c.position, _ELEMENTS.c.dispatch_id, *(column for column in _ABOUT.c if column.name != "id"))
)
_POSTED = (
    update(_DISPATCHES)
    .where(among(_DISPATCHES.c.id, "ids"))
    .values(state=DispatchState.POSTED, posted_at=bindparam("now", type_=_DISPATCHES.c.posted_at.type))
)


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
    session.execute(_POSTED, {"ids": ids, "now": now})
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
