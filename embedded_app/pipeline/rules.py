"""What a store's decisions go by: its mapping, its organisation's books, and the groups that documents stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from embedded_app import models, recorded
from embedded_app.accounting.documents import Books, Held
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.accounting.order import Order
from embedded_app.bulk import insert_all
from embedded_app.clock import now
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
class MappingVersion:
    """One saved version. applies_from: the first day whose orders go by it, None for all that is decided since."""

    id: int
    mapping: AccountMapping
    applies_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decisions of one store go by; held: why none can be made at all.

    versions: those that decide anything, the latest first. mapping, mapping_id: of the one in force today, for what is
    no order's; an order goes by `version_for` the day it was placed, whenever it is decided.
    """

    mapping_id: int | None = None
    mapping: AccountMapping | None = None
    versions: tuple[MappingVersion, ...] = ()
    books: Books | None = None
    held: Held | None = None

    def version_for(self, order: Order) -> MappingVersion:
        """The version that an order goes by: that of the store's own day on which it was placed."""
        return in_force(self.versions, order.local_day(order.placed_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group to be made. numbers: those it may have, the best first; the last is nobody else's."""

    kind: str
    key: str
    currency: str
    numbers: tuple[str, ...]


def rules_of(session: Session, store: Store) -> Rules:
    """The store's latest mapping and its organisation's books, or why nothing can be decided yet."""
    if store.organisation is None:
        return Rules(held=NOT_CONNECTED)
    if not store.posting:
        return Rules(held=NOT_SWITCHED_ON if is_mapped(session, store) else NOT_MAPPED)
    versions = versions_of(session, store)
    if not versions:
        return Rules(held=NOT_MAPPED)
    today = in_force(versions, now().date())
    return Rules(
        mapping_id=today.id,
        mapping=today.mapping,
        versions=versions,
        books=recorded.books(store.organisation),
    )


def versions_of(session: Session, store: Store) -> tuple[MappingVersion, ...]:
    """The saved versions that decide anything, the latest first: those with a day of their own, and the one below them.

    An empty one was erased with its store; a new one comes from Setup.
    """
    row = models.Mapping
    of_store = row.store_id == store.id, row.document != {}
    undated = select(func.max(row.version)).where(*of_store, row.applies_from.is_(None)).scalar_subquery()
    wanted = select(row).where(*of_store, or_(undated.is_(None), row.version >= undated)).order_by(row.version.desc())
    return tuple(
        MappingVersion(id=one.id, mapping=parse_mapping(one.document, one.version), applies_from=one.applies_from)
        for one in session.scalars(wanted)
    )


def is_mapped(session: Session, store: Store) -> bool:
    """Whether the store has a mapping at all."""
    saved = select(models.Mapping.id).where(models.Mapping.store_id == store.id, models.Mapping.document != {})
    return session.scalar(saved.limit(1)) is not None


def in_force(versions: Sequence[MappingVersion], day: date) -> MappingVersion:
    """The latest of these versions that applies on the day; the earliest where none does."""
    applying = (one for one in versions if one.applies_from is None or one.applies_from <= day)
    return next(applying, versions[-1])


def new_groups(session: Session, store: Store, wanted: Sequence[NewGroup]) -> list[PostingGroup]:
    """New groups, each under the first of its numbers that nothing else in the organisation has. Flushes."""
    made: list[int] = []
    for attempt in range(max((len(one.numbers) for one in wanted), default=0)):
        if not wanted:
            break
        inserted = _insert(session, store, [(one, one.numbers[attempt]) for one in wanted])
        made += inserted.values()
        wanted = [one for one in wanted if one.key not in inserted]
    assert not wanted, "the last number of a group is its own"
    return list(session.scalars(select(PostingGroup).where(PostingGroup.id.in_(made)).order_by(PostingGroup.id)))


def _insert(session: Session, store: Store, named: Sequence[tuple[NewGroup, str]]) -> dict[str, int]:
    """Row ids by key of those whose number was free, also among themselves."""
    values = [
        {
            "store_id": store.id,
            "organisation_id": store.organisation_id,
            "kind": one.kind,
            "key": one.key,
            "currency": one.currency,
            "number": number,
            "generation": 1,
        }
        for one, number in named
    ]
    number_is_free = ("organisation_id", "number")
    rows = insert_all(session, PostingGroup, values, unless_taken=number_is_free, returning=("key", "id"))
    return {row.key: row.id for row in rows}
