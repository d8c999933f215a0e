"""One event's story: what the store said, what was decided and why, what was sent to Xero, and what Xero answered.

An order's, or that of something beyond orders (a gift card's change, opening balances). It is read from the rows alone,
in the same few statements however long it is; the reasons come from the documents as they were decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, literal_column, or_, select
from sqlalchemy.orm import Session, joinedload

from embedded_app import models, recorded
from embedded_app.accounting.documents import Document
from embedded_app.accounting.double_entry import Entry, double_entry
from embedded_app.accounting.explain import Explanation, explain, explain_beyond
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.order import Order
from embedded_app.models import (
    Batch,
    BatchElement,
    Contact,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Hold,
    OrderFacts,
    Outcome,
    PostingGroup,
    Skip,
    Store,
)
from embedded_app.models import (
    Mapping as MappingRow,
)
from embedded_app.pipeline.activity_filters import State, state_of

NOTICES = 30
ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One document of the story.

    dispatch_id, state: of its write to Xero. version, author, saved_at: of the mapping it was decided by.
    """

    booked: Document
    row: models.Document
    dispatch_id: int
    state: DispatchState
    version: int
    author: str
    saved_at: datetime
    explanations: tuple[Explanation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One payment, refund or allocation of the story, on the document it settles."""

    row: models.Settlement
    dispatch_id: int
    state: DispatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One write in one call to Xero. what: a document's number, or a payment's reference. answer: None while open."""

    what: str
    endpoint: str
    made_at: datetime | None
    closed_at: datetime | None
    key: str
    answer: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All there is to tell of one event. row, order: None for what is beyond orders; order: also while it is unread."""

    name: str
    state: State
    row: OrderFacts | None
    order: Order | None
    documents: tuple[Told, ...]
    settlements: tuple[Settled, ...]
    entries: tuple[Entry, ...]
    attempts: tuple[Attempt, ...]
    holds: tuple[Hold, ...]
    notices: tuple[Delivery, ...]
    skips: tuple[Skip, ...]

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        """Why something of it is not posted now."""
        return tuple(hold for hold in self.holds if hold.closed_at is None)

    @property
    def skip(self) -> Skip | None:
        """By what it is left out now."""
        return next((one for one in self.skips if one.taken_back_at is None), None)

    @property
    def has_changed_since(self) -> bool:
        """Whether the store's ledgers changed after it was left out."""
        return self.skip is not None and self.row is not None and 0 < self.skip.version < self.row.version


def order_story(session: Session, store: Store, order_id: int) -> Story | None:
    """The story of an order by its row's id; None where the store has no such order."""
    row = session.scalar(select(OrderFacts).where(OrderFacts.store_id == store.id, OrderFacts.id == order_id))
    if row is None:
        return None
    group = session.scalar(
        select(PostingGroup).where(
            PostingGroup.store_id == store.id, PostingGroup.kind == ORDER, PostingGroup.key == row.external_id
        )
    )
    order = from_facts(row.facts) if row.facts is not None else None
    notices = _notices(session, store, row)
    skips = session.scalars(select(Skip).where(Skip.order_id == row.id).order_by(Skip.id.desc())).all()
    name = row.name or row.external_id.rpartition("/")[2]
    return _tell(session, store, group, name=name, row=row, order=order, notices=notices, skips=tuple(skips))


def beyond_story(session: Session, store: Store, group_id: int) -> Story | None:
    """The story of what is beyond orders, by its group's row id; None where the store has no such thing."""
    group = session.scalar(
        select(PostingGroup).where(
            PostingGroup.store_id == store.id, PostingGroup.kind != ORDER, PostingGroup.id == group_id
        )
    )
    return None if group is None else _tell(session, store, group, name=group.number)


def _tell(
    session: Session,
    store: Store,
    group: PostingGroup | None,
    *,
    name: str,
    row: OrderFacts | None = None,
    order: Order | None = None,
    notices: tuple[Delivery, ...] = (),
    skips: tuple[Skip, ...] = (),
) -> Story:
    documents = _documents(session, store, group, order) if group else ()
    settlements = _settlements(session, group) if group else ()
    writes = {one.dispatch_id: one.booked.number for one in documents}
    writes |= {one.dispatch_id: one.row.reference for one in settlements}
    writes |= _contacts(session, documents)
    known = [one.booked for one in documents]
    unposted = [one.state for one in (*documents, *settlements) if one.state is not DispatchState.POSTED]
    return Story(
        name=name,
        state=state_of(row.outcome if row else Outcome.RECORDED, unposted),
        row=row,
        order=order,
        documents=documents,
        settlements=settlements,
        entries=double_entry(known, [recorded.settlement(one.row) for one in settlements], known),
        attempts=_attempts(session, writes),
        holds=_holds(session, store, row or group, writes),
        notices=notices,
        skips=skips,
    )


def _documents(session: Session, store: Store, group: PostingGroup, order: Order | None) -> tuple[Told, ...]:
    """The group's documents of its generation in the order they were decided, each line of each explained."""
    rows = session.execute(
        select(
            models.Document, Dispatch.id, Dispatch.state, MappingRow.version, MappingRow.author, MappingRow.created_at
        )
        .join(Dispatch, Dispatch.document_id == models.Document.id)
        .join(MappingRow, MappingRow.id == models.Document.mapping_id)
        .where(models.Document.group_id == group.id, models.Document.generation == group.generation)
        .order_by(models.Document.id)
    ).all()
    booked = [recorded.document(row.Document) for row in rows]
    because = _because(store, booked, order) if order is not None or group.kind != ORDER else {}
    return tuple(
        Told(
            booked=document,
            row=row.Document,
            dispatch_id=row.id,
            state=row.state,
            version=row.version,
            author=row.author,
            saved_at=row.created_at,
            explanations=because.get(document.role, ()),
        )
        for document, row in zip(booked, rows, strict=True)
    )


def _because(store: Store, documents: Sequence[Document], order: Order | None) -> dict[str, tuple[Explanation, ...]]:
    """The explanations of each document by its role; none before Xero's chart was read."""
    if order is None:
        return {document.role: explain_beyond([document]) for document in documents}
    if store.organisation is None or store.organisation.chart is None:
        return {}
    books = recorded.books(store.organisation)
    return {document.role: explain(order, [document], books) for document in documents}


def _settlements(session: Session, group: PostingGroup) -> tuple[Settled, ...]:
    row = models.Settlement
    rows = session.execute(
        select(row, Dispatch.id, Dispatch.state)
        .join(Dispatch, Dispatch.settlement_id == row.id)
        .where(row.group_id == group.id)
        .options(joinedload(row.document), joinedload(row.to_document), joinedload(row.tender))
        .order_by(row.id)
    )
    return tuple(
        Settled(row=one.Settlement, dispatch_id=one.id, state=one.state)
        for one in rows
        if one.Settlement.document.generation == group.generation
    )


def _contacts(session: Session, documents: Sequence[Told]) -> dict[int, str]:
    """The writes of the customers' own contacts that these documents wait for, by id, with the contact's number."""
    contact_ids = {one.row.contact_id for one in documents if one.row.contact_id is not None}
    if not contact_ids:
        return {}
    rows = session.execute(
        select(Dispatch.id, Contact.number)
        .join(Contact, Contact.id == Dispatch.contact_id)
        .where(Dispatch.contact_id.in_(contact_ids))
    )
    return {row.id: row.number for row in rows}


def _attempts(session: Session, writes: Mapping[int, str]) -> tuple[Attempt, ...]:
    rows = session.execute(
        select(BatchElement.dispatch_id, BatchElement.answer, *_OF_BATCH)
        .join(Batch, Batch.id == BatchElement.batch_id)
        .where(BatchElement.dispatch_id.in_(list(writes)))
        .order_by(Batch.id, BatchElement.position)
    )
    return tuple(
        Attempt(
            what=writes[row.dispatch_id],
            endpoint=row.endpoint,
            made_at=row.attempted_at,
            closed_at=row.closed_at,
            key=row.key,
            answer=row.answer,
            note=row.note,
        )
        for row in rows
    )


_OF_MAPPING = (MappingRow.version, MappingRow.author, MappingRow.created_at)
_OF_BATCH = (Batch.endpoint, Batch.attempted_at, Batch.closed_at, Batch.key, Batch.note)


def _holds(
    session: Session, store: Store, subject: OrderFacts | PostingGroup | None, writes: Mapping[int, str]
) -> tuple[Hold, ...]:
    """What of it is held and what was, the latest first; of what is beyond orders the event's id is the subject."""
    of_event = (
        Hold.order_id == subject.id
        if isinstance(subject, OrderFacts)
        else and_(Hold.order_id.is_(None), Hold.subject == (subject.key if subject else None))
    )
    which = or_(of_event, Hold.dispatch_id.in_(list(writes)))
    return tuple(session.scalars(select(Hold).where(Hold.store_id == store.id, which).order_by(Hold.id.desc())))


def _notices(session: Session, store: Store, row: OrderFacts) -> tuple[Delivery, ...]:
    """The last deliveries that told of the order, the latest first: those still open, then what is done."""
    of_order = Delivery.store_id == store.id, Delivery.order_external_id == row.external_id
    # Each state has an index of its own; both in one condition would read all deliveries.
    found: list[Delivery] = []
    for state in (DeliveryState.OPEN, DeliveryState.DONE):
        in_state = select(Delivery).where(*of_order, Delivery.state == literal_column(f"'{state.value}'"))
        found += session.scalars(in_state.order_by(Delivery.id.desc()).limit(NOTICES))
    return tuple(found[:NOTICES])
