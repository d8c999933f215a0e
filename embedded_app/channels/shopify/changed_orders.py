"""Which orders changed since some moment: a page of ids and totals, found by search, their facts are read by id.

Without the scope read_all_orders Shopify lists orders of the last 60 days only, and says nothing of the others
(Shopify's "Access scopes").
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import requests

from embedded_app.channels.contract import ChangedOrders, ListedOrder, StoreAccess
from embedded_app.channels.errors import AccessDenied, QueryRefused, QueryTooLarge
from embedded_app.channels.shopify.admin_api import DENIED, AdminApi
from embedded_app.channels.shopify.fields import (
    JsonObject,
    Unfit,
    child,
    children,
    flag,
    identifier,
    moment,
    number,
    optional_moment,
    optional_text,
    text,
)
from embedded_app.channels.shopify.header import ALL_LEFT

READ_ALL_ORDERS = "read_all_orders"


def changed_orders(http: requests.Session, access: StoreAccess, *, since: datetime, go_on: str | None) -> ChangedOrders:
    """A page of the orders whose updatedAt is `since` or later, the earliest first.

    go_on: None for the first page, then as the page before says; it holds on to the moment its first page was asked by.
    Raises StoreBusy, AccessLost, or QueryRefused, which may also mean that go_on is no longer good.
    """
    begun, _, after = (go_on or "").partition(" ")
    begun = begun or since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    variables = {"query": f"updated_at:>='{begun}'", "after": after or None}
    try:
        answer = AdminApi(http, access).execute("changed_orders", variables)
    except QueryTooLarge as dear:
        # A page's size is fixed, so there is nothing less to ask for.
        raise QueryRefused(dear.sentence) from None
    if answer.denied:
        raise AccessDenied(DENIED)
    try:
        connection = child(answer.data, "orders")
        page_info = child(connection, "pageInfo")
        following = optional_text(page_info, "endCursor") if flag(page_info, "hasNextPage") else None
        return ChangedOrders(
            orders=tuple(_listed(node) for node in children(connection, "nodes")),
            go_on=None if following is None else f"{begun} {following}",
            room=answer.room,
        )
    except Unfit as unfit:
        raise QueryRefused(
            f"Shopify's list of changed orders {unfit.detail}; report this to Crossfoot's support."
        ) from None


def sees_old_orders(scopes: Sequence[str]) -> bool:
    """Whether orders placed more than 60 days ago are seen, too: their changes are not listed without the scope."""
    return READ_ALL_ORDERS in scopes


def _listed(node: JsonObject) -> ListedOrder:
    agreements = children(child(node, "agreements"), "nodes")
    return ListedOrder(
        id=identifier(node, "id"),
        updated_at=moment(node, "updatedAt"),
        current_total=number(child(child(node, "currentTotalPriceSet"), "shopMoney"), "amount"),
        net_payment=number(child(child(node, "netPaymentSet"), "shopMoney"), "amount"),
        cancelled=optional_moment(node, "cancelledAt") is not None,
        fulfilled=text(node, "displayFulfillmentStatus") in ALL_LEFT,
        newest_agreement=identifier(agreements[0], "id") if agreements else None,
    )
