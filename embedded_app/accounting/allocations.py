"""Which open credit goes to which open invoice, and what of it has to be made, taken back, or led through clearing.

What stands at the end is a function of what money left open. Allocations give way to money and are taken back where it
needs the room; only where both documents lie in a closed period does Xero forbid that, so those stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from embedded_app.accounting.basis import Basis
from embedded_app.accounting.currency import base_amount
from embedded_app.accounting.days import first_open_day, is_closed, true_day_text
from embedded_app.accounting.documents import Books, Document, Held, Settlement, SettlementKind
from embedded_app.accounting.money import ZERO, Money
from embedded_app.accounting.order import TenderKind

Pair = tuple[str, str]  # the role of the credit, the role of the invoice
Standing = dict[Pair, list[Settlement]]


def standing_allocations(settled: Sequence[Settlement]) -> Standing:
    """The allocations made and not taken back, by the documents they join."""
    standing: Standing = defaultdict(list)
    for settlement in settled:
        pair = settlement.role, str(settlement.to_role)
        if settlement.kind is SettlementKind.ALLOCATION:
            standing[pair].append(settlement)
        elif settlement.kind is SettlementKind.ALLOCATION_REMOVAL:
            standing[pair] = [one for one in standing[pair] if one.ordinal != settlement.ordinal]
    return standing


def pinned_allocations(
    standing: Standing, documents: ReadOnlyMapping[str, Document], books: Books
) -> dict[Pair, Decimal]:
    """What is allocated between documents that both lie in a closed period, where it cannot be taken back."""
    return {
        pair: sum((one.amount for one in allocations), ZERO)
        for pair, allocations in standing.items()
        if allocations and is_closed(_later(documents, pair), books)
    }


def take(open_amounts: dict[str, Decimal], roles: Sequence[str], amount: Decimal) -> list[tuple[str, Decimal]]:
    """Take an amount from open amounts, in the order of roles, as far as there is any."""
    taken = []
    for role in roles:
        part = min(open_amounts[role], amount)
        if part > 0:
            open_amounts[role] -= part
            amount -= part
            taken.append((role, part))
    return taken


def wanted_allocations(due: dict[str, Decimal], credit: dict[str, Decimal]) -> dict[Pair, Decimal]:
    """Left credit on left dues, oldest to oldest: a function of what is left alone, whatever was allocated before.

    due and credit: what is open by role, oldest first.
    """
    due, wanted = dict(due), {}
    for credit_role, left in credit.items():
        if left:
            for role, part in take(due, list(due), left):
                wanted[credit_role, role] = part
    return wanted


def allocation_changes(
    basis: Basis,
    documents: ReadOnlyMapping[str, Document],
    settled: Sequence[Settlement],
    standing: Standing,
    wanted: dict[Pair, Decimal],
) -> tuple[list[Settlement], list[Settlement], list[Held]]:
    """What to take back, what to make, and why not all of it can be, so that what stands is what is wanted.

    standing: without what is pinned. Where both documents of a new allocation are closed, the credit is refunded and
    the invoice paid by the same amount on the first open day.
    """
    removals = []
    for pair, allocations in standing.items():
        while sum(allocation.amount for allocation in allocations) > wanted.get(pair, ZERO):
            removals.append(replace(allocations.pop(), kind=SettlementKind.ALLOCATION_REMOVAL))
    made: list[Settlement] = []
    held: list[Held] = []
    for pair, amount in wanted.items():
        missing = amount - sum((allocation.amount for allocation in standing.get(pair, ())), ZERO)
        if missing <= 0:
            continue
        if not is_closed(_later(documents, pair), basis.books):
            made.append(_allocation(documents, pair, missing, settled))
        elif (account := _clearing(basis)) is not None:
            made += _through_clearing(basis, documents, pair, missing, account, (*settled, *made))
        else:
            held.append(_no_clearing(documents, pair, missing, basis.books))
    return removals, made, held


def _later(documents: ReadOnlyMapping[str, Document], pair: Pair) -> date:
    return max(documents[pair[0]].date, documents[pair[1]].date)


def _allocation(
    documents: ReadOnlyMapping[str, Document], pair: Pair, amount: Decimal, settled: Sequence[Settlement]
) -> Settlement:
    made = [one for one in settled if one.kind is SettlementKind.ALLOCATION and (one.role, one.to_role) == pair]
    return Settlement(
        kind=SettlementKind.ALLOCATION,
        role=pair[0],
        to_role=pair[1],
        amount=amount,
        date=_later(documents, pair),
        reference=f"{documents[pair[0]].number} to {documents[pair[1]].number}",
        ordinal=_next_ordinal(made),
    )


def _clearing(basis: Basis) -> str | None:
    """The account of the gateway that the order's money last went through, and in whose currency it can be booked."""
    accounts = [
        basis.mapping.gateways.get(tender.gateway)
        for tender in sorted(basis.order.tenders, key=lambda tender: tender.processed_at, reverse=True)
        if tender.kind is not TenderKind.CHANGE
    ]
    return next((one for one in accounts if one is None or basis.takes_money_on(one)), None)


def _through_clearing(
    basis: Basis,
    documents: ReadOnlyMapping[str, Document],
    pair: Pair,
    amount: Decimal,
    account: str,
    settled: Sequence[Settlement],
) -> tuple[Settlement, Settlement]:
    credit, invoice = documents[pair[0]], documents[pair[1]]
    own_currency = basis.books.currency_of(account) == invoice.currency
    in_base = None if own_currency else base_amount(amount, invoice)
    day_text = true_day_text(_later(documents, pair), basis.books)
    legs = (SettlementKind.REFUND, credit.role), (SettlementKind.PAYMENT, invoice.role)
    refund, payment = (
        Settlement(
            kind=kind,
            role=role,
            amount=amount,
            date=first_open_day(_later(documents, pair), basis.books),
            reference=f"{documents[role].number} closed with {other.number}{_again(ordinal)}{day_text}",
            ordinal=ordinal,
            account=account,
            bank_amount=in_base,
        )
        for (kind, role), other in zip(legs, (invoice, credit), strict=True)
        for ordinal in (
            _next_ordinal(one for one in settled if (one.kind, one.role, one.tender_id) == (kind, role, None)),
        )
    )
    return refund, payment


def _next_ordinal(alike: Iterable[Settlement]) -> int:
    return 1 + max((one.ordinal for one in alike), default=0)


def _again(ordinal: int) -> str:
    return "" if ordinal == 1 else f" {ordinal}"


def _no_clearing(documents: ReadOnlyMapping[str, Document], pair: Pair, amount: Decimal, books: Books) -> Held:
    credit, invoice = documents[pair[0]], documents[pair[1]]
    sentence = (
        f"{Money(amount, credit.currency)} of {credit.number} would have to be allocated to {invoice.number}, but both "
        f"lie in a closed period (until {books.lock_date}) and no money of the order tells a clearing account to lead "
        "it through. Move the lock date in Xero, then retry."
    )
    return Held(cause="locked allocation", subject=f"{credit.number} and {invoice.number}", sentence=sentence)
