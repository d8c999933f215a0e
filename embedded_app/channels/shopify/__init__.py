"""Shopify: signed webhooks in, orders read through the Admin GraphQL API."""

from __future__ import annotations

from embedded_app.channels.shopify.deliveries import note
from embedded_app.channels.shopify.install import refresh
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.channels.shopify.signature import verify

__all__ = ["note", "read_orders", "refresh", "verify"]
