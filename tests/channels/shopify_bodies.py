"""Builders of Shopify JSON for the channel's tests: our own bodies, in the shape our queries ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

ORDER_ID = "gid://shopify/Order/5001"
Json = dict[str, Any]


def money(amount: str, currency: str = "GBP") -> Json:
    """A MoneyBag, shop money only."""
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def both(amount: str, presented: str) -> Json:
    """A MoneyBag in pounds, and in the euros that the customer saw."""
    return money(amount) | {"presentmentMoney": {"amount": presented, "currencyCode": "EUR"}}


def tax(amount: str, *, title: str = "VAT", rate: Any = Decimal("0.2"), **changes: Any) -> Json:
    """One tax of a sale."""
    line = {"title": title, "rate": rate, "ratePercentage": None, "channelLiable": False}
    return {"amount": money(amount), "taxLine": line | changes}


def sale(number: int, gross: str, *, taxes: tuple[Json, ...] = (), tax_total: str = "0.0", **changes: Any) -> Json:
    """One sale line; a mug unless changed."""
    mug = {
        "id": f"gid://shopify/LineItem/{number}",
        "name": "Mug",
        "sku": "MUG-1",
        "vendor": "Ada & Co",
        "isGiftCard": False,
    }
    return {
        "__typename": "ProductSale",
        "id": f"gid://shopify/ProductSale/{number}",
        "actionType": "ORDER",
        "lineType": "PRODUCT",
        "quantity": 1,
        "totalAmount": money(gross),
        "totalTaxAmount": money(tax_total),
        "totalDiscountAmountAfterTaxes": money("0.0"),
        "taxes": list(taxes),
        "lineItem": mug | {"product": {"productType": "Kitchen", "tags": ["gift", "blue"]}},
    } | changes


def shipping(number: int, gross: str, **changes: Any) -> Json:
    """A shipping sale line."""
    line = sale(number, gross, __typename="ShippingLineSale", lineType="SHIPPING", shippingLine={"title": "Royal Mail"})
    del line["lineItem"]
    return line | changes


def agreement(number: int, *sales: Json, more_sales: str | None = None, **changes: Any) -> Json:
    """An edge of the agreements connection; a placed order unless changed. more_sales: the cursor of a next page."""
    node = {
        "__typename": "OrderAgreement",
        "id": f"gid://shopify/OrderAgreement/{number}",
        "happenedAt": "2026-11-20T23:30:00Z",
        "reason": "ORDER",
        "sales": {"nodes": list(sales), "pageInfo": {"hasNextPage": more_sales is not None, "endCursor": more_sales}},
    }
    return {"cursor": f"agreement-{number}", "node": node | changes}


def connection(*edges: Json, more: str | None = None) -> Json:
    """An agreements connection; more: the cursor of a next page."""
    return {"edges": list(edges), "pageInfo": {"hasNextPage": more is not None, "endCursor": more}}


def transaction(number: int, amount: str, **changes: Any) -> Json:
    """An order transaction; a successful card payment unless changed."""
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "test": False,
        "createdAt": "2026-11-20T23:30:01Z",
        "processedAt": "2026-11-20T23:30:02Z",
        "amountSet": money(amount),
        "amountRoundingSet": None,
        "parentTransaction": None,
    } | changes


def order(*edges: Json, transactions: tuple[Json, ...] = (), **changes: Any) -> Json:
    """An order node with its agreements and transactions."""
    return {
        "__typename": "Order",
        "id": ORDER_ID,
        "name": "#1001",
        "processedAt": "2026-11-20T23:29:59Z",
        "updatedAt": "2026-11-21T08:00:00Z",
        "cancelledAt": None,
        "test": False,
        "currencyCode": "GBP",
        "presentmentCurrencyCode": "GBP",
        "sourceName": "web",
        "displayFulfillmentStatus": "UNFULFILLED",
        "originalTotalPriceSet": money("24.93"),
        "currentTotalPriceSet": money("24.93"),
        "netPaymentSet": money("24.93"),
        "totalCashRoundingAdjustment": {"paymentSet": money("0.0"), "refundSet": money("0.0")},
        "shippingAddress": {"countryCodeV2": "GB"},
        "retailLocation": None,
        "paymentTerms": None,
        "purchasingEntity": None,
        "fulfillments": [],
        "transactionsCount": {"count": len(transactions), "precision": "EXACT"},
        "transactions": list(transactions),
        "agreements": connection(*edges),
    } | changes


def gift_card(number: int, gross: str, **changes: Any) -> Json:
    """A sale of a gift card."""
    line = {"id": f"gid://shopify/LineItem/{number}", "name": "Gift card", "sku": None}
    return sale(number, gross, __typename="GiftCardSale", lineType="GIFT_CARD", lineItem=line) | changes


def in_euros(value: Any, rate: Decimal = Decimal("1.15")) -> Any:
    """JSON of an order with every amount in both currencies, converted singly; the customer saw euros."""
    if isinstance(value, list):
        return [in_euros(one, rate) for one in value]
    if not isinstance(value, dict):
        return value
    if "shopMoney" in value:
        amount = value["shopMoney"]["amount"]
        return both(amount, str((Decimal(amount) * rate).quantize(Decimal("0.01"))))
    turned = {key: in_euros(one, rate) for key, one in value.items()}
    return turned | ({"presentmentCurrencyCode": "EUR"} if "presentmentCurrencyCode" in turned else {})


def mugs_by_post() -> Json:
    """Two mugs and their shipping, VAT included, paid by card: 24.93 with VAT 4.16."""
    goods = sale(1, "19.98", quantity=2, taxes=(tax("3.33"),), tax_total="3.33")
    post = shipping(2, "4.95", taxes=[tax("0.83")], totalTaxAmount=money("0.83"))
    return order(agreement(1, goods, post), transactions=(transaction(1, "24.93"),))
