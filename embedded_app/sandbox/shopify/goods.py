"""What a store sells and how a basket of it is priced: discounts and taxes to the cent, per line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from embedded_app.sandbox.shopify import cents
from embedded_app.sandbox.shopify.ledger import LineItem, ShippingLine, TaxPart


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax as the store prints it; rate is a fraction. channel_liable: collected and remitted by the marketplace."""

    title: str
    rate: Decimal
    channel_liable: bool | None = False


GB_VAT = TaxRate(title="VAT", rate=Decimal("0.2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A thing on sale. price: per unit in the store's currency, with or without tax as the store's setting says."""

    title: str
    price: Decimal
    taxes: tuple[TaxRate, ...] = (GB_VAT,)
    sku: str | None = None
    product_type: str = ""
    vendor: str = "Own"
    tags: tuple[str, ...] = ()
    gift_card: bool = False


@dataclass(slots=True, kw_only=True)
class SoldLine:
    """A line as it was sold, and how many of its units have been taken back so far.

    gross: tax included, discount already off. discount: tax included. Both for all units together.
    """

    line: LineItem | ShippingLine
    units: int
    gross: Decimal
    taxes: tuple[TaxPart, ...]
    discount: Decimal = cents.ZERO
    taken_back: int = 0

    @property
    def units_left(self) -> int:
        """Units the customer still has."""
        return self.units - self.taken_back

    def take_back(self, units: int) -> "Slice":
        """Take units back; the figures are that share of the line, so that all units together give the whole line.

        Raises ValueError when fewer units are left.
        """
        if not 0 < units <= self.units_left:
            raise ValueError(
                f"{units} × {self.line.title} cannot be returned: {self.units_left} are left on the order."
            )
        share = {"taken": self.taken_back, "units": units, "whole": self.units}
        self.taken_back += units
        return Slice(
            gross=cents.slice_of(self.gross, **share),
            discount=cents.slice_of(self.discount, **share),
            taxes=tuple(tax.of(cents.slice_of(tax.amount, **share)) for tax in self.taxes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The figures of some units of a line, all positive."""

    gross: Decimal
    discount: Decimal
    taxes: tuple[TaxPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What is to be priced: products with quantities, a discount on the whole spread over the product lines."""

    lines: Sequence[tuple[Product, int]]
    discount: Decimal = cents.ZERO
    shipping: Decimal | None = None
    shipping_taxes: tuple[TaxRate, ...] = (GB_VAT,)
    shipping_title: str = "Standard delivery"
    ids: "Ids" = field(repr=False)


class Ids:
    """Gives the numbers that end Shopify's global ids; one sequence for a whole world, so ids never repeat."""

    def __init__(self, first: int = 5_000_000_000) -> None:
        self._next = first

    def number(self) -> int:
        """The next unused number."""
        self._next += 1
        return self._next

    def gid(self, kind: str) -> str:
        """A new global id, such as gid://shopify/Order/5000000001."""
        return f"gid://shopify/{kind}/{self.number()}"


def price(basket: Basket, *, taxes_included: bool) -> list[SoldLine]:
    """Price each line as a store does: the discount is spread to the cent, taxes are rounded per line."""
    full = [product.price * units for product, units in basket.lines]
    discounts = cents.spread(basket.discount, full)
    sold = []
    for (product, units), amount, discount in zip(basket.lines, full, discounts, strict=True):
        line = LineItem.of(product, units, basket.ids.gid)
        sold.append(_priced(line, units, amount, discount, product.taxes, taxes_included))
    if basket.shipping is not None:
        shipping = ShippingLine(id=basket.ids.gid("ShippingLine"), title=basket.shipping_title, price=basket.shipping)
        sold.append(_priced(shipping, 1, basket.shipping, cents.ZERO, basket.shipping_taxes, taxes_included))
    return sold


def _priced(
    line: LineItem | ShippingLine,
    units: int,
    amount: Decimal,
    discount: Decimal,
    taxes: tuple[TaxRate, ...],
    taxes_included: bool,
) -> SoldLine:
    charged = amount - discount
    rates = [tax.rate for tax in taxes]
    if taxes_included:
        amounts, gross, discount_gross = cents.taxes_inside(charged, rates), charged, discount
    else:
        amounts = cents.taxes_on_top(charged, rates)
        gross = charged + sum(amounts, cents.ZERO)
        discount_gross = discount + sum(cents.taxes_on_top(discount, rates), cents.ZERO)
    parts = tuple(
        TaxPart(title=tax.title, rate=tax.rate, amount=part, channel_liable=tax.channel_liable)
        for tax, part in zip(taxes, amounts, strict=True)
    )
    return SoldLine(line=line, units=units, gross=gross, taxes=parts, discount=discount_gross)
