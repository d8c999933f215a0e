"""Decide and record: what the store said becomes rows, in one transaction with the end of its deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import recorded
from embedded_app.accounting.documents import Decision, Held, History
from embedded_app.accounting.facts import facts_hash, to_facts
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post
from embedded_app.channels import Unreadable
from embedded_app.models import Delivery, DeliveryState, Hold, OrderFacts, Outcome, PostingGroup, Store
from embedded_app.pipeline.recording import record, record_tenders
from embedded_app.pipeline.rules import Rules, new_group, rules_of
from embedded_app.queue import wake


def decide(
    session: Session,
    store: Store,
    answers: Mapping[str, Order | Unreadable],
    deliveries: Mapping[str, Sequence[int]],
    *,
    now: datetime,
) -> None:
    """Take in what the store answered for each order, record what follows and end the deliveries behind it. Commits.

    Deciding holds the orders' rows FOR UPDATE, in id order, so two workers never decide one order side by side. What an
    order's answer does not change ends there.
    """
    rules = rules_of(session, store)
    rows = _lock(session, store.id, sorted(answers))
    holds = _open_holds(session, rows)
    changed = [row for row in rows if _is_news(row, answers[row.external_id], holds[row.id])]
    orders = {row.id: answer for row in changed if isinstance(answer := answers[row.external_id], Order)}
    for row in changed:
        _take_facts(row, answers[row.external_id], now=now)
    tenders = record_tenders(session, store.id, orders)
    groups = _groups(session, store, orders) if rules.held is None else {}
    histories = recorded.histories(session, groups.values())

    recorded_some = False
    for row in changed:
        group = groups.get(row.id)
        history = histories[group.id] if group else History()
        decision = _decision(rules, answers[row.external_id], group, history)
        if group and (decision.documents or decision.settlements):
            assert rules.mapping_id is not None, "a decision has documents only where there is a mapping"
            record(session, store, group, row, decision, tenders, mapping_id=rules.mapping_id, now=now)
            recorded_some = True
        _conclude(row, decision, history)
        _keep_holds(session, row, decision.held, holds[row.id], now=now)

    _end_deliveries(session, rows, deliveries, now=now)
    if recorded_some:
        wake(session, "post", store.organisation_id or 0)
    session.commit()


def _lock(session: Session, store_id: int, external_ids: Sequence[str]) -> list[OrderFacts]:
    """The orders' rows, made where missing, locked in id order."""
    session.execute(
        insert(OrderFacts)
        .values([{"store_id": store_id, "external_id": one, "version": 0} for one in external_ids])
        .on_conflict_do_nothing(index_elements=["store_id", "external_id"])
    )
    return list(
        session.scalars(
            select(OrderFacts)
            .where(OrderFacts.store_id == store_id, OrderFacts.external_id.in_(external_ids))
            .order_by(OrderFacts.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _open_holds(session: Session, rows: Sequence[OrderFacts]) -> dict[int, list[Hold]]:
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in session.scalars(
        select(Hold).where(Hold.order_id.in_([row.id for row in rows]), Hold.closed_at.is_(None))
    ):
        holds[hold.order_id or 0].append(hold)
    return holds


def _is_news(row: OrderFacts, answer: Order | Unreadable, holds: Sequence[Hold]) -> bool:
    """Whether the answer may lead to another decision than the last one."""
    if isinstance(answer, Unreadable) or row.hash is None:
        return True
    if row.store_updated_at and answer.updated_at < row.store_updated_at:
        return False  # a read that is older than what we have; the newer one has been decided
    return bool(holds) or row.outcome is None or row.hash != facts_hash(answer)


def _take_facts(row: OrderFacts, answer: Order | Unreadable, *, now: datetime) -> None:
    row.read_at = now
    if isinstance(answer, Unreadable):
        return
    new_hash = facts_hash(answer)
    row.store_updated_at = answer.updated_at
    row.name = answer.name
    if row.hash != new_hash:
        row.hash, row.facts = new_hash, to_facts(answer)
        row.version += 1


def _groups(session: Session, store: Store, orders: Mapping[int, Order]) -> dict[int, PostingGroup]:
    """Each order's group, by order row id, made where missing. A number that another order has gets the order's id."""
    keys = {order.id: row_id for row_id, order in orders.items()}
    existing = session.scalars(
        select(PostingGroup).where(
            PostingGroup.store_id == store.id, PostingGroup.kind == "order", PostingGroup.key.in_(keys)
        )
    )
    groups = {keys[group.key]: group for group in existing}
    for row_id, order in orders.items():
        if row_id not in groups:
            groups[row_id] = _new_group(session, store, order)
    return groups


def _new_group(session: Session, store: Store, order: Order) -> PostingGroup:
    number = store.prefix + order.name.removeprefix("#")
    numbers = (number, f"{number}-{order.id.rpartition('/')[2]}")
    return new_group(session, store, kind="order", key=order.id, currency=order.currency, numbers=numbers)


def _decision(rules: Rules, answer: Order | Unreadable, group: PostingGroup | None, history: History) -> Decision:
    if isinstance(answer, Unreadable):
        return Decision(held=(Held(cause=answer.cause, subject="order", sentence=answer.sentence),))
    if rules.held is not None:
        return Decision(held=(rules.held,))
    assert group is not None and rules.mapping is not None and rules.books is not None, "no rules, no decision"
    return post(recorded.group(group), [answer], rules.mapping, history, rules.books)


def _conclude(row: OrderFacts, decision: Decision, history: History) -> None:
    """Set the order's outcome: held when anything of it is, recorded when documents stand for it, else nothing."""
    if decision.held:
        row.outcome, row.reason = Outcome.HELD, decision.held[0].sentence
    elif decision.documents or decision.settlements or history.documents:
        row.outcome, row.reason = Outcome.RECORDED, None
    elif decision.waiting:
        row.outcome, row.reason = Outcome.WAITING, decision.waiting
    else:
        row.outcome, row.reason = Outcome.NOTHING, decision.nothing


def _keep_holds(
    session: Session, row: OrderFacts, held: Sequence[Held], holds: Sequence[Hold], *, now: datetime
) -> None:
    """Open what is newly held, close what no longer is, leave the rest with the time it was first held."""
    wanted = {(one.cause, one.subject, one.tender_id): one for one in held}
    for hold in holds:
        still = wanted.pop((hold.cause, hold.subject, hold.tender_external_id), None)
        if still is None:
            hold.closed_at, hold.closed_by = now, "decided again"
        else:
            hold.sentence = still.sentence
    for one in wanted.values():
        session.add(
            Hold(
                store_id=row.store_id,
                order_id=row.id,
                tender_external_id=one.tender_id,
                cause=one.cause,
                subject=one.subject,
                sentence=one.sentence,
                opened_at=now,
            )
        )


def _end_deliveries(
    session: Session, rows: Sequence[OrderFacts], deliveries: Mapping[str, Sequence[int]], *, now: datetime
) -> None:
    """End each order's deliveries with the order's own outcome; one statement for all that ended alike."""
    alike: dict[tuple[Outcome | None, str | None], list[int]] = defaultdict(list)
    for row in rows:
        alike[row.outcome, row.reason].extend(deliveries.get(row.external_id, ()))
    for (outcome, reason), delivery_ids in alike.items():
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.OPEN)
            .values(state=DeliveryState.DONE, outcome=outcome, reason=reason, ended_at=now)
            .execution_options(synchronize_session=False)
        )
