"""The bodies of a store's webhooks: narrowed to ids and times, or whole, with planted personal data.

An app that subscribes with `include_fields` gets the narrow ones. The whole ones exist to prove that the program
keeps none of it: every personal value contains the word PLANTED.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from embedded_app.sandbox.shopify.entries import Transaction
from embedded_app.sandbox.shopify.ledger import StoredOrder

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

PLANTED = "PLANTED"
_PERSON = {
    "first_name": f"Ada {PLANTED}",
    "last_name": f"Lovelace {PLANTED}",
    "email": f"ada.{PLANTED}@example.com",
    "phone": f"+44 20 7946 0000 {PLANTED}",
    "address1": f"12 {PLANTED} Square",
    "city": f"{PLANTED} Town",
    "zip": f"W1 {PLANTED}",
}


def order_body(shop: Shop, order: StoredOrder) -> dict[str, Any]:
    """For orders/create, orders/updated and orders/cancelled."""
    body: dict[str, Any] = {
        "id": order.number,
        "admin_graphql_api_id": order.id,
        "created_at": _local(shop, order.created_at),
        "updated_at": _local(shop, order.updated_at),
        "processed_at": _local(shop, order.created_at),
        "cancelled_at": _local(shop, order.cancelled_at),
    }
    if shop.full_bodies:
        body |= {
            "name": order.name,
            "email": _PERSON["email"],
            "phone": _PERSON["phone"],
            "contact_email": _PERSON["email"],
            "browser_ip": f"203.0.113.9 {PLANTED}",
            "note": f"Leave it with {PLANTED}",
            "currency": order.currency,
            "current_total_price": str(order.current_total),
            "financial_status": order.financial_status.lower(),
            "customer": {"id": 1, "default_address": _PERSON, **_PERSON},
            "billing_address": _PERSON,
            "shipping_address": {**_PERSON, "country_code": order.country},
        }
    return body


def edit_body(shop: Shop, order: StoredOrder, edit_id: str) -> dict[str, Any]:
    """For orders/edited, which names the order only inside `order_edit`."""
    edit: dict[str, Any] = {
        "id": _number(edit_id),
        "order_id": order.number,
        "created_at": _local(shop, order.updated_at),
    }
    if shop.full_bodies:
        edit |= {"app_id": None, "staff_note": f"Called by {PLANTED}", "notify_customer": True}
    return {"order_edit": edit}


def refund_body(shop: Shop, order: StoredOrder, refund_id: str) -> dict[str, Any]:
    """For refunds/create: independent of whether money moved."""
    body: dict[str, Any] = {
        "id": _number(refund_id),
        "admin_graphql_api_id": f"gid://shopify/Refund/{_number(refund_id)}",
        "order_id": order.number,
        "created_at": _local(shop, order.updated_at),
        "processed_at": _local(shop, order.updated_at),
    }
    if shop.full_bodies:
        body |= {"note": f"Refunded to {PLANTED}", "user_id": 1, "restock": True}
    return body


def transaction_body(shop: Shop, order: StoredOrder, transaction: Transaction) -> dict[str, Any]:
    """For order_transactions/create: whatever succeeded or failed."""
    body: dict[str, Any] = {
        "id": _number(transaction.id),
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{_number(transaction.id)}",
        "order_id": order.number,
        "created_at": _local(shop, transaction.processed_at),
        "processed_at": _local(shop, transaction.processed_at),
    }
    if shop.full_bodies:
        body |= {
            "kind": transaction.kind.lower(),
            "status": transaction.status.lower(),
            "gateway": transaction.gateway,
            "amount": str(transaction.amount),
            "receipt": {"payer": _PERSON},
            "payment_details": {"credit_card_name": f"A {PLANTED}", "credit_card_number": f"•••• {PLANTED}"},
        }
    return body


def _local(shop: Shop, moment: datetime | None) -> str | None:
    """Webhook bodies give times in the store's zone with its offset, unlike GraphQL, which gives UTC."""
    return None if moment is None else moment.astimezone(ZoneInfo(shop.timezone)).isoformat(timespec="seconds")


def _number(gid: str) -> int:
    """The number REST bodies give for an id; a test's own short names ("t1") get a stable one."""
    tail = gid.rsplit("/", 1)[-1]
    return int(tail) if tail.isdigit() else zlib.crc32(tail.encode())
