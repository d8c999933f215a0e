"""Runs one GraphQL request against one store: validity, cost, throttling, then the answer.

Failures come as Shopify gives them: HTTP 200 with `errors`, whose `extensions.code` says what happened.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    default_field_resolver,
    execute_sync,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)

from embedded_app.sandbox.shopify import answers, paging
from embedded_app.sandbox.shopify.bulk_queries import check_bulk
from embedded_app.sandbox.shopify.buyer_answers import buyer_node
from embedded_app.sandbox.shopify.cost import CONNECTION_COST, requested_cost
from embedded_app.sandbox.shopify.faults import CLEAR, Sight
from embedded_app.sandbox.shopify.instrument_answers import account_answer, gift_card_answer, gift_cards_answer
from embedded_app.sandbox.shopify.search import matching
from embedded_app.sandbox.shopify.sight import listed_orders

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.ledger import StoredOrder
    from embedded_app.sandbox.shopify.shop import Shop

MAX_QUERY_COST = 1000
MAX_IDS = 250
LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"
SORT_KEYS = {
    "PROCESSED_AT": "created_at",
    "CREATED_AT": "created_at",
    "UPDATED_AT": "updated_at",
    "ID": "id",
    "ORDER_NUMBER": "number",
}


@functools.cache
def schema() -> GraphQLSchema:
    """The part of Shopify's schema that the sandbox serves."""
    return build_schema(resources.files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8"))


def run(
    shop: Shop, query: str, variables: dict[str, Any], operation: str | None, *, sight: Sight = CLEAR
) -> dict[str, Any]:
    """The whole answer of one request: data, errors, extensions. Callers hold the world's lock.

    sight: how the query sees the store, where a fault on cue blurs it.
    """
    try:
        document = _valid(query)
        asked = _cost_of(query, operation, _sizes(variables))
    except _Invalid as invalid:
        return {"errors": invalid.errors}
    except GraphQLError as error:
        return {"errors": [error.formatted]}
    if asked > MAX_QUERY_COST or sight.too_dear():
        return _too_dear(max(asked, MAX_QUERY_COST + 1))
    if sight.throttled_for() is not None or (shop.world.limits and asked > shop.bucket.available):
        return _throttled(shop, asked, sight.throttled_for())
    counter = _Counter(shop, sight)
    result = execute_sync(
        schema(),
        document,
        root_value=_root(shop, sight),
        variable_values=variables,
        operation_name=operation,
        field_resolver=counter.resolve,
    )
    actual = min(counter.points, asked)
    if shop.world.limits:
        shop.bucket.pay(actual)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    answer["extensions"] = {"cost": _cost(shop, asked, actual)}
    return answer


def run_whole(shop: Shop, query: str, *, sight: Sight = CLEAR) -> dict[str, Any]:
    """The data of a bulk operation's query: every connection whole, without pages and without costs.

    Raises GraphQLError for what a bulk operation cannot ask, or may not see.
    """
    try:
        document = _valid(query)
    except _Invalid as invalid:
        raise GraphQLError(str(invalid.errors[0]["message"])) from None
    check_bulk(schema(), document)
    with paging.whole_lists():
        result = execute_sync(
            schema(), document, root_value=_root(shop, sight), field_resolver=_Counter(shop, sight).resolve
        )
    if result.errors:
        raise result.errors[0]
    return result.data or {}


class _Invalid(Exception):
    def __init__(self, errors: list[Any]) -> None:
        super().__init__("invalid query")
        self.errors = errors


@functools.lru_cache(maxsize=64)
def _parsed(query: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(query, max_tokens=10_000)
    return document, tuple(validate(schema(), document))


def _valid(query: str) -> DocumentNode:
    document, errors = _parsed(query)
    if errors:
        raise _Invalid([error.formatted for error in errors])
    return document


@functools.lru_cache(maxsize=1024)
def _cost_of(query: str, operation: str | None, sizes: frozenset[tuple[str, Any]]) -> int:
    """What a valid query costs with variables of these sizes; the same queries are asked over and over."""
    return requested_cost(schema(), _valid(query), dict(sizes), operation)


def _sizes(variables: dict[str, Any]) -> frozenset[tuple[str, Any]]:
    """Variables as far as the cost hangs on them: numbers and conditions, and how many ids there are."""
    return frozenset(
        (name, (None,) * len(value) if isinstance(value, list) else value)
        for name, value in variables.items()
        if value is None or isinstance(value, int | list)
    )


class _Counter:
    """Resolves fields from plain objects, refuses the denied ones and adds up what the answer really costs."""

    def __init__(self, shop: Shop, sight: Sight) -> None:
        self._denied = shop.denied_fields
        self._sight = sight
        self.points = 0

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        name = f"{info.parent_type.name}.{info.field_name}"
        if name in self._denied or self._sight.denies_field(name):
            raise _denied(info.field_name)
        value = default_field_resolver(source, info, **arguments)
        kind = get_named_type(info.return_type)
        if value is None or not is_composite_type(kind) or kind.name.endswith("Edge"):
            # Edges are counted by their nodes below.
            return value
        if kind.name.endswith("Connection"):
            self.points += CONNECTION_COST
        elif info.field_name == "nodes":
            self.points += sum(isinstance(node, dict) for node in value)
        else:
            self.points += 1
        return value


def _root(shop: Shop, sight: Sight) -> dict[str, Any]:
    def order(info: GraphQLResolveInfo[Any], *, id: str) -> Any:
        return order_of(id)

    def node(info: GraphQLResolveInfo[Any], *, id: str) -> Any:
        return _node(shop, id, sight)

    def nodes(info: GraphQLResolveInfo[Any], *, ids: list[str]) -> list[Any]:
        if len(ids) > MAX_IDS:
            raise GraphQLError(
                f"The input array size of {len(ids)} is greater than the maximum allowed of {MAX_IDS}.",
                extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
            )
        # An error as an element makes that element null and adds the error with its path.
        return [_node(shop, id_, sight, raising=False) for id_ in ids]

    def orders(
        info: GraphQLResolveInfo[Any],
        *,
        query: str | None = None,
        sortKey: str = "PROCESSED_AT",
        savedSearchId: str | None = None,
        **page: Any,
    ) -> dict[str, Any]:
        if sortKey not in SORT_KEYS or savedSearchId is not None:
            raise GraphQLError(f"The sandbox sorts orders by {', '.join(SORT_KEYS)} only, without saved searches.")
        found = [order for order in matching(listed_orders(shop), query) if order.id not in shop.denied_orders]
        keyed = [(_sort_value(order, SORT_KEYS[sortKey]), order) for order in found]
        return paging.page(keyed, lambda order: answers.order_answer(shop, order), **page)

    def order_of(order_id: str) -> Any:
        found = _node(shop, order_id, sight)
        return found if found and found["__typename"] == "Order" else None

    def gift_card(info: GraphQLResolveInfo[Any], *, id: str) -> Any:
        card = shop.instruments.gift_cards.get(id)
        return None if card is None else gift_card_answer(shop, card, order_of)

    def store_credit_account(info: GraphQLResolveInfo[Any], *, id: str) -> Any:
        found = [account for account in shop.instruments.accounts.values() if account.id == id]
        return account_answer(shop, found[0]) if found else None

    def run_bulk(info: GraphQLResolveInfo[Any], *, query: str, groupObjects: bool) -> dict[str, Any]:
        return shop.bulk.run(query, sight, lambda: run_whole(shop, query, sight=sight))

    return {
        "bulkOperation": shop.bulk.one,
        "bulkOperationCancel": shop.bulk.cancel,
        "bulkOperationRunQuery": run_bulk,
        "shop": answers.shop_answer(shop),
        "order": order,
        "node": node,
        "nodes": nodes,
        "orders": orders,
        "giftCard": gift_card,
        "giftCards": gift_cards_answer(shop, order_of),
        "storeCreditAccount": store_credit_account,
        "currentAppInstallation": _installation(shop),
        "webhookSubscriptions": shop.subscriptions.listed,
        "webhookSubscriptionCreate": shop.subscriptions.create,
        "webhookSubscriptionUpdate": shop.subscriptions.update,
    }


def _installation(shop: Shop) -> dict[str, Any]:
    scopes = [{"handle": scope} for scope in shop.installation.granted]
    return {"id": f"{shop.id}/installation", "accessScopes": scopes}


def _sort_value(order: StoredOrder, attribute: str) -> str:
    value = getattr(order, attribute)
    if attribute in ("created_at", "updated_at"):
        value = value.timestamp()
        return f"{value:020.6f} {order.number:020}"
    return f"{order.number:020}"


def _node(shop: Shop, gid: str, sight: Sight, *, raising: bool = True) -> Any:
    if gid in shop.denied_orders or (gid in shop.orders and sight.denies_order(gid)):
        error = _denied("order")
        if raising:
            raise error
        return error
    if gid not in shop.orders:
        return buyer_node(shop, gid)
    order = sight.order(shop.orders[gid])
    return answers.order_answer(shop, order) if order else None


def _denied(field: str) -> GraphQLError:
    return GraphQLError(
        f"Access denied for {field} field. Required access: the scope that this field needs.",
        extensions={"code": "ACCESS_DENIED", "documentation": "https://shopify.dev/api/usage/access-scopes"},
    )


def _too_dear(asked: int) -> dict[str, Any]:
    message = (
        f"Query cost is {asked}, which exceeds the single query max cost limit ({MAX_QUERY_COST}).\n\n"
        f"See {LIMITS_PAGE} for more information on how the cost of a query is calculated."
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": asked,
        "maxCost": MAX_QUERY_COST,
        "documentation": LIMITS_PAGE,
    }
    return {"errors": [{"message": message, "extensions": extensions}]}


def _throttled(shop: Shop, asked: int, seconds: float | None) -> dict[str, Any]:
    """seconds: for how long on cue; None where the bucket itself is too empty."""
    extensions = {"code": "THROTTLED", "documentation": LIMITS_PAGE}
    cost = _cost(shop, asked, None)
    if seconds is not None:
        status = cost["throttleStatus"]
        status["currentlyAvailable"] = max(float(int(asked - seconds * status["restoreRate"])), 0.0)
    return {"errors": [{"message": "Throttled", "extensions": extensions}], "extensions": {"cost": cost}}


def _cost(shop: Shop, asked: int, actual: int | None) -> dict[str, Any]:
    return {"requestedQueryCost": asked, "actualQueryCost": actual, "throttleStatus": shop.bucket.status()}
