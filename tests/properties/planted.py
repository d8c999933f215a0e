"""Mistakes planted in the core, in this process and for a moment, to show that the checks of these tests find them.

Each is a mutated copy of one function of the core, put in its place while a `with` block runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from embedded_app.accounting import lines, parts, posting, settle
from embedded_app.accounting.documents import Held, SettlementKind
from embedded_app.accounting.order import SaleLine
from embedded_app.accounting.parts import Part
from embedded_app.accounting.settle import Settled

CENT = Decimal("0.01")


@contextmanager
def planted(owner: Any, name: str, mistake: Callable[..., Any]) -> Iterator[None]:
    """Put a mistake in the place of a function of a module or class."""
    right = getattr(owner, name)
    setattr(owner, name, mistake)
    try:
        yield
    finally:
        setattr(owner, name, right)


@contextmanager
def a_cent_in_inclusive_tax() -> Iterator[None]:
    """Xero's tax is taken for L × r / (1 + r), rounded: 1.67 in 9.99 at 20 %, where Xero makes it 1.66."""

    def sent_tax_amount(gross: Decimal, tax: Decimal, rate: Decimal) -> Decimal | None:
        computed = (gross * rate / (1 + rate)).quantize(CENT, ROUND_HALF_UP)
        return None if gross >= 0 and computed == tax else tax

    with planted(lines, "sent_tax_amount", sent_tax_amount):
        yield


@contextmanager
def newest_invoice_first() -> Iterator[None]:
    """Money pays the newest open invoice, not the oldest."""
    right = settle._Desk.oldest_first

    def oldest_first(desk: Any, open_amounts: dict[str, Decimal]) -> list[str]:
        return right(desk, open_amounts)[::-1]

    with planted(settle._Desk, "oldest_first", oldest_first):
        yield


@contextmanager
def credit_taken_back_last() -> Iterator[None]:
    """Allocations are taken back after the refund that needs the credit, not before it."""
    right = settle.settle

    def settle_first(*told: Any) -> Settled:
        settled = right(*told)
        late = sorted(settled.settlements, key=lambda one: one.kind is SettlementKind.ALLOCATION_REMOVAL)
        return replace(settled, settlements=tuple(late))

    with planted(posting, "settle", settle_first):
        yield


@contextmanager
def no_discount_on_credit_notes() -> Iterator[None]:
    """At full price, what comes back is credited net: the discount given with the sale stays on its account."""
    right = parts._full_price_parts

    def full_price_parts(line: SaleLine, key: Any, sold: Part, *told: Any) -> Sequence[Part] | Held:
        priced = right(line, key, sold, *told)
        return priced if isinstance(priced, Held) or line.gross >= 0 else (sold,)

    with planted(parts, "_full_price_parts", full_price_parts):
        yield
