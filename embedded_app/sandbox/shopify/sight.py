"""Which orders a store lists for its app: as far as its search index has come, and as far back as the scopes reach."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.ledger import StoredOrder
    from embedded_app.sandbox.shopify.shop import Shop

# shopify.dev, access scopes: without read_all_orders an app sees the orders of the last 60 days.
SEEN_DAYS = timedelta(days=60)


def listed_orders(shop: Shop) -> list[StoredOrder]:
    """The orders that a search goes over; those read by their ids are always as they stand now."""
    now = shop.now()
    every = list(shop.orders.values())
    if shop.index_lag:
        every = [order for order in every if order.updated_at <= now - shop.index_lag]
    if "read_all_orders" in shop.installation.granted:
        return every
    return [order for order in every if order.created_at > now - SEEN_DAYS]
