"""An order's transactions as the Admin API answers them."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from embedded_app.sandbox.shopify.entries import Transaction
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.shopify.moments import moment_text
from embedded_app.sandbox.shopify.money_answers import Answer, Purse, money


def transaction_answers(order: StoredOrder) -> Answer:
    """The fields of Order that list its transactions."""

    def transactions(
        info: GraphQLResolveInfo[Any],
        *,
        first: int | None = None,
        capturable: bool | None = None,
        manuallyResolvable: bool | None = None,
    ) -> list[Answer]:
        if capturable is not None or manuallyResolvable is not None:
            raise GraphQLError("The sandbox lists transactions whole: ask without capturable and manuallyResolvable.")
        return [_transaction(order, entry) for entry in order.transactions[:first]]

    return {
        "transactionsCount": {"count": len(order.transactions), "precision": "EXACT"},
        "transactions": transactions,
    }


def _transaction(order: StoredOrder, entry: Transaction) -> Answer:
    moment = moment_text(entry.processed_at)
    purse = Purse.of(order)
    rate = None if order.presentment is None else f"{1 / order.presentment.rate:.6f}"
    return {
        "__typename": "OrderTransaction",
        "id": entry.id,
        "kind": entry.kind,
        "status": entry.status,
        "gateway": entry.gateway,
        "formattedGateway": entry.gateway.replace("_", " ").title(),
        "manualPaymentGateway": False,
        "test": entry.test,
        "createdAt": moment,
        "processedAt": moment,
        "amountSet": purse.bag(entry.amount, entry.presented),
        # Null unless coins rounded the amount.
        "amountRoundingSet": purse.bag(entry.rounding, entry.presented_rounding) if entry.rounding else None,
        "currencyExchangeAdjustment": _exchange(order, entry),
        "settlementCurrency": order.currency if order.presentment else None,
        "settlementCurrencyRate": rate,
        "parentTransaction": {"__typename": "OrderTransaction", "id": entry.parent_id} if entry.parent_id else None,
    }


def _exchange(order: StoredOrder, entry: Transaction) -> Answer | None:
    if entry.exchange_gain is None:
        return None
    return {
        "__typename": "CurrencyExchangeAdjustment",
        "id": f"{entry.id}/exchange",
        "adjustment": money(entry.exchange_gain, order.currency),
        "originalAmountSet": money(entry.amount, order.currency),
        "finalAmountSet": money(entry.amount + entry.exchange_gain, order.currency),
    }
