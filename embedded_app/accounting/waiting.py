"""Whether an order is to be posted yet: when it is placed, once it is paid, or once it is fulfilled.

Once anything of an order is posted, whatever happens to it later is posted at once.
"""

from __future__ import annotations

from embedded_app.accounting.documents import Decision, History
from embedded_app.accounting.ledgers import made_at, tender_sign
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.money import ZERO, Money
from embedded_app.accounting.order import AgreementKind, Order


def waits(order: Order, mapping: Mapping, history: History) -> Decision | None:
    """The decision to post nothing of the order yet, or ever; None where it is due.

    order: as it is booked, its tenders as money that moved and their rounding signed like what is owed (rounding.py).

    An order taken back whole before its time came is never posted, unless money moved: then both ways of the money are
    on the gateway's statement, so all of it is posted and the books say what the statement says.
    """
    if history.documents or mapping.post_when == "placed" or not _owed(order):
        return None
    if mapping.post_when == "fulfilled" and order.fulfilled_at is not None:
        return None
    if _is_settled(order, when_paid=mapping.post_when == "paid"):
        return None
    left = Money(sum((agreement.gross for agreement in order.agreements), ZERO), order.currency)
    if left.amount == 0 and not order.tenders:
        return Decision(nothing=f"All of {order.name} was taken back before it was {mapping.post_when}.")
    if mapping.post_when == "fulfilled":
        return Decision(waiting=f"{order.name} waits until all of it is fulfilled.")
    received = Money(sum((tender_sign(one.kind) * one.amount for one in order.tenders), ZERO), order.currency)
    return Decision(waiting=f"{order.name} waits until it is paid: {received} of {left} was received.")


def _owed(order: Order) -> bool:
    """Whether anything was to be paid for when the order was placed; what is given away waits for nothing."""
    placed = (one for one in order.agreements if one.kind is AgreementKind.PLACED)
    return any(line.gross for agreement in placed for line in agreement.lines)


def _is_settled(order: Order, *, when_paid: bool) -> bool:
    """Whether, at any moment since money first moved, all had been taken back or, when_paid, nothing was owed.

    Asked of every moment, not only of now, so that an order that was paid and then grew is due whenever it is decided.
    """
    steps = [(made_at(one), False, one.gross) for one in order.agreements]
    steps += [(one.processed_at, True, one.rounding - tender_sign(one.kind) * one.amount) for one in order.tenders]
    sold, owed, moved = ZERO, ZERO, False
    for _, is_money, change in sorted(steps, key=lambda step: step[:2]):  # ties keep the store's own order
        owed += change
        sold += ZERO if is_money else change
        moved = moved or is_money
        if moved and (sold <= 0 or (when_paid and owed <= 0)):
            return True
    return False
