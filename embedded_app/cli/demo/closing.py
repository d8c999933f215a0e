"""The end of the day: what the store says its orders come to, against what stands in Xero's books.

Neither side is the program's own: the store sums its orders, Xero its documents and payments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.cli.demo.lines import money
from embedded_app.sandbox.shopify import Shop
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import OPEN_STATUSES, Document

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sales with tax, the tax in them, and the money that moved, in one currency; credits and refunds taken off."""

    sales: Decimal = ZERO
    tax: Decimal = ZERO
    money: Decimal = ZERO

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(sales=self.sales + other.sales, tax=self.tax + other.tax, money=self.money + other.money)

    def less(self, other: Sums) -> Sums:
        """What this has more than the other."""
        return Sums(sales=self.sales - other.sales, tax=self.tax - other.tax, money=self.money - other.money)


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """One currency's day. held: what the held orders still lack in Xero, a known part of the difference."""

    currency: str
    store: Sums
    xero: Sums
    held: Sums

    @property
    def equal(self) -> bool:
        """Whether everything that is not held is in Xero, to the cent."""
        return self.store == self.xero.plus(self.held)

    def line(self) -> str:
        """The closing line."""
        parts = (
            self._part("store total", "Xero total", self.store.sales, self.xero.sales, self.held.sales),
            self._part("VAT", "", self.store.tax, self.xero.tax, self.held.tax),
            self._part("money", "", self.store.money, self.xero.money, self.held.money),
        )
        verdict = "equal" if self.equal else "NOT EQUAL"
        return f"{self.currency}  " + "   ".join((*parts, verdict))

    @staticmethod
    def _part(name: str, other: str, store: Decimal, xero: Decimal, held: Decimal) -> str:
        sign = "=" if store == xero + held else "≠"
        beyond = f" + held {money(held)}" if held else ""
        return f"{name} {money(store)} {sign} {other + ' ' if other else ''}{money(xero)}{beyond}"


def close(shop: Shop, organisation: Organisation, held_numbers: dict[str, list[str]]) -> list[Close]:
    """The day's end in each currency. held_numbers: of each held order of the store, its documents in Xero.

    The caller holds the lock of the books.
    """
    with shop.world.lock:
        orders = [order for order in shop.orders.values() if not order.test]
    documents = organisation.documents()
    currencies = sorted({order.currency for order in orders} | {document.currency for document in documents})
    closes = []
    for currency in currencies:
        of_currency = [order for order in orders if order.currency == currency]
        held = ZERO_SUMS
        for order in of_currency:
            if order.id in held_numbers:
                posted = [organisation.document(number) for number in held_numbers[order.id]]
                held = held.plus(_of_orders([order]).less(_of_documents(posted)))
        in_xero = _of_documents(document for document in documents if document.currency == currency)
        closes.append(Close(currency=currency, store=_of_orders(of_currency), xero=in_xero, held=held))
    return closes


def _of_orders(orders: Iterable[StoredOrder]) -> Sums:
    total = ZERO_SUMS
    for order in orders:
        total = total.plus(Sums(sales=order.current_total, tax=order.current_tax, money=order.net_payment))
    return total


def _of_documents(documents: Iterable[Document]) -> Sums:
    """Invoices less credit notes, and payments on the one less payments on the other; what is voided counts nowhere."""
    total = ZERO_SUMS
    for document in documents:
        sign = document.kind.sign
        stands = document.status in OPEN_STATUSES
        total = total.plus(
            Sums(
                sales=sign * document.total if stands else ZERO,
                tax=sign * document.total_tax if stands else ZERO,
                money=sign * document.paid,
            )
        )
    return total


ZERO_SUMS = Sums()
