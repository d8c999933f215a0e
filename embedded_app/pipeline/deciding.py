"""Decide and record: what the store said becomes rows, in one transaction with the end of its deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from embedded_app import recorded
from embedded_app.accounting.documents import Decision, Held, History
from embedded_app.accounting.facts import hash_of, to_facts
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post
from embedded_app.channels import Unreadable
from embedded_app.db import among
from embedded_app.models import Delivery, DeliveryState, Hold, OrderFacts, Outcome, PostingGroup, Store
from embedded_app.pipeline import seen
from embedded_app.pipeline.finding import keep_findable
from embedded_app.pipeline.order_rows import lock_orders
from embedded_app.pipeline.recording import Recorder, Stem
from embedded_app.pipeline.rules import NewGroup, Rules, new_groups, rules_of
from embedded_app.pipeline.skipping import LEFT_OUT, recount
from embedded_app.pipeline.summing_up import keep_day_sales
from embedded_app.pipeline.tenders import record_tenders
from embedded_app.queue import wake

Facts = dict[str, Any]  # of one order, as accounting.facts writes them

log = structlog.get_logger(__name__)


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
    rows = lock_orders(session, store.id, sorted(answers))
    holds = _open_holds(session, rows)
    facts = {one: to_facts(answer) for one, answer in answers.items() if isinstance(answer, Order)}
    changed = [row for row in rows if _is_news(row, answers[row.external_id], facts, holds[row.id])]
    orders = {row.id: answer for row in changed if isinstance(answer := answers[row.external_id], Order)}
    found = seen.sightings(changed, orders)
    tenders = record_tenders(session, store.id, orders)
    taken_up = {row.id: orders[row.id] for row in changed if row.id in orders and row.skipped_at is None}
    groups = _groups(session, store, taken_up) if rules.held is None else {}
    histories = recorded.histories(session, [group.id for group in groups.values()])
    stems = _stems(session, deliveries)

    recorder = None
    if rules.mapping_id is not None:
        recorder = Recorder(session, store, mapping_id=rules.mapping_id, now=now, groups=len(changed))
    written: dict[int, int] = {}
    sold: list[tuple[OrderFacts, Order, Decision, History]] = []
    for row in changed:
        group = groups.get(row.id)
        history = histories[group.id] if group else History()
        if row.skipped_at is None:
            decision = _decision(rules, answers[row.external_id], group, history)
        else:
            decision = Decision(nothing=LEFT_OUT)
        if group and recorder and (decision.documents or decision.settlements):
            written[row.id] = recorder.record(
                group,
                row,
                decision,
                tenders,
                has_history=bool(history.documents),
                stems_from=stems.get(row.external_id),
                mapping_id=rules.version_for(orders[row.id]).id,
            )
        _take_facts(row, answers[row.external_id], facts, now=now)
        _conclude(row, decision, history)
        if row.id in taken_up:
            sold.append((row, orders[row.id], decision, history))
        _keep_holds(session, row, decision.held, holds[row.id], now=now)

    for row in rows:
        _take_moment(row, answers[row.external_id])
    session.flush()  # each row once, with all that is new in it
    if recorder is not None:
        recorder.write()
    keep_day_sales(session, store.id, sold, rules.mapping)
    seen.keep(session, store.id, found, rules.mapping)
    recount(session, [row for row in changed if row.skipped_at is not None], rules.mapping)
    _end_deliveries(session, rows, deliveries, now=now)
    if written:
        wake(session, "post", store.organisation_id or 0)
    told = [_told(row, stems.get(row.external_id, Stem()), written.get(row.id, 0)) for row in rows]
    session.commit()
    for line in told:
        log.info("order decided", **line)


def _stems(session: Session, deliveries: Mapping[str, Sequence[int]]) -> dict[str, Stem]:
    """What told of each order, and how urgent it is: as its most urgent delivery."""
    ids = [delivery_id for some in deliveries.values() for delivery_id in some]
    by_order: dict[str, list[Row[tuple[str | None, str, datetime, int]]]] = defaultdict(list)
    for row in session.execute(_TOLD, {"ids": ids}):
        by_order[row.order_external_id or ""].append(row)
    return {
        order_id: Stem(
            priority=min(row.priority for row in rows),
            webhook_ids=tuple(row.webhook_id for row in rows),
            told_at=rows[0].received_at,
        )
        for order_id, rows in by_order.items()
    }


_TOLD = (
    select(Delivery.order_external_id, Delivery.webhook_id, Delivery.received_at, Delivery.priority)
    .where(among(Delivery.id, "ids"))
    .order_by(Delivery.id)
)


def _told(row: OrderFacts, stem: Stem, writes: int) -> dict[str, Any]:
    """The log line of one order, which says what deliveries led to what; taken before the commit expires the row."""
    return {
        "store": row.store_id,
        "order": row.external_id,
        "version": row.version,
        "outcome": row.outcome and row.outcome.value,
        "writes": writes,
        "webhooks": list(stem.webhook_ids),
    }


def _open_holds(session: Session, rows: Sequence[OrderFacts]) -> dict[int, list[Hold]]:
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in session.scalars(_OPEN_HOLDS, {"order_ids": [row.id for row in rows]}):
        holds[hold.order_id or 0].append(hold)
    return holds


_OPEN_HOLDS = select(Hold).where(among(Hold.order_id, "order_ids"), Hold.closed_at.is_(None))


def _is_news(row: OrderFacts, answer: Order | Unreadable, facts: Mapping[str, Facts], holds: Sequence[Hold]) -> bool:
    """Whether the answer may lead to another decision than the last one."""
    if isinstance(answer, Unreadable) or row.hash is None:
        return True
    if row.store_updated_at and answer.updated_at < row.store_updated_at:
        return False  # a read that is older than what we have; the newer one has been decided
    return bool(holds) or row.outcome is None or row.hash != hash_of(facts[row.external_id])


def _take_moment(row: OrderFacts, answer: Order | Unreadable) -> None:
    """Up to when the store's changes of the order are known: also where the last one changed nothing in its ledgers."""
    if isinstance(answer, Order):
        row.store_updated_at = max(answer.updated_at, row.store_updated_at or answer.updated_at)


def _take_facts(row: OrderFacts, answer: Order | Unreadable, facts: Mapping[str, Facts], *, now: datetime) -> None:
    row.read_at = now
    if isinstance(answer, Unreadable):
        return
    told = facts[row.external_id]
    new_hash = hash_of(told)
    row.placed_at = answer.placed_at
    row.name = answer.name
    if row.hash != new_hash:
        row.hash, row.facts = new_hash, told
        row.version += 1
        keep_findable(row, row.facts)


def _groups(session: Session, store: Store, orders: Mapping[int, Order]) -> dict[int, PostingGroup]:
    """Each order's group, by order row id, made where missing. A number that another order has gets the order's id."""
    keys = {order.id: row_id for row_id, order in orders.items()}
    existing = session.scalars(_OF_ORDERS, {"store": store.id, "keys": list(keys)})
    groups = {keys[group.key]: group for group in existing}
    wanted = [
        NewGroup(kind="order", key=order.id, currency=order.currency, numbers=_numbers(store, order))
        for row_id, order in orders.items()
        if row_id not in groups
    ]
    return groups | {keys[group.key]: group for group in new_groups(session, store, wanted)}


_OF_ORDERS = select(PostingGroup).where(
    PostingGroup.store_id == bindparam("store"), PostingGroup.kind == "order", among(PostingGroup.key, "keys")
)


def _numbers(store: Store, order: Order) -> tuple[str, str]:
    number = store.prefix + order.name.removeprefix("#")
    return number, f"{number}-{order.id.rpartition('/')[2]}"


def _decision(rules: Rules, answer: Order | Unreadable, group: PostingGroup | None, history: History) -> Decision:
    if isinstance(answer, Unreadable):
        return Decision(held=(Held(cause=answer.cause, subject="order", sentence=answer.sentence),))
    if rules.held is not None:
        return Decision(held=(rules.held,))
    assert group is not None and rules.mapping is not None and rules.books is not None, "no rules, no decision"
    return post(recorded.group(group), [answer], rules.version_for(answer).mapping, history, rules.books)


def _conclude(row: OrderFacts, decision: Decision, history: History) -> None:
    """Set the order's outcome: held when anything of it is, recorded when documents stand for it, else nothing.

    One that a person leaves out stays so, with the person's reason.
    """
    if row.skipped_at is not None:
        row.outcome = Outcome.SKIPPED
    elif decision.held:
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
        session.execute(_ENDED, {"ids": delivery_ids, "as": outcome, "because": reason, "now": now})


_DELIVERIES = cast(Table, Delivery.__table__)
_ENDED = (
    update(_DELIVERIES)
    .where(among(_DELIVERIES.c.id, "ids"), _DELIVERIES.c.state == DeliveryState.OPEN)
    .values(
        state=DeliveryState.DONE,
        outcome=bindparam("as", type_=_DELIVERIES.c.outcome.type),
        reason=bindparam("because", type_=_DELIVERIES.c.reason.type),
        ended_at=bindparam("now", type_=_DELIVERIES.c.ended_at.type),
    )
)
