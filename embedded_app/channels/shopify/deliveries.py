"""What is kept of a Shopify webhook: ids and times, whatever the body holds besides.

Our subscriptions ask for ids and times only (include_fields), yet a full body may come all the same: after an API
change, or from subscriptions made by hand. Fields are therefore picked by name and by the look of their value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from embedded_app.channels.contract import DeliveryNote
from embedded_app.channels.errors import BadDelivery
from embedded_app.channels.shopify.headers import shop_domain, shopify_header

_KEPT_IDS = ("id", "admin_graphql_api_id", "order_id", "parent_id", "payment_terms_id")
_KEPT_TIMES = (
    "created_at",
    "updated_at",
    "processed_at",
    "cancelled_at",
    "closed_at",
    "committed_at",
    "initiated_at",
    "finalized_on",
    "issued_at",
    "due_at",
    "completed_at",
)

# Where the body names its order, by topic; a topic ending in "/" stands for all of that resource.
_ORDER_ID_PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders/edited": (("order_edit", "order_id"),),
    "orders/": (("admin_graphql_api_id",), ("id",)),
    "refunds/": (("order_id",),),
    "order_transactions/": (("order_id",),),
    "tender_transactions/": (("order_id",),),
    "disputes/": (("order_id",),),
    "fulfillments/": (("order_id",),),
    "returns/": (("order", "admin_graphql_api_id"), ("order", "id"), ("order_id",)),
}

# Where some bodies name their store.
_SHOP_FIELDS = ("shop_domain", "myshopify_domain")
_MOST_ORDERS = 1000  # of one customer, in one notice

# No longer than rows can hold: what fails to be recorded is delivered again, for two days.
_TOPIC = re.compile(r"(?=.{3,64}$)[a-z_]+/[a-z_]+")
_DELIVERY_ID = re.compile(r"[\x21-\x7e]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,25}")
_GLOBAL_ID = re.compile(r"gid://shopify/[A-Za-z]{1,60}/[0-9]{1,25}")


def note(headers: Mapping[str, str], body: bytes) -> DeliveryNote:
    """Name one verified delivery.

    Only the body is signed: topic, shop and ids of the headers are routing hints, and bad ones raise BadDelivery.
    A body that is no JSON object gives a note without an order, so that nothing that was signed is lost.
    """
    topic = _required(headers, "Topic", _TOPIC)
    shop = shop_domain(shopify_header(headers, "Shop-Domain"))
    if shop is None:
        raise BadDelivery("The webhook's X-Shopify-Shop-Domain header names no myshopify.com domain; check its sender.")
    content = _json_object(body)
    if _names_another(content, shop):
        raise BadDelivery("The webhook's X-Shopify-Shop-Domain header and its body name two stores; check its sender.")
    event_id = shopify_header(headers, "Event-Id")
    return DeliveryNote(
        webhook_id=_required(headers, "Webhook-Id", _DELIVERY_ID),
        topic=topic,
        shop=shop,
        event_id=event_id if event_id and _DELIVERY_ID.fullmatch(event_id) else None,
        triggered_at=_moment(shopify_header(headers, "Triggered-At")),
        order_id=_order_id(topic, content),
        kept=_kept(content) | (_people(content) if topic.startswith("customers/") else {}),
        order_updated_at=_order_updated_at(topic, content),
    )


def _order_updated_at(topic: str, content: dict[str, Any]) -> datetime | None:
    """The order's own updatedAt, where the body is the order; of a deleted one there is nothing left to read."""
    tells = topic.startswith("orders/") and topic != "orders/delete"
    return _moment(content.get("updated_at")) if tells else None


def _required(headers: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = shopify_header(headers, name)
    if value is None:
        raise BadDelivery(
            f"The webhook has no X-Shopify-{name} header; check what stands between Shopify and this app."
        )
    if not pattern.fullmatch(value):
        raise BadDelivery(f"The webhook's X-Shopify-{name} header is not one that Shopify sends; check its sender.")
    return value


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, numbers of thousands of digits, or endless nesting
        return {}
    return content if isinstance(content, dict) else {}


def _order_id(topic: str, content: dict[str, Any]) -> str | None:
    resource = topic.split("/")[0] + "/"
    for path in _ORDER_ID_PATHS.get(topic) or _ORDER_ID_PATHS.get(resource) or ():
        value: Any = content
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        identifier = _identifier(value)
        if identifier is None:
            continue
        order_id = str(identifier) if str(identifier).startswith("gid:") else f"gid://shopify/Order/{identifier}"
        if order_id.startswith("gid://shopify/Order/"):
            return order_id
    return None


def _kept(content: dict[str, Any]) -> dict[str, str | int]:
    edit = content.get("order_edit")  # orders/edited wraps its only object
    subject = edit if isinstance(edit, dict) else content
    kept: dict[str, str | int] = {}
    for key in _KEPT_IDS:
        identifier = _identifier(subject.get(key))
        if identifier is not None:
            kept[key] = identifier
    for key in _KEPT_TIMES:
        moment = _moment(subject.get(key))
        if moment is not None:
            kept[key] = moment.isoformat()
    return kept


def _names_another(content: dict[str, Any], shop: str) -> bool:
    """Whether the body says that it is of another store; most say nothing, but those about erasing do."""
    named = {shop_domain(name) for name in map(content.get, _SHOP_FIELDS) if isinstance(name, str)}
    return bool(named - {None, shop})


def _people(content: dict[str, Any]) -> dict[str, str | int]:
    """Whose data a notice about personal data is about, by the store's ids: the customer, and their orders."""
    customer = content.get("customer")
    customer_id = _identifier(customer.get("id")) if isinstance(customer, dict) else None
    orders = content.get("orders_to_redact") or content.get("orders_requested")
    ids = [_identifier(one) for one in orders[:_MOST_ORDERS]] if isinstance(orders, list) else []
    order_ids = ",".join(str(one) for one in ids if one is not None)
    people: dict[str, str | int | None] = {"customer_id": customer_id, "order_ids": order_ids}
    return {name: value for name, value in people.items() if value}


def _identifier(value: object) -> str | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and 0 < value < 10**25:
        return value
    if isinstance(value, str) and (_NUMBER.fullmatch(value) or _GLOBAL_ID.fullmatch(value)):
        return value
    return None


def _moment(value: object) -> datetime | None:
    """An aware moment from ISO 8601 text; fractions beyond microseconds, as Shopify sends them, are cut off."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    # The first and the last year have moments that the database cannot give back.
    return moment if moment.tzinfo is not None and 1 < moment.year < 9999 else None
