"""What would be posted, and why: the same decision as the real one, of any order, with nothing written anywhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from embedded_app import models, recorded
from embedded_app.accounting.documents import Books, Decision, Group, History
from embedded_app.accounting.double_entry import Entry, double_entry
from embedded_app.accounting.explain import Explanation, explain
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post
from embedded_app.channels import CHANNELS, Channel, StoreAccess, Unreadable
from embedded_app.clock import now
from embedded_app.models import OrderFacts, PostingGroup, Store
from embedded_app.pipeline import asking, credentials
from embedded_app.pipeline.rules import in_force, versions_of
from embedded_app.pipeline.summing_up import HeldTogether

MOST_AHEAD = 2000
_SENTENCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a preview decides by: a mapping, saved or not yet, and the organisation's books as last read."""

    mapping: Mapping
    books: Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be posted of one order now.

    history: what was decided before. states: of its documents in Xero, by role. entries, explanations: of what would
    be posted, or where that is nothing, of what was.
    """

    order: Order
    decision: Decision
    history: History
    states: dict[str, str]
    entries: tuple[Entry, ...]
    explanations: tuple[Explanation, ...]

    @property
    def is_posted(self) -> bool:
        """Whether what it shows was decided before, because nothing is new."""
        return bool(self.history.documents) and not self.decision.documents and not self.decision.settlements

    @property
    def shown(self) -> Decision | History:
        """The documents and settlements it shows."""
        return self.history if self.is_posted else self.decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What switching posting on would post, in counts and money.

    sums: (kind of document or "payment" or "refund", currency, how many, amount). orders: how many it is of. is_part:
    there are more orders than were looked at.
    """

    orders: int
    sums: tuple[tuple[str, str, int, Decimal], ...]
    held: tuple[HeldTogether, ...]
    waiting: int
    is_part: bool


def saved_rulebook(session: Session, store: Store, order: Order | None = None) -> Rulebook | None:
    """The mapping the store posts by, or posts this order by, and its books; None before there are both."""
    versions = versions_of(session, store)
    if not versions or store.organisation is None or store.organisation.chart is None:
        return None
    day = order.local_day(order.placed_at) if order else now().date()
    return Rulebook(mapping=in_force(versions, day).mapping, books=recorded.books(store.organisation))


def preview(session: Session, store: Store, order: Order, rulebook: Rulebook) -> Preview:
    """What would be posted of the order now by these rules. Writes nothing."""
    return previews(session, store, [order], rulebook)[0]


def previews(session: Session, store: Store, orders: Sequence[Order], rulebook: Rulebook) -> tuple[Preview, ...]:
    """The same of some orders; a few statements for all of them."""
    rows = _groups(session, store, [order.id for order in orders])
    histories = recorded.histories(session, [row.id for row in rows.values()])
    states: dict[int, dict[str, str]] = defaultdict(dict)
    documents = models.Document
    told = (
        select(documents.group_id, documents.role, documents.state)
        .join(PostingGroup, PostingGroup.id == documents.group_id)
        .where(PostingGroup.id.in_(histories), documents.generation == PostingGroup.generation)
    )
    for group_id, role, state in session.execute(told) if histories else ():
        states[group_id][role] = state.value
    seen = []
    for order in orders:
        row = rows.get(order.id)
        group, history = (recorded.group(row), histories[row.id]) if row else (_new_group(store, order), History())
        decision = post(group, [order], rulebook.mapping, history, rulebook.books)
        seen.append(_seen(order, decision, history, states[row.id] if row else {}, rulebook.books))
    return tuple(seen)


def _new_group(store: Store, order: Order) -> Group:
    return Group(
        kind="order", key=order.id, currency=order.currency, number=store.prefix + order.name.removeprefix("#")
    )


def _seen(order: Order, decision: Decision, history: History, states: dict[str, str], books: Books) -> Preview:
    known = (*history.documents, *decision.documents)
    is_new = decision.documents or decision.settlements
    shown: Decision | History = decision if is_new else history
    return Preview(
        order=order,
        decision=decision,
        history=history,
        states=states,
        entries=double_entry(shown.documents, shown.settlements, known),
        explanations=explain(order, shown.documents, books),
    )


def find_order(session: Session, store: Store, name: str) -> Order | Unreadable | None:
    """The order of this name, as last read, or else read from the store now and not kept. Raises ChannelError."""
    wanted = name.strip()
    names = [wanted, f"#{wanted}", wanted.removeprefix("#")]
    facts = session.scalar(
        select(OrderFacts.facts)
        .where(OrderFacts.store_id == store.id, OrderFacts.name.in_(names), OrderFacts.facts.is_not(None))
        .order_by(OrderFacts.id.desc())
        .limit(1)
    )
    if facts is not None:
        return from_facts(facts)
    if not wanted or store.paused:
        return None
    return asking.ask(session, store, lambda access: _from_store(CHANNELS[store.channel], access, wanted))


def _from_store(channel: Channel, access: StoreAccess, name: str) -> Order | Unreadable | None:
    http = credentials.http()
    order_id = channel.order_named(http, access, name)
    if order_id is None:
        return None
    return channel.read_orders(http, access, [order_id], batch_size=1).orders.get(order_id)


def last_orders(session: Session, store: Store, most: int) -> tuple[Order, ...]:
    """The last orders known of the store, the latest first; test orders left out."""
    rows = session.scalars(
        select(OrderFacts.facts)
        .where(OrderFacts.store_id == store.id, OrderFacts.facts.is_not(None), OrderFacts.placed_at.is_not(None))
        .order_by(OrderFacts.placed_at.desc(), OrderFacts.id.desc())
        .limit(2 * most)
    )
    orders = (from_facts(facts) for facts in rows if facts is not None)
    return tuple(islice((order for order in orders if not order.test), most))


def ahead(session: Session, store: Store, rulebook: Rulebook) -> Ahead:
    """What would be posted of all orders known and placed since the start date. Writes nothing.

    It takes half a second for a thousand of them.
    """
    known = select(OrderFacts.facts).where(*_is_ahead(store, rulebook)).order_by(OrderFacts.placed_at)
    rows = session.scalars(known.limit(MOST_AHEAD + 1)).all()
    orders = [from_facts(facts) for facts in rows[:MOST_AHEAD] if facts is not None]
    groups = _groups(session, store, [order.id for order in orders])
    histories = recorded.histories(session, [group.id for group in groups.values()])
    decisions = []
    for order in orders:
        row = groups.get(order.id)
        group, history = (recorded.group(row), histories[row.id]) if row else (_new_group(store, order), History())
        decisions.append((order, post(group, [order], rulebook.mapping, history, rulebook.books)))
    return _summed(decisions, is_part=len(rows) > MOST_AHEAD)


def are_more_ahead(session: Session, store: Store, rulebook: Rulebook, than: int) -> bool:
    """Whether `ahead` would decide more orders than this."""
    # In an order that has an index of the store's own; any of them would be looked for among the rows of all stores.
    some = select(OrderFacts.id).where(*_is_ahead(store, rulebook)).order_by(OrderFacts.placed_at).limit(than + 1)
    return session.scalars(select(func.count()).select_from(some.subquery())).one() > than


def _is_ahead(store: Store, rulebook: Rulebook) -> Iterator[ColumnElement[bool]]:
    """Known, and placed since the start date. A day early, for the store's day may begin before that of UTC; the
    decision itself looks closer.
    """
    yield OrderFacts.store_id == store.id
    yield OrderFacts.facts.is_not(None)
    if rulebook.mapping.start_date is not None:
        start = datetime.combine(rulebook.mapping.start_date, time(), UTC)
        yield OrderFacts.placed_at >= start - timedelta(days=1)


def _groups(session: Session, store: Store, order_ids: Iterable[str]) -> dict[str, PostingGroup]:
    wanted = select(PostingGroup).where(
        PostingGroup.store_id == store.id, PostingGroup.kind == "order", PostingGroup.key.in_(list(order_ids))
    )
    return {group.key: group for group in session.scalars(wanted)}


def _summed(decisions: Iterable[tuple[Order, Decision]], *, is_part: bool) -> Ahead:
    counts: Counter[tuple[str, str]] = Counter()
    amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    held: dict[str, list[str]] = defaultdict(list)
    orders = waiting = 0
    for order, decision in decisions:
        orders += bool(decision.documents or decision.settlements)
        waiting += decision.waiting is not None
        parts = [(document.kind.value, document.currency, document.total) for document in decision.documents]
        parts += [(one.kind.value, order.currency, one.amount) for one in decision.settlements]
        for kind, currency, amount in parts:
            counts[kind, currency] += 1
            amounts[kind, currency] += amount
        for one in decision.held[:1]:
            held[one.cause].append(one.sentence)
    return Ahead(
        orders=orders,
        sums=tuple((kind, currency, count, amounts[kind, currency]) for (kind, currency), count in counts.items()),
        held=tuple(
            HeldTogether(cause=cause, count=len(some), sentences=tuple(some[:_SENTENCES]))
            for cause, some in held.items()
        ),
        waiting=waiting,
        is_part=is_part,
    )
