"""An order that the customer saw in another currency than the shop's, told in that currency.

Every amount comes in both (MoneyBag). The customer's figures are put in the place of the shop's, and the same reader
reads them: so both orders have the same ids and the same checks.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from embedded_app.accounting.order import Order
from embedded_app.channels.shopify.fields import JsonObject, child, children, number, optional_child, text


def is_foreign(node: JsonObject) -> bool:
    """Whether the customer saw the order in another currency than the shop keeps it in. Raises Unfit."""
    return text(node, "presentmentCurrencyCode") != text(node, "currencyCode")


def in_customers_money(node: JsonObject) -> JsonObject:
    """The order's JSON with every amount in the customer's currency. Raises Unfit where one was not asked in it."""
    turned: JsonObject = _turned(node)
    return {**turned, "currencyCode": text(node, "presentmentCurrencyCode")}


def with_settled(shown: Order, order: Order, node: JsonObject) -> Order:
    """The order in the customer's currency with what each tender moved in the shop's. Raises Unfit.

    That is its shop money; of money paid back at another rate than it was received, what the exchange adjustment ends
    at (Shopify: "the final amount after the adjustment", below zero for refunds). settlementCurrencyRate is not used:
    the rate has few decimals, and the gateway's cents come out of it only nearly.
    """
    settled = {tender.id: tender.amount for tender in order.tenders}
    for transaction in children(node, "transactions"):
        adjusted = optional_child(transaction, "currencyExchangeAdjustment")
        if adjusted and text(child(adjusted, "finalAmountSet"), "currencyCode") == order.currency:
            settled[text(transaction, "id")] = _size(child(adjusted, "finalAmountSet"))
    tenders = tuple(replace(tender, settled=settled.get(tender.id)) for tender in shown.tenders)
    return replace(shown, tenders=tenders)


def _size(amount: JsonObject) -> Decimal:
    return abs(number(amount, "amount"))


def _turned(value: Any) -> Any:
    if isinstance(value, list):
        return [_turned(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "shopMoney" in value:
        return {"shopMoney": child(value, "presentmentMoney")}
    return {key: _turned(one) for key, one in value.items()}
