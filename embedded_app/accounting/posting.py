"""Decide what to post for a group: a pure function of the two ledgers, the mapping and what was posted before.

gather   agreements not booked yet, each sale line with its place in the books, and every problem there is
decide   documents, then the settlements between them and the tenders
check    the invariants of balance.py; where one fails the order is held instead
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from embedded_app.accounting.balance import changed_agreement_problems, check, store_total_problems
from embedded_app.accounting.booking import PendingAgreement, book
from embedded_app.accounting.documents import Books, Decision, Group, Held, History
from embedded_app.accounting.lines import PlacedLine, place
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import Order
from embedded_app.accounting.settle import settle
from embedded_app.accounting.tax import rounding_problems
from embedded_app.accounting.tenders import tender_problems

TEST_ORDER = "Test orders are never posted."
BEFORE_START = "The order was placed before the start date, and so was everything that happened to it since."
NOTHING_NEW = "Everything the store records of the order is posted already, or is zero."


def post(group: Group, orders: Sequence[Order], mapping: Mapping, history: History, books: Books) -> Decision:
    """What to post for a group now, on top of its history (of the group's own generation only).

    In per-order mode orders is one order, in the group's currency (ValueError otherwise). What cannot be posted safely
    is held, with one reason for each cause and subject, so that a merchant sees all of them at once.
    """
    order = _only_order(group, orders)
    reason = _never_posted(order, mapping)
    if reason is not None:
        return Decision(nothing=reason)

    pending, problems = _gather(order, mapping, history, books)
    if problems:
        return _held(problems)

    documents = book(group, order, pending, contact=mapping.contact, history=history, books=books)
    everything = (*history.documents, *documents)
    settled = settle(order, everything, history.settlements, gateways=mapping.gateways, books=books)
    if any(one.tender_id is None for one in settled.held):
        return _held(one for one in settled.held if one.tender_id is None)
    decision = Decision(documents=documents, settlements=settled.settlements, held=settled.held)

    problems = [*check(group, orders, mapping, history, decision, books)]
    if problems:
        return _held(problems)
    return decision if documents or settled.settlements or settled.held else Decision(nothing=NOTHING_NEW)


def _only_order(group: Group, orders: Sequence[Order]) -> Order:
    if len(orders) != 1 or orders[0].currency != group.currency:
        raise ValueError(f"group {group.key} must be one order in {group.currency}")
    return orders[0]


def _held(problems: Iterable[Held]) -> Decision:
    return Decision(held=tuple({(one.cause, one.subject): one for one in problems}.values()))


def _never_posted(order: Order, mapping: Mapping) -> str | None:
    if order.test:
        return TEST_ORDER
    if mapping.start_date is None or order.local_day(order.placed_at) >= mapping.start_date:
        return None
    moments = [agreement.happened_at for agreement in order.agreements]
    moments += [tender.processed_at for tender in order.tenders]
    return None if any(order.local_day(moment) >= mapping.start_date for moment in moments) else BEFORE_START


def _gather(
    order: Order, mapping: Mapping, history: History, books: Books
) -> tuple[list[PendingAgreement], list[Held]]:
    pending, problems = _place_agreements(order, mapping, history, books)
    for one in pending:
        for _, lines in one.sides:
            taxed = ((line.sale.gross, line.sale.tax, line.rate, line.units) for line in lines)
            problems += rounding_problems(order.name, taxed)
    problems += _start_date_problems(order, mapping)
    problems += _currency_problems(order, books)
    problems += tender_problems(order, history.settlements, mapping.gateways)
    problems += changed_agreement_problems(order, history.documents)
    problems += store_total_problems(order)
    return pending, problems


def _place_agreements(
    order: Order, mapping: Mapping, history: History, books: Books
) -> tuple[list[PendingAgreement], list[Held]]:
    booked = {agreement_id for document in history.documents for agreement_id in document.agreements}
    pending: list[PendingAgreement] = []
    problems: list[Held] = []
    for agreement in order.agreements:
        if agreement.id in booked:
            continue
        lines = []
        for line in agreement.lines:
            if line.gross == 0 and line.tax == 0:
                continue  # given away: nothing to book
            placed = place(order, line, mapping, books)
            if isinstance(placed, PlacedLine):
                lines.append(placed)
            else:
                problems += placed
        if lines:
            pending.append(PendingAgreement(agreement=agreement, lines=tuple(lines)))
    return pending, problems


def _start_date_problems(order: Order, mapping: Mapping) -> tuple[Held, ...]:
    if mapping.start_date is None or order.local_day(order.placed_at) >= mapping.start_date:
        return ()
    sentence = (
        f"{order.name} was placed before the start date {mapping.start_date.isoformat()} and has changed since. "
        "Enter the change in Xero by hand, against the invoice the order has in your earlier books."
    )
    return (Held(cause="placed before start date", subject=order.id, sentence=sentence),)


def _currency_problems(order: Order, books: Books) -> tuple[Held, ...]:
    if order.currency == books.base_currency:
        return ()
    sentence = (
        f"The order is in {order.currency}, but the organisation keeps its books in {books.base_currency}. Orders in a "
        "foreign currency cannot be posted yet: enter them in Xero by hand."
    )
    return (Held(cause="foreign currency", subject=order.currency, sentence=sentence),)
