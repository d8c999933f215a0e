"""Reads the pages that follow the first one, until an order's agreements and sales are whole.

Both ledgers only grow, but pages read around a change would not fit the totals read before it: every page brings the
order's updatedAt, and a difference starts the order anew.
"""

from __future__ import annotations

from embedded_app.channels.shopify.admin_api import AdminApi
from embedded_app.channels.shopify.fields import (
    INCOMPLETE,
    JsonObject,
    Unfit,
    child,
    children,
    flag,
    optional_text,
    text,
)

MAX_AGREEMENT_PAGES = 100  # of 3 agreements
MAX_SALE_PAGES = 100  # of 50 sales, per agreement


class OrderChanged(Exception):
    """The order changed, or went, while its pages were read."""


def whole_order(api: AdminApi, node: JsonObject) -> JsonObject:
    """The order with every page of its ledgers. Raises OrderChanged, Unfit beyond the page limits, and API errors."""
    edges = _all_agreements(api, node)
    whole_edges = []
    cursor_before: str | None = None
    for edge in edges:
        agreement = _all_sales(api, node, child(edge, "node"), cursor_before)
        whole_edges.append({**edge, "node": agreement})
        cursor_before = text(edge, "cursor")
    return {**node, "agreements": {"edges": whole_edges, "pageInfo": {"hasNextPage": False}}}


def _all_agreements(api: AdminApi, node: JsonObject) -> list[JsonObject]:
    connection = child(node, "agreements")
    edges = list(children(connection, "edges"))
    for _ in range(MAX_AGREEMENT_PAGES):
        after = _next_cursor(connection)
        if after is None:
            return edges
        connection = child(_page(api, "agreements", node, {"after": after}), "agreements")
        edges += children(connection, "edges")
    raise Unfit(INCOMPLETE, f"has more than {len(edges)} agreements, the most Crossfoot reads")


def _all_sales(api: AdminApi, node: JsonObject, agreement: JsonObject, cursor_before: str | None) -> JsonObject:
    connection = child(agreement, "sales")
    sales = list(children(connection, "nodes"))
    for _ in range(MAX_SALE_PAGES):
        after = _next_cursor(connection)
        if after is None:
            return {**agreement, "sales": {"nodes": sales, "pageInfo": {"hasNextPage": False}}}
        page = _page(api, "sales", node, {"afterAgreement": cursor_before, "afterSale": after})
        edges = children(child(page, "agreements"), "edges")
        if not edges or text(child(edges[0], "node"), "id") != text(agreement, "id"):
            raise OrderChanged
        connection = child(child(edges[0], "node"), "sales")
        sales += children(connection, "nodes")
    raise Unfit(INCOMPLETE, f"has an agreement with more than {len(sales)} lines, the most Crossfoot reads")


def _page(api: AdminApi, query_name: str, node: JsonObject, cursors: dict[str, str | None]) -> JsonObject:
    order = api.execute(query_name, {"id": text(node, "id"), **cursors}).data.get("order")
    if not isinstance(order, dict) or order.get("updatedAt") != node.get("updatedAt"):
        raise OrderChanged
    return order


def _next_cursor(connection: JsonObject) -> str | None:
    page_info = child(connection, "pageInfo")
    if not flag(page_info, "hasNextPage"):
        return None
    after = optional_text(page_info, "endCursor")
    if after is None:
        raise Unfit(INCOMPLETE, "came with a page that names no next one")
    return after
