"""Many orders are read in few calls, each with all its pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
import structlog

from embedded_app.accounting.order import Order
from embedded_app.channels import CHANNELS, AccessLost, QueryRefused, Reading, StoreBusy, Unreadable
from embedded_app.channels.shopify.orders import parse_order
from embedded_app.channels.shopify.pages import MAX_AGREEMENT_PAGES
from embedded_app.channels.shopify.transport import RETRY_SECONDS
from tests.channels.ledger_store import LedgerStore
from tests.channels.scripted_store import Reply, serving
from tests.channels.shopify_bodies import ORDER_ID, Json, agreement, mugs_by_post, order, sale

THROTTLED = Reply({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})


def gid(number: int) -> str:
    return f"gid://shopify/Order/{number}"


def orders(*numbers: int) -> list[Json]:
    return [mugs_by_post() | {"id": gid(number)} for number in numbers]


def long_order(*sizes: int) -> Json:
    """An order of agreements with that many sales each."""
    first = [sum(sizes[:place]) for place in range(len(sizes))]
    return order(
        *(
            agreement(number, *(sale(start + n, "1.00") for n in range(size)))
            for number, (start, size) in enumerate(zip(first, sizes, strict=True))
        )
    )


def read(answer: Callable[[str, Json], Reply], ids: list[str], batch_size: int = 10) -> Reading:
    with serving(answer) as store, requests.Session() as http:
        return CHANNELS["shopify"].read_orders(http, store.access, ids, batch_size=batch_size)


def read_one(answer: Callable[[str, Json], Reply]) -> Order | Unreadable:
    return read(answer, [ORDER_ID]).orders[ORDER_ID]


def test_an_order_of_one_page_takes_one_call() -> None:
    store = LedgerStore(mugs_by_post())

    assert read_one(store) == parse_order(mugs_by_post(), "Europe/London")
    assert store.asked == [("Orders", 1)]


@pytest.mark.parametrize(
    ("sizes", "operations"),
    [
        ((5, 10, 10, 10), ["Orders", "Agreements"]),
        ((5, 1, 1, 1, 1, 1), ["Orders", "Agreements", "Agreements"]),
        ((130,), ["Orders", "Sales", "Sales", "Sales"]),
        ((2, 65, 3), ["Orders", "Agreements", "Sales", "Sales"]),
        ((6, 11), ["Orders", "Agreements", "Sales", "Sales"]),
        ((0,), ["Orders"]),
    ],
)
def test_an_order_of_many_pages_is_read_whole(sizes: tuple[int, ...], operations: list[str]) -> None:
    store = LedgerStore(long_order(*sizes))

    found = read_one(store)

    assert found == parse_order(long_order(*sizes), "Europe/London")
    assert isinstance(found, Order) and [len(one.lines) for one in found.agreements] == list(sizes)
    assert [operation for operation, _ in store.asked] == operations


def test_orders_are_read_in_batches_that_the_cost_allows() -> None:
    store = LedgerStore(*orders(*range(1, 26)))

    reading = read(store, [gid(number) for number in range(1, 26)], batch_size=4)

    assert [count for _, count in store.asked] == [4, 9, 9, 3]
    assert set(reading.orders) == {gid(number) for number in range(1, 26)}
    assert (reading.next_batch_size, reading.retry_seconds) == (9, None)


def test_never_more_than_fifty_orders_are_asked_at_once() -> None:
    store = LedgerStore(*orders(*range(1, 61)), max_points=100_000)

    read(store, [gid(number) for number in range(1, 61)], batch_size=500)

    assert store.asked[0] == ("Orders", 50)


def test_the_batch_is_halved_until_its_cost_is_allowed() -> None:
    store = LedgerStore(*orders(*range(1, 11)), max_points=300)

    reading = read(store, [gid(number) for number in range(1, 11)])

    assert [count for _, count in store.asked] == [10, 5, 2, 2, 2, 2, 2]
    assert len(reading.orders) == 10


def test_an_order_too_large_by_itself_is_held_and_the_others_are_asked_on() -> None:
    reading = read(LedgerStore(*orders(1, 2), max_points=50), [gid(1), gid(2)])

    assert [found.cause for found in reading.orders.values() if isinstance(found, Unreadable)] == ["too large"] * 2


def test_an_id_asked_twice_is_read_once() -> None:
    store = LedgerStore(mugs_by_post())

    read(store, [ORDER_ID, ORDER_ID])

    assert store.asked == [("Orders", 1)]


def test_no_ids_need_no_call() -> None:
    store = LedgerStore()

    assert read(store, [], batch_size=7) == Reading(orders={}, next_batch_size=7)
    assert store.asked == []


def test_a_deleted_order_is_told_from_a_denied_one() -> None:
    store = LedgerStore()
    deleted = read_one(store)
    store.denied = [["order"]]
    denied = read_one(store)

    assert isinstance(deleted, Unreadable) and isinstance(denied, Unreadable)
    assert (deleted.cause, denied.cause) == ("deleted", "denied")
    assert "Order 5001 was deleted" in deleted.sentence and "read all orders" in denied.sentence


def test_one_denied_order_does_not_keep_the_others_from_being_read() -> None:
    store = LedgerStore(*orders(1, 2))
    store.denied = [["nodes", 0, "transactions"]]

    found = read(store, [gid(1), gid(2)]).orders

    assert isinstance(found[gid(1)], Unreadable)
    assert isinstance(found[gid(2)], Order)


@pytest.mark.parametrize(
    "path", [["shippingAddress"], ["agreements", "edges", 0, "node", "sales", "nodes", 0, "product"]]
)
def test_fields_an_order_can_be_booked_without_may_be_denied(path: list[str | int]) -> None:
    store = LedgerStore(mugs_by_post() | {"shippingAddress": None})
    store.denied = [["nodes", 0, *path]]

    with structlog.testing.capture_logs() as logs:
        found = read_one(store)

    assert isinstance(found, Order) and found.country is None
    assert [entry["fields"] for entry in logs] == [[path[-1]]]


def test_a_denial_of_everything_asks_the_merchant_to_grant_access() -> None:
    store = LedgerStore(mugs_by_post())
    store.denied = [["nodes"]]

    with pytest.raises(AccessLost, match="open Crossfoot from the Shopify admin"):
        read_one(store)


def test_a_store_that_gets_busy_half_way_gives_what_was_read() -> None:
    store = LedgerStore(*orders(1, 2, 3))

    def busy_after_one_call(path: str, body: Json) -> Reply:
        return THROTTLED if store.asked else store(path, body)

    reading = read(busy_after_one_call, [gid(1), gid(2), gid(3)], batch_size=1)

    assert list(reading.orders) == [gid(1)]
    assert reading.retry_seconds == RETRY_SECONDS


def test_a_busy_store_that_gave_nothing_is_an_error() -> None:
    with pytest.raises(StoreBusy):
        read(lambda path, body: THROTTLED, [gid(1)])


def test_an_order_that_changes_between_its_pages_is_read_anew() -> None:
    store = LedgerStore(long_order(5, 1))

    def change_once(path: str, body: Json) -> Reply:
        if store.asked == [("Orders", 1)]:
            store.orders[ORDER_ID] = long_order(5, 1, 2) | {"updatedAt": "2026-11-24T12:00:00Z"}
        return store(path, body)

    found = read_one(change_once)

    assert isinstance(found, Order) and [len(one.lines) for one in found.agreements] == [5, 1, 2]
    assert [operation for operation, _ in store.asked] == ["Orders", "Agreements", "Order", "Agreements"]


def test_an_order_that_keeps_changing_is_left_for_later() -> None:
    store = LedgerStore(long_order(5, 1))

    def change_always(path: str, body: Json) -> Reply:
        store.orders[ORDER_ID]["updatedAt"] = f"2026-11-24T12:00:{len(store.asked):02}Z"
        return store(path, body)

    with pytest.raises(StoreBusy, match="keeps changing"):
        read_one(change_always)


def test_the_number_of_pages_is_bounded() -> None:
    one_too_many = 1 + 3 * MAX_AGREEMENT_PAGES + 1
    store = LedgerStore(long_order(*[1] * one_too_many))

    found = read_one(store)

    assert isinstance(found, Unreadable) and found.cause == "ledgers incomplete"
    assert len(store.asked) == 1 + MAX_AGREEMENT_PAGES


@pytest.mark.parametrize("node", [{"__typename": "Refund", "id": ORDER_ID}, mugs_by_post() | {"id": gid(1)}])
def test_something_else_than_the_order_asked_for_is_held(node: Json) -> None:
    answer = Reply({"data": {"shop": {"ianaTimezone": "Europe/London"}, "nodes": [node]}})

    found = read_one(lambda path, body: answer)

    assert isinstance(found, Unreadable) and found.cause == "not an order"


@pytest.mark.parametrize(
    "data", [{"shop": {"ianaTimezone": "Europe/London"}, "nodes": []}, {"shop": {}, "nodes": [None]}]
)
def test_an_answer_without_the_agreed_frame_is_refused(data: Json) -> None:
    with pytest.raises(QueryRefused):
        read_one(lambda path, body: Reply({"data": data}))


def test_sales_of_another_agreement_are_not_mixed_in() -> None:
    store = LedgerStore(long_order(6, 1))

    def shifted(path: str, body: Json) -> Reply:
        if "afterSale" in body["variables"]:
            body["variables"]["afterAgreement"] = "agreement-0"
        return store(path, body)

    with pytest.raises(StoreBusy, match="keeps changing"):
        read_one(shifted)
