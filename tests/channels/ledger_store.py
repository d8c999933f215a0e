"""A scripted store that keeps whole ledgers and gives them out in pages, as the Admin API does."""

from __future__ import annotations

from typing import Any

from tests.channels.scripted_store import Reply
from tests.channels.shopify_bodies import Json, connection

POINTS_PER_ORDER = 101
POINTS_IN_BOTH_CURRENCIES = 130


class LedgerStore:
    """Answers our queries from `orders`. max_points: what one call may cost. asked: (operation, number of ids).

    in_both: the ids that were asked in the customer's currency, too. cards: all gift cards of the store, oldest first.
    """

    def __init__(self, *orders: Json, max_points: int = 1_000) -> None:
        self.orders: dict[str, Json] = {order["id"]: order for order in orders}
        self.max_points = max_points
        self.denied: list[list[str | int]] = []
        self.asked: list[tuple[str, int]] = []
        self.in_both: list[str] = []
        self.cards: list[Json] = []

    def __call__(self, path: str, body: Json) -> Reply:
        operation = body["query"].split("(")[0].removeprefix("query ").strip()
        variables = body["variables"]
        ids = variables.get("ids", [variables.get("id")])
        self.asked.append((operation, len(ids)))
        is_in_both = "presentmentMoney" in body["query"]
        self.in_both += ids if is_in_both else []
        cost = 1 + (POINTS_IN_BOTH_CURRENCIES if is_in_both else POINTS_PER_ORDER) * len(ids)
        if cost > self.max_points:
            return Reply({"errors": [{"message": "Too much.", "extensions": {"code": "MAX_COST_EXCEEDED"}}]})
        data = self._data(operation, ids, variables)
        answer: Json = {
            "data": data if is_in_both else _in_shop_money(data),
            "extensions": {"cost": {"requestedQueryCost": cost}},
        }
        denials = [{"message": "No.", "path": path, "extensions": {"code": "ACCESS_DENIED"}} for path in self.denied]
        return Reply(answer | ({"errors": denials} if denials else {}))

    def _data(self, operation: str, ids: list[str], variables: Json) -> Json:
        shop = {"ianaTimezone": "Europe/London"}
        if operation == "GiftCards":
            return {"giftCards": _cards(self.cards, variables)}
        if operation == "Orders":
            return {"shop": shop, "nodes": [self._first_page(order_id) for order_id in ids]}
        if operation == "Order":
            return {"shop": shop, "order": self._first_page(ids[0])}
        order = self.orders[ids[0]]
        if operation == "Agreements":
            agreements = _agreements(order, variables["after"], first=3, sales=10)
        else:
            agreements = _agreements(
                order, variables["afterAgreement"], first=1, sales=50, after=variables["afterSale"]
            )
        return {"order": {"updatedAt": order["updatedAt"], "agreements": agreements}}

    def _first_page(self, order_id: str) -> Json | None:
        order = self.orders.get(order_id)
        return order and {**order, "agreements": _agreements(order, None, first=1, sales=5)}


def _in_shop_money(value: Any) -> Any:
    """Without what was not asked."""
    if isinstance(value, list):
        return [_in_shop_money(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _in_shop_money(one) for key, one in value.items() if key != "presentmentMoney"}


def _cards(cards: list[Json], variables: Json) -> Json:
    """Pages of 50. The window of a query is not looked at: where it begins, a test says by its cards."""
    ordered = cards[::-1] if variables["newestFirst"] else cards
    start = int(variables["after"] or 0)
    more = str(start + 50) if start + 50 < len(ordered) else None
    return {"nodes": ordered[start : start + 50], "pageInfo": {"hasNextPage": more is not None, "endCursor": more}}


def _agreements(order: Json, cursor: str | None, *, first: int, sales: int, after: str | None = None) -> Json:
    edges = order["agreements"]["edges"]
    start = next((place + 1 for place, edge in enumerate(edges) if edge["cursor"] == cursor), 0)
    page = edges[start : start + first]
    cut = [{**edge, "node": {**edge["node"], "sales": _sales(edge["node"], after, sales)}} for edge in page]
    more = page[-1]["cursor"] if start + first < len(edges) else None
    return connection(*cut, more=more)


def _sales(agreement: Json, cursor: str | None, first: int) -> Json:
    nodes: list[Any] = agreement["sales"]["nodes"]
    start = int(cursor or 0)
    more = str(start + first) if start + first < len(nodes) else None
    return {"nodes": nodes[start : start + first], "pageInfo": {"hasNextPage": more is not None, "endCursor": more}}
