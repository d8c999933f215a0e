"""Finds orders by Shopify's search, for Setup and Preview: the last ones of a store, or one by its name.

The search index lags behind; what is posted never hangs on it.
"""

from __future__ import annotations

from datetime import datetime

import requests

from embedded_app.channels.contract import StoreAccess
from embedded_app.channels.errors import QueryRefused
from embedded_app.channels.shopify.admin_api import AdminApi
from embedded_app.channels.shopify.fields import Unfit, child, children, identifier

# What would end a quoted word of the search, or mean something in it.
_NOT_IN_A_NAME = str.maketrans("", "", "'\"\\")


def last_orders(http: requests.Session, access: StoreAccess, *, since: datetime) -> tuple[str, ...]:
    """The ids of the store's last orders, at most 250 and none placed before `since`, newest first.

    Without the scope read_all_orders Shopify lists the last 60 days only. Raises ChannelError where the store did not
    answer.
    """
    return _found(http, access, f"created_at:>='{since.isoformat(timespec='seconds')}'")


def order_named(http: requests.Session, access: StoreAccess, name: str) -> str | None:
    """The id of the newest order of this name ("#1001", or "1001"), None where there is none. Raises ChannelError."""
    wanted = name.translate(_NOT_IN_A_NAME).strip()
    found = _found(http, access, f"name:'{wanted}'") if wanted else ()
    return found[0] if found else None


def _found(http: requests.Session, access: StoreAccess, query: str) -> tuple[str, ...]:
    answer = AdminApi(http, access).execute("found_orders", {"query": query})
    try:
        return tuple(identifier(node, "id") for node in children(child(answer.data, "orders"), "nodes"))
    except Unfit as unfit:
        sentence = f"Shopify's list of orders {unfit.detail}; report this to Crossfoot's support."
        raise QueryRefused(sentence) from None
