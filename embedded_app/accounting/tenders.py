"""An order's money as it is to be booked: tenders net of change, and why one of them, or all of them, must wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as ReadOnlyMapping
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.documents import Held, Settlement
from embedded_app.accounting.money import ZERO, Money, is_cents
from embedded_app.accounting.order import Order, Tender, TenderKind


def net_tenders(order: Order) -> tuple[list[Tender], list[Held]]:
    """The tenders by moment, net of change, without those of zero; and reasons to hold change that has no payment.

    A payment of 50.00 with 8.00 change is one payment of 42.00.
    """
    change: dict[str, Decimal] = defaultdict(lambda: ZERO)
    received = {tender.id for tender in order.tenders if tender.kind is TenderKind.RECEIVED}
    held = []
    for tender in order.tenders:
        if tender.kind is not TenderKind.CHANGE:
            continue
        if tender.parent_id in received:
            change[str(tender.parent_id)] += tender.amount
        else:
            held.append(_change_without_payment(order, tender))
    netted = [
        replace(tender, amount=tender.amount - change[tender.id]) if tender.id in change else tender
        for tender in order.tenders
        if tender.kind is not TenderKind.CHANGE
    ]
    netted.sort(key=lambda tender: tender.processed_at)
    return [tender for tender in netted if tender.amount != 0], held


def tender_problems(
    order: Order, settled: Sequence[Settlement], gateways: ReadOnlyMapping[str, str]
) -> tuple[Held, ...]:
    """Why tenders not posted yet cannot be: unmapped gateways, fractions of a cent, more change than money."""
    posted = {settlement.tender_id for settlement in settled}
    problems = []
    for tender in net_tenders(order)[0]:
        if tender.id in posted:
            continue
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


def changed_tenders(order: Order, tenders: Sequence[Tender], settled: Sequence[Settlement]) -> tuple[Held, ...]:
    """Tenders posted with another amount than they have now: change that came late, a rewritten payment."""
    posted: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for settlement in settled:
        if settlement.tender_id is not None:
            posted[settlement.tender_id] += settlement.amount
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


def nothing_to_settle(order: Order, tender: Tender, open_amount: Decimal) -> Held:
    """Why a tender waits: more money came in, or went back, than documents are open for (open_amount)."""
    amount = Money(tender.amount, order.currency)
    if tender.kind is TenderKind.RECEIVED:
        sentence = (
            f"{amount} was received by {tender.gateway}, but only {Money(open_amount, order.currency)} of "
            f"{order.name} is open. Refund what is too much in the store, or add to the order what it was paid for."
        )
        return Held(cause="received beyond what is open", subject=tender.id, sentence=sentence, tender_id=tender.id)
    records = (
        "no return or refund of goods" if open_amount == 0 else f"returns of only {Money(open_amount, order.currency)}"
    )
    sentence = (
        f"{amount} was refunded by {tender.gateway}, but the store records {records}. "
        f"Record in the store what it was refunded for, or enter it in Xero by hand. Order {order.name}."
    )
    return Held(cause="refund without document", subject=tender.id, sentence=sentence, tender_id=tender.id)


def _change_without_payment(order: Order, tender: Tender) -> Held:
    sentence = (
        f"{Money(tender.amount, order.currency)} of change was handed back on {order.name}, but the store records no "
        "payment it belongs to. Check the order's payments in the store, then retry."
    )
    return Held(cause="change without payment", subject=tender.id, sentence=sentence, tender_id=tender.id)
