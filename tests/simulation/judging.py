"""Whether what the program holds is held for a true reason, judged by the store and the books alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from embedded_app.sandbox.shopify.entries import LineItem, number_of
from tests.simulation.claims import Claim
from tests.simulation.expected import Expected

# Reasons that lie in a lock date: of single payments, or of a whole order.
LOCKED = ("locked allocation", "closed period")

# A gift card that costs more than it is worth: nothing says what the rest is for.
ABOVE_VALUE = "gift card above its value"


@dataclass(slots=True, kw_only=True)
class Judged:
    """wrong: reasons that are none. is_held: whether the order as a whole is held, and so not in the books in full."""

    wrong: list[str] = field(default_factory=list)
    is_held: bool = False


def judged(held: Sequence[Claim], expected: Expected, *, locks: Sequence[date], by_hand: bool) -> Judged:
    """Judge all that is held of an order. A payment that is held truly is taken out of what is expected."""
    verdict = Judged()
    for claim in held:
        if by_hand:
            verdict.is_held = True
        elif claim.cause in LOCKED and locks:
            _set_apart(claim, expected, verdict)
        elif claim.cause == ABOVE_VALUE and _sells_above_value(expected):
            verdict.is_held = True
        else:
            verdict.wrong.append(f"held without a true reason: {claim.cause}: {claim.sentence}")
    return verdict


def _set_apart(claim: Claim, expected: Expected, verdict: Judged) -> None:
    if claim.tender is None:
        verdict.is_held = True
    else:
        expected.money.pop(str(number_of(claim.tender)), None)


def _sells_above_value(expected: Expected) -> bool:
    sales = (sale for agreement in expected.order.agreements for sale in agreement.sales)
    return any(
        isinstance(sale.line, LineItem)
        and sale.line.face_value is not None
        and abs(sale.total) > sale.line.face_value * abs(sale.quantity or 0)
        for sale in sales
    )
