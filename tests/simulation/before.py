"""What a store sold before Crossfoot was installed: nobody of ours hears of it."""

from __future__ import annotations

import random
from datetime import timedelta

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import deeds
from embedded_app.sandbox.shopify.checkouts import Allowed, draw_order
from embedded_app.sandbox.shopify.markets import Market
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.story import Story

# Cards and credit of that time belong to the opening balances.
ALLOWED = Allowed(most_lines=3, gift_cards=False, store_credit=False)
DEEDS = (deeds.pay_all, deeds.pay_all, deeds.pay_part, deeds.edit, deeds.refund_goods)
AGO = timedelta(days=3)


def sell_before(shop: Shop, market: Market, clock: SetClock, draw: random.Random, orders: int) -> list[Story]:
    """Sell so much, and let some days go by."""
    stories = []
    for _ in range(orders):
        handle = draw_order(shop, draw, market, ALLOWED)
        story = Story(handle=handle, draw=draw, market=market, allowed=ALLOWED)
        for deed in draw.choices(DEEDS, k=2):
            deed(story)
        stories.append(story)
    shop.deliveries.discard()
    if stories:
        clock.advance(AGO.total_seconds())
    return stories
