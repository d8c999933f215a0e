"""Whether an order is to be posted yet: when it is placed, once it is paid, or once it is fulfilled.

A store makes gift cards only when they are paid, and only then says what they are worth: whoever sells them below their
value owes more than their price. So an order with gift cards waits until it is paid, whatever was chosen.

Once anything of an order is posted, whatever happens to it later is posted at once.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate

from embedded_app.accounting.documents import Decision, History
from embedded_app.accounting.ledgers import made_at, tender_sign
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.money import ZERO, Money
from embedded_app.accounting.order import AgreementKind, LineKind, Order


def waits(order: Order, mapping: Mapping, history: History) -> Decision | None:
    """The decision to wait, or to post nothing; None where the order is to be posted now.

    An order taken back whole before its time came is never posted, unless money moved: then both ways of the money are
    on the gateway's statement, so all of it is posted and the books say what the statement says.
    """
    if history.documents or not _owed(order):
        return None
    with_cards = _sells_gift_cards(order)
    if (mapping.post_when == "paid" or with_cards) and not _is_settled(order, when_paid=True):
        what = "paid, when its gift cards are made" if with_cards else "paid"
        return _waits_until_paid(order, what)
    if mapping.post_when != "fulfilled" or order.fulfilled_at is not None or _is_settled(order, when_paid=False):
        return None
    return _taken_back(order, "fulfilled") or Decision(waiting=f"{order.name} waits until all of it is fulfilled.")


def _waits_until_paid(order: Order, what: str) -> Decision:
    received = Money(sum((tender_sign(one.kind) * one.amount for one in order.tenders), ZERO), order.currency)
    sentence = f"{order.name} waits until it is {what}: {received} of {_left(order)} was received."
    return _taken_back(order, "paid") or Decision(waiting=sentence)


def _taken_back(order: Order, what: str) -> Decision | None:
    if _left(order).amount != 0 or order.tenders:
        return None
    return Decision(nothing=f"All of {order.name} was taken back before it was {what}.")


def _left(order: Order) -> Money:
    return Money(sum((agreement.gross for agreement in order.agreements), ZERO), order.currency)


def _sells_gift_cards(order: Order) -> bool:
    """Whether it was placed with gift cards; those that are added later find it posted, or waiting, as it is."""
    placed = (one for one in order.agreements if one.kind is AgreementKind.PLACED)
    return any(line.kind is LineKind.GIFT_CARD for agreement in placed for line in agreement.lines)


def _owed(order: Order) -> bool:
    """Whether anything was to be paid for when the order was placed; what is given away waits for nothing."""
    placed = (one for one in order.agreements if one.kind is AgreementKind.PLACED)
    return any(line.gross for agreement in placed for line in agreement.lines)


def _is_settled(order: Order, *, when_paid: bool) -> bool:
    """Whether, at any moment since money first moved, all had been taken back or, when_paid, nothing was owed.

    Asked of every moment, not only of now, so that an order that was paid and then grew is due whenever it is decided.
    A store tells whole seconds, so sales and money of one moment may have come in any order that keeps each ledger's
    own: an order that grew in the very second it was paid is due, and its gift cards are made.
    """
    sales, money = defaultdict(list), defaultdict(list)
    for agreement in order.agreements:
        sales[made_at(agreement)].append(agreement.gross)
    for tender in order.tenders:
        money[tender.processed_at].append(tender_sign(tender.kind) * tender.amount - tender.rounding)
    sold, received, moved = ZERO, ZERO, False
    for moment in sorted({*sales, *money}):
        solds = [*accumulate(sales[moment], initial=sold)]
        receiveds = [*accumulate(money[moment], initial=received)]
        since_moved = receiveds if moved else receiveds[1:]
        if since_moved and (min(solds) <= 0 or (when_paid and min(solds) <= max(since_moved))):
            return True
        sold, received, moved = solds[-1], receiveds[-1], bool(since_moved)
    return False
