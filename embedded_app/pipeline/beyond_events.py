"""What is beyond orders in Activity: changes of gift cards, and the opening balances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from embedded_app.models import Dispatch, DispatchState, Document, Outcome, PostingGroup, Store
from embedded_app.pipeline.activity import PAGE
from embedded_app.pipeline.activity_filters import State, state_of
from embedded_app.pipeline.beyond_orders import GIFT_CARD, OPENING


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondEvent:
    """One of them. reference: as the document has it; total: of its documents."""

    group_id: int
    kind: str
    number: str
    reference: str
    day: date
    total: Decimal
    currency: str
    state: State


def beyond_events(session: Session, store: Store, *, after: int | None) -> tuple[tuple[BeyondEvent, ...], int | None]:
    """Some of them, the latest recorded first, and after which group the next ones come, None after the last."""
    groups = select(PostingGroup.id).where(
        PostingGroup.store_id == store.id, PostingGroup.kind.in_([GIFT_CARD, OPENING])
    )
    if after is not None:
        groups = groups.where(PostingGroup.id < after)
    some = groups.order_by(PostingGroup.id.desc()).limit(PAGE + 1).scalar_subquery()
    rows = session.execute(
        select(
            PostingGroup.id,
            PostingGroup.kind,
            PostingGroup.number,
            PostingGroup.currency,
            func.min(Document.content["reference"].astext).label("reference"),
            func.min(Document.event_day).label("day"),
            func.sum(Document.total).label("total"),
            func.array_agg(Dispatch.state).label("states"),
        )
        .join(Document, Document.group_id == PostingGroup.id)
        .join(Dispatch, Dispatch.document_id == Document.id)
        .where(PostingGroup.id.in_(some))
        .group_by(PostingGroup.id)
        .order_by(PostingGroup.id.desc())
    ).all()
    events = tuple(
        BeyondEvent(
            group_id=row.id,
            kind=row.kind,
            number=row.number,
            reference=row.reference,
            day=row.day,
            total=row.total,
            currency=row.currency,
            state=_state(row.states),
        )
        for row in rows[:PAGE]
    )
    return events, events[-1].group_id if len(rows) > PAGE else None


def _state(states: list[str]) -> State:
    unposted = [DispatchState(one) for one in states if one != DispatchState.POSTED]
    return state_of(Outcome.RECORDED, unposted)
