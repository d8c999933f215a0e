"""What a store keeps of an order: its header and its two ledgers, in Shopify's own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.cents import ZERO

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.goods import Product

# Only these move money; AUTHORIZATION, VOID and whatever failed or is pending do not.
MONEY_SIGNS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1, "CHANGE": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPart:
    """One tax of one sale; amount is signed like the sale's total."""

    title: str
    rate: Decimal
    amount: Decimal
    channel_liable: bool | None = False

    def of(self, amount: Decimal) -> TaxPart:
        """The same tax with another amount."""
        return replace(self, amount=amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A line of an order as Shopify's LineItem and its Product show it. product_id None: a custom line or a tip."""

    id: str
    title: str
    quantity: int
    sku: str | None = None
    gift_card: bool = False
    product_id: str | None = None
    product_type: str = ""
    vendor: str | None = None
    tags: tuple[str, ...] = ()

    @staticmethod
    def of(product: Product, quantity: int, gid: Callable[[str], str]) -> LineItem:
        """A new line item for so many units of a product; `gid` gives new global ids."""
        return LineItem(
            id=gid("LineItem"),
            title=product.title,
            quantity=quantity,
            sku=product.sku,
            gift_card=product.gift_card,
            product_id=gid("Product"),
            product_type=product.product_type,
            vendor=product.vendor,
            tags=product.tags,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingLine:
    """A delivery the customer paid for; price as the store states it, before discounts."""

    id: str
    title: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLine:
    """What a duty, an additional fee or a return fee refers to."""

    id: str
    title: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One sale of an agreement. typename and line_type are Shopify's; total is signed, with tax, after discounts.

    quantity None: a sale without goods. discount: after taxes, signed like total.
    """

    id: str
    typename: str
    action_type: str
    line_type: str
    quantity: int | None
    total: Decimal
    taxes: tuple[TaxPart, ...] = ()
    discount: Decimal = ZERO
    line: LineItem | ShippingLine | OtherLine | None = None

    @property
    def tax(self) -> Decimal:
        """All its taxes together."""
        return sum((part.amount for part in self.taxes), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One entry of the revenue ledger. source_id: the refund or return it comes from."""

    id: str
    typename: str
    reason: str
    happened_at: datetime
    sales: tuple[Sale, ...]
    source_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One entry of the cash ledger. kind and status are Shopify's; the amount is positive, the kind says the way."""

    id: str
    kind: str
    status: str
    gateway: str
    amount: Decimal
    processed_at: datetime
    parent_id: str | None = None
    test: bool = False

    @property
    def money(self) -> Decimal:
        """What really moved: positive towards the store, zero for what failed, is pending or only authorises."""
        if self.status != "SUCCESS" or self.test:
            return ZERO
        return MONEY_SIGNS.get(self.kind, 0) * self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTotals:
    """Totals that a test states instead of letting the store sum its ledgers."""

    original: Decimal
    current: Decimal
    net_payment: Decimal


@dataclass(slots=True, kw_only=True)
class StoredOrder:
    """An order in the store. The ledgers only grow; totals are their sums unless a test states others."""

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
    agreements: list[Agreement] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    stated: StatedTotals | None = None

    @property
    def number(self) -> int:
        """The number that ends its global id, as REST bodies and legacyResourceId give it."""
        return number_of(self.id)

    @property
    def original_total(self) -> Decimal:
        """The order as placed (originalTotalPriceSet)."""
        if self.stated:
            return self.stated.original
        return sum((sale.total for entry in self.agreements if entry.reason == "ORDER" for sale in entry.sales), ZERO)

    @property
    def current_total(self) -> Decimal:
        """The order after all agreements (currentTotalPriceSet)."""
        return self.stated.current if self.stated else sum((sale.total for sale in self.sales()), ZERO)

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
    def financial_status(self) -> str:
        """Shopify's displayFinancialStatus, as far as this store's orders need it."""
        if self.refunded > 0:
            return "REFUNDED" if self.net_payment <= 0 else "PARTIALLY_REFUNDED"
        if self.received <= 0:
            return "VOIDED" if self.cancelled_at else "PENDING"
        return "PARTIALLY_PAID" if self.outstanding > 0 else "PAID"

    def sales(self) -> list[Sale]:
        """The sales of all agreements, oldest first."""
        return [sale for entry in self.agreements for sale in entry.sales]

    def received_by_gateway(self) -> dict[str, Decimal]:
        """What each gateway still holds of this order, in the order of first use; zero entries left out."""
        held: dict[str, Decimal] = {}
        for entry in self.transactions:
            held[entry.gateway] = held.get(entry.gateway, ZERO) + entry.money
        return {gateway: amount for gateway, amount in held.items() if amount}


def number_of(gid: str) -> int:
    """The number at the end of a global id. Raises ValueError with a sentence when there is none."""
    tail = gid.rsplit("/", 1)[-1]
    if not tail.isdigit():
        raise ValueError(f"{gid!r} does not end in a number: Shopify's ids look like gid://shopify/Order/1001.")
    return int(tail)
