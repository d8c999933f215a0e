"""One order's documents and payments beside what its store says: where they differ, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tests.simulation.expected import ZERO, Expected, Money, Sums
from tests.simulation.found import CLOSING, Found
from tests.simulation.merchants import Touched


def compared(expected: Expected, found: Found, locks: Sequence[date]) -> list[str]:
    """Where the books differ from what an order must have left in them. locks: the lock dates there ever were."""
    wrong = differences("account", found.accounts, expected.accounts)
    wrong += differences("tax", found.taxes, expected.taxes)
    if not found.voided and not expected.repriced:
        wrong += _compared_documents(expected, found, locks)
    for key in sorted({*found.money, *expected.money}):
        wrong += _compared_money(key, expected.money.get(key), found, locks)
    if found.open != expected.total - expected.moved:
        wrong.append(f"{found.open} is open instead of {expected.total - expected.moved}")
    return wrong


def passed_over(found: Found) -> list[str]:
    """Payments of an order that passed an older open invoice over, but where credit was taken back from that one."""
    if any(one.deleted for invoice in found.invoices for one in invoice.allocations):
        return []
    invoices = sorted(found.invoices, key=lambda one: (len(one.number), one.number))
    is_open = False
    wrong = []
    for invoice in invoices:
        if is_open and invoice.paid:
            wrong.append(f"{invoice.number} was paid while an older invoice stayed open")
        is_open = is_open or invoice.due > 0
    return wrong


def too_much(expected: Expected, found: Found, by_hand: Sequence[Touched]) -> list[str]:
    """What stands beyond what the store says, of an order that is not compared to the cent: nothing may stand twice."""
    wrong = []
    for key, moved in found.money.items():
        amount = sum((one.amount for one in moved), ZERO)
        most = expected.money[key].amount if key in expected.money else ZERO
        removed = (one.record for one in by_hand if one.tender == key)
        most = abs(most) - sum((one.amount for one in removed), ZERO)  # type: ignore[union-attr]
        if abs(amount) > most:
            wrong.append(f"payment {key} moved {amount}, but at most {most} is left to move")
    return wrong


def differences(what: str, found: Sums, expected: Sums) -> list[str]:
    """A sentence for each figure that differs."""
    return [
        f"{what} {name}: {found.get(name, ZERO)} instead of {expected.get(name, ZERO)}"
        for name in sorted({*found, *expected})
        if found.get(name, ZERO) != expected.get(name, ZERO)
    ]


def _compared_documents(expected: Expected, found: Found, locks: Sequence[date]) -> list[str]:
    """Each agreement's document, on its own day or on the first open one after it."""
    left = sorted(expected.documents.elements())
    strange = []
    for day, total in sorted(found.documents.elements()):
        fits = next((one for one in left if one[1] == total and _fits(one[0], day, locks)), None)
        if fits is None:
            strange.append((day, total))
        else:
            left.remove(fits)
    if not strange and not left:
        return []
    if expected.is_rounded and _sum(strange) - _sum(left) == expected.rounding:
        return []  # It stands in an agreement's own document or in one of its own, as it was read.
    return [f"documents {_listed(Counter(strange))} stand where {_listed(Counter(left))} should"]


def _sum(documents: Sequence[tuple[date, Decimal]]) -> Decimal:
    return sum((total for _, total in documents), ZERO)


def _compared_money(key: str, expected: Money | None, found: Found, locks: Sequence[date]) -> list[str]:
    moved = found.money.get(key, [])
    amount = sum((one.amount for one in moved), ZERO)
    if key == CLOSING and not amount:
        return []
    if expected is None or amount != expected.amount:
        return [f"payment {key} moved {amount} instead of {expected.amount if expected else ZERO}"]
    wrong = []
    for one in moved:
        if one.account != expected.account:
            wrong.append(f"payment {key} is on {one.account} instead of {expected.account}")
        day = max(expected.day, one.to)
        if not _fits(day, one.day, locks):
            wrong.append(f"payment {key} is dated {one.day} instead of {day}")
    return wrong


def _fits(true_day: date, booked: date, locks: Sequence[date]) -> bool:
    """Whether something of that day may be booked on the other: the same, or the first open one where it was closed."""
    return booked == true_day or any(true_day <= lock and booked == lock + timedelta(days=1) for lock in locks)


def _listed(documents: Counter[tuple[date, Decimal]]) -> str:
    return ", ".join(f"{day} {total}" for day, total in sorted(documents.elements())) or "none"
