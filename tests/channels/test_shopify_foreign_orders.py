"""Orders that the customer saw in another currency are asked a second time, and only those."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from embedded_app.accounting.order import Order
from embedded_app.channels import CHANNELS, Reading, StoreBusy, Unreadable
from tests.channels.ledger_store import LedgerStore
from tests.channels.scripted_store import Reply, serving
from tests.channels.shopify_bodies import Json, agreement, in_euros, mugs_by_post, order, sale

BUSY = Reply({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})


def gid(number: int) -> str:
    return f"gid://shopify/Order/{number}"


def at_home(*numbers: int) -> list[Json]:
    return [mugs_by_post() | {"id": gid(number)} for number in numbers]


def abroad(*numbers: int) -> list[Json]:
    return [in_euros(node) for node in at_home(*numbers)]


def read(answer: Callable[[str, Json], Reply], *numbers: int, batch_size: int = 9) -> Reading:
    with serving(answer) as store, requests.Session() as http:
        ids = [gid(number) for number in numbers]
        return CHANNELS["shopify"].read_orders(http, store.access, ids, batch_size=batch_size)


def currencies(reading: Reading) -> dict[str, str | None]:
    """The currency each order was presented in, None where that is the shop's."""
    return {
        key: found.presented.currency if found.presented else None
        for key, found in reading.orders.items()
        if isinstance(found, Order)
    }


def test_only_orders_from_abroad_are_asked_in_both_currencies() -> None:
    store = LedgerStore(*at_home(1, 3), *abroad(2, 4))

    reading = read(store, 1, 2, 3, 4)

    assert currencies(reading) == {gid(1): None, gid(2): "EUR", gid(3): None, gid(4): "EUR"}
    assert (store.asked, store.in_both) == ([("Orders", 4), ("Orders", 2)], [gid(2), gid(4)])
    assert (reading.next_batch_size, reading.retry_seconds) == (9, None)


def test_many_orders_from_abroad_are_asked_seven_at_a_time() -> None:
    store = LedgerStore(*abroad(*range(1, 10)))

    reading = read(store, *range(1, 10))

    assert set(currencies(reading).values()) == {"EUR"} and len(reading.orders) == 9
    assert store.asked == [("Orders", 9), ("Orders", 7), ("Orders", 2)]


def test_the_further_pages_of_an_order_from_abroad_come_in_both_currencies() -> None:
    lines = [sale(number, "1.00") for number in range(1, 71)]
    store = LedgerStore(in_euros(order(agreement(1, *lines[:9]), agreement(2, *lines[9:]), id=gid(1))))

    (found,) = read(store, 1).orders.values()

    assert isinstance(found, Order) and found.presented is not None
    assert [len(one.lines) for one in found.presented.agreements] == [9, 61]
    assert [operation for operation, _ in store.asked] == ["Orders", "Orders", "Agreements", "Sales", "Sales", "Sales"]
    assert len(store.in_both) == 5


def test_an_order_from_abroad_that_changes_meanwhile_is_read_anew_in_both_currencies() -> None:
    store = LedgerStore(in_euros(order(agreement(1), agreement(2), id=gid(1))))

    def change_once(path: str, body: Json) -> Reply:
        if store.asked == [("Orders", 1), ("Orders", 1)]:
            store.orders[gid(1)]["updatedAt"] = "2026-11-24T12:00:00Z"
        return store(path, body)

    reading = read(change_once, 1)

    assert currencies(reading) == {gid(1): "EUR"}
    assert [name for name, _ in store.asked] == ["Orders", "Orders", "Agreements", "Order", "Agreements"]


def test_one_that_is_unreadable_abroad_does_not_keep_the_others_from_being_read() -> None:
    broken, good = abroad(1, 2)
    broken["netPaymentSet"]["presentmentMoney"] = None

    found = read(LedgerStore(broken, good), 1, 2).orders

    assert isinstance(found[gid(1)], Unreadable)
    assert isinstance(found[gid(2)], Order)


def test_a_store_that_allows_less_gets_smaller_questions_about_orders_from_abroad() -> None:
    store = LedgerStore(*abroad(1, 2, 3, 4), max_points=450)

    reading = read(store, 1, 2, 3, 4)

    assert len(currencies(reading)) == 4
    assert [count for _, count in store.asked] == [4, 4, 2, 2, 2, 2]


def test_a_bucket_that_ran_dry_before_anything_was_read_is_left_to_fill_for_a_whole_batch_more() -> None:
    store = LedgerStore(*abroad(1))

    with pytest.raises(StoreBusy) as raised:
        read(lambda path, body: BUSY if store.asked else store(path, body), 1)

    assert raised.value.retry_seconds == 5.0 + 10.0


def test_what_was_read_before_the_bucket_ran_dry_is_kept() -> None:
    store = LedgerStore(*at_home(1), *abroad(2))

    reading = read(lambda path, body: BUSY if store.asked else store(path, body), 1, 2)

    assert (list(reading.orders), reading.retry_seconds) == ([gid(1)], 5.0)


def test_an_order_from_abroad_that_was_not_there_at_first_is_read_in_both_currencies() -> None:
    (late,) = abroad(1)
    store = LedgerStore()

    def appears(path: str, body: Json) -> Reply:
        reply = store(path, body)
        store.orders[gid(1)] = late
        return reply

    assert currencies(read(appears, 1)) == {gid(1): "EUR"}
    assert store.asked == [("Orders", 1), ("Order", 1)]
