"""Who buys and on which terms: ids of customers and companies, payment terms, the currency they pay in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from embedded_app.sandbox.shopify.cents import to_cents, unit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company that buys, with the location it buys for (PurchasingCompany)."""

    id: str
    name: str
    location_id: str
    location_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who placed an order: nobody known, a customer, or a company with its contact as the customer. Global ids only."""

    customer_id: str | None = None
    company: Company | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Payment terms. kind: Shopify's PaymentTermsType; days: of NET terms; due_at: of FIXED terms."""

    name: str
    kind: str = "NET"
    days: int | None = None
    due_at: datetime | None = None

    def due(self, placed_at: datetime, fulfilled_at: datetime | None) -> datetime | None:
        """When the order is due; None where nothing fixes it yet (terms that start with fulfilment)."""
        if self.due_at is not None:
            return self.due_at
        if self.kind == "RECEIPT":
            return placed_at
        if self.kind == "FULFILLMENT":
            return fulfilled_at
        return None if self.days is None else placed_at + timedelta(days=self.days)


NET_30 = Terms(name="Net 30", days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentment:
    """The currency an order is paid in, and its rate: presentment money for one unit of shop money."""

    currency: str
    rate: Decimal

    def of(self, amount: Decimal) -> Decimal:
        """Shop money in this currency, in whole units of it."""
        return to_cents(amount * self.rate, unit_of(self.currency))
