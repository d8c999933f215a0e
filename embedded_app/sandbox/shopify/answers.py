"""An order as the Admin API answers it: nested plain objects, with callables where a field takes arguments."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from embedded_app.sandbox.shopify import paging
from embedded_app.sandbox.shopify.buyer_answers import buyer_answers
from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.entries import Agreement
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.shopify.moments import moment_text
from embedded_app.sandbox.shopify.money_answers import Answer, Purse
from embedded_app.sandbox.shopify.sale_answers import sale_answer
from embedded_app.sandbox.shopify.transaction_answers import transaction_answers

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
        **buyer_answers(shop, order),
        **transaction_answers(order),
        "refunds": _refunds(order),
        "fulfillments": _fulfillments(order),
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
        "presentmentCurrencyCode": Purse.of(order).shown_currency,
        "taxesIncluded": order.taxes_included,
        "taxExempt": False,
        "estimatedTaxes": False,
        "dutiesIncluded": False,
        "displayFinancialStatus": order.financial_status,
        "displayFulfillmentStatus": "FULFILLED" if order.fulfilled_at else "UNFULFILLED",
        "fullyPaid": order.outstanding == 0,
        "unpaid": order.received == 0,
        "paymentGatewayNames": list(dict.fromkeys(entry.gateway for entry in order.transactions)),
        "sourceName": order.source_name,
        "tags": [],
    }


def _totals(order: StoredOrder) -> Answer:
    purse, shown = Purse.of(order), order.as_presented()

    def bag(total: Callable[[StoredOrder], Decimal]) -> Answer:
        own = total(order)
        return purse.bag(own, own if shown is order else total(shown))

    return {
        "originalTotalPriceSet": bag(lambda one: one.original_total),
        "currentTotalPriceSet": bag(lambda one: one.current_total),
        "currentTotalTaxSet": bag(lambda one: one.current_tax),
        "totalPriceSet": bag(lambda one: one.grown_total),
        "totalReceivedSet": bag(lambda one: one.received),
        "totalRefundedSet": bag(lambda one: one.refunded),
        "netPaymentSet": bag(lambda one: one.net_payment),
        "totalOutstandingSet": bag(lambda one: one.outstanding),
        "totalTipReceivedSet": bag(lambda one: one.total_of("TIP")),
        "currentTotalDutiesSet": bag(lambda one: one.total_of("DUTY")),
        "currentTotalAdditionalFeesSet": bag(lambda one: one.total_of("ADDITIONAL_FEE")),
        "refundDiscrepancySet": bag(lambda one: ZERO),
        "totalCashRoundingAdjustment": {
            "paymentSet": bag(lambda one: one.payment_rounding),
            "refundSet": bag(lambda one: one.refund_rounding),
        },
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


def _fulfillments(order: StoredOrder) -> Callable[..., list[Answer]]:
    """One for all of the order, once it has left."""
    moment = moment_text(order.fulfilled_at)

    def fulfillments(
        info: GraphQLResolveInfo[Any], *, first: int | None = None, query: str | None = None
    ) -> list[Answer]:
        if query:
            raise GraphQLError("The sandbox serves all fulfillments: ask without query.")
        one = {
            "__typename": "Fulfillment",
            "id": f"gid://shopify/Fulfillment/{order.number}",
            "legacyResourceId": str(order.number),
            "createdAt": moment,
            "updatedAt": moment,
            "status": "SUCCESS",
        }
        return [one][:first] if moment else []

    return fulfillments


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
        "totalRefundedSet": Purse.of(order).bag(-agreement.total, -agreement.as_presented().total),
    }


def _agreements(order: StoredOrder) -> Callable[..., Answer]:
    def agreements(info: GraphQLResolveInfo[Any], *, query: str | None = None, **page: Any) -> Answer:
        if query:
            raise GraphQLError("The sandbox serves all agreements: ask without query.")
        keyed = [(f"{position:06}", entry) for position, entry in enumerate(order.agreements)]
        return paging.page(keyed, lambda entry: _agreement(order, entry), **page)

    return agreements


def _agreement(order: StoredOrder, agreement: Agreement) -> Answer:
    purse = Purse.of(order)

    def sales(info: GraphQLResolveInfo[Any], **page: Any) -> Answer:
        keyed = [(f"{position:06}", sale) for position, sale in enumerate(agreement.sales)]
        return paging.page(keyed, lambda sale: sale_answer(sale, purse), **page)

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
