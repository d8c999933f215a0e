"""Two mappings side by side: what orders come to under each, where they differ, and by which orders.

Every order is decided from nothing, as if none of it had been posted and no period were closed: what a mapping does is
seen, and not what was posted before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Books, Decision, Group, Held, History
from embedded_app.accounting.effects import Dimension, Figure, Place, effects
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post

# Of each difference the orders that make most of it are kept by name.
MOST_ORDERS = 50
SENTENCES = 5


@dataclass(slots=True)
class Row:
    """One figure under both mappings. orders: how many differ in it; largest: (name, difference) of those most."""

    old: Figure = Figure()
    new: Figure = Figure()
    orders: int = 0
    largest: list[tuple[str, Figure]] = field(default_factory=list)

    @property
    def difference(self) -> Figure:
        """What the new mapping has more than the old one."""
        return self.new.plus(self.old, -1)

    def add(self, order_name: str, old: Figure, new: Figure) -> None:
        self.old, self.new = self.old.plus(old), self.new.plus(new)
        difference = new.plus(old, -1)
        if not (difference.amount or difference.tax):
            return
        self.orders += 1
        self.largest.append((order_name, difference))
        if len(self.largest) >= 2 * MOST_ORDERS:
            self.trim()

    def trim(self) -> None:
        """Keep the orders of the largest differences only, the largest first."""
        self.largest.sort(key=lambda one: (-max(abs(one[1].amount), abs(one[1].tax)), one[0]))
        del self.largest[MOST_ORDERS:]


@dataclass(slots=True)
class HeldRow:
    """What is held by one cause under one mapping and not under the other: how many orders, the first few of them."""

    orders: int = 0
    names: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def add(self, order_name: str, held: Held) -> None:
        self.orders += 1
        if len(self.names) < MOST_ORDERS:
            self.names.append(order_name)
        if len(self.sentences) < SENTENCES and held.sentence not in self.sentences:
            self.sentences.append(held.sentence)


@dataclass(slots=True)
class Comparison:
    """All that was added up so far. differing: orders that differ anywhere. held, freed: by cause, what only the new
    mapping holds, and what only the old one does.
    """

    differing: int = 0
    rows: dict[Place, Row] = field(default_factory=dict)
    held: dict[str, HeldRow] = field(default_factory=dict)
    freed: dict[str, HeldRow] = field(default_factory=dict)

    def add(self, order: Order, old: Mapping, new: Mapping, books: Books) -> None:
        """Decide one order by both mappings and add up what comes of it. Test orders come to nothing."""
        before, after = (_decided(order, mapping, books) for mapping in (old, new))
        sums = [effects(decision.documents, decision.settlements) for decision in (before, after)]
        if sums[0] != sums[1] or before.held != after.held:
            self.differing += 1
        for place in dict.fromkeys([*sums[0], *sums[1]]):
            figures = [one.get(place, Figure()) for one in sums]
            self.rows.setdefault(place, Row()).add(order.name, *figures)
        _compare_held(self.held, order.name, after.held, before.held)
        _compare_held(self.freed, order.name, before.held, after.held)

    def differences(self, dimension: Dimension) -> list[tuple[Place, Row]]:
        """The rows of a dimension that differ in any order, by name."""
        found = [(place, row) for place, row in self.rows.items() if place.dimension is dimension and row.orders]
        return sorted(found, key=lambda one: one[0])

    def to_json(self) -> dict[str, Any]:
        """As it is stored; amounts as text."""
        for row in self.rows.values():
            row.trim()
        return {
            "differing": self.differing,
            "rows": [
                [*place, _told(row.old), _told(row.new), row.orders, _names(row)] for place, row in self.rows.items()
            ],
            "held": _held_json(self.held),
            "freed": _held_json(self.freed),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Comparison:
        """What to_json wrote; nothing of nothing."""
        rows = {}
        for dimension, name, currency, old, new, orders, largest in stored.get("rows", []):
            kept = [(order_name, _figure(figure)) for order_name, figure in largest]
            rows[Place(Dimension(dimension), name, currency)] = Row(_figure(old), _figure(new), orders, kept)
        return cls(
            differing=stored.get("differing", 0),
            rows=rows,
            held={cause: HeldRow(*row) for cause, row in stored.get("held", {}).items()},
            freed={cause: HeldRow(*row) for cause, row in stored.get("freed", {}).items()},
        )


def _decided(order: Order, mapping: Mapping, books: Books) -> Decision:
    group = Group(kind="order", key=order.id, currency=order.currency, number=order.name)
    return post(group, [order], mapping, History(), replace(books, lock_date=None))


def _compare_held(rows: dict[str, HeldRow], order_name: str, here: Iterable[Held], there: Iterable[Held]) -> None:
    elsewhere = {(held.cause, held.subject) for held in there}
    causes = {held.cause: held for held in here if (held.cause, held.subject) not in elsewhere}
    for cause, held in causes.items():
        rows.setdefault(cause, HeldRow()).add(order_name, held)


def _told(figure: Figure) -> list[str]:
    return [f"{figure.amount:f}", f"{figure.tax:f}"]


def _names(row: Row) -> list[list[Any]]:
    return [[order_name, _told(figure)] for order_name, figure in row.largest]


def _figure(stored: list[str]) -> Figure:
    return Figure(Decimal(stored[0]), Decimal(stored[1]))


def _held_json(rows: dict[str, HeldRow]) -> dict[str, list[Any]]:
    return {cause: [row.orders, row.names, row.sentences] for cause, row in rows.items()}
