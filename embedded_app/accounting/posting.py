"""Decide what to post for a group: a pure function of the two ledgers, the mapping and what was posted before.

gather   the order as it is booked, agreements not booked yet with each sale line's place, and every problem there is
decide   documents, then the settlements between them and the tenders
check    the invariants of balance.py; where one fails the order is held instead

Orders placed before the start date have rules of their own (start.py), and so have those not due yet (waiting.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from embedded_app.accounting.balance import check
from embedded_app.accounting.basis import Basis
from embedded_app.accounting.booking import PendingAgreement, Rounding, book
from embedded_app.accounting.contacts import contact_of
from embedded_app.accounting.currency import booked_order, rate_problems
from embedded_app.accounting.days import closed_period_problems
from embedded_app.accounting.documents import Books, Decision, Group, Held, History
from embedded_app.accounting.ledgers import changed_agreement_problems, store_total_problems
from embedded_app.accounting.lines import PlacedLine, books_nothing, place
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.money import smallest_unit
from embedded_app.accounting.order import Order
from embedded_app.accounting.rounding import as_moved, changed_rounding, rounded_agreement, unbooked_rounding
from embedded_app.accounting.settle import settle
from embedded_app.accounting.sizes import size_problems
from embedded_app.accounting.start import is_before_start, post_before_start
from embedded_app.accounting.tax import rounding_problems
from embedded_app.accounting.tenders import net_tenders, posted_amounts, tender_problems
from embedded_app.accounting.waiting import waits
from embedded_app.accounting.wording import legible

TEST_ORDER = "Test orders are never posted."
NOTHING_NEW = "Everything the store records of the order is posted already, or is zero."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What is to be booked. rounding: cash rounding that no pending agreement takes up."""

    pending: tuple[PendingAgreement, ...]
    rounding: tuple[Rounding, ...]
    problems: tuple[Held, ...]


def post(group: Group, orders: Sequence[Order], mapping: Mapping, history: History, books: Books) -> Decision:
    """What to post for a group now, on top of its history (of the group's own generation only).

    In per-order mode orders is one order, in the group's currency (ValueError otherwise). What cannot be posted safely
    is held, with one reason for each cause and subject, so that a merchant sees all of them at once.
    """
    order = legible(_only_order(group, orders))
    if order.test:
        return Decision(nothing=TEST_ORDER)
    if mapping.locked == "hold" and books.lock_date is not None:
        decision = _post(group, order, mapping, history, replace(books, lock_date=None))
        closed = closed_period_problems(order.name, decision.documents, decision.settlements, books.lock_date)
        return _held(closed) if closed else decision
    return _post(group, order, mapping, history, books)


def _post(group: Group, order: Order, mapping: Mapping, history: History, books: Books) -> Decision:
    before_start = is_before_start(order, mapping, history)
    as_told = order if before_start else booked_order(order, mapping, history, books)
    booked = as_told if isinstance(as_told, Held) else as_moved(as_told, order)
    contact = mapping.contact if before_start else contact_of(order, mapping, history)
    if isinstance(as_told, Held) or isinstance(booked, Held) or isinstance(contact, Held):
        return _held(one for one in (booked, contact) if isinstance(one, Held))

    in_currency, shop = booked
    basis = Basis(group=group, order=in_currency, shop=shop, mapping=mapping, books=books, contact=contact)
    if before_start:
        decision = post_before_start(basis, history)
    else:
        decision = waits(in_currency, mapping, history) or _decide(basis, history, as_told)
    problems = check(group, [order], mapping, history, decision, books)
    return _held(problems) if problems else decision


def _decide(basis: Basis, history: History, as_told: Order) -> Decision:
    gathered = _gather(basis, history)
    if gathered.problems:
        return _held((*gathered.problems, *store_total_problems(as_told)))
    documents = book(basis, gathered.pending, history, rounding=gathered.rounding)
    too_large = size_problems(documents)
    if too_large:
        return _held(too_large)
    if basis.shop is not None and (unrated := rate_problems(basis.order, documents)):
        return _held(unrated)
    settled = settle(basis, (*history.documents, *documents), history)
    if any(one.tender_id is None for one in settled.held):
        return _held(one for one in settled.held if one.tender_id is None)
    documents += settled.documents
    if not (documents or settled.settlements or settled.held):
        return Decision(nothing=NOTHING_NEW)
    return Decision(documents=documents, settlements=settled.settlements, held=settled.held)


def _only_order(group: Group, orders: Sequence[Order]) -> Order:
    if len(orders) != 1 or orders[0].currency != group.currency:
        raise ValueError(f"group {group.key} must be one order in {group.currency}")
    return orders[0]


def _held(problems: Iterable[Held]) -> Decision:
    return Decision(held=tuple({(one.cause, one.subject): one for one in problems}.values()))


def _gather(basis: Basis, history: History) -> _Gathered:
    order, mapping = basis.order, basis.mapping
    pending, problems = _place_agreements(basis, history)
    rounding = _place_rounding(basis, history, pending, problems)
    for one in pending:
        for _, lines in one.sides:
            taxed = (line.taxed for line in lines)
            problems += rounding_problems(order.name, taxed, smallest_unit(order.currency))
    posted = posted_amounts(history.documents, history.settlements)
    new_tenders = (tender for tender in net_tenders(order)[0] if tender.id not in posted)
    problems += tender_problems(order, new_tenders, mapping.gateways)
    problems += changed_agreement_problems(order, history.documents)
    problems += changed_rounding(order, history.documents)
    return _Gathered(pending=tuple(pending), rounding=tuple(rounding), problems=tuple(problems))


def _place_agreements(basis: Basis, history: History) -> tuple[list[PendingAgreement], list[Held]]:
    booked = {agreement_id for document in history.documents for agreement_id in document.agreements}
    pending: list[PendingAgreement] = []
    problems: list[Held] = []
    for agreement in basis.order.agreements:
        if agreement.id in booked:
            continue
        lines = []
        for line in agreement.lines:
            if books_nothing(line, basis.mapping):
                continue
            placed = place(basis.order, line, basis.mapping, basis.books)
            if isinstance(placed, PlacedLine):
                lines.append(placed)
            else:
                problems += placed
        if lines:
            pending.append(PendingAgreement(agreement=agreement, lines=tuple(lines)))
    return pending, problems


def _place_rounding(
    basis: Basis, history: History, pending: list[PendingAgreement], problems: list[Held]
) -> list[Rounding]:
    """Put cash rounding into the pending agreements it belongs to; returns what needs documents of its own."""
    left = []
    for tender, line in unbooked_rounding(basis.order, history.documents):
        placed = place(basis.order, line, basis.mapping, basis.books)
        if not isinstance(placed, PlacedLine):
            problems += placed
            continue
        agreement = rounded_agreement(tender, [one.agreement for one in pending])
        if agreement is None:
            left.append((tender, placed))
            continue
        position = next(at for at, one in enumerate(pending) if one.agreement is agreement)
        pending[position] = replace(pending[position], lines=(*pending[position].lines, placed))
    return left
