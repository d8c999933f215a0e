"""An order as the Admin API answers it: nested plain objects, with callables where a field takes arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from embedded_app.sandbox.shopify import paging
from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.ledger import Agreement, StoredOrder, Transaction
from embedded_app.sandbox.shopify.sale_answers import Answer, bag, sale_answer

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


def shop_answer(shop: Shop) -> Answer:
    """The type Shop."""
    return {
        "__typename": "Shop",
        "id": shop.id,
        "name": shop.name,
        "myshopifyDomain": shop.domain,
        "currencyCode": shop.currency,
        "ianaTimezone": shop.timezone,
        "taxesIncluded": shop.taxes_included,
        "taxShipping": True,
        "enabledPresentmentCurrencies": [shop.currency],
    }


def order_answer(shop: Shop, order: StoredOrder) -> Answer:
    """The type Order, its ledgers included."""
    return {
        "__typename": "Order",
        **_header(order),
        **_totals(order),
        **_places(shop, order),
        "refunds": _refunds(order),
        "transactionsCount": {"count": len(order.transactions), "precision": "EXACT"},
        "transactions": _transactions(shop, order),
        "agreements": _agreements(order),
    }


def _header(order: StoredOrder) -> Answer:
    closed_at = moment_text(order.cancelled_at)
    return {
        "id": order.id,
        "legacyResourceId": str(order.number),
        "name": order.name,
        "number": int("".join(filter(str.isdigit, order.name)) or "0"),
        "createdAt": moment_text(order.created_at),
        "processedAt": moment_text(order.created_at),
        "updatedAt": moment_text(order.updated_at),
        "cancelledAt": closed_at,
        "cancelReason": order.cancel_reason,
        "closed": closed_at is not None,
        "closedAt": closed_at,
        "confirmed": True,
        "test": order.test,
        "edited": any(entry.reason == "ORDER_EDIT" for entry in order.agreements),
        "currencyCode": order.currency,
        "presentmentCurrencyCode": order.currency,
        "taxesIncluded": order.taxes_included,
        "taxExempt": False,
        "estimatedTaxes": False,
        "dutiesIncluded": False,
        "displayFinancialStatus": order.financial_status,
        "displayFulfillmentStatus": "UNFULFILLED",
        "fullyPaid": order.outstanding == 0,
        "unpaid": order.received == 0,
        "paymentGatewayNames": list(dict.fromkeys(entry.gateway for entry in order.transactions)),
        "sourceName": order.source_name,
        "tags": [],
    }


def _totals(order: StoredOrder) -> Answer:
    currency = order.currency
    none = bag(ZERO, currency)
    return {
        "originalTotalPriceSet": bag(order.original_total, currency),
        "currentTotalPriceSet": bag(order.current_total, currency),
        "currentTotalTaxSet": bag(order.current_tax, currency),
        "totalPriceSet": bag(order.grown_total, currency),
        "totalReceivedSet": bag(order.received, currency),
        "totalRefundedSet": bag(order.refunded, currency),
        "netPaymentSet": bag(order.net_payment, currency),
        "totalOutstandingSet": bag(order.outstanding, currency),
        "totalTipReceivedSet": bag(
            sum((sale.total for sale in order.sales() if sale.line_type == "TIP"), ZERO), currency
        ),
        "refundDiscrepancySet": none,
        "totalCashRoundingAdjustment": {"paymentSet": none, "refundSet": none},
    }


def _places(shop: Shop, order: StoredOrder) -> Answer:
    address = None
    if order.country and not order.location:
        # One address for all three; only the country is served, as an app without approval for addresses sees it.
        address = {"__typename": "MailingAddress", "id": f"{order.id}/address", "countryCodeV2": order.country}
    location = _location(shop, order) if order.location else None
    return {
        "shippingAddress": address,
        "billingAddress": address,
        "displayAddress": address,
        "retailLocation": location,
    }


def _location(shop: Shop, order: StoredOrder) -> Answer:
    place = shop.location(order.location or "", order.country)
    return {
        "__typename": "Location",
        "id": place.id,
        "legacyResourceId": place.id.rsplit("/", 1)[-1],
        "name": place.name,
        "isActive": True,
        "address": {"country": place.country, "countryCode": place.country},
    }


def _refunds(order: StoredOrder) -> Callable[..., list[Answer]]:
    def refunds(info: GraphQLResolveInfo[Any], *, first: int | None = None) -> list[Answer]:
        return [_refund(order, entry) for entry in order.agreements if entry.reason == "REFUND"][:first]

    return refunds


def _refund(order: StoredOrder, agreement: Agreement) -> Answer:
    moment = moment_text(agreement.happened_at)
    return {
        "__typename": "Refund",
        "id": agreement.source_id,
        "legacyResourceId": (agreement.source_id or "").rsplit("/", 1)[-1],
        "createdAt": moment,
        "processedAt": moment,
        "updatedAt": moment,
        "totalRefundedSet": bag(-sum((sale.total for sale in agreement.sales), ZERO), order.currency),
    }


def _transactions(shop: Shop, order: StoredOrder) -> Callable[..., list[Answer]]:
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

    return transactions


def _transaction(order: StoredOrder, entry: Transaction) -> Answer:
    moment = moment_text(entry.processed_at)
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
        "amountSet": bag(entry.amount, order.currency),
        "amountRoundingSet": None,
        "parentTransaction": {"__typename": "OrderTransaction", "id": entry.parent_id} if entry.parent_id else None,
    }


def _agreements(order: StoredOrder) -> Callable[..., Answer]:
    def agreements(info: GraphQLResolveInfo[Any], *, query: str | None = None, **page: Any) -> Answer:
        if query:
            raise GraphQLError("The sandbox serves all agreements: ask without query.")
        keyed = [(f"{position:06}", entry) for position, entry in enumerate(order.agreements)]
        return paging.page(keyed, lambda entry: _agreement(order, entry), **page)

    return agreements


def _agreement(order: StoredOrder, agreement: Agreement) -> Answer:
    def sales(info: GraphQLResolveInfo[Any], **page: Any) -> Answer:
        keyed = [(f"{position:06}", sale) for position, sale in enumerate(agreement.sales)]
        return paging.page(keyed, lambda sale: sale_answer(sale, order.currency), **page)

    answer: Answer = {
        "__typename": agreement.typename,
        "id": agreement.id,
        "happenedAt": moment_text(agreement.happened_at),
        "reason": agreement.reason,
        "sales": sales,
    }
    if agreement.typename == "RefundAgreement":
        answer["refund"] = _refund(order, agreement)
    if agreement.typename == "ReturnAgreement":
        moment = moment_text(agreement.happened_at)
        name = f"{order.name}-R{order.agreements.index(agreement)}"
        answer["return"] = {"id": agreement.source_id, "name": name, "createdAt": moment, "status": "CLOSED"}
    return answer


def moment_text(moment: datetime | None) -> str | None:
    """GraphQL gives times in UTC, in whole seconds."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
