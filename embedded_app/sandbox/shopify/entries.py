"""The entries of an order's two ledgers, in Shopify's own words: agreements with their sales, and transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
class Figures:
    """What a line or a part of it comes to, in one currency. gross: tax included, discount off; discount: with tax."""

    gross: Decimal
    taxes: tuple[TaxPart, ...] = ()
    discount: Decimal = ZERO

    def each(self, change: Callable[[Decimal], Decimal]) -> Figures:
        """The same figures, each changed alike."""
        return Figures(
            gross=change(self.gross),
            taxes=tuple(tax.of(change(tax.amount)) for tax in self.taxes),
            discount=change(self.discount),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A line of an order as Shopify's LineItem and its Product show it.

    product_id None: a custom line or a tip. face_value: what one gift card of the line is worth.
    """

    id: str
    title: str
    quantity: int
    sku: str | None = None
    gift_card: bool = False
    product_id: str | None = None
    product_type: str = ""
    vendor: str | None = None
    tags: tuple[str, ...] = ()
    face_value: Decimal | None = None

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
            face_value=product.worth if product.gift_card else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingLine:
    """A delivery the customer paid for; price as the store states it, before discounts."""

    id: str
    title: str
    price: Decimal
    discounted_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLine:
    """What a duty, an additional fee or a return fee refers to. line_type: Shopify's; fee_type: of a FEE."""

    id: str
    title: str
    price: Decimal
    line_type: str = "FEE"
    fee_type: str = "RestockingFee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One sale of an agreement. typename and line_type are Shopify's; total is signed, with tax, after discounts.

    quantity None: a sale without goods. discount: after taxes, signed like total, or against it where an edit only
    adds a discount. presented: the same figures in the currency the customer pays in, None where it is the shop's.
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
    presented: Figures | None = None

    @property
    def tax(self) -> Decimal:
        """All its taxes together."""
        return sum((part.amount for part in self.taxes), ZERO)

    def as_presented(self) -> Sale:
        """This sale with its figures in the customer's currency."""
        shown = self.presented
        if shown is None:
            return self
        return replace(self, total=shown.gross, taxes=shown.taxes, discount=shown.discount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One entry of the revenue ledger. source_id: the refund or return it comes from."""

    id: str
    typename: str
    reason: str
    happened_at: datetime
    sales: tuple[Sale, ...]
    source_id: str | None = None

    @property
    def total(self) -> Decimal:
        """The signed sum of its sales."""
        return sum((sale.total for sale in self.sales), ZERO)

    def as_presented(self) -> Agreement:
        """This agreement with its figures in the customer's currency."""
        return replace(self, sales=tuple(sale.as_presented() for sale in self.sales))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One entry of the cash ledger. kind and status are Shopify's; the amount is positive, the kind says the way.

    rounding: what coins made of the amount, beside it and not in it: 9.99 rounded by +0.01 moved 10.00
    (shopify.dev, changelog "Cash transaction rounding for Point of Sale purchases in selected countries").
    presented, presented_rounding: both in the customer's currency, None where it is the shop's. exchange_gain: in shop
    currency, what the exchange rate of the day made of a refund. instrument_id: the gift card or store credit account
    concerned.
    """

    id: str
    kind: str
    status: str
    gateway: str
    amount: Decimal
    processed_at: datetime
    parent_id: str | None = None
    test: bool = False
    rounding: Decimal = ZERO
    presented: Decimal | None = None
    presented_rounding: Decimal | None = None
    exchange_gain: Decimal | None = None
    instrument_id: str | None = None

    @property
    def money(self) -> Decimal:
        """What moved by the store's totals: positive towards the store, zero for what failed or only authorises."""
        return self._signed(self.amount)

    @property
    def rounding_money(self) -> Decimal:
        """What rounding to coins added to the money that moved, signed like it."""
        return self._signed(self.rounding)

    def as_presented(self) -> Transaction:
        """This transaction in the customer's currency; what was rounded to the shop's coins is told in it, too."""
        if self.presented is None:
            return self
        return replace(self, amount=self.presented, rounding=self.presented_rounding or ZERO)

    def _signed(self, amount: Decimal) -> Decimal:
        if self.status != "SUCCESS" or self.test:
            return ZERO
        return MONEY_SIGNS.get(self.kind, 0) * amount


def number_of(gid: str) -> int:
    """The number at the end of a global id. Raises ValueError with a sentence when there is none."""
    tail = gid.rsplit("/", 1)[-1]
    if not tail.isdigit():
        raise ValueError(f"{gid!r} does not end in a number: Shopify's ids look like gid://shopify/Order/1001.")
    return int(tail)
