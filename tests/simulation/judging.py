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

# A gift card that costs more than it is worth: nothing says what the rest is for. One that costs less, and was not
# paid at once: the store tells what it is worth only when it is paid.
CHANGED = "changed past agreement"
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
        elif (claim.cause == ABOVE_VALUE and _sells(expected, above=True)) or (
            claim.cause == CHANGED and (_sells(expected, above=False) or _sells(expected, above=True))
        ):
            verdict.is_held = True
        else:
            verdict.wrong.append(f"held without a true reason: {claim.cause}: {claim.sentence}")
    return verdict


def _set_apart(claim: Claim, expected: Expected, verdict: Judged) -> None:
    if claim.tender is None:
        verdict.is_held = True
    else:
        expected.money.pop(str(number_of(claim.tender)), None)


def _sells(expected: Expected, *, above: bool) -> bool:
    """Whether the order sells a gift card above, or else below, what it can be spent for."""
    sales = (sale for agreement in expected.order.agreements for sale in agreement.sales)
    cards = ((sale, sale.line) for sale in sales if sale.quantity and isinstance(sale.line, LineItem))
    beyond = [
        abs(sale.total) - item.face_value * abs(sale.quantity or 0)
        for sale, item in cards
        if item.face_value is not None
    ]
    return any(amount > 0 if above else amount < 0 for amount in beyond)
