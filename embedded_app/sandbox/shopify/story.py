"""An order in the middle of a drawn life: what is owed, what is held too much, what may still come back."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from embedded_app.sandbox.shopify.cents import ZERO, to_cents
from embedded_app.sandbox.shopify.checkouts import Allowed
from embedded_app.sandbox.shopify.entries import Transaction
from embedded_app.sandbox.shopify.markets import Market
from embedded_app.sandbox.shopify.scenario import OrderHandle


@dataclass(slots=True, kw_only=True)
class Story:
    """An order in the middle of its life. reserved: what is still to be captured of each authorisation."""

    handle: OrderHandle
    draw: random.Random
    market: Market
    allowed: Allowed
    reserved: list[tuple[Transaction, Decimal]] = field(default_factory=list)

    @property
    def outstanding(self) -> Decimal:
        """What the customer owes."""
        return self.handle.order.outstanding

    @property
    def over(self) -> Decimal:
        """What the store holds beyond what the order comes to, never negative."""
        return max(self.handle.order.net_payment - self.handle.order.current_total, ZERO)

    def part(self, most: Decimal) -> Decimal:
        """All of an amount, or some of it, in whole units."""
        unit = self.handle.order.unit
        if most <= unit or self.draw.random() < 0.5:
            return most
        return to_cents(unit * self.draw.randint(1, int(most / unit)), unit)

    def some_lines(self) -> dict[int, int]:
        """Some units of some lines that are still with the customer."""
        left = [(index, line.units_left) for index, line in enumerate(self.handle.lines) if line.units_left]
        chosen = self.draw.sample(left, self.draw.randint(1, min(len(left), 3))) if left else []
        return {index: self.draw.choice((units, self.draw.randint(1, units))) for index, units in sorted(chosen)}

    def worth(self, lines: dict[int, int]) -> Decimal:
        """What those units would be credited with."""
        return sum((self.handle.lines[index].worth_of(units).gross for index, units in lines.items()), ZERO)

    def returnable(self) -> dict[int, int]:
        """Lines to take back; none once the order is cancelled, or where it would fall below zero."""
        lines = {} if self.handle.order.cancelled_at else self.some_lines()
        return lines if self.worth(lines) <= self.handle.order.current_total else {}
