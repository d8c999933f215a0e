"""A sale, its taxes and its lines as the Admin API answers them."""

from decimal import Decimal
from typing import Any

from embedded_app.sandbox.shopify.cents import to_cents
from embedded_app.sandbox.shopify.ledger import LineItem, OtherLine, Sale, ShippingLine, TaxPart

Answer = dict[str, Any]


def sale_answer(sale: Sale, currency: str) -> Answer:
    """One of the types of the interface Sale."""
    answer: Answer = {
        "__typename": sale.typename,
        "id": sale.id,
        "actionType": sale.action_type,
        "lineType": sale.line_type,
        "quantity": sale.quantity,
        "totalAmount": bag(sale.total, currency),
        "totalTaxAmount": bag(sale.tax, currency),
        "totalDiscountAmountAfterTaxes": bag(sale.discount, currency),
        "totalDiscountAmountBeforeTaxes": bag(_untaxed(sale), currency),
        "taxes": [_tax(sale, position, tax, currency) for position, tax in enumerate(sale.taxes)],
    }
    if isinstance(sale.line, LineItem):
        answer["lineItem"] = _line_item(sale.line)
    elif isinstance(sale.line, ShippingLine):
        price = bag(sale.line.price, currency)
        answer["shippingLine"] = {
            "id": sale.line.id,
            "title": sale.line.title,
            "code": sale.line.title,
            "originalPriceSet": price,
            "discountedPriceSet": price,
        }
    elif isinstance(sale.line, OtherLine):
        answer |= _other_line(sale.line, currency)
    return answer


def _untaxed(sale: Sale) -> Decimal:
    """The discount before taxes, reckoned back from the rates of the line."""
    return to_cents(sale.discount / (1 + sum((tax.rate for tax in sale.taxes), Decimal(0))))


def _tax(sale: Sale, position: int, tax: TaxPart, currency: str) -> Answer:
    return {
        "id": f"{sale.id}/tax/{position}",
        "amount": bag(tax.amount, currency),
        "taxLine": {
            "title": tax.title,
            "rate": float(tax.rate),
            "ratePercentage": float(tax.rate * 100),
            "channelLiable": tax.channel_liable,
            "source": "Shopify",
            "priceSet": bag(abs(tax.amount), currency),
        },
    }


def _line_item(line: LineItem) -> Answer:
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


def _other_line(line: OtherLine, currency: str) -> Answer:
    """One object for the duty, the additional fee or the return fee; only the field of the sale's type is asked."""
    price = bag(line.price, currency)
    return {
        "duty": {"__typename": "Duty", "id": line.id, "price": price, "taxLines": []},
        "additionalFee": {"id": line.id, "name": line.title, "price": price},
        "fee": {"__typename": "RestockingFee", "id": line.id},
    }


def bag(amount: Decimal, currency: str) -> Answer:
    """A MoneyBag; shop and presentment currency are the same."""
    money = {"amount": amount_text(amount), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def amount_text(amount: Decimal) -> str:
    """A Decimal as Shopify writes it: no trailing zeros, but at least one decimal ("8600.0", "4.95")."""
    whole, _, decimals = f"{abs(amount) if amount == 0 else amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"
