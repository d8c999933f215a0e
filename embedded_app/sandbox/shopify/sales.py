"""Writes the sales of an agreement: what was sold, what came back, what was adjusted, what was lowered later."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.entries import Figures, LineItem, OtherLine, Sale, ShippingLine
from embedded_app.sandbox.shopify.goods import Ids, SoldLine, TaxRate
from embedded_app.sandbox.shopify.pricing import Till

_OTHER_TYPENAMES = {"DUTY": "DutySale", "ADDITIONAL_FEE": "AdditionalFeeSale", "FEE": "FeeSale"}


def sale_of(ids: Ids, sold: SoldLine) -> Sale:
    """The sale by which a line was sold."""
    typename, line_type = _kind_of(sold.line)
    return Sale(
        id=ids.gid("Sale"),
        typename=typename,
        action_type="ORDER",
        line_type=line_type,
        quantity=sold.units,
        total=sold.figures.gross,
        taxes=sold.figures.taxes,
        discount=sold.figures.discount,
        line=sold.line,
        presented=sold.presented,
    )


def take_back(ids: Ids, sold: SoldLine, units: int) -> Sale:
    """The sale by which units of a line come back. Raises ValueError when fewer are left."""
    typename, line_type = _kind_of(sold.line)
    own, presented = sold.take_back(units)
    back = _negated(own)
    return Sale(
        id=ids.gid("Sale"),
        typename=typename,
        action_type="RETURN",
        line_type=line_type,
        quantity=-units,
        total=back.gross,
        taxes=back.taxes,
        discount=back.discount,
        # A returned delivery no longer names its line: ShippingLineSale.shippingLine is null for a RETURN.
        line=None if isinstance(sold.line, ShippingLine) else sold.line,
        presented=None if presented is None else _negated(presented),
    )


def adjustment(ids: Ids, till: Till, total: Decimal, taxes: Sequence[TaxRate] = ()) -> Sale:
    """Money given or kept beyond the goods; total is signed and contains the taxes, if any."""
    figures = Till(taxes_included=True, unit=till.unit).figures(total, ZERO, taxes)
    return _adjustment(ids, figures, till.presented(figures))


def balancing(ids: Ids, given: Sequence[Sale]) -> Sale:
    """The adjustment that takes adjustments of one kind of tax back, in both currencies."""
    shown = [sale.as_presented() for sale in given]
    return _adjustment(ids, _opposite(given), _opposite(shown) if given[0].presented else None)


def lower(ids: Ids, till: Till, sold: SoldLine, off: Decimal) -> Sale:
    """A later discount on a line: its total falls, its discount grows, no goods move.

    off: with or without tax as the store's prices are. Raises ValueError once units of the line came back.
    """
    typename, line_type = _kind_of(sold.line)
    rates = [TaxRate(title=tax.title, rate=tax.rate, channel_liable=tax.channel_liable) for tax in sold.taxes]
    figures = till.figures(off, ZERO, rates)
    presented = till.presented(figures)
    sold.lower(figures, presented)
    return Sale(
        id=ids.gid("Sale"),
        typename=typename,
        action_type="UPDATE",
        line_type=line_type,
        quantity=0,
        total=-figures.gross,
        taxes=_negated(figures).taxes,
        discount=figures.gross,
        line=sold.line,
        presented=None if presented is None else _lowered(presented),
    )


def _adjustment(ids: Ids, figures: Figures, presented: Figures | None) -> Sale:
    # Shopify documents neither the action nor the quantity of an ADJUSTMENT: RETURN and null are our reading.
    return Sale(
        id=ids.gid("Sale"),
        typename="AdjustmentSale",
        action_type="RETURN",
        line_type="ADJUSTMENT",
        quantity=None,
        total=figures.gross,
        taxes=figures.taxes,
        presented=presented,
    )


def _opposite(given: Sequence[Sale]) -> Figures:
    columns = zip(*(sale.taxes for sale in given), strict=True)
    return Figures(
        gross=-sum((sale.total for sale in given), ZERO),
        taxes=tuple(column[0].of(-sum((tax.amount for tax in column), ZERO)) for column in columns),
    )


def _negated(figures: Figures) -> Figures:
    return figures.each(lambda amount: -amount)


def _lowered(figures: Figures) -> Figures:
    return Figures(gross=-figures.gross, taxes=_negated(figures).taxes, discount=figures.gross)


def _kind_of(line: LineItem | ShippingLine | OtherLine) -> tuple[str, str]:
    """Shopify's type name and line type of a line's sales."""
    if isinstance(line, ShippingLine):
        return "ShippingLineSale", "SHIPPING"
    if isinstance(line, OtherLine):
        return _OTHER_TYPENAMES[line.line_type], line.line_type
    if line.gift_card:
        return "GiftCardSale", "GIFT_CARD"
    # Of all line items only a tip belongs to no product here.
    return ("ProductSale", "PRODUCT") if line.product_id else ("TipSale", "TIP")
