"""Cash rounding: what a till rounded a payment by, as a line without tax that makes the order equal its money.

A store declares it on the payment (Shopify: amountRoundingSet), not in its revenue ledger. Whether the payment's amount
contains it is not documented, so the order's own totals decide: both readings are tried, and where neither fits the
order is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from embedded_app.accounting.days import TRAILING
from embedded_app.accounting.documents import Document, Held
from embedded_app.accounting.ledgers import SINCE_EVER, known_since, tender_sign
from embedded_app.accounting.money import ZERO, Money
from embedded_app.accounting.order import Agreement, AgreementKind, LineKind, Order, SaleLine, Tender, TenderKind

_SOURCE = "#rounding"


def with_rounding(order: Order) -> Order | Held:
    """The order with each tender's amount as the money that moved, and its rounding signed like what is owed.

    A store whose revenue ledger has rounding lines tells the same thing twice: those lines count, not the tenders'.
    """
    if not any(tender.rounding for tender in order.tenders):
        return order
    lines = (line for agreement in order.agreements for line in agreement.lines)
    if any(line.kind is LineKind.ROUNDING for line in lines):
        return replace(order, tenders=tuple(replace(tender, rounding=ZERO) for tender in order.tenders))
    effect = declared_rounding(order)
    if effect != order.totals.rounding:
        return _held(order, f"its payments declare {_money(order, effect)}")
    contained = _is_contained(order)
    if contained is None:
        return _held(order, "what was paid fits the order neither with it nor without it")
    return replace(order, tenders=tuple(_as_moved(tender, contained) for tender in order.tenders))


def as_moved(told: Order, shop: Order) -> tuple[Order, Order | None] | Held:
    """The order as it is told and, where that is in another currency, in the shop's, both with their rounding.

    Coins are the shop's own: what it settled is told like its amounts, with the rounding in it or beside it.
    """
    moved = with_rounding(told)
    if told is shop or isinstance(moved, Held):
        return moved if isinstance(moved, Held) else (moved, None)
    in_shop = with_rounding(shop)
    if isinstance(in_shop, Held):
        return in_shop
    amounts = {tender.id: tender.amount for tender in shop.tenders}
    beside = {tender.id: tender.amount - amounts[tender.id] for tender in in_shop.tenders}
    tenders = tuple(_settled_with(tender, beside.get(tender.id, ZERO)) for tender in moved.tenders)
    return replace(moved, tenders=tenders), in_shop


def declared_rounding(order: Order) -> Decimal:
    """All cash rounding the order's payments declare, refunds' taken off, as the store's own total counts it."""
    return sum((tender_sign(tender.kind) * tender.rounding for tender in order.tenders), ZERO)


def unbooked_rounding(order: Order, documents: Sequence[Document]) -> list[tuple[Tender, SaleLine]]:
    """The rounding lines that no document has yet, each with its tender; order: as `with_rounding` gave it."""
    if not any(tender.rounding for tender in order.tenders):
        return []
    booked = {source for document in documents for line in document.lines for source in line.sources}
    return [
        (tender, _line(tender)) for tender in order.tenders if tender.rounding and rounding_source(tender) not in booked
    ]


def changed_rounding(order: Order, documents: Sequence[Document]) -> tuple[Held, ...]:
    """Rounding that stands in documents otherwise than the store states it now; order: as `with_rounding` gave it."""
    voided = {document.reverses for document in documents if document.reverses}
    booked: dict[str, Decimal] = {}
    for document in documents:
        for line in document.lines if document.role not in voided else ():
            for source in line.sources:
                if source.endswith(_SOURCE):
                    booked[source] = booked.get(source, ZERO) + document.sign * line.gross
    now = {rounding_source(tender): tender.rounding for tender in order.tenders}
    return tuple(
        Held(
            cause="changed tender",
            subject=source.removesuffix(_SOURCE),
            sentence=f"{order.name} was posted with cash rounding of {_money(order, amount)}, and the store now states "
            f"{_money(order, now.get(source, ZERO))}. Correct the document in Xero by hand, then leave the order out.",
        )
        for source, amount in booked.items()
        if now.get(source, ZERO) != amount
    )


def rounding_source(tender: Tender) -> str:
    """What stands for a tender's rounding among a document line's sources."""
    return f"{tender.id}{_SOURCE}"


def rounded_agreement(tender: Tender, pending: Sequence[Agreement]) -> Agreement | None:
    """Which agreement that is not booked yet a tender's rounding belongs to; None where it needs its own document.

    Only one of the tender's own moment, for another may have been posted before the money moved: money received rounded
    the first of them that asks for money, money paid back the newest that gives some.
    """
    of_its_moment = [one for one in pending if _is_of_moment(one, tender.processed_at)]
    if tender.kind is TenderKind.RECEIVED:
        return next((one for one in of_its_moment if one.gross > abs(tender.rounding)), None)
    return next((one for one in reversed(of_its_moment) if -one.gross > abs(tender.rounding)), None)


def _is_of_moment(agreement: Agreement, moment: datetime) -> bool:
    """Whether money that moved at a moment came with the agreement; a checkout takes it before the order is there."""
    return known_since(agreement) <= moment <= agreement.happened_at + TRAILING


def _is_contained(order: Order) -> bool | None:
    """Whether amounts contain the rounding: what first fitted, at any moment since money was first rounded.

    Of agreements within reach of a payment nobody knows which of them it was for: all, none, the first, and so on.
    None where nothing ever fitted, or both readings did at once.
    """
    moves = sorted(order.tenders, key=lambda tender: tender.processed_at)  # ties keep the store's own order
    looks = [(one.processed_at, at) for at, one in enumerate(moves, start=1)]
    looks += [
        (one.happened_at, sum(move.processed_at <= one.happened_at for move in moves)) for one in order.agreements
    ]
    for moment, known in sorted(looks):
        paid = sum((tender_sign(one.kind) * one.amount for one in moves[:known]), ZERO)
        rounding = sum((tender_sign(one.kind) * one.rounding for one in moves[:known]), ZERO)
        readings = {owed != paid for owed in _owed(order, moment) if paid in (owed, owed + rounding)}
        if rounding and readings:
            return readings.pop() if len(readings) == 1 else None
    return None


def _owed(order: Order, moment: datetime) -> list[Decimal]:
    """What may have been owed by those who paid at a moment: what was agreed well before, and of the rest ever more."""
    agreed = sorted(order.agreements, key=_since)
    surely = sum(_since(one) + TRAILING < moment for one in agreed)
    perhaps = sum(known_since(one) <= moment for one in agreed)
    return list(accumulate((one.gross for one in agreed), initial=ZERO))[surely : perhaps + 1]


def _since(agreement: Agreement) -> datetime:
    return SINCE_EVER if agreement.kind is AgreementKind.PLACED else agreement.happened_at


def _as_moved(tender: Tender, contained: bool) -> Tender:
    amount = tender.amount if contained else tender.amount + tender.rounding
    return replace(tender, amount=amount, rounding=tender_sign(tender.kind) * tender.rounding)


def _settled_with(tender: Tender, beside: Decimal) -> Tender:
    return tender if tender.settled is None else replace(tender, settled=tender.settled + beside)


def _line(tender: Tender) -> SaleLine:
    return SaleLine(
        id=rounding_source(tender), kind=LineKind.ROUNDING, title="Cash rounding", quantity=0, gross=tender.rounding
    )


def _money(order: Order, amount: Decimal) -> Money:
    return Money(amount, order.currency)


def _held(order: Order, what: str) -> Held:
    sentence = (
        f"The store rounded {order.name} by {_money(order, order.totals.rounding)} for cash, but {what}. Check the "
        "order's payments in the store; it is tried again when the order changes."
    )
    return Held(cause="cash rounding", subject=order.id, sentence=sentence)
