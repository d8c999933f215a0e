"""Shopify: signed webhooks in, orders, names and gift cards read through the Admin GraphQL API."""

from __future__ import annotations

from embedded_app.channels.shopify.card_changes import read_gift_cards
from embedded_app.channels.shopify.changed_orders import changed_orders, sees_old_orders
from embedded_app.channels.shopify.deliveries import note
from embedded_app.channels.shopify.finding import last_orders, order_named
from embedded_app.channels.shopify.install import refresh
from embedded_app.channels.shopify.names import read_names
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.channels.shopify.signature import verify
from embedded_app.channels.shopify.subscriptions import keep_subscriptions, needed_topics

__all__ = [
    "changed_orders",
    "keep_subscriptions",
    "last_orders",
    "needed_topics",
    "note",
    "order_named",
    "read_gift_cards",
    "read_names",
    "read_orders",
    "refresh",
    "sees_old_orders",
    "verify",
]
