"""What a store's orders come to, by the store's own totals."""

from decimal import Decimal

from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.shop import Shop


def store_totals(shop: Shop) -> dict[str, dict[str, Decimal]]:
    """By currency: "sales", the sum of current totals, and "tenders", of net payments; test orders left out."""
    totals: dict[str, dict[str, Decimal]] = {}
    with shop.world.lock:
        for order in shop.orders.values():
            if order.test:
                continue
            sums = totals.setdefault(order.currency, {"sales": ZERO, "tenders": ZERO})
            sums["sales"] += order.current_total
            sums["tenders"] += order.net_payment
    return totals
