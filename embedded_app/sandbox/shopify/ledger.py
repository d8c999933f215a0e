"""What a store keeps of an order: its header and its two ledgers, in Shopify's own words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from embedded_app.sandbox.shopify.buyers import Buyer, Presentment, Terms
from embedded_app.sandbox.shopify.cents import ZERO, unit_of
from embedded_app.sandbox.shopify.entries import Agreement, Sale, Transaction, number_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTotals:
    """Totals that a test states instead of letting the store sum its ledgers.

    rounding: of cash, payments' less refunds'. presented: the same totals in the customer's currency.
    """

    original: Decimal
    current: Decimal
    net_payment: Decimal
    rounding: Decimal = ZERO
    presented: StatedTotals | None = None


@dataclass(slots=True, kw_only=True)
class StoredOrder:
    """An order in the store. The ledgers only grow; totals are their sums unless a test states others.

    earlier: what it was before its updatedAt last moved on, for reads that come from a database that lags behind.
    """

    id: str
    name: str
    currency: str
    created_at: datetime
    updated_at: datetime
    country: str | None
    source_name: str
    location: str | None = None
    taxes_included: bool = True
    test: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    fulfilled_at: datetime | None = None
    buyer: Buyer = Buyer()
    terms: Terms | None = None
    presentment: Presentment | None = None
    agreements: list[Agreement] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    stated: StatedTotals | None = None
    earlier: StoredOrder | None = None
    _kept: StoredOrder | None = None

    def keep(self) -> None:
        """Note what the order is after a deed; called when the deed is announced."""
        if self._kept is not None and self._kept.updated_at < self.updated_at:
            self.earlier = self._kept
        ledgers = {"agreements": list(self.agreements), "transactions": list(self.transactions)}
        self._kept = replace(self, earlier=None, _kept=None, **ledgers)  # type: ignore[arg-type]

    @property
    def number(self) -> int:
        """The number that ends its global id, as REST bodies and legacyResourceId give it."""
        return number_of(self.id)

    @property
    def unit(self) -> Decimal:
        """The smallest unit of the shop's currency."""
        return unit_of(self.currency)

    @property
    def original_total(self) -> Decimal:
        """The order as placed (originalTotalPriceSet)."""
        if self.stated:
            return self.stated.original
        return sum((entry.total for entry in self.agreements if entry.reason == "ORDER"), ZERO)

    @property
    def current_total(self) -> Decimal:
        """The order after all agreements (currentTotalPriceSet)."""
        return self.stated.current if self.stated else sum((entry.total for entry in self.agreements), ZERO)

    @property
    def current_tax(self) -> Decimal:
        """The tax in the current total (currentTotalTaxSet)."""
        return sum((sale.tax for sale in self.sales()), ZERO)

    @property
    def grown_total(self) -> Decimal:
        """All that was ever charged, returns not taken off (totalPriceSet grows with edits and exchanges)."""
        return sum((sale.total for sale in self.sales() if sale.action_type == "ORDER"), ZERO)

    @property
    def received(self) -> Decimal:
        """Money in, change off (totalReceivedSet)."""
        return sum((entry.money for entry in self.transactions if entry.kind != "REFUND"), ZERO)

    @property
    def refunded(self) -> Decimal:
        """Money paid back (totalRefundedSet), positive."""
        return -sum((entry.money for entry in self.transactions if entry.kind == "REFUND"), ZERO)

    @property
    def net_payment(self) -> Decimal:
        """Received less refunded (netPaymentSet)."""
        return self.stated.net_payment if self.stated else self.received - self.refunded

    @property
    def outstanding(self) -> Decimal:
        """What the customer still owes, never negative (totalOutstandingSet)."""
        return max(self.current_total - self.net_payment, ZERO)

    @property
    def payment_rounding(self) -> Decimal:
        """What coins added to the payments (totalCashRoundingAdjustment.paymentSet)."""
        if self.stated:
            return self.stated.rounding + self.refund_rounding
        return sum((entry.rounding_money for entry in self.transactions if entry.kind != "REFUND"), ZERO)

    @property
    def refund_rounding(self) -> Decimal:
        """What coins added to the refunds (totalCashRoundingAdjustment.refundSet): 5.02 paid as 5.00 is −0.02."""
        return -sum((entry.rounding_money for entry in self.transactions if entry.kind == "REFUND"), ZERO)

    @property
    def financial_status(self) -> str:
        """Shopify's displayFinancialStatus, as far as this store's orders need it."""
        if self.refunded > 0:
            return "REFUNDED" if self.net_payment <= 0 else "PARTIALLY_REFUNDED"
        if self.received <= 0:
            return self._unpaid_status()
        return "PARTIALLY_PAID" if self.outstanding > 0 else "PAID"

    def sales(self) -> list[Sale]:
        """The sales of all agreements, oldest first."""
        return [sale for entry in self.agreements for sale in entry.sales]

    def total_of(self, line_type: str) -> Decimal:
        """What the sales of one line type come to (totalTipReceivedSet, currentTotalDutiesSet …)."""
        return sum((sale.total for sale in self.sales() if sale.line_type == line_type), ZERO)

    def received_by_gateway(self) -> dict[str, Decimal]:
        """What each gateway still holds of this order, in the order of first use; zero entries left out."""
        held: dict[str, Decimal] = {}
        for entry in self.transactions:
            held[entry.gateway] = held.get(entry.gateway, ZERO) + entry.money
        return {gateway: amount for gateway, amount in held.items() if amount}

    def as_presented(self) -> StoredOrder:
        """This order in the currency the customer pays in: each figure of its ledgers, and so each of its totals."""
        if self.presentment is None:
            return self
        return replace(
            self,
            currency=self.presentment.currency,
            presentment=None,
            agreements=[entry.as_presented() for entry in self.agreements],
            transactions=[entry.as_presented() for entry in self.transactions],
            stated=self.stated.presented if self.stated else None,
        )

    def _unpaid_status(self) -> str:
        if self.cancelled_at:
            return "VOIDED"
        if any(entry.kind == "AUTHORIZATION" and entry.status == "SUCCESS" for entry in self.transactions):
            return "AUTHORIZED"
        return "PENDING" if self.grown_total else "PAID"
