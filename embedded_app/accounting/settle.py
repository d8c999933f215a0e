"""Which tender pays or refunds which document, and which credit is allocated to which invoice.

The end state is computed afresh from all documents and all tenders; what is written is its difference to what was
settled before. Payments and refunds stay where they are once decided; allocations give way to money and are taken back
where money needs the room, so what was posted first does not matter for what stays open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as ReadOnlyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from embedded_app.accounting.days import first_open_day, true_day_text
from embedded_app.accounting.documents import (
    Books,
    Document,
    DocumentKind,
    Held,
    Settlement,
    SettlementKind,
)
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Order, Tender, TenderKind
from embedded_app.accounting.tenders import changed_tenders, net_tenders, nothing_to_settle

# A store writes an agreement up to a second or so after the money of the same act, also over midnight.
TRAILING = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What to settle now, in posting order. held: with a tender_id that tender waits, else the whole order does."""

    settlements: tuple[Settlement, ...] = ()
    held: tuple[Held, ...] = ()


def settle(
    order: Order,
    documents: Sequence[Document],
    settled: Sequence[Settlement],
    *,
    gateways: ReadOnlyMapping[str, str],
    books: Books,
) -> Settled:
    """Settle an order's documents (all of them, in order of decision) on top of what was settled before.

    gateways: the account of each gateway; every tender's gateway must be in it.
    """
    tenders, held = net_tenders(order)
    changed = changed_tenders(order, tenders, settled)
    if changed:
        return Settled(held=changed)
    due, credit = _open_before_allocations(documents, settled)
    moments = _moments(order, documents)
    posted = {settlement.tender_id for settlement in settled}
    money: list[Settlement] = []
    for tender in tenders:
        if tender.id in posted:
            continue
        open_amounts, roles = (
            (due, list(due)) if tender.kind is TenderKind.RECEIVED else (credit, _refundable(credit, moments, tender))
        )
        if sum(open_amounts.values()) < tender.amount:
            held.append(nothing_to_settle(order, tender, sum(open_amounts.values(), ZERO)))
            continue
        for role, amount in _take(open_amounts, roles, tender.amount):
            money.append(
                _money_settlement(order, tender, _by_role(documents, role), amount, gateways[tender.gateway], books)
            )
    removals, allocations = _allocation_changes(documents, settled, _wanted_allocations(due, credit))
    held.extend(_locked(documents, (*removals, *allocations), books))
    return Settled(settlements=(*removals, *money, *allocations), held=tuple(held))


def _open_before_allocations(
    documents: Sequence[Document], settled: Sequence[Settlement]
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What money and credit can still go to, in order of decision: due on invoices, credit on credit notes."""
    voided = {document.reverses for document in documents if document.kind is DocumentKind.VOID}
    due = {d.role: d.total for d in documents if d.kind is DocumentKind.INVOICE and d.role not in voided}
    credit = {d.role: d.total for d in documents if d.kind is DocumentKind.CREDIT_NOTE}
    for settlement in settled:
        if settlement.kind is SettlementKind.PAYMENT:
            due[settlement.role] -= settlement.amount
        elif settlement.kind is SettlementKind.REFUND:
            credit[settlement.role] -= settlement.amount
    return due, credit


def _moments(order: Order, documents: Sequence[Document]) -> dict[str, datetime]:
    """When the agreements of each document happened, by role."""
    happened = {agreement.id: agreement.happened_at for agreement in order.agreements}
    return {d.role: min(happened[agreement_id] for agreement_id in d.agreements) for d in documents}


def _refundable(
    credit: ReadOnlyMapping[str, Decimal], moments: ReadOnlyMapping[str, datetime], tender: Tender
) -> list[str]:
    """Credit notes as a refund takes them: newest first of those there were when it was paid, then later ones."""
    roles = sorted(credit, key=lambda role: moments[role])  # a stable sort: ties keep the order of decision
    known = [role for role in roles if moments[role] <= tender.processed_at + TRAILING]
    return known[::-1] + roles[len(known) :]


def _take(open_amounts: dict[str, Decimal], roles: Sequence[str], amount: Decimal) -> list[tuple[str, Decimal]]:
    """Take an amount from open amounts, in the order of roles; the caller made sure that it is there."""
    taken = []
    for role in roles:
        part = min(open_amounts[role], amount)
        if part > 0:
            open_amounts[role] -= part
            amount -= part
            taken.append((role, part))
    return taken


def _money_settlement(
    order: Order, tender: Tender, document: Document, amount: Decimal, account: str, books: Books
) -> Settlement:
    day = order.local_day(tender.processed_at)
    kind = SettlementKind.PAYMENT if tender.kind is TenderKind.RECEIVED else SettlementKind.REFUND
    return Settlement(
        kind=kind,
        role=document.role,
        amount=amount,
        date=first_open_day(max(day, document.date), books),
        reference=f"{document.number} {tender.id.rsplit('/', 1)[-1]}{true_day_text(day, books)}",
        tender_id=tender.id,
        account=account,
    )


def _wanted_allocations(due: dict[str, Decimal], credit: dict[str, Decimal]) -> dict[tuple[str, str], Decimal]:
    """Left credit on left dues, oldest to oldest: a function of what is left alone, whatever was allocated before."""
    due, wanted = dict(due), {}
    for credit_role, left in credit.items():
        for role, part in _take(due, list(due), left):
            wanted[credit_role, role] = part
    return wanted


def _allocation_changes(
    documents: Sequence[Document], settled: Sequence[Settlement], wanted: dict[tuple[str, str], Decimal]
) -> tuple[list[Settlement], list[Settlement]]:
    """The allocations to take back and those to make, so that what stands is what is wanted."""
    standing = _standing_allocations(settled)
    made: dict[tuple[str, str], int] = defaultdict(int)
    for settlement in settled:
        if settlement.kind is SettlementKind.ALLOCATION:
            made[settlement.role, str(settlement.to_role)] += 1
    removals = []
    for pair, allocations in standing.items():
        while sum(allocation.amount for allocation in allocations) > wanted.get(pair, ZERO):
            removals.append(replace(allocations.pop(), kind=SettlementKind.ALLOCATION_REMOVAL))
    new = []
    for pair, amount in wanted.items():
        missing = amount - sum((allocation.amount for allocation in standing.get(pair, ())), ZERO)
        if missing > 0:
            credit_note, invoice = _by_role(documents, pair[0]), _by_role(documents, pair[1])
            new.append(_allocation(credit_note, invoice, missing, made[pair] + 1))
    return removals, new


def _standing_allocations(settled: Sequence[Settlement]) -> dict[tuple[str, str], list[Settlement]]:
    standing: dict[tuple[str, str], list[Settlement]] = defaultdict(list)
    for settlement in settled:
        pair = settlement.role, str(settlement.to_role)
        if settlement.kind is SettlementKind.ALLOCATION:
            standing[pair].append(settlement)
        elif settlement.kind is SettlementKind.ALLOCATION_REMOVAL:
            standing[pair] = [one for one in standing[pair] if one.ordinal != settlement.ordinal]
    return standing


def _allocation(credit_note: Document, invoice: Document, amount: Decimal, ordinal: int) -> Settlement:
    return Settlement(
        kind=SettlementKind.ALLOCATION,
        role=credit_note.role,
        to_role=invoice.role,
        amount=amount,
        date=max(credit_note.date, invoice.date),
        reference=f"{credit_note.number} to {invoice.number}",
        ordinal=ordinal,
    )


def _locked(documents: Sequence[Document], changes: Sequence[Settlement], books: Books) -> list[Held]:
    """An allocation has the later date of its two documents: none is made or taken back where both are locked."""
    held = []
    for change in changes:
        if books.lock_date is not None and change.date <= books.lock_date:
            verb = "allocated to" if change.kind is SettlementKind.ALLOCATION else "taken back from"
            numbers = f"{_by_role(documents, change.role).number} and {_by_role(documents, str(change.to_role)).number}"
            sentence = (
                f"{change.amount:f} of credit note {_by_role(documents, change.role).number} would have to be {verb} "
                f"{_by_role(documents, str(change.to_role)).number}, but both lie in a closed period (until "
                f"{books.lock_date.isoformat()}). Move the lock date in Xero, then retry."
            )
            held.append(Held(cause="locked allocation", subject=numbers, sentence=sentence))
    return held


def _by_role(documents: Sequence[Document], role: str) -> Document:
    return next(document for document in documents if document.role == role)
