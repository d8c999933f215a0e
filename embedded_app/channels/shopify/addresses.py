"""Where an order stands in the Shopify admin, and which order somebody means by its number there."""

from __future__ import annotations

import re

_ORDER = "gid://shopify/Order/"
# Shopify's ids are 64-bit numbers.
_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def order_id(told: str) -> str | None:
    """The global id of the order that is meant by it or by the number in its address; None for anything else."""
    number = told.strip().removeprefix(_ORDER)
    return f"{_ORDER}{number}" if _NUMBER.fullmatch(number) else None


def order_url(admin: str, domain: str, order_id: str) -> str:
    """The order's page in the store's admin. admin: its origin; domain: of the store, as in alice.myshopify.com."""
    return f"{admin}/store/{domain.removesuffix('.myshopify.com')}/orders/{order_id.removeprefix(_ORDER)}"
