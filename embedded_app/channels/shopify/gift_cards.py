"""What the gift cards of an order can be spent for, where that is not what they were sold for.

A sale line tells the price only. The cards themselves tell their first value and the line that sold them, but Shopify
lists them for the whole store, without a filter by order: the newest first, which finds the cards of a fresh order
though the search index lags, and where those are younger the ones made since the order was placed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import structlog

from embedded_app.accounting.money import smallest_unit
from embedded_app.accounting.order import LineKind, Order, SaleLine
from embedded_app.channels.errors import AccessDenied
from embedded_app.channels.shopify.admin_api import AdminApi
from embedded_app.channels.shopify.fields import (
    JsonObject,
    child,
    children,
    flag,
    moment,
    number,
    optional_child,
    optional_text,
    text,
)

MAX_CARD_PAGES = 20  # of 50 cards, made since the order was placed
_LEEWAY = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one gift card of a line can be spent for: the shop's currency, or the customer's."""

    amount: Decimal
    currency: str


def with_face_values(api: AdminApi, order: Order, node: JsonObject) -> Order:
    """The order with the face value of each gift card line; asks the store only where there is one. Raises Unfit.

    None stays where the value is the price, where the app may not see gift cards (read_gift_cards), and where no card
    is found: cards are made when the order is paid.
    """
    cards = [line for agreement in order.agreements for line in agreement.lines if line.kind is LineKind.GIFT_CARD]
    if not cards:
        return order
    items = _line_items(node)
    wanted: dict[str, int] = {}
    for line in cards:
        if line.id in items and line.quantity > 0:
            wanted[items[line.id]] = wanted.get(items[line.id], 0) + line.quantity
    try:
        worths = _worths(api, order, wanted)
    except AccessDenied:
        log.info("shopify_fields_denied", fields=["giftCards"])
        return order
    return _told(order, {line.id: worths[items[line.id]] for line in cards if items.get(line.id) in worths})


def _line_items(node: JsonObject) -> dict[str, str]:
    """The line item of each sale that has one. A returned line is a sale of its own with the same line item."""
    sales = [
        sale
        for edge in children(child(node, "agreements"), "edges")
        for sale in children(child(child(edge, "node"), "sales"), "nodes")
    ]
    found = {text(sale, "id"): optional_text(optional_child(sale, "lineItem"), "id") for sale in sales}
    return {sale_id: item_id for sale_id, item_id in found.items() if item_id}


def _worths(api: AdminApi, order: Order, wanted: Mapping[str, int]) -> dict[str, Worth]:
    """The worth of a card, by line item. A line whose cards differ in worth has none: no share of it is one card's."""
    found: dict[str, dict[str, Worth]] = {item_id: {} for item_id in wanted}
    for card in _cards(api, order):
        item_id = optional_text(optional_child(card, "lineItem"), "id")
        if item_id in found:
            value = child(card, "initialValue")
            worth = Worth(amount=number(value, "amount"), currency=text(value, "currencyCode"))
            found[item_id][text(card, "id")] = worth
        if all(len(found[one]) >= count for one, count in wanted.items()):
            break
    distinct = {item_id: set(worths.values()) for item_id, worths in found.items()}
    return {item_id: worths.pop() for item_id, worths in distinct.items() if len(worths) == 1}


def _cards(api: AdminApi, order: Order) -> Iterator[JsonObject]:
    """The store's cards since the order was placed, each perhaps twice: the newest page, then from the oldest on."""
    since, until = order.placed_at - _LEEWAY, order.updated_at + _LEEWAY
    newest, after = _page(api, query=None, after=None)
    yield from newest
    if after is None or any(moment(card, "createdAt") < since for card in newest):
        return
    window = f"created_at:>='{_stamp(since)}' created_at:<='{_stamp(until)}'"
    after = None
    for _ in range(MAX_CARD_PAGES):
        cards, after = _page(api, query=window, after=after)
        yield from cards
        if after is None:
            return


def _page(api: AdminApi, *, query: str | None, after: str | None) -> tuple[list[JsonObject], str | None]:
    """One page of cards, and where the next one begins; None after the last."""
    variables = {"query": query, "newestFirst": query is None, "after": after}
    connection = child(api.execute("gift_cards", variables).data, "giftCards")
    page_info = child(connection, "pageInfo")
    has_more = flag(page_info, "hasNextPage")
    return children(connection, "nodes"), optional_text(page_info, "endCursor") if has_more else None


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _told(order: Order, worths: Mapping[str, Worth]) -> Order:
    """Both tellings of the order with their face values, each in its own currency."""
    if order.presented is None:
        return _in_currency(order, order, worths)
    shown = _in_currency(order.presented, order, worths)
    return replace(_in_currency(order, order.presented, worths), presented=shown)


def _in_currency(order: Order, other: Order, worths: Mapping[str, Worth]) -> Order:
    """other: the same order in the other currency, by whose prices a worth in that currency is converted."""
    elsewhere = {line.id: line.gross for agreement in other.agreements for line in agreement.lines}

    def told(line: SaleLine) -> SaleLine:
        worth = worths.get(line.id)
        if worth is None:
            return line
        value = worth.amount * line.quantity
        if worth.currency != order.currency:
            if worth.currency != other.currency or not elsewhere.get(line.id):
                return line
            rate = line.gross / elsewhere[line.id]
            value = (value * rate).quantize(smallest_unit(order.currency), ROUND_HALF_UP)
        return line if value == line.gross else replace(line, face_value=value)

    agreements = tuple(
        replace(agreement, lines=tuple(told(line) for line in agreement.lines)) for agreement in order.agreements
    )
    return replace(order, agreements=agreements)
