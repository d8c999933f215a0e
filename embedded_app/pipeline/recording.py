"""Record: a decision becomes documents, settlements and dispatches, and each dispatch learns what it must wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from embedded_app.accounting.contacts import CUSTOMER, customer_number
from embedded_app.accounting.document_json import document_to_json
from embedded_app.accounting.documents import Decision, Document, DocumentKind, Settlement, SettlementKind
from embedded_app.bulk import Ids, insert_all
from embedded_app.db import Base
from embedded_app.models import (
    Contact,
    Dispatch,
    DispatchNeed,
    DispatchState,
    DocumentOrder,
    OrderFacts,
    PostingGroup,
    Priority,
    Store,
)
from embedded_app.models import Document as DocumentRow
from embedded_app.models import Settlement as SettlementRow
from embedded_app.outbox import document_endpoint, settlement_endpoint, urge
from embedded_app.xero.endpoints import CONTACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """What a decision stems from: the deliveries that told of it, oldest first, when the first came, how urgent it is.

    Without any delivery for what is beyond orders.
    """

    priority: int = Priority.LIVE
    webhook_ids: tuple[str, ...] = ()
    told_at: datetime | None = None


class Recorder:
    """Writes decisions down, in posting order: collected group by group, and inserted together by `write`.

    Rows get their ids beforehand, so that they can name each other before any of them is in the database. groups: how
    many decisions may come.
    """

    def __init__(self, session: Session, store: Store, *, mapping_id: int, now: datetime, groups: int = 1) -> None:
        self.session, self.store, self.mapping_id, self.now = session, store, mapping_id, now
        self.ids = Ids(session, (DocumentRow, DocumentOrder, SettlementRow, Dispatch), at_first=groups + 1)
        self.rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self.contacts: dict[str, _Contact] = {}
        self.urged: dict[int, list[int]] = defaultdict(list)

    def record(
        self,
        group: PostingGroup,
        order: OrderFacts | None,
        decision: Decision,
        tenders: Mapping[str, int],
        *,
        has_history: bool,
        stems_from: Stem | None = None,
        mapping_id: int | None = None,
    ) -> int:
        """Take in a decision of one group; returns how many writes to Xero it makes.

        order: None for what is beyond orders. tenders: row ids by the tenders' own ids, as record_tenders gave them.
        has_history: whether anything was recorded for the group before; a group without is not asked for. stems_from:
        what told of it, and how urgent its writes are, and with them whatever they wait for. mapping_id: of the version
        it was decided by, where that is not the recorder's own.
        """
        book = _Book(self, group, stems_from or Stem(), mapping_id or self.mapping_id)
        if has_history:
            book.load()
        for document in decision.documents:
            book.add_document(document, order)
        for settlement in decision.settlements:
            book.add_settlement(settlement, tenders)
        return book.writes

    def write(self) -> None:
        """Insert all that was taken in; the caller commits."""
        self.session.flush()  # the contacts
        for model in (DocumentRow, DocumentOrder, SettlementRow, Dispatch, DispatchNeed):
            insert_all(self.session, model, self.rows.pop(model, []))
        for priority, dispatch_ids in self.urged.items():
            urge(self.session, dispatch_ids, priority)
        self.urged.clear()


@dataclass(frozen=True, slots=True)
class _Write:
    """A dispatch, as far as others wait for it."""

    id: int
    priority: int
    is_posted: bool = False


@dataclass(frozen=True, slots=True)
class _Contact:
    """The row of a customer's own contact, and its write to Xero."""

    id: int
    write: _Write


@dataclass(frozen=True, slots=True)
class _Document:
    """A document's row, and its write to Xero."""

    id: int
    kind: DocumentKind
    write: _Write


@dataclass(frozen=True, slots=True)
class _Settlement:
    """A settlement's row, and its write to Xero."""

    id: int
    kind: SettlementKind
    document_id: int
    to_document_id: int | None
    ordinal: int
    write: _Write

    def touches(self, document_ids: Sequence[int]) -> bool:
        """Whether it changes what is open on one of these documents."""
        return self.document_id in document_ids or self.to_document_id in document_ids


class _Book:
    """One group's documents and settlements, old and new, while a decision is written into them."""

    def __init__(self, recorder: Recorder, group: PostingGroup, stem: Stem, mapping_id: int) -> None:
        self.recorder, self.session, self.store = recorder, recorder.session, recorder.store
        self.group, self.stem, self.mapping_id = group, stem, mapping_id
        self.documents: dict[str, _Document] = {}
        self.settlements: list[_Settlement] = []
        self.writes = 0

    def load(self) -> None:
        """Read what was recorded for the group before."""
        of_group = DocumentRow.group_id == self.group.id, DocumentRow.generation == self.group.generation
        for row in self.session.execute(
            select(DocumentRow.role, DocumentRow.id, DocumentRow.kind, *_DISPATCH)
            .join(Dispatch, Dispatch.document_id == DocumentRow.id)
            .where(*of_group)
        ):
            self.documents[row.role] = _Document(row.id, DocumentKind(row.kind), _write(row))
        settled = SettlementRow
        for row in self.session.execute(
            select(settled.id, settled.kind, settled.document_id, settled.to_document_id, settled.ordinal, *_DISPATCH)
            .join(Dispatch, Dispatch.settlement_id == settled.id)
            .where(settled.document_id.in_([one.id for one in self.documents.values()]))
            .order_by(settled.id)
        ):
            kind, to = SettlementKind(row.kind), row.to_document_id
            self.settlements.append(_Settlement(row.id, kind, row.document_id, to, row.ordinal, _write(row)))

    def add_document(self, document: Document, order: OrderFacts | None) -> None:
        reverses = self.documents[document.reverses] if document.reverses else None
        contact = self._contact(document.contact) if document.contact.startswith(CUSTOMER) else None
        needs = [one.write for one in (reverses, contact) if one is not None]
        row_id = self._insert(
            DocumentRow,
            store_id=self.store.id,
            group_id=self.group.id,
            mapping_id=self.mapping_id,
            role=document.role,
            kind=document.kind.value,
            generation=document.generation,
            number=document.number,
            date=document.date,
            event_day=document.event_day,
            currency=document.currency,
            total=document.total,
            total_tax=document.total_tax,
            reverses_id=reverses.id if reverses else None,
            contact_id=contact.id if contact else None,
            content=document_to_json(document),
            recorded_at=self.recorder.now,
        )
        for agreement_id in document.agreements if order is not None else ():
            self._insert(DocumentOrder, document_id=row_id, order_id=order.id, agreement_external_id=agreement_id)
        write = self._dispatch(document_endpoint(document.kind).name, needs, document_id=row_id)
        self.documents[document.role] = _Document(row_id, document.kind, write)

    def add_settlement(self, settlement: Settlement, tenders: Mapping[str, int]) -> None:
        document = self.documents[settlement.role]
        to_document = self.documents[settlement.to_role] if settlement.to_role else None
        to_document_id = to_document.id if to_document else None
        removes = self._removed(settlement, document.id, to_document_id)
        row_id = self._insert(
            SettlementRow,
            group_id=self.group.id,
            kind=settlement.kind.value,
            document_id=document.id,
            to_document_id=to_document_id,
            removes_id=removes.id if removes else None,
            tender_id=tenders[settlement.tender_id] if settlement.tender_id else None,
            ordinal=settlement.ordinal,
            account=settlement.account,
            date=settlement.date,
            amount=settlement.amount,
            bank_amount=settlement.bank_amount,
            reference=settlement.reference,
            recorded_at=self.recorder.now,
        )
        touched = [document, *([to_document] if to_document else [])]
        endpoint = settlement_endpoint(settlement.kind, document.kind)
        write = self._dispatch(endpoint.name, self._needs(touched, removes), settlement_id=row_id)
        self.settlements.append(
            _Settlement(row_id, settlement.kind, document.id, to_document_id, settlement.ordinal, write)
        )

    def _contact(self, named: str) -> _Contact:
        """The customer's own contact that a document names, made where missing."""
        if named not in self.recorder.contacts:
            self.recorder.contacts[named] = self._known_contact(named) or self._new_contact(named)
        return self.recorder.contacts[named]

    def _known_contact(self, named: str) -> _Contact | None:
        row = self.session.execute(
            select(Contact.id, *_DISPATCH)
            .join(Dispatch, Dispatch.contact_id == Contact.id)
            .where(Contact.store_id == self.store.id, Contact.key == named)
        ).one_or_none()
        return None if row is None else _Contact(row.id, _write(row))

    def _new_contact(self, named: str) -> _Contact:
        number = self.store.prefix + customer_number(named)
        contact_id = self.recorder.ids.next(Contact)
        # Inserted on its own: its name is a secret, which is written row by row and is not known yet.
        self.session.add(Contact(id=contact_id, store_id=self.store.id, key=named, number=number))
        return _Contact(contact_id, self._dispatch(CONTACTS.name, [], contact_id=contact_id))

    def _removed(self, settlement: Settlement, document_id: int, to_document_id: int | None) -> _Settlement | None:
        """The allocation that a removal takes back: of the same documents and ordinal."""
        if settlement.kind is not SettlementKind.ALLOCATION_REMOVAL:
            return None
        wanted = (SettlementKind.ALLOCATION, document_id, to_document_id, settlement.ordinal)
        return next(
            one for one in self.settlements if (one.kind, one.document_id, one.to_document_id, one.ordinal) == wanted
        )

    def _needs(self, touched: Sequence[_Document], removes: _Settlement | None) -> list[_Write]:
        """Its documents, the allocation it takes back, and every earlier taking back that frees what it uses.

        Xero checks open amounts in posting order, so what frees an amount goes before what uses it.
        """
        ids = [one.id for one in touched]
        frees = [one for one in self.settlements if one.kind is SettlementKind.ALLOCATION_REMOVAL and one.touches(ids)]
        return [one.write for one in (*touched, *([removes] if removes else []), *frees)]

    def _dispatch(self, endpoint: str, needs: Sequence[_Write], **subject: int) -> _Write:
        """Owe one write, of the one thing that subject names, after all that it needs."""
        unposted = {need.id: need for need in needs if not need.is_posted}
        stem, priority = self.stem, self.stem.priority
        row_id = self._insert(
            Dispatch,
            organisation_id=self.group.organisation_id,
            store_id=self.store.id,
            endpoint=endpoint,
            **{"document_id": None, "settlement_id": None, "contact_id": None, **subject},
            state=DispatchState.WAITING if unposted else DispatchState.READY,
            priority=priority,
            webhook_id=stem.webhook_ids[0] if stem.webhook_ids else None,
            told_at=stem.told_at if priority == Priority.LIVE else None,
            created_at=self.recorder.now,
        )
        self.recorder.rows[DispatchNeed] += [{"dispatch_id": row_id, "needs_id": needs_id} for needs_id in unposted]
        if any(need.priority > priority for need in unposted.values()):
            self.recorder.urged[priority].append(row_id)
        self.writes += 1
        return _Write(row_id, priority)

    def _insert(self, model: type[Base], **values: Any) -> int:
        row_id = self.recorder.ids.next(model)
        self.recorder.rows[model].append({"id": row_id, **values})
        return row_id


_DISPATCH = (Dispatch.id.label("dispatch_id"), Dispatch.priority, Dispatch.state)


def _write(row: Row[Any]) -> _Write:
    return _Write(row.dispatch_id, row.priority, row.state is DispatchState.POSTED)
