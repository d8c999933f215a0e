"""An order's money as it is to be booked: tenders net of change, and why one of them, or all of them, must wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from embedded_app.accounting.documents import Books, Document, Held, Settlement
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.money import ZERO, Money, is_cents
from embedded_app.accounting.order import Order, Tender, TenderKind

# Roles of documents that stand for a tender themselves: overpayments, and money of orders placed before the start date.
TENDER_ROLES = ("O", "M")


def net_tenders(order: Order) -> tuple[list[Tender], list[Held]]:
    """The tenders by moment, net of change, without those of zero; and reasons to hold change that has no payment.

    A payment of 50.00 with 8.00 change is one payment of 42.00, and so is what was settled of it.
    """
    if not any(tender.kind is TenderKind.CHANGE for tender in order.tenders):
        moved = [tender for tender in order.tenders if tender.amount != 0]
        return sorted(moved, key=lambda tender: tender.processed_at), []
    change: dict[str, list[Tender]] = defaultdict(list)
    received = {tender.id for tender in order.tenders if tender.kind is TenderKind.RECEIVED}
    held = []
    for tender in order.tenders:
        if tender.kind is not TenderKind.CHANGE:
            continue
        if tender.parent_id in received:
            change[str(tender.parent_id)].append(tender)
        else:
            held.append(_change_without_payment(order, tender))
    netted = [
        _less(tender, change[tender.id]) if tender.id in change else tender
        for tender in order.tenders
        if tender.kind is not TenderKind.CHANGE
    ]
    netted.sort(key=lambda tender: tender.processed_at)
    return [tender for tender in netted if tender.amount != 0], held


def posted_amounts(documents: Iterable[Document], settled: Iterable[Settlement]) -> dict[str, Decimal]:
    """How much of each tender stands in the books, by tender id: settlements, overpayments, money without a sale."""
    posted: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for document in documents:
        if document.tender_id is not None and document.role[0] in TENDER_ROLES:
            posted[document.tender_id] += document.total
    for settlement in settled:
        if settlement.tender_id is not None:
            posted[settlement.tender_id] += settlement.amount
    return posted


def tender_problems(order: Order, tenders: Iterable[Tender], gateways: ReadOnlyMapping[str, str]) -> tuple[Held, ...]:
    """Why tenders, net of change, cannot be posted: unmapped gateways, fractions of a cent, more change than money."""
    problems = []
    for tender in tenders:
        if tender.gateway not in gateways:
            sentence = f"Payment gateway ‘{tender.gateway}’ has no Xero account yet. Choose one in the mapping."
            problems.append(Held(cause="unmapped gateway", subject=tender.gateway, sentence=sentence))
        if tender.amount < 0 or not is_cents(tender.amount):
            sentence = (
                f"The store records a payment by {tender.gateway} of {tender.amount:f} {order.currency}, which Xero "
                "cannot hold. Check the order's payments in the store, then retry."
            )
            problems.append(Held(cause="tender amount", subject=tender.id, sentence=sentence))
    return tuple(problems)


def changed_tenders(order: Order, tenders: Sequence[Tender], posted: ReadOnlyMapping[str, Decimal]) -> tuple[Held, ...]:
    """Tenders posted with another amount than they have now: change that came late, a rewritten payment."""
    now = {tender.id: tender.amount for tender in tenders}
    problems = []
    for tender_id, amount in posted.items():
        if now.get(tender_id, ZERO) != amount:
            sentence = (
                f"A payment already posted with {Money(amount, order.currency)} is now "
                f"{Money(now.get(tender_id, ZERO), order.currency)} in the store. Correct the payment in Xero by "
                "hand; until the two agree again, the order stays held."
            )
            problems.append(Held(cause="changed tender", subject=tender_id, sentence=sentence))
    return tuple(problems)


def is_bank(account: str, mapping: Mapping, books: Books) -> bool:
    """Whether a gateway's account is of type BANK: only there can money stand without a document it pays.

    Where the organisation's accounts were not read: unless it is the account of a kind of line (gift cards), since no
    line can be on a BANK account in Xero.
    """
    if books.bank_accounts is not None:
        return account in books.bank_accounts
    return account not in mapping.accounts.values() and account not in mapping.special.values()


def overpaid(order: Order, tender: Tender, open_amount: Decimal, *, foreign: bool) -> Held:
    """Why money waits where only part of it (open_amount) is owed and Xero cannot keep the rest as an overpayment.

    foreign: because the order is booked in another currency than its gateway's account; else the account is no bank
    account.
    """
    where = "in the currency of a bank account only" if foreign else "on bank accounts only"
    sentence = (
        f"{Money(tender.amount, order.currency)} was received by {tender.gateway}, but only "
        f"{Money(open_amount, order.currency)} of {order.name} is open, and Xero keeps overpayments {where}. Refund "
        "what is too much in the store, or add to the order what it was paid for."
    )
    return Held(cause="received beyond what is open", subject=tender.id, sentence=sentence, tender_id=tender.id)


def no_account_for_gains(order: Order, tender: Tender) -> Held:
    """Why a refund settled at another rate than its credit note waits: its difference has no account."""
    sentence = (
        f"The refund of {Money(tender.amount, order.currency)} by {tender.gateway} on {order.name} was settled at "
        "another rate than its credit note, and currency gains have no account yet. Choose one in the mapping."
    )
    return Held(cause="unmapped account", subject="currency gains", sentence=sentence, tender_id=tender.id)


def refund_without_document(order: Order, tender: Tender, open_amount: Decimal) -> Held:
    """Why money paid back waits: more of it went back than there is credit for (open_amount)."""
    amount = Money(tender.amount, order.currency)
    records = (
        "no return or refund of goods" if open_amount == 0 else f"returns of only {Money(open_amount, order.currency)}"
    )
    sentence = (
        f"{amount} was refunded by {tender.gateway}, but the store records {records}. "
        f"Record in the store what it was refunded for, or enter it in Xero by hand. Order {order.name}."
    )
    return Held(cause="refund without document", subject=tender.id, sentence=sentence, tender_id=tender.id)


def refund_of_locked_credit(order: Order, tender: Tender, lock_date: date) -> Held:
    """Why money paid back waits: its credit was allocated, and both documents lie in a closed period."""
    sentence = (
        f"{Money(tender.amount, order.currency)} was refunded by {tender.gateway}, but the credit of {order.name} was "
        f"allocated within a closed period (until {lock_date.isoformat()}), where it cannot be taken back. Move the "
        "lock date in Xero and retry, or enter the refund in Xero by hand."
    )
    return Held(cause="locked allocation", subject=tender.id, sentence=sentence, tender_id=tender.id)


def _less(tender: Tender, change: Sequence[Tender]) -> Tender:
    """A payment without its change; what was settled is unknown where that of any of the two is."""
    settled = [one.settled for one in (tender, *change) if one.settled is not None]
    return replace(
        tender,
        amount=tender.amount - sum((one.amount for one in change), ZERO),
        settled=settled[0] - sum(settled[1:], ZERO) if len(settled) == 1 + len(change) else None,
    )


def _change_without_payment(order: Order, tender: Tender) -> Held:
    sentence = (
        f"{Money(tender.amount, order.currency)} of change was handed back on {order.name}, but the store records no "
        "payment it belongs to. Check the order's payments in the store, then retry."
    )
    return Held(cause="change without payment", subject=tender.id, sentence=sentence, tender_id=tender.id)
