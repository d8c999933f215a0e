"""A sale, its taxes and its lines as the Admin API answers them."""

from decimal import Decimal

from embedded_app.sandbox.shopify.cents import to_cents
from embedded_app.sandbox.shopify.entries import LineItem, OtherLine, Sale, ShippingLine, TaxPart
from embedded_app.sandbox.shopify.money_answers import Answer, Purse


def sale_answer(sale: Sale, purse: Purse) -> Answer:
    """One of the types of the interface Sale."""
    shown = sale.as_presented()
    answer: Answer = {
        "__typename": sale.typename,
        "id": sale.id,
        "actionType": sale.action_type,
        "lineType": sale.line_type,
        "quantity": sale.quantity,
        "totalAmount": purse.bag(sale.total, shown.total),
        "totalTaxAmount": purse.bag(sale.tax, shown.tax),
        "totalDiscountAmountAfterTaxes": purse.bag(sale.discount, shown.discount),
        "totalDiscountAmountBeforeTaxes": purse.bag(_untaxed(sale, purse.unit)),
        "taxes": [
            _tax(f"{sale.id}/tax/{position}", tax, shown_tax, purse)
            for position, (tax, shown_tax) in enumerate(zip(sale.taxes, shown.taxes, strict=True))
        ],
    }
    if isinstance(sale.line, LineItem):
        answer["lineItem"] = line_item_answer(sale.line)
    elif isinstance(sale.line, ShippingLine):
        answer["shippingLine"] = _shipping_line(sale.line, purse)
    elif isinstance(sale.line, OtherLine):
        answer |= _other_line(sale.line, purse)
    return answer


def line_item_answer(line: LineItem) -> Answer:
    """The type LineItem."""
    product = None
    if line.product_id:
        product = {
            "__typename": "Product",
            "id": line.product_id,
            "legacyResourceId": line.product_id.rsplit("/", 1)[-1],
            "title": line.title,
            "productType": line.product_type,
            "vendor": line.vendor or "",
            "tags": list(line.tags),
            "isGiftCard": line.gift_card,
        }
    return {
        "__typename": "LineItem",
        "id": line.id,
        "name": line.title,
        "title": line.title,
        "quantity": line.quantity,
        "sku": line.sku,
        "vendor": line.vendor,
        "isGiftCard": line.gift_card,
        "product": product,
    }


def _untaxed(sale: Sale, unit: Decimal) -> Decimal:
    """The discount before taxes, reckoned back from the rates of the line."""
    return to_cents(sale.discount / (1 + sum((tax.rate for tax in sale.taxes), Decimal(0))), unit)


def _tax(tax_id: str, tax: TaxPart, shown: TaxPart, purse: Purse) -> Answer:
    return {
        "id": tax_id,
        "amount": purse.bag(tax.amount, shown.amount),
        "taxLine": {
            "title": tax.title,
            "rate": float(tax.rate),
            "ratePercentage": float(tax.rate * 100),
            "channelLiable": tax.channel_liable,
            "source": "Shopify",
            "priceSet": purse.bag(abs(tax.amount), abs(shown.amount)),
        },
    }


def _shipping_line(line: ShippingLine, purse: Purse) -> Answer:
    return {
        "id": line.id,
        "title": line.title,
        "code": line.title,
        "originalPriceSet": purse.bag(line.price),
        "discountedPriceSet": purse.bag(line.price if line.discounted_price is None else line.discounted_price),
    }


def _other_line(line: OtherLine, purse: Purse) -> Answer:
    """One object for the duty, the additional fee or the return fee; only the field of the sale's type is asked."""
    price = purse.bag(line.price)
    return {
        "duty": {"__typename": "Duty", "id": line.id, "price": price, "taxLines": []},
        "additionalFee": {"id": line.id, "name": line.title, "price": price},
        "fee": {"__typename": line.fee_type, "id": line.id},
    }
