"""Money received beyond what is open, for the moment in which a store may still write what it was for."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnlyMapping
from datetime import datetime, timedelta
from decimal import Decimal

from embedded_app.accounting.allocations import Pair, Standing
from embedded_app.accounting.days import TRAILING
from embedded_app.accounting.documents import Document, DocumentKind
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.order import Tender


class Beyond:
    """What is no overpayment yet, oldest first."""

    def __init__(self) -> None:
        self._parts: list[tuple[Tender, Decimal]] = []

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum((amount for _, amount in self._parts), ZERO)

    def add(self, tender: Tender, amount: Decimal) -> None:
        """Keep what a tender brought beyond what was open; tenders come by moment."""
        self._parts.append((tender, amount))

    def take(self, due: Decimal, now: datetime) -> list[tuple[Tender, Decimal]]:
        """Take what an invoice that was written now is still due, from the money of the moment before it."""
        taken, left = [], []
        for tender, amount in self._parts:
            part = min(amount, due) if now - tender.processed_at <= TRAILING else ZERO
            due -= part
            if part:
                taken.append((tender, part))
            if amount > part:
                left.append((tender, amount - part))
        self._parts = left
        return taken

    def take_all(self) -> list[tuple[Tender, Decimal]]:
        """Take all of it, to make overpayments of."""
        taken, self._parts = self._parts, []
        return taken


def is_of_next_moment(invoice: datetime, credit: datetime, kind: DocumentKind) -> bool:
    """Whether credit of a moment is an overpayment that may have been meant for an invoice written at another."""
    return kind is DocumentKind.OVERPAYMENT and timedelta() <= invoice - credit <= TRAILING


def given_for_good(
    standing: Standing, documents: ReadOnlyMapping[str, Document], moments: ReadOnlyMapping[str, datetime]
) -> dict[Pair, Decimal]:
    """What overpayments gave to invoices of the next moment: as if it had been paid there, so it is not taken back."""
    return {
        pair: sum((one.amount for one in allocations), ZERO)
        for pair, allocations in standing.items()
        if allocations and is_of_next_moment(moments[pair[1]], moments[pair[0]], documents[pair[0]].kind)
    }
