"""Reads many orders: as many per call as the store's cost limit lets, each with all its pages.

A call may ask for 1,000 points. How many orders that is follows from what the last call was charged, and halves when
the store says MAX_COST_EXCEEDED. Orders that the customer saw in another currency are asked a second time, with every
amount in both: so the others cost no more for it. What one order makes impossible holds that order only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import requests
import structlog

from embedded_app.accounting.order import Order
from embedded_app.channels.contract import DELETED, Reading, StoreAccess, Unreadable
from embedded_app.channels.errors import AccessLost, QueryRefused, QueryTooLarge, StoreBusy
from embedded_app.channels.shopify.admin_api import DENIED, AdminApi, Answer, FieldPath
from embedded_app.channels.shopify.fields import JsonObject, Unfit, child, text
from embedded_app.channels.shopify.gift_cards import with_face_values
from embedded_app.channels.shopify.orders import parse_order, unreadable
from embedded_app.channels.shopify.pages import OrderChanged, whole_order
from embedded_app.channels.shopify.presentment import is_foreign

START_BATCH_SIZE = 9
FOREIGN_BATCH_SIZE = 7
MAX_BATCH_SIZE = 50
MAX_POINTS = 1_000
_ATTEMPTS = 3
_CHANGING_RETRY_SECONDS = 5.0
# What a call may ask, refilled on the slowest plan (100 points a second). Where the bucket ran dry between a batch and
# what follows it, it must hold both next time: else the batch empties it each time, and nothing is ever read.
_REFILL_SECONDS = MAX_POINTS / 100

# Null without the scope or the protected-data approval that goes with them; an order can be booked without.
_OPTIONAL_FIELDS = frozenset(
    {"shippingAddress", "retailLocation", "product", "fee", "paymentTerms", "purchasingEntity"}
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """One store asked in its own money, or in both its own and the customer's."""

    access: StoreAccess
    in_shop_money: AdminApi
    in_both: AdminApi


@dataclass(frozen=True, slots=True)
class _Known:
    """What a batch told of one order: its first page, through which API it came, whether something of it is denied."""

    order_id: str
    node: JsonObject | None
    api: AdminApi
    denied: bool


def read_orders(
    http: requests.Session, access: StoreAccess, ids: Sequence[str], *, batch_size: int = START_BATCH_SIZE
) -> Reading:
    """Read both ledgers of each order, by its global id.

    Raises StoreBusy, AccessLost or QueryRefused when nothing was read. A store that gets busy half-way gives a part
    and retry_seconds, so that long lists make progress.
    """
    store = _Store(access=access, in_shop_money=AdminApi(http, access), in_both=AdminApi(http, access, presented=True))
    orders: dict[str, Order | Unreadable] = {}
    waiting = list(dict.fromkeys(ids))
    most = MAX_BATCH_SIZE
    size = min(max(batch_size, 1), most)
    while waiting:
        batch = waiting[:size]
        try:
            answer = _read_batch(store, batch, orders)
        except QueryTooLarge as error:
            if len(batch) == 1:
                orders[batch[0]] = Unreadable(
                    cause="too large", sentence=f"Order {batch[0]} is too large: {error.sentence}"
                )
            size = most = max(1, len(batch) // 2)
        except StoreBusy as busy:
            if not orders:
                raise
            return _reading(store, orders, size, busy.retry_seconds)
        else:
            size = min(_next_size(size, len(batch), answer.requested_cost), most)
        waiting = [order_id for order_id in waiting if order_id not in orders]
    return _reading(store, orders, size, None)


def _reading(store: _Store, orders: dict[str, Order | Unreadable], size: int, retry_seconds: float | None) -> Reading:
    served_version = store.in_shop_money.served_version
    return Reading(orders=orders, next_batch_size=size, retry_seconds=retry_seconds, served_version=served_version)


def _read_batch(store: _Store, batch: Sequence[str], orders: dict[str, Order | Unreadable]) -> Answer:
    """Read one call's worth into `orders`, one by one: what is read stays read if the store then gets busy."""
    answer = store.in_shop_money.execute("orders", {"ids": list(batch)})
    try:
        foreign = _take(store, store.in_shop_money, answer, batch, orders)
        for start in range(0, len(foreign), FOREIGN_BATCH_SIZE):
            asked = foreign[start : start + FOREIGN_BATCH_SIZE]
            _take(store, store.in_both, store.in_both.execute("orders", {"ids": asked}), asked, orders)
    except StoreBusy as busy:
        if orders:
            raise
        raise StoreBusy(busy.sentence, retry_seconds=busy.retry_seconds + _REFILL_SECONDS) from busy
    return answer


def _take(
    store: _Store, api: AdminApi, answer: Answer, batch: Sequence[str], orders: dict[str, Order | Unreadable]
) -> list[str]:
    """Take over the orders of one answer; returns the ids of those that must be asked in both currencies."""
    _note_denials(store.access, answer.denied)
    timezone = _timezone(answer)
    nodes = answer.data.get("nodes")
    if not isinstance(nodes, list) or len(nodes) != len(batch):
        raise QueryRefused(
            "Shopify answered another number of orders than was asked for; report this to Crossfoot's support."
        )
    foreign = []
    for position, (order_id, node) in enumerate(zip(batch, nodes, strict=True)):
        denied = _blocked(answer.denied, ("nodes", position))
        if api is store.in_shop_money and not denied and _is_foreign(node):
            foreign.append(order_id)
            continue
        known = _Known(order_id, node if isinstance(node, dict) else None, api, denied)
        orders[order_id] = _read_order(store, known, timezone)
    return foreign


def _read_order(store: _Store, known: _Known, timezone: str) -> Order | Unreadable:
    order_id, node, api, denied = known.order_id, known.node, known.api, known.denied
    for _ in range(_ATTEMPTS):
        if node is None:
            api = store.in_both  # of an order asked anew it is not known which it needs
            node, denied = _read_singly(api, order_id)
        if denied:
            return _denied(order_id)
        if node is None:
            return _deleted(order_id)
        try:
            _check_identity(node, order_id)
            whole = whole_order(api, node)
            order = parse_order(whole, timezone)
            return order if isinstance(order, Unreadable) else with_face_values(api, order, whole)
        except Unfit as unfit:
            return unreadable(node, unfit)
        except OrderChanged:
            node = None
    raise StoreBusy(f"Order {order_id} keeps changing; it is read again soon.", retry_seconds=_CHANGING_RETRY_SECONDS)


def _read_singly(api: AdminApi, order_id: str) -> tuple[JsonObject | None, bool]:
    """The order's first page, None if there is no such order; and whether we are denied it."""
    answer = api.execute("order", {"id": order_id})
    order = answer.data.get("order")
    return order if isinstance(order, dict) else None, _blocked(answer.denied, ("order",))


def _check_identity(node: JsonObject, order_id: str) -> None:
    if text(node, "__typename") != "Order" or text(node, "id") != order_id:
        raise Unfit("not an order", f"was asked for as {order_id}, and something else came")


def _is_foreign(node: object) -> bool:
    """Whether it must be asked in both currencies; what cannot be told is left to the reader, which says so."""
    try:
        return isinstance(node, dict) and is_foreign(node)
    except Unfit:
        return False


def _timezone(answer: Answer) -> str:
    try:
        return text(child(answer.data, "shop"), "ianaTimezone")
    except Unfit:
        raise QueryRefused("Shopify did not tell the store's time zone; report this to Crossfoot's support.") from None


def _blocked(denied: Iterable[FieldPath], place: FieldPath) -> bool:
    """Whether something at this place is denied that an order cannot be booked without."""
    return any(path[: len(place)] == place and not _OPTIONAL_FIELDS.intersection(path) for path in denied)


def _note_denials(access: StoreAccess, denied: Sequence[FieldPath]) -> None:
    if any(path[0] in ("shop", "nodes") and len(path) == 1 for path in denied):
        raise AccessLost(DENIED)
    if denied:
        names = sorted({name for path in denied for name in path if isinstance(name, str)} & _OPTIONAL_FIELDS)
        log.info("shopify_fields_denied", shop=access.domain, fields=names, places=len(denied))


def _denied(order_id: str) -> Unreadable:
    return Unreadable(
        cause="denied",
        sentence=f"Shopify does not let Crossfoot read order {_number(order_id)}; orders older than 60 days need the "
        "permission to read all orders: grant it in Shopify, then press Retry.",
    )


def _deleted(order_id: str) -> Unreadable:
    return Unreadable(
        cause=DELETED,
        sentence=f"Order {_number(order_id)} was deleted in Shopify; what was posted of it stays in Xero "
        "until you undo it.",
    )


def _number(order_id: str) -> str:
    return order_id.rpartition("/")[2]


def _next_size(size: int, asked: int, requested_cost: int | None) -> int:
    """How many orders the next call asks, from the points the last one was asked to cost."""
    if requested_cost is None or requested_cost <= 0:
        return size
    return min(max(MAX_POINTS * asked // requested_cost, 1), MAX_BATCH_SIZE)
