"""How a basket is priced: discounts spread to the cent, taxes rounded per line, all of it as a store does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from embedded_app.sandbox.shopify import cents
from embedded_app.sandbox.shopify.buyers import Presentment
from embedded_app.sandbox.shopify.entries import Figures, LineItem, OtherLine, ShippingLine, TaxPart
from embedded_app.sandbox.shopify.goods import GB_VAT, Extra, Ids, Product, SoldLine, TaxRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What is to be priced.

    line_discounts: amounts off single lines, by their index. discount and percent_off (a fraction): off the whole of
    what then remains, spread over the product lines; gift cards take no part in it. All are with or without tax as the
    store's prices are.
    """

    lines: Sequence[tuple[Product, int]]
    discount: Decimal = cents.ZERO
    percent_off: Decimal = cents.ZERO
    line_discounts: Mapping[int, Decimal] = field(default_factory=dict)
    shipping: Decimal | None = None
    shipping_taxes: tuple[TaxRate, ...] = (GB_VAT,)
    shipping_discount: Decimal = cents.ZERO
    shipping_title: str = "Standard delivery"
    extras: Sequence[Extra] = ()
    ids: Ids = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """How a store reckons: whether its prices include tax, its smallest unit, the currency of the customer."""

    taxes_included: bool
    unit: Decimal = cents.CENT
    presentment: Presentment | None = None

    def figures(self, amount: Decimal, discount: Decimal, taxes: Sequence[TaxRate]) -> Figures:
        """Price `amount`, before discount, with or without tax as the store's prices are."""
        charged = amount - discount
        rates = [tax.rate for tax in taxes]
        if self.taxes_included:
            amounts, gross, discount_gross = cents.taxes_inside(charged, rates, self.unit), charged, discount
        else:
            amounts = cents.taxes_on_top(charged, rates, self.unit)
            gross = charged + sum(amounts, cents.ZERO)
            discount_gross = discount + sum(cents.taxes_on_top(discount, rates, self.unit), cents.ZERO)
        parts = tuple(
            TaxPart(title=tax.title, rate=tax.rate, amount=part, channel_liable=tax.channel_liable)
            for tax, part in zip(taxes, amounts, strict=True)
        )
        return Figures(gross=gross, taxes=parts, discount=discount_gross)

    def presented(self, figures: Figures) -> Figures | None:
        """The figures in the customer's currency, each converted by itself; None where it is the shop's."""
        return None if self.presentment is None else figures.each(self.presentment.of)

    def sold(self, line: LineItem | ShippingLine | OtherLine, units: int, figures: Figures) -> SoldLine:
        """The line with its figures in both currencies."""
        presented_unit = cents.unit_of(self.presentment.currency) if self.presentment else self.unit
        return SoldLine(
            line=line,
            units=units,
            figures=figures,
            presented=self.presented(figures),
            unit=self.unit,
            presented_unit=presented_unit,
        )


def price(basket: Basket, till: Till) -> list[SoldLine]:
    """Price each line of the basket: products, then delivery, then extras."""
    gid = basket.ids.gid
    sold = []
    for (product, units), discount in zip(basket.lines, _discounts(basket, till.unit), strict=True):
        line = LineItem.of(product, units, gid)
        figures = till.figures(product.price * units, discount, product.taxes)
        sold.append(till.sold(line, units, figures))
    if basket.shipping is not None:
        sold.append(_shipping(basket, basket.shipping, till))
    return sold + [_extra(extra, basket.ids, till) for extra in basket.extras]


def _discounts(basket: Basket, unit: Decimal) -> list[Decimal]:
    """What comes off each product line: its own discount, and its share of the whole order's."""
    own = [basket.line_discounts.get(index, cents.ZERO) for index in range(len(basket.lines))]
    left = [product.price * units - off for (product, units), off in zip(basket.lines, own, strict=True)]
    weights = [
        cents.ZERO if product.gift_card else amount for (product, _), amount in zip(basket.lines, left, strict=True)
    ]
    whole = basket.discount + cents.to_cents(sum(weights, cents.ZERO) * basket.percent_off, unit)
    if not whole:
        return own
    if whole > sum(weights, cents.ZERO):
        raise ValueError(f"A discount of {whole} is more than the products come to.")
    return [off + share for off, share in zip(own, cents.spread(whole, weights, unit), strict=True)]


def _shipping(basket: Basket, amount: Decimal, till: Till) -> SoldLine:
    line = ShippingLine(
        id=basket.ids.gid("ShippingLine"),
        title=basket.shipping_title,
        price=amount,
        discounted_price=amount - basket.shipping_discount,
    )
    return till.sold(line, 1, till.figures(amount, basket.shipping_discount, basket.shipping_taxes))


def _extra(extra: Extra, ids: Ids, till: Till) -> SoldLine:
    line: LineItem | OtherLine
    if extra.line_type == "TIP":
        line = LineItem(id=ids.gid("LineItem"), title=extra.title, quantity=1)
    else:
        kind = {"DUTY": "Duty", "ADDITIONAL_FEE": "SaleAdditionalFee"}.get(extra.line_type, extra.fee_type)
        line = OtherLine(
            id=ids.gid(kind),
            title=extra.title,
            price=extra.amount,
            line_type=extra.line_type,
            fee_type=extra.fee_type,
        )
    return till.sold(line, 1, till.figures(extra.amount, cents.ZERO, extra.taxes))
