"""Shopify: signed webhooks in, orders, names and gift cards read through the Admin GraphQL API."""

from __future__ import annotations

from embedded_app.channels.shopify.addresses import order_id, order_url
from embedded_app.channels.shopify.bulk import begin_listing, end_listing, listing
from embedded_app.channels.shopify.bulk_file import read_listing
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
    "begin_listing",
    "changed_orders",
    "end_listing",
    "keep_subscriptions",
    "last_orders",
    "listing",
    "needed_topics",
    "note",
    "order_id",
    "order_named",
    "order_url",
    "read_gift_cards",
    "read_listing",
    "read_names",
    "read_orders",
    "refresh",
    "sees_old_orders",
    "verify",
]
