"""Faults on cue: how the sandbox's stores fail, whom they fail, and how often they really did."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import OrderHandle, Product
from embedded_app.sandbox.shopify.faults import FaultKind
from tests.sandbox.shopify_caller import StoreCaller, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))
NODES = (
    "query Orders($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { updatedAt transactions { id } "
    "shippingAddress { countryCodeV2 } } } }"
)
SHOP = "query Shop { shop { name } }"


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


@pytest.fixture
def order(store: StoreCaller) -> OrderHandle:
    """Placed at noon, and paid a minute later."""
    order = store.shop.place_order([(MUG, 1)], shipping=Decimal("4.95"))
    store.clock.advance(60)
    order.pay("paypal")
    return order


def read(store: StoreCaller, *orders: OrderHandle) -> Any:
    """The whole answer about these orders."""
    return store.ask(NODES, ids=[order.order.id for order in orders])


def codes(answer: Any) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


@pytest.mark.parametrize(
    ("kind", "settings", "status", "content_type"),
    [
        (FaultKind.INTERNAL_ERROR, {}, 500, "application/json"),
        (FaultKind.UNAVAILABLE, {}, 503, "text/html"),
        (FaultKind.HTML_PAGE, {}, 200, "text/html"),
        (FaultKind.UNAUTHORIZED, {}, 401, "application/json"),
        (FaultKind.REFUSED, {"status": 423}, 423, "application/json"),
    ],
)
def test_a_store_can_answer_something_else_than_data(
    store: StoreCaller, kind: FaultKind, settings: dict[str, Any], status: int, content_type: str
) -> None:
    store.world.faults.add(kind, **settings)

    answer = store.post(SHOP)

    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, content_type)
    assert store.ask(SHOP)["data"] == {"shop": {"name": "alice"}}
    assert store.world.faults.struck() == {kind: 1}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FaultKind.THROTTLED, "THROTTLED"),
        (FaultKind.TOO_DEAR, "MAX_COST_EXCEEDED"),
        (FaultKind.FAILED_QUERY, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_a_query_can_be_refused_under_status_200(store: StoreCaller, kind: FaultKind, code: str) -> None:
    store.world.faults.add(kind)

    assert codes(store.ask(SHOP)) == [code]
    assert codes(store.ask(SHOP)) == []


def test_the_cost_figures_of_a_throttled_query_say_how_long_to_wait(store: StoreCaller, order: OrderHandle) -> None:
    store.world.faults.add(FaultKind.THROTTLED, seconds=0.02)

    cost = read(store, order)["extensions"]["cost"]

    status = cost["throttleStatus"]
    assert (cost["requestedQueryCost"] - status["currentlyAvailable"]) / status["restoreRate"] == Decimal("0.02")


def test_a_connection_can_be_reset_or_stay_silent(store: StoreCaller) -> None:
    slept: list[float] = []
    store.world.faults.sleep = slept.append
    store.world.faults.add(FaultKind.RESET)
    store.world.faults.add(FaultKind.TIMEOUT, seconds=20)

    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            store.post(SHOP)

    assert slept == [20]


def test_nobody_else_waits_while_one_call_is_left_in_silence(store: StoreCaller) -> None:
    answers: list[int] = []
    store.world.faults.sleep = lambda seconds: answers.append(store.post(SHOP).status_code)
    store.world.faults.add(FaultKind.TIMEOUT)

    with pytest.raises(requests.ConnectionError):
        store.post(SHOP)

    assert answers == [200]


def test_an_answer_can_end_in_the_middle(store: StoreCaller, order: OrderHandle) -> None:
    store.world.faults.add(FaultKind.HALF_ANSWER)

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        read(store, order)

    assert read(store, order)["data"]["nodes"][0]["id"] == order.order.id


def test_a_stale_read_answers_the_order_as_it_was_before_its_last_change(
    store: StoreCaller, order: OrderHandle
) -> None:
    store.world.faults.add(FaultKind.STALE, calls=2)

    first, second, third = (read(store, order)["data"]["nodes"][0] for _ in range(3))

    assert [len(one["transactions"]) for one in (first, second, third)] == [0, 0, 1]
    assert first["updatedAt"] == second["updatedAt"] < third["updatedAt"]


def test_all_that_one_deed_changes_is_missing_from_a_stale_read(store: StoreCaller, order: OrderHandle) -> None:
    store.clock.advance(60)
    order.refund({0: 1})
    store.world.faults.add(FaultKind.STALE)

    stale = store.read(order.order.id)

    assert [agreement["reason"] for agreement in stale["agreements"]["nodes"]] == ["ORDER"]
    assert [entry["kind"] for entry in stale["transactions"]] == ["SALE"]


def test_an_order_that_never_changed_is_never_stale(store: StoreCaller) -> None:
    fresh = store.shop.place_order([(MUG, 1)])
    fault = store.world.faults.add(FaultKind.STALE)

    assert read(store, fresh)["data"]["nodes"][0]["id"] == fresh.order.id
    assert (fault.hits, store.world.faults.waiting) == (0, [fault])


def test_a_null_node_and_a_denied_order_are_told_apart_by_the_error(store: StoreCaller, order: OrderHandle) -> None:
    store.world.faults.add(FaultKind.NULL_NODE)
    store.world.faults.add(FaultKind.DENIED_ORDER)

    missing, denied, there = (read(store, order) for _ in range(3))

    assert [answer["data"]["nodes"][0] is None for answer in (missing, denied, there)] == [True, True, False]
    assert [codes(answer) for answer in (missing, denied, there)] == [[], ["ACCESS_DENIED"], []]


def test_a_fault_for_one_order_spoils_only_that_one(store: StoreCaller, order: OrderHandle) -> None:
    other = store.shop.place_order([(MUG, 1)])
    store.world.faults.add(FaultKind.NULL_NODE, order=order.order.id)

    assert [node is None for node in read(store, other)["data"]["nodes"]] == [False]
    assert [node is None for node in read(store, other, order)["data"]["nodes"]] == [False, True]


def test_a_fault_may_wait_for_a_call_about_several_orders(store: StoreCaller, order: OrderHandle) -> None:
    fault = store.world.faults.add(FaultKind.TOO_DEAR, at_least=2)

    assert codes(read(store, order)) == []
    assert codes(read(store, order, store.shop.place_order([(MUG, 1)]))) == ["MAX_COST_EXCEEDED"]
    assert fault.hits == 1


def test_what_a_fault_struck_is_told(store: StoreCaller, order: OrderHandle) -> None:
    other = store.shop.place_order([(MUG, 1)])
    stale, reset = store.world.faults.add(FaultKind.STALE), store.world.faults.add(FaultKind.UNAVAILABLE)

    read(store, other, order)
    store.post(NODES, {"ids": [other.order.id]})

    assert (stale.about, reset.about) == ([order.order.id], [other.order.id])


def test_protected_fields_are_null_beside_an_error_and_the_rest_is_there(
    store: StoreCaller, order: OrderHandle
) -> None:
    store.world.faults.add(FaultKind.DENIED_FIELDS, fields=["Order.shippingAddress"])

    answer = read(store, order)

    assert (codes(answer), answer["errors"][0]["path"]) == (["ACCESS_DENIED"], ["nodes", 0, "shippingAddress"])
    assert answer["data"]["nodes"][0]["shippingAddress"] is None and answer["data"]["nodes"][0]["id"]


def test_another_api_version_may_answer(store: StoreCaller) -> None:
    store.world.faults.add(FaultKind.OTHER_VERSION, version="2026-07")

    versions = [store.post(SHOP).headers["X-Shopify-API-Version"] for _ in range(2)]

    assert versions == ["2026-07", "2026-10"]


def test_a_fault_waits_for_the_call_it_is_for(store: StoreCaller, order: OrderHandle) -> None:
    for settings in ({"shop": "bob.myshopify.com"}, {"query": "Orders"}, {"query": "access_token"}):
        store.world.faults.add(FaultKind.UNAVAILABLE, **settings)

    assert store.post(SHOP).status_code == 200
    assert store.refresh(store.tokens.refresh).status_code == 503
    assert store.post(NODES, {"ids": [order.order.id]}).status_code == 503
    assert store.world.faults.struck() == {FaultKind.UNAVAILABLE: 2}


def test_a_fault_may_let_the_first_calls_pass(store: StoreCaller) -> None:
    store.world.faults.add(FaultKind.UNAVAILABLE, skip=2)

    assert [store.post(SHOP).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_a_token_call_is_spoiled_only_when_it_is_named(store: StoreCaller) -> None:
    store.world.faults.add(FaultKind.UNAVAILABLE)

    assert store.refresh(store.tokens.refresh).status_code == 200


def test_faults_can_be_set_and_counted_over_http(store: StoreCaller) -> None:
    address = f"{store.url}/sandbox/faults"

    added = requests.post(address, json={"kind": "denied_fields", "query": "Shop", "fields": ["Shop.name"]}, timeout=30)
    unknown = requests.post(address, json={"kind": "earthquake"}, timeout=30)
    codes_seen = codes(store.ask(SHOP))

    assert (added.status_code, unknown.status_code, codes_seen) == (201, 400, ["ACCESS_DENIED"])
    (told,) = requests.get(address, timeout=30).json()
    assert (told["kind"], told["calls"], told["hits"]) == ("denied_fields", 1, 1)
