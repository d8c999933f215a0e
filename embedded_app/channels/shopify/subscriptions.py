"""The webhooks we work by, and the subscriptions to them that this app makes itself, store by store.

Usually shopify.app.toml subscribes for all stores at once; Shopify keeps those, and does not list them here. An app
that cannot be deployed so subscribes through the API, and Shopify deletes such subscriptions when deliveries fail for
hours (Shopify's "Troubleshooting webhooks"): they are checked and made again.
"""

from __future__ import annotations

from collections.abc import Mapping

import requests

from embedded_app.channels.contract import StoreAccess, Subscriptions
from embedded_app.channels.errors import AccessDenied, QueryRefused
from embedded_app.channels.shopify.admin_api import AdminApi
from embedded_app.channels.shopify.fields import (
    JsonObject,
    Unfit,
    child,
    children,
    optional_child,
    optional_text,
    optional_texts,
    text,
)

_ORDER = ("id", "admin_graphql_api_id", "created_at", "updated_at", "cancelled_at")
_OF_AN_ORDER = ("id", "admin_graphql_api_id", "order_id", "created_at", "processed_at")

# Each topic with the fields we ask of its body: ids and times. The same as in shopify.app.toml, which has the topics of
# the privacy laws besides: those can be subscribed to nowhere else.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "orders/create": _ORDER,
    "orders/updated": _ORDER,
    "orders/cancelled": _ORDER,
    "orders/edited": ("order_edit.id", "order_edit.order_id", "order_edit.created_at"),
    "orders/delete": ("id",),
    "refunds/create": _OF_AN_ORDER,
    "order_transactions/create": _OF_AN_ORDER,
    "app/uninstalled": ("id",),
    "app/scopes_update": ("id",),
}


def needed_topics() -> tuple[str, ...]:
    """The topics we work by, without those that only shopify.app.toml can subscribe to."""
    return tuple(NEEDED)


def keep_subscriptions(http: requests.Session, access: StoreAccess, *, address: str, make: bool) -> Subscriptions:
    """Which of the topics we need are sent to `address`; with `make`, those that are not are subscribed to, or mended.

    Raises StoreBusy, AccessLost or QueryRefused when the store did not answer; what was made by then stays.
    """
    api = AdminApi(http, access)
    try:
        found, scopes = _found(api)
        made, refused = _mend(api, found, address) if make else ((), {})
    except Unfit as unfit:
        raise QueryRefused(
            f"Shopify's list of webhook subscriptions {unfit.detail}; report this to Crossfoot's support."
        ) from None
    live = [topic for topic in NEEDED if topic in made or _is_right(found.get(_enum(topic)), topic, address)]
    return Subscriptions(live=tuple(live), made=made, refused=refused, scopes=scopes)


def _found(api: AdminApi) -> tuple[dict[str, JsonObject], tuple[str, ...]]:
    """The app's own subscriptions, one by topic, and the scopes it was granted."""
    answer = api.execute("subscriptions", {})
    if answer.denied:
        raise AccessDenied("Shopify denies this app its own webhook subscriptions; open Crossfoot in the admin once.")
    scopes = children(child(answer.data, "currentAppInstallation"), "accessScopes")
    nodes = children(child(answer.data, "webhookSubscriptions"), "nodes")
    return {text(node, "topic"): node for node in nodes}, tuple(text(scope, "handle") for scope in scopes)


def _mend(api: AdminApi, found: Mapping[str, JsonObject], address: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Subscribe to what is missing, and mend what goes elsewhere or asks for other fields; made and refused topics."""
    made, refused = [], {}
    for topic, fields in NEEDED.items():
        existing = found.get(_enum(topic))
        if _is_right(existing, topic, address):
            continue
        wanted = {"uri": address, "format": "JSON", "includeFields": list(fields), "filter": None}
        if existing is None:
            answer = api.execute("subscribe", {"topic": _enum(topic), "subscription": wanted})
            payload = optional_child(answer.data, "webhookSubscriptionCreate")
        else:
            answer = api.execute("mend_subscription", {"id": text(existing, "id"), "subscription": wanted})
            payload = optional_child(answer.data, "webhookSubscriptionUpdate")
        why = _refusal(payload)
        if why is None:
            made.append(topic)
        else:
            refused[topic] = why
    return tuple(made), refused


def _refusal(payload: JsonObject) -> str | None:
    """What Shopify said against it, None where the subscription is there."""
    if optional_child(payload, "webhookSubscription"):
        return None
    errors = children(payload, "userErrors") if payload.get("userErrors") else []
    return " ".join(text(error, "message") for error in errors) or "Shopify gave no reason."


def _is_right(node: JsonObject | None, topic: str, address: str) -> bool:
    return (
        node is not None
        and optional_text(node, "uri") == address
        and optional_text(node, "format") == "JSON"
        and not optional_text(node, "filter")
        and sorted(optional_texts(node, "includeFields")) == sorted(NEEDED[topic])
    )


def _enum(topic: str) -> str:
    """ "orders/create" as Shopify's GraphQL names it: ORDERS_CREATE."""
    return topic.replace("/", "_").upper()
