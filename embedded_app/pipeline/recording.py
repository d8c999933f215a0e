"""Record: a decision becomes documents, settlements and dispatches, and each dispatch learns what it must wait for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app.accounting.contacts import CUSTOMER
from embedded_app.accounting.document_json import document_to_json
from embedded_app.accounting.documents import Decision, Document, DocumentKind, Settlement, SettlementKind
from embedded_app.accounting.order import Order
from embedded_app.models import (
    Contact,
    Dispatch,
    DispatchNeed,
    DispatchState,
    DocumentOrder,
    DocumentState,
    OrderFacts,
    PostingGroup,
    Store,
    Tender,
)
from embedded_app.models import Document as DocumentRow
from embedded_app.models import Settlement as SettlementRow
from embedded_app.outbox import document_endpoint, settlement_endpoint
from embedded_app.xero.endpoints import CONTACTS


def record_tenders(session: Session, store_id: int, orders: Mapping[int, Order]) -> dict[str, int]:
    """Keep every tender of these orders (by order row id) once; returns row ids by the tenders' own ids."""
    values = [
        {
            "store_id": store_id,
            "order_id": order_id,
            "external_id": tender.id,
            "parent_external_id": tender.parent_id,
            "kind": tender.kind.value,
            "gateway": tender.gateway,
            "amount": tender.amount,
            "currency": order.currency,
            "processed_at": tender.processed_at,
        }
        for order_id, order in orders.items()
        for tender in order.tenders
    ]
    if not values:
        return {}
    session.execute(insert(Tender).values(values).on_conflict_do_nothing(index_elements=["store_id", "external_id"]))
    kept = session.execute(
        select(Tender.external_id, Tender.id).where(
            Tender.store_id == store_id, Tender.external_id.in_([value["external_id"] for value in values])
        )
    )
    return {row.external_id: row.id for row in kept}


def record(
    session: Session,
    store: Store,
    group: PostingGroup,
    order: OrderFacts | None,
    decision: Decision,
    tenders: Mapping[str, int],
    *,
    mapping_id: int,
    now: datetime,
) -> None:
    """Write a decision of one group, in posting order; flushed and committed by the caller.

    order: None for what is beyond orders. tenders: row ids by the tenders' own ids, as record_tenders gave them.
    """
    book = _Book(session, store, group, now)
    for document in decision.documents:
        book.add_document(document, order, mapping_id)
    for settlement in decision.settlements:
        book.add_settlement(settlement, tenders)


class _Book:
    """The rows of one group, old and new, while a decision is written into them.

    Rows name each other as objects, so that all of a round's rows go to the database in one flush.
    """

    def __init__(self, session: Session, store: Store, group: PostingGroup, now: datetime) -> None:
        self.session, self.store, self.group, self.now = session, store, group, now
        rows = list(
            session.scalars(
                select(DocumentRow).where(DocumentRow.group_id == group.id, DocumentRow.generation == group.generation)
            )
        )
        self.documents = {row.role: row for row in rows}
        self.settlements: list[SettlementRow] = []
        self.dispatches: dict[DocumentRow | SettlementRow, Dispatch] = {}
        if rows:
            self._load_dispatches(rows)

    def _load_dispatches(self, documents: list[DocumentRow]) -> None:
        document_ids = [row.id for row in documents]
        self.settlements = list(
            self.session.scalars(
                select(SettlementRow).where(SettlementRow.document_id.in_(document_ids)).order_by(SettlementRow.id)
            )
        )
        settlement_ids = [row.id for row in self.settlements]
        for dispatch in self.session.scalars(
            select(Dispatch)
            .where(Dispatch.document_id.in_(document_ids) | Dispatch.settlement_id.in_(settlement_ids))
            # A worker that sends may have posted it since this session last looked.
            .execution_options(populate_existing=True)
        ):
            subject = dispatch.document or dispatch.settlement
            assert subject is not None, "a dispatch is about one of both (check constraint one_subject)"
            self.dispatches[subject] = dispatch

    def add_document(self, document: Document, order: OrderFacts | None, mapping_id: int) -> None:
        reverses = self.documents[document.reverses] if document.reverses else None
        row = DocumentRow(
            group_id=self.group.id,
            mapping_id=mapping_id,
            role=document.role,
            kind=document.kind.value,
            generation=document.generation,
            number=document.number,
            date=document.date,
            currency=document.currency,
            total=document.total,
            total_tax=document.total_tax,
            reverses=reverses,
            contact=self._contact(document.contact),
            content=document_to_json(document),
            recorded_at=self.now,
            state=DocumentState.RECORDED,
        )
        self.session.add(row)
        if order is not None:
            self.session.add_all(
                DocumentOrder(document=row, order_id=order.id, agreement_external_id=agreement_id)
                for agreement_id in document.agreements
            )
        self.documents[document.role] = row
        needs = [self.dispatches[reverses]] if reverses else []
        if row.contact is not None and row.contact.xero_id is None:
            needs.append(self._contact_dispatch(row.contact))
        self.dispatches[row] = self._dispatch(document_endpoint(document.kind).name, needs, document=row)

    def add_settlement(self, settlement: Settlement, tenders: Mapping[str, int]) -> None:
        document = self.documents[settlement.role]
        to_document = self.documents[settlement.to_role] if settlement.to_role else None
        removes = self._removed(settlement, document, to_document)
        row = SettlementRow(
            group_id=self.group.id,
            kind=settlement.kind.value,
            document=document,
            to_document=to_document,
            removes=removes,
            tender_id=tenders[settlement.tender_id] if settlement.tender_id else None,
            ordinal=settlement.ordinal,
            account=settlement.account,
            date=settlement.date,
            amount=settlement.amount,
            bank_amount=settlement.bank_amount,
            reference=settlement.reference,
            recorded_at=self.now,
        )
        self.session.add(row)
        needs = self._needs(document, to_document, removes)
        self.settlements.append(row)
        endpoint = settlement_endpoint(settlement.kind, DocumentKind(document.kind))
        self.dispatches[row] = self._dispatch(endpoint.name, needs, settlement=row)

    def _contact(self, named: str) -> Contact | None:
        """The row of the customer's own contact a document names, made where missing; None for the shared contact."""
        if not named.startswith(CUSTOMER):
            return None
        found = self.session.scalar(select(Contact).where(Contact.store_id == self.store.id, Contact.key == named))
        if found is None:
            found = Contact(store_id=self.store.id, key=named, number=self.store.prefix + _customer_number(named))
            self.session.add(found)
            self._dispatch(CONTACTS.name, [], contact=found)
            self.session.flush()
        return found

    def _contact_dispatch(self, contact: Contact) -> Dispatch:
        return self.session.scalars(select(Dispatch).where(Dispatch.contact_id == contact.id)).one()

    def _removed(
        self, settlement: Settlement, document: DocumentRow, to_document: DocumentRow | None
    ) -> SettlementRow | None:
        """The allocation that a removal takes back: of the same documents and ordinal."""
        if settlement.kind is not SettlementKind.ALLOCATION_REMOVAL:
            return None
        return next(
            row
            for row in self.settlements
            if row.kind == SettlementKind.ALLOCATION
            and row.document is document
            and row.to_document is to_document
            and row.ordinal == settlement.ordinal
        )

    def _needs(
        self, document: DocumentRow, to_document: DocumentRow | None, removes: SettlementRow | None
    ) -> list[Dispatch]:
        """Its documents, the allocation it takes back, and every earlier taking back that frees what it uses.

        Xero checks open amounts in posting order, so what frees an amount goes before what uses it.
        """
        touched = [document, *([to_document] if to_document else [])]
        needs = [self.dispatches[one] for one in touched]
        if removes is not None:
            needs.append(self.dispatches[removes])
        needs += [
            self.dispatches[row]
            for row in self.settlements
            if row.kind == SettlementKind.ALLOCATION_REMOVAL and (row.document in touched or row.to_document in touched)
        ]
        return needs

    def _dispatch(
        self,
        endpoint: str,
        needs: list[Dispatch],
        *,
        document: DocumentRow | None = None,
        settlement: SettlementRow | None = None,
        contact: Contact | None = None,
    ) -> Dispatch:
        unposted = [need for need in needs if need.state is not DispatchState.POSTED]
        row = Dispatch(
            organisation_id=self.group.organisation_id,
            store_id=self.store.id,
            endpoint=endpoint,
            document=document,
            settlement=settlement,
            contact=contact,
            state=DispatchState.WAITING if unposted else DispatchState.READY,
            created_at=self.now,
        )
        self.session.add(row)
        self.session.add_all(DispatchNeed(dispatch=row, needs=need) for need in unposted)
        return row


def _customer_number(named: str) -> str:
    """The customer's part of a ContactNumber: the channel's id; a company's says so, for both count from one."""
    *_, kind, number = ("", *named.removeprefix(CUSTOMER).split("/"))
    return f"company-{number}" if kind == "Company" else number
