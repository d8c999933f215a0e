"""Bodies for a fuzzer to begin with, beside those that the other tests have."""

from __future__ import annotations

from tests.accounting.test_mapping_document import COLLECTED, DOCUMENT, SALES_TAX, entry, product_rule

_AMOUNT = {"shopMoney": {"amount": "24.93", "currencyCode": "GBP"}}
_MORE = {"hasNextPage": True, "endCursor": "c"}
_CARD = {
    "id": "gid://shopify/GiftCard/1",
    "lastCharacters": "aaaa",
    "createdAt": "2026-11-20T09:00:00Z",
    "updatedAt": "2026-11-24T11:00:00Z",
    "expiresOn": "2026-11-24",
    "deactivatedAt": None,
    "initialValue": _AMOUNT["shopMoney"],
    "balance": _AMOUNT["shopMoney"],
    "order": {"id": "gid://shopify/Order/1"},
    "lineItem": {"quantity": 1, "currentQuantity": 1},
    "transactions": {
        "nodes": [
            {
                "__typename": "GiftCardDebitTransaction",
                "id": "gid://shopify/GiftCardDebitTransaction/1",
                "processedAt": "2026-11-24T10:00:00Z",
                "note": None,
                "amount": {"amount": "-5.0", "currencyCode": "GBP"},
            }
        ],
        "pageInfo": {**_MORE, "hasNextPage": False},
    },
}
LISTED = {
    "id": "gid://shopify/Order/1",
    "name": "#1001",
    "processedAt": "2026-11-24T10:00:00Z",
    "updatedAt": "2026-11-24T11:00:00Z",
    "cancelledAt": None,
    "displayFulfillmentStatus": "FULFILLED",
    "currencyCode": "GBP",
    "currentTotalPriceSet": _AMOUNT,
    "netPaymentSet": _AMOUNT,
    "totalRefundedSet": _AMOUNT,
    "test": False,
}
_STORE_DATA = {
    "shop": {"ianaTimezone": "Europe/London"},
    "orders": {"nodes": [LISTED], "pageInfo": _MORE},
    "nodes": [{"__typename": "Customer", "id": "gid://shopify/Customer/1", "displayName": "Ada"}],
    "giftCards": {"nodes": [_CARD], "pageInfo": {**_MORE, "hasNextPage": False}},
    "bulkOperation": {"id": "b", "status": "COMPLETED", "rootObjectCount": "7", "url": "https://f", "errorCode": None},
    "bulkOperationRunQuery": {"bulkOperation": {"id": "b"}, "userErrors": [{"code": "X", "message": "m"}]},
    "currentAppInstallation": {"accessScopes": [{"handle": "read_orders"}]},
    "webhookSubscriptions": {
        "nodes": [
            {"id": "w", "topic": "ORDERS_CREATE", "uri": "u", "format": "JSON", "filter": "", "includeFields": ["id"]}
        ]
    },
    "webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": [{"message": "m"}]},
    "webhookSubscriptionUpdate": {"webhookSubscription": {"id": "w"}, "userErrors": []},
}
_THROTTLED = {"message": "m", "path": ["nodes", 0, "product"], "extensions": {"code": "THROTTLED"}}
_COST = {
    "requestedQueryCost": 386,
    "throttleStatus": {"maximumAvailable": 1000, "currentlyAvailable": 9, "restoreRate": 50},
}
STORE_ANSWERS = (
    {"data": _STORE_DATA, "extensions": {"cost": _COST}},
    {"data": _STORE_DATA, "errors": [_THROTTLED], "extensions": {"cost": _COST}},
    {"data": _STORE_DATA, "errors": [{**_THROTTLED, "extensions": {"code": "ACCESS_DENIED"}}]},
)
STORE_TOKENS = {
    "access_token": "shpat_1",
    "expires_in": 3600,
    "refresh_token": "shprt_1",
    "refresh_token_expires_in": 7_776_000,
    "scope": "read_orders,read_products",
    "error": "invalid_client",
}
XERO_TOKENS = {
    "access_token": "a.eyJ4ZXJvX3VzZXJpZCI6IjEifQ.c",
    "refresh_token": "r",
    "expires_in": 1800,
    "error": None,
}
TENANT = {"id": "c" * 36, "tenantId": "t" * 36, "tenantType": "ORGANISATION", "tenantName": "Marlow"}
MAPPINGS = (DOCUMENT, entry(SALES_TAX), {**entry(COLLECTED), "special": {"marketplace tax": "625"}}, product_rule())
