"""Bulk operations of the sandbox's Shopify: their states by the clock, their files, and what they refuse."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.faults import BULK_FILE, FaultKind
from tests.sandbox.shopify_caller import StoreCaller, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))
RUN = """mutation Run($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id status url } userErrors { code message } } }"""
STATE = """query State($id: ID!) { bulkOperation(id: $id) {
  status errorCode objectCount rootObjectCount fileSize completedAt url partialDataUrl } }"""
CANCEL = (
    "mutation Cancel($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
)
NAMES = "{ orders { edges { node { id name } } } }"


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        for _ in range(3):
            caller.shop.place_order([(MUG, 1), (MUG, 2)]).pay("paypal")
        yield caller


def run(store: StoreCaller, query: str = NAMES) -> Any:
    answer = store.post(RUN, {"query": query}).json()
    return answer["data"]["bulkOperationRunQuery"]


def state(store: StoreCaller, operation: Any) -> Any:
    return store.ask(STATE, id=operation["bulkOperation"]["id"])["data"]["bulkOperation"]


def lines(address: str, **headers: str) -> list[Any]:
    """What a file holds, asked without any token."""
    return [json.loads(line) for line in requests.get(address, headers=headers, timeout=30).text.splitlines()]


def test_an_operation_is_created_runs_and_leaves_a_line_for_each_object(store: StoreCaller) -> None:
    store.shop.bulk.seconds = 30
    begun = run(store)
    store.clock.advance(15)
    half = state(store, begun)
    store.clock.advance(15)
    done = state(store, begun)

    assert begun["bulkOperation"]["status"] == "CREATED"
    assert (half["status"], half["rootObjectCount"], half["url"]) == ("RUNNING", "1", None)
    assert (done["status"], done["objectCount"]) == ("COMPLETED", "3")
    assert [line["name"] for line in lines(done["url"])] == ["#1001", "#1002", "#1003"]
    assert done["fileSize"] == str(len(requests.get(done["url"], timeout=30).content))


def test_objects_inside_others_name_the_one_they_belong_to(store: StoreCaller) -> None:
    sales = "sales { edges { node { id } } }"
    query = f"{{ orders {{ edges {{ node {{ id agreements {{ edges {{ node {{ id {sales} }} }} }} }} }} }} }}"

    found = lines(state(store, run(store, query))["url"])

    order, agreement, *sold = found[:4]
    assert "__parentId" not in order
    assert agreement["__parentId"] == order["id"]
    assert [sale["__parentId"] for sale in sold] == [agreement["id"]] * 2
    assert len(found) == 12


def test_a_file_is_given_from_any_byte_on_and_for_seven_days(store: StoreCaller) -> None:
    begun = run(store)
    address = state(store, begun)["url"]
    whole = requests.get(address, timeout=30).content

    rest = requests.get(address, headers={"Range": f"bytes={len(whole) - 10}-"}, timeout=30)
    behind = requests.get(address, headers={"Range": f"bytes={len(whole)}-"}, timeout=30)
    store.clock.advance(7 * 86_400 + 1)
    store.tokens = store.shop.issue_tokens()

    assert (rest.status_code, rest.content, behind.status_code) == (206, whole[-10:], 416)
    assert state(store, begun)["status"] == "EXPIRED"
    assert requests.get(address, timeout=30).status_code == 400


def test_a_sixth_operation_at_once_is_refused_until_one_is_over(store: StoreCaller) -> None:
    store.shop.bulk.seconds = 30
    begun = [run(store) for _ in range(5)]
    sixth = run(store)
    cancelled = store.ask(CANCEL, id=begun[0]["bulkOperation"]["id"])["data"]["bulkOperationCancel"]
    store.clock.advance(1)

    assert [error["code"] for error in sixth["userErrors"]] == ["LIMIT_REACHED"]
    assert cancelled["bulkOperation"]["status"] == "CANCELING"
    assert state(store, begun[0])["status"] == "CANCELED"
    assert run(store)["userErrors"] == []


REFUSED = {
    "{ shop { name } }": "at least one connection",
    "query Names($first: Int) { orders(first: $first) { edges { node { id } } } }": "cannot take variables",
    "{ orders { nodes { id } } }": "read edges",
    "{ orders { edges { node { id fulfillments { id } nothing } } } }": "Cannot query field 'nothing'",
    "{ "
    + " ".join(f"o{n}: orders {{ edges {{ node {{ id }} }} }}" for n in range(6))
    + " }": "more than 5 connections",
    "{ orders { edges { node { id transactions { id } } } } }": None,
    '{ orders(query: "colour:red") { edges { node { id } } } }': "does not know",
}


def test_what_a_bulk_operation_cannot_ask_is_refused_with_a_sentence(store: StoreCaller) -> None:
    for query, sentence in REFUSED.items():
        refused = run(store, query)["userErrors"]

        if sentence is None:
            assert refused == [], query
        else:
            assert [error["code"] for error in refused] == ["INVALID"], query
            assert sentence in refused[0]["message"]


def test_an_operation_fails_half_way_or_is_cancelled_on_cue(store: StoreCaller) -> None:
    store.world.faults.add(FaultKind.BULK_FAILED, code="TIMEOUT", query="Run")
    store.world.faults.add(FaultKind.BULK_CANCELED, query="Run")
    failed, cancelled, third = (state(store, run(store)) for _ in range(3))

    assert (failed["status"], failed["errorCode"], failed["url"]) == ("FAILED", "TIMEOUT", None)
    assert len(lines(failed["partialDataUrl"])) == 1
    assert (cancelled["status"], cancelled["url"]) == ("CANCELED", None)
    assert third["status"] == "COMPLETED"
    assert store.world.faults.struck() == {FaultKind.BULK_FAILED: 1, FaultKind.BULK_CANCELED: 1}


def test_a_file_breaks_off_on_cue_and_no_other_call_does(store: StoreCaller) -> None:
    store.world.faults.add(FaultKind.HALF_ANSWER, query=BULK_FILE)
    address = state(store, run(store))["url"]

    with pytest.raises(requests.RequestException):
        requests.get(address, timeout=30)
    assert len(lines(address)) == 3
