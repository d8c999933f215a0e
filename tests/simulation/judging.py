"""Whether what the program holds is held for a true reason, judged by the store and the books alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from embedded_app.sandbox.shopify.entries import LineItem, number_of
from tests.simulation.claims import Claim
from tests.simulation.expected import ZERO, Expected
from tests.simulation.found import Found
from tests.simulation.worlds import Store

# Reasons that lie in a lock date: of single payments, or of a whole order.
LOCKED = ("locked allocation", "closed period")

# A period was closed between two writes of one payment: what is left of it cannot be dated anew by itself.
REFUSED_FOR_LOCK = "refused by Xero: lock date"
# A gift card that costs more than it is worth: nothing says what the rest is for.
ABOVE_VALUE = "gift card above its value"
# The store does not say who remits a tax, or its rounding to coins can be read both ways.
UNCLEAR_TAX, UNCLEAR_ROUNDING = "marketplace tax", "cash rounding"
# Of several cards that one line sold some were returned; which of them, no store tells.
RETURNED = "gift card return"


@dataclass(slots=True, kw_only=True)
class Judged:
    """wrong: reasons that are none. is_held: whether the order as a whole is held, and so not in the books in full."""

    wrong: list[str] = field(default_factory=list)
    is_held: bool = False


def judged(held: Sequence[Claim], expected: Expected, found: Found, *, locks: Sequence[date], free: bool) -> Judged:
    """Judge all that is held of an order. A payment that is held truly is taken out of what is expected.

    free: a person changed or deleted something of it, so that it may be held for anything.
    """
    verdict = Judged()
    for claim in held:
        if free:
            verdict.is_held = True
        elif claim.cause in LOCKED and is_covered(expected, locks):
            _set_apart(claim, expected, verdict)
        elif (
            (claim.cause == ABOVE_VALUE and _sells_above_value(expected))
            or (claim.cause == REFUSED_FOR_LOCK and is_covered(expected, locks) and _is_parted(expected, found))
            or (claim.cause == UNCLEAR_TAX and expected.unclear)
            or (claim.cause == UNCLEAR_ROUNDING and expected.is_rounded)
        ):
            verdict.is_held = True
        else:
            verdict.wrong.append(f"held without a true reason: {claim.cause}: {claim.sentence}")
    return verdict


def is_covered(expected: Expected, locks: Sequence[date]) -> bool:
    """Whether anything of the order fell into a period that was closed at some time."""
    days = [*(day for day, _ in expected.documents), *(one.day for one in expected.money.values())]
    return any(day <= lock for day in days for lock in locks)


def _is_parted(expected: Expected, found: Found) -> bool:
    """Whether some payment stands in part, or an edit that adds and takes away: an invoice and a credit note."""
    moved = {key: sum((one.amount for one in found.money.get(key, [])), ZERO) for key in expected.money}
    if any(moved[key] not in (ZERO, one.amount) for key, one in expected.money.items()):
        return True
    missing, standing = expected.documents - found.documents, expected.documents & found.documents
    return any(day == other and total * of_other < 0 for day, total in missing for other, of_other in standing)


def returned_in_part(claim: Claim, store: Store) -> bool:
    """Whether a hold is about a card that ended, bought in one line with others that did not end with it."""
    cards = store.shop.instruments.gift_cards
    ended = next((card for number, card in cards.items() if number in claim.subject), None)
    if claim.cause != RETURNED or ended is None or ended.deactivated_at is None:
        return False
    line = ended.order_id, ended.line_item_id
    return any((one.order_id, one.line_item_id) == line for one in cards.values() if one is not ended)


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
