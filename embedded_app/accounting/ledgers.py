"""Whether a store's own ledgers can be relied on: its totals agree with them, and what was booked has not changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from embedded_app.accounting.days import TRAILING
from embedded_app.accounting.documents import Document, Held
from embedded_app.accounting.facts import agreement_hash
from embedded_app.accounting.money import ZERO, Money
from embedded_app.accounting.order import Agreement, AgreementKind, LineKind, Order, SaleLine, TenderKind

SINCE_EVER = datetime.min.replace(tzinfo=UTC)
# Kinds a store may leave out of its totals although its ledger has them; either reading is accepted.
_OUTSIDE_TOTALS = frozenset({LineKind.ADJUSTMENT, LineKind.ROUNDING})


def store_total_problems(order: Order) -> tuple[Held, ...]:
    """Invariant 4: where the store's own totals and its ledgers disagree, with both figures."""
    every = [line for agreement in order.agreements for line in agreement.lines]
    placed = [
        line for agreement in order.agreements if agreement.kind is AgreementKind.PLACED for line in agreement.lines
    ]
    money = sum((tender_sign(tender.kind) * tender.amount for tender in order.tenders), ZERO)
    problems = []
    for name, total, lines in (("original", order.totals.original, placed), ("current", order.totals.current, every)):
        summed = sum((line.gross for line in lines), ZERO)
        if total != summed and total not in _other_readings(lines, summed):
            problems.append(_disagreement(order, f"{name} total", total, summed))
    paid = order.totals.net_payment
    if paid != money and paid != money + sum((tender_sign(one.kind) * one.rounding for one in order.tenders), ZERO):
        problems.append(_disagreement(order, "net payment", paid, money))
    return tuple(problems)


def changed_agreement_problems(order: Order, documents: Iterable[Document]) -> tuple[Held, ...]:
    """Invariant 5: agreements that were booked and are now different, or gone."""
    now = {agreement.id: agreement for agreement in order.agreements}
    problems = {}
    for document in documents:
        for agreement_id, booked_hash in document.agreements.items():
            agreement = now.get(agreement_id)
            if agreement is not None and agreement_hash(agreement) == booked_hash:
                continue
            what = "was removed from" if agreement is None else "was changed in"
            problems[agreement_id] = Held(
                cause="changed past agreement",
                subject=agreement_id,
                sentence=(
                    f"What {document.number} was posted for {what} the store afterwards. Correct it in Xero by hand; "
                    "until the two agree again, the order stays held."
                ),
            )
    return tuple(problems.values())


def made_at(agreement: Agreement) -> datetime:
    """When an agreement came to be, as money sees it: a checkout takes money before the order is there."""
    return SINCE_EVER if agreement.kind is AgreementKind.PLACED else agreement.happened_at


def known_since(agreement: Agreement) -> datetime:
    """Since when money may have been meant for an agreement.

    A store writes an agreement up to a second or so after the money of the same act.
    """
    return SINCE_EVER if agreement.kind is AgreementKind.PLACED else agreement.happened_at - TRAILING


def moments_of(order: Order, documents: Iterable[Document]) -> dict[str, datetime]:
    """Since when there is each document, by role: that of its agreement, or of the tender it stands for."""
    made = {one.id: made_at(one) for one in order.agreements}
    paid = {one.id: one.processed_at for one in order.tenders}
    return {
        one.role: min((made[agreement_id] for agreement_id in one.agreements), default=None)
        or paid.get(str(one.tender_id), SINCE_EVER)
        for one in documents
    }


def tender_sign(kind: TenderKind) -> int:
    """+1 for money that came in, −1 for money that went back, change included."""
    return 1 if kind is TenderKind.RECEIVED else -1


def _other_readings(lines: Sequence[SaleLine], every: Decimal) -> tuple[Decimal, ...]:
    """What the lines add up to without kinds a store may leave out of its totals."""
    outside = {kind: sum((line.gross for line in lines if line.kind is kind), ZERO) for kind in _OUTSIDE_TOTALS}
    return *(every - amount for amount in outside.values()), every - sum(outside.values(), ZERO)


def _disagreement(order: Order, name: str, total: Decimal, summed: Decimal) -> Held:
    sentence = (
        f"The store gives {Money(total, order.currency)} as {name} of {order.name}, but its entries add up to "
        f"{Money(summed, order.currency)}. Nothing is posted until the two agree; it is tried again when the order "
        "changes."
    )
    return Held(cause="store totals disagree", subject=f"{order.id} {name}", sentence=sentence)
