"""What a store's decisions go by: its mapping, its organisation's books, and the groups that documents stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import models, recorded
from embedded_app.accounting.documents import Books, Held
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.models import PostingGroup, Store

NOT_CONNECTED = Held(
    cause="not connected", subject="Xero", sentence="Xero is not connected to this store yet; connect it in Setup."
)
NOT_MAPPED = Held(
    cause="no mapping",
    subject="mapping",
    sentence="Accounts and taxes are not mapped for this store yet; complete the mapping in Setup.",
)
NOT_SWITCHED_ON = Held(
    cause="not switched on",
    subject="posting",
    sentence="Posting is switched off for this store; switch it on in Setup.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decisions of one store go by; held: why none can be made at all."""

    mapping_id: int | None = None
    mapping: AccountMapping | None = None
    books: Books | None = None
    held: Held | None = None


def rules_of(session: Session, store: Store) -> Rules:
    """The store's latest mapping and its organisation's books, or why nothing can be decided yet."""
    if store.organisation is None:
        return Rules(held=NOT_CONNECTED)
    latest = session.scalar(
        select(models.Mapping)
        .where(models.Mapping.store_id == store.id)
        .order_by(models.Mapping.version.desc())
        .limit(1)
    )
    if latest is None:
        return Rules(held=NOT_MAPPED)
    if not store.posting:
        return Rules(held=NOT_SWITCHED_ON)
    return Rules(
        mapping_id=latest.id,
        mapping=parse_mapping(latest.document, latest.version),
        books=recorded.books(store.organisation),
    )


def new_group(
    session: Session, store: Store, *, kind: str, key: str, currency: str, numbers: Sequence[str]
) -> PostingGroup:
    """A new group under the first of these numbers that nothing else in the organisation has. Flushes."""
    for number in numbers:
        group_id = session.scalar(
            insert(PostingGroup)
            .values(
                store_id=store.id,
                organisation_id=store.organisation_id,
                kind=kind,
                key=key,
                currency=currency,
                number=number,
                generation=1,
            )
            .on_conflict_do_nothing(index_elements=["organisation_id", "number"])
            .returning(PostingGroup.id)
        )
        if group_id is not None:
            break
    return session.get_one(PostingGroup, group_id)
