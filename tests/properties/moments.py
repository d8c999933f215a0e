"""When things happen in a store: no two deeds in the same second, and agreements trail their money."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from embedded_app.accounting.order import AgreementKind, Order

LAGS, GAPS = (0, 0, 1, 4), (1, 1, 2, 9)  # seconds; a store writes an agreement up to a second or so after its money


def apart(draw: random.Random, facts: Sequence[Order]) -> tuple[Order, ...]:
    """The life's facts with each deed some seconds after the one before, its agreements up to four after its money."""
    shifts: dict[str, timedelta] = {}
    cancelled = None
    clock = 0
    for at, order in enumerate(facts):
        lag = draw.choice(LAGS) if at else 0
        for agreement in order.agreements:
            late = 0 if agreement.kind is AgreementKind.PLACED else lag
            shifts.setdefault(agreement.id, timedelta(seconds=clock + late))
        for tender in order.tenders:
            shifts.setdefault(tender.id, timedelta(seconds=clock))
        if cancelled is None and order.cancelled_at is not None:
            cancelled = order.cancelled_at + timedelta(seconds=clock)
        clock += lag + draw.choice(GAPS)
    return tuple(_shifted(order, shifts, cancelled) for order in facts)


def _shifted(order: Order, shifts: dict[str, timedelta], cancelled: datetime | None) -> Order:
    return replace(
        order,
        agreements=tuple(replace(one, happened_at=one.happened_at + shifts[one.id]) for one in order.agreements),
        tenders=tuple(replace(one, processed_at=one.processed_at + shifts[one.id]) for one in order.tenders),
        cancelled_at=None if order.cancelled_at is None else cancelled,
        presented=None if order.presented is None else _shifted(order.presented, shifts, cancelled),
    )
