"""What is held, grouped so that one action frees all of a group: by cause, or by what in the mapping it is held for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import Session

from embedded_app.models import Dispatch, Document, Hold, OrderFacts, PostingGroup, Settlement, Store

SENTENCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """One thing that is held. order_id, name: of the order's row, None and "" where it is of none.

    group_id: of the posting group where it is of something beyond orders that was recorded already.
    """

    sentence: str
    order_id: int | None
    name: str
    group_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """What one action frees. subject: "" where the whole cause is one group. items: the first few of them."""

    cause: str
    subject: str
    count: int
    items: tuple[HeldItem, ...]

    @property
    def is_beyond_orders(self) -> bool:
        """Whether some of what is shown is of no order: a gift card, opening balances."""
        return any(item.order_id is None for item in self.items)


def held_groups(session: Session, store: Store, *, by_subject: Collection[str]) -> tuple[HeldGroup, ...]:
    """All that is held, the largest group first; one statement, however much that is.

    by_subject: the causes of which each subject is a group of its own, such as each tax that is not mapped.
    """
    rows = session.execute(_first_of(frozenset(by_subject)), {"store_id": store.id})
    items: dict[tuple[str, str, int], list[HeldItem]] = defaultdict(list)
    for row in rows:
        items[row.cause, row.subject, row.total].append(
            HeldItem(sentence=row.sentence, order_id=row.order_id, name=row.name or "", group_id=row.group_id)
        )
    return tuple(
        HeldGroup(cause=cause, subject=subject, count=total, items=tuple(some))
        for (cause, subject, total), some in items.items()
    )


@cache
def _first_of(by_subject: frozenset[str]) -> Select[Any]:
    """The groups, and the first few of each; composed once, for that takes longer than to run it."""
    store_id = bindparam("store_id", type_=Integer)
    # Of what is beyond orders the subject is its own id, and not what is to be mended.
    is_of_order = or_(Hold.order_id.is_not(None), Hold.dispatch_id.is_not(None))
    subject = case((and_(Hold.cause.in_(sorted(by_subject)), is_of_order), Hold.subject), else_="").label("subject")
    is_held = Hold.store_id == store_id, Hold.closed_at.is_(None)
    groups = (
        select(Hold.cause, subject, func.count().label("total"))
        .where(*is_held)
        .group_by(Hold.cause, subject)
        .cte("groups")
    )
    of_group = Hold.cause == groups.c.cause, subject == groups.c.subject
    first = select(Hold.id).where(*is_held, *of_group).order_by(Hold.id).limit(SENTENCES).lateral("first")
    wanted = select(groups, first.c.id).join(first, true()).subquery()
    of_order = and_(
        OrderFacts.store_id == store_id, or_(OrderFacts.id == Hold.order_id, OrderFacts.external_id == PostingGroup.key)
    )
    return (
        select(
            wanted,
            Hold.sentence,
            OrderFacts.id.label("order_id"),
            OrderFacts.name,
            case((PostingGroup.kind != "order", PostingGroup.id)).label("group_id"),
        )
        .join(Hold, Hold.id == wanted.c.id)
        .outerjoin(Dispatch, Dispatch.id == Hold.dispatch_id)
        .outerjoin(Document, Document.id == Dispatch.document_id)
        .outerjoin(Settlement, Settlement.id == Dispatch.settlement_id)
        .outerjoin(PostingGroup, PostingGroup.id == func.coalesce(Document.group_id, Settlement.group_id))
        .outerjoin(OrderFacts, of_order)
        .order_by(wanted.c.total.desc(), wanted.c.cause, wanted.c.subject, wanted.c.id)
    )
