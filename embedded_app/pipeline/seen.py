"""Which taxes, gateways and kinds of lines a store's orders have: counted as orders come, never by reading them again.

An order counts for what its facts have and its facts before did not have, so however often it is read it counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import recorded
from embedded_app.accounting import seen
from embedded_app.accounting.charged_taxes import ChargedTax, key_id, known_taxes
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.mapping import TaxKey, TaxRule
from embedded_app.accounting.order import LineKind, Order
from embedded_app.accounting.suggest_taxes import Surroundings
from embedded_app.models import OrderFacts, Seen, SeenAs, Store
from embedded_app.pipeline.rules import in_force, versions_of
from embedded_app.pipeline.surveying import Survey, shop_currency

# Of what is new and has no place yet, more than anybody can read in one line.
MOST_ANNOUNCED = 20

Row = tuple[SeenAs, str]


@dataclass(slots=True)
class Sighting:
    """One thing, and the orders just read that have it and did not before. thing: tax key, gateway or kind of line."""

    thing: TaxKey | str
    orders: list[Order] = field(default_factory=list)


def sightings(rows: Iterable[OrderFacts], answers: Mapping[int, Order]) -> dict[Row, Sighting]:
    """What is new in these orders, whose rows still have the facts they had before; answers: by row id."""
    found: dict[Row, Sighting] = {}
    for row in rows:
        order = answers.get(row.id)
        if order is None or order.test:
            continue
        before = {} if row.facts is None else _things(from_facts(row.facts))
        for name, thing in _things(order).items():
            if name not in before:
                found.setdefault(name, Sighting(thing)).orders.append(order)
    return found


def keep(session: Session, store_id: int, found: Mapping[Row, Sighting], mapping: AccountMapping | None) -> None:
    """Count what was seen. One statement for all of it."""
    if not found:
        return
    # In one order for everybody, so that no two transactions wait for each other's rows.
    values = [_values(store_id, name, found[name], mapping) for name in sorted(found)]
    statement = insert(Seen).values(values)
    new = statement.excluded
    is_later = new.last_placed_at >= Seen.last_placed_at
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["store_id", "seen_as", "key"],
            set_={
                "orders": Seen.orders + new.orders,
                "first_placed_at": func.least(Seen.first_placed_at, new.first_placed_at),
                "last_order": case((is_later, new.last_order), else_=Seen.last_order),
                "last_placed_at": func.greatest(Seen.last_placed_at, new.last_placed_at),
                "mapped": new.mapped,
            },
        )
    )


def look_again(session: Session, store: Store, mapping: AccountMapping) -> None:
    """Note, of all that was seen, what this mapping has a place for. Flushes."""
    rows = session.scalars(select(Seen).where(Seen.store_id == store.id)).all()
    changed: dict[bool, list[Seen]] = {True: [], False: []}
    for row in rows:
        has_place = _has_place(row.seen_as, thing_of(row), mapping)
        if has_place is not row.mapped:
            changed[has_place].append(row)
    for has_place, some in changed.items():
        for row in some:
            row.mapped = has_place
    session.flush()


def thing_of(row: Seen) -> TaxKey | str:
    """What the row is of."""
    return seen.key_from_json(row.what) if row.seen_as is SeenAs.TAX else row.key


def unmapped(session: Session, store: Store) -> tuple[Seen, ...]:
    """What orders had and the mapping has no place for, the latest first; at most MOST_ANNOUNCED of it."""
    wanted = select(Seen).where(Seen.store_id == store.id, ~Seen.mapped).order_by(Seen.last_placed_at.desc(), Seen.key)
    rows = session.scalars(wanted.limit(MOST_ANNOUNCED)).all()
    if not rows:
        return ()
    versions = versions_of(session, store)
    if not versions:
        return ()
    # A mapping that was saved by the command line has not looked at them yet.
    return tuple(
        row
        for row in rows
        if not _has_place(row.seen_as, thing_of(row), in_force(versions, row.last_placed_at.date()).mapping)
    )


def all_seen(session: Session, store: Store, seen_as: SeenAs) -> Sequence[Seen]:
    """All of one sort that the store's orders have had, what has no place first, then the latest."""
    wanted = select(Seen).where(Seen.store_id == store.id, Seen.seen_as == seen_as)
    return session.scalars(wanted.order_by(Seen.mapped, Seen.last_placed_at.desc(), Seen.key)).all()


def _things(order: Order) -> dict[Row, TaxKey | str]:
    return {
        **{(SeenAs.TAX, key_id(key)): key for key in seen.tax_keys(order)},
        **{(SeenAs.GATEWAY, gateway): gateway for gateway in seen.gateways(order)},
        **{(SeenAs.KIND, kind.value): kind.value for kind in seen.kinds(order)},
    }


def _values(store_id: int, name: Row, sighting: Sighting, mapping: AccountMapping | None) -> dict[str, Any]:
    moments = [(order.placed_at, order.name) for order in sighting.orders]
    last_placed_at, last_order = max(moments)
    first: datetime = min(moments)[0]
    return {
        "store_id": store_id,
        "seen_as": name[0],
        "key": name[1],
        "what": seen.key_to_json(sighting.thing) if isinstance(sighting.thing, TaxKey) else {},
        "orders": len(sighting.orders),
        "first_placed_at": first,
        "last_placed_at": last_placed_at,
        "last_order": last_order,
        "mapped": mapping is not None and _has_place(name[0], sighting.thing, mapping),
    }


def _has_place(seen_as: SeenAs, thing: TaxKey | str, mapping: AccountMapping) -> bool:
    if isinstance(thing, TaxKey):
        return seen.is_mapped(thing, mapping)
    if seen_as is SeenAs.GATEWAY:
        return thing in mapping.gateways
    return LineKind(thing) in mapping.accounts


@dataclass(frozen=True)
class Known(Survey):
    """What the pages of the mapping go by, in place of the last orders: all that was ever seen, as it was counted.

    rows: by what it is. told: the tax rules of the mapping that is shown. each: every tax key by itself.
    """

    currency: str | None = None
    rows: Mapping[SeenAs, Sequence[Seen]] = field(default_factory=dict)
    told: Mapping[TaxKey, TaxRule] = field(default_factory=dict)
    each: bool = False

    @cached_property
    def gateways(self) -> tuple[str, ...]:
        """Through which the store was paid."""
        return tuple(sorted(row.key for row in self.rows[SeenAs.GATEWAY]))

    @cached_property
    def kinds(self) -> frozenset[LineKind]:
        """The kinds of lines that were sold."""
        return frozenset(LineKind(row.key) for row in self.rows[SeenAs.KIND])

    @cached_property
    def shop_currency(self) -> str | None:
        """The store's own currency, None before any order tells it."""
        return self.currency

    @cached_property
    def suggestion(self) -> None:
        """Nothing: what is chosen already is shown."""
        return None

    @cached_property
    def by_key(self) -> dict[TaxKey, Seen]:
        """What was seen of each tax key."""
        return {seen.key_from_json(row.what): row for row in self.rows[SeenAs.TAX]}

    def charged(self, around: Surroundings) -> tuple[ChargedTax, ...]:
        """The taxes that were seen or are mapped, those without a place first."""
        orders = dict.fromkeys(self.told, 0) | {key: row.orders for key, row in self.by_key.items()}
        return known_taxes(orders, self.told, around, each=self.each)


def known(session: Session, store: Store, mapping: AccountMapping, *, each: bool = False) -> Known:
    """What was seen of the store's orders, beside a mapping that is shown."""
    rows: dict[SeenAs, list[Seen]] = {seen_as: [] for seen_as in SeenAs}
    for row in session.scalars(select(Seen).where(Seen.store_id == store.id)):
        rows[row.seen_as].append(row)
    return Known(
        orders=(),
        chart=recorded.chart(store.organisation) if store.organisation and store.organisation.chart else None,
        currency=shop_currency(session, store),
        rows=rows,
        told=mapping.taxes,
        each=each,
    )
