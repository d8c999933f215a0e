"""Search: what a person has in hand, from Xero or from the store, finds the order or the event it belongs to.

An order's name or number, a document's number alone or within a reference, Xero's id of a document or a payment, the
gateway's id of a payment. All of it is looked up exactly, by an index; words of what was sold are Activity's to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import DocumentKind
from embedded_app.channels import CHANNELS
from embedded_app.models import Document, OrderFacts, PostingGroup, Settlement, Store, Tender

LONGEST_SEARCH = 300
MOST_FOUND = 50
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """What a search leads to: an order by its row's id, or what is beyond orders by its group's."""

    is_order: bool
    row_id: int


def search(session: Session, store: Store, text: str) -> tuple[Found, ...]:
    """All that the text names exactly, each once; usually one thing. Nothing where it names nothing."""
    text = " ".join(text[:LONGEST_SEARCH].split())
    if not text:
        return ()
    return _named(session, store, text) or _numbered(session, store, text)


def _named(session: Session, store: Store, text: str) -> tuple[Found, ...]:
    """Orders of this name or the channel's id, the order of this payment, what has this id in Xero."""
    bare = text.removeprefix("#")
    order_id = CHANNELS[store.channel].order_id(bare)
    names = OrderFacts.name.in_([text, f"#{bare}", bare])
    by_name = or_(names, OrderFacts.external_id == order_id) if order_id else names
    paid = Tender.store_id == store.id, Tender.external_id == text
    named = _of(store).add_columns(literal_column("1").label("rank")).where(by_name).limit(MOST_FOUND).subquery()
    tenders = select(Tender.order_id, literal_column("2")).where(*paid)
    found = session.execute(union_all(select(named.c.id, named.c.rank), tenders)).all()
    if found:
        # The order of a payment only where no order is called so.
        best = min(rank for _, rank in found)
        return tuple(Found(True, order_id) for order_id, rank in found if rank == best)
    ids = [one.lower() for one in _UUID.findall(text)]
    if not ids:
        return ()
    # Beside what is asked for, what the indexes say of themselves, written out. A void has its invoice's id.
    no_void = Document.kind != literal_column(f"'{DocumentKind.VOID.value}'")
    documents = select(Document.group_id).where(Document.store_id == store.id, Document.xero_id.in_(ids), no_void)
    settlements = select(Settlement.group_id).where(Settlement.xero_id.in_(ids), Settlement.xero_id.is_not(None))
    groups = set(session.scalars(union_all(documents, settlements)))
    return _of_groups(session, store, PostingGroup.id.in_(groups)) if groups else ()


def _numbered(session: Session, store: Store, text: str) -> tuple[Found, ...]:
    """What a document of one of these numbers belongs to: the text as it is, in its brackets, or each word of it."""
    words = [word.strip("(),;:.") for word in text.split()]
    candidates: Iterable[str] = dict.fromkeys(
        one for one in (text, *_IN_BRACKETS.findall(text), *words) if any(character.isdigit() for character in one)
    )
    numbers = list(candidates) or [text]
    documents = select(Document.group_id).where(Document.store_id == store.id, Document.number.in_(numbers))
    named = PostingGroup.organisation_id == store.organisation_id, PostingGroup.number.in_(numbers)
    groups = set(session.scalars(union_all(documents, select(PostingGroup.id).where(*named))))
    return _of_groups(session, store, PostingGroup.id.in_(groups)) if groups else ()


def _of_groups(session: Session, store: Store, which: ColumnElement[bool]) -> tuple[Found, ...]:
    """The orders, or what is beyond orders, that these groups are of; none of another store's."""
    rows = session.execute(
        select(PostingGroup.id, PostingGroup.kind, OrderFacts.id.label("order_id"))
        .outerjoin(
            OrderFacts,
            (OrderFacts.store_id == PostingGroup.store_id) & (OrderFacts.external_id == PostingGroup.key),
        )
        .where(PostingGroup.store_id == store.id, which)
        .limit(MOST_FOUND)
    )
    found = {
        Found(True, row.order_id) if row.kind == "order" else Found(False, row.id)
        for row in rows
        if row.kind != "order" or row.order_id is not None
    }
    return tuple(sorted(found))


def _of(store: Store) -> Select[Any]:
    return select(OrderFacts.id).where(OrderFacts.store_id == store.id)
