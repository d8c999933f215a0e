"""Names of customers and companies: read when a contact is made, and nowhere told of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import requests
import structlog

from embedded_app.accounting.order import Customer
from embedded_app.channels import CHANNELS, AccessLost, QueryRefused, StoreBusy
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify.bodies import PLANTED
from tests.channels.scripted_store import Reply, in_turn, serving
from tests.channels.shopify_bodies import Json
from tests.channels.stated_orders import access_to, stated
from tests.sandbox.shopify_caller import open_store

ADA, ACME, GONE = "gid://shopify/Customer/7", "gid://shopify/Company/9", "gid://shopify/Customer/404"


def person(gid: str, name: Any) -> Json:
    return {"__typename": "Customer", "id": gid, "displayName": name}


def company(gid: str, name: Any) -> Json:
    return {"__typename": "Company", "id": gid, "name": name}


def nodes(*found: Json | None) -> Reply:
    return Reply({"data": {"nodes": list(found)}})


def denied(path: list[Any] | None, data: Any) -> Reply:
    error = {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}
    return Reply({"data": data, "errors": [error if path is None else error | {"path": path}]})


def read(answer: Callable[[str, Json], Reply], ids: Sequence[str]) -> dict[str, str | None]:
    with serving(answer) as store, requests.Session() as http:
        return CHANNELS["shopify"].read_names(http, store.access, ids)


def test_people_and_companies_are_named_by_their_ids() -> None:
    answer = in_turn(nodes(person(ADA, "Ada Lovelace"), company(ACME, "Acme & Söhne")))

    assert read(answer, [ADA, ACME]) == {ADA: "Ada Lovelace", ACME: "Acme & Söhne"}


@pytest.mark.parametrize(
    "found",
    [
        None,
        person(ADA, None),
        person(ADA, ""),
        person(ADA, " \x00\n"),
        person(ADA, 5),
        person(ADA, "ada@example.com"),
        person(ADA, "+44 20 7946 0018"),
        person(GONE, "Grace Hopper"),
        company(ADA, None),
        {"__typename": "Order", "id": ADA},
    ],
)
def test_a_customer_the_store_gives_no_name_of_has_none(found: Json | None) -> None:
    assert read(in_turn(nodes(found, company(ACME, "Acme"))), [ADA, ACME]) == {ADA: None, ACME: "Acme"}


def test_a_name_is_made_legible() -> None:
    assert read(in_turn(nodes(person(ADA, " Ada\x00Love\ud83dlace\n"))), [ADA]) == {
        ADA: "Ada Love\N{REPLACEMENT CHARACTER}lace"
    }


@pytest.mark.parametrize(
    "answer",
    [
        denied(["nodes", 0], {"nodes": [None]}),
        denied(["nodes", 0, "displayName"], {"nodes": [None]}),
        denied(["nodes"], None),
        denied(None, None),
    ],
    ids=["the customer", "the name", "all", "all, without saying where"],
)
def test_a_name_the_app_may_not_read_is_none(answer: Reply) -> None:
    assert read(in_turn(answer), [ADA]) == {ADA: None}


def test_fifty_are_asked_at_once_and_each_only_once() -> None:
    asked: list[list[str]] = []

    def answer(path: str, body: Json) -> Reply:
        asked.append(body["variables"]["ids"])
        return nodes(*(person(gid, f"Ada {gid[-3:]}") for gid in asked[-1]))

    ids = [f"gid://shopify/Customer/{number}" for number in range(100, 220)]

    assert read(answer, ids + ids[:5]) == {gid: f"Ada {gid[-3:]}" for gid in ids}
    assert [len(some) for some in asked] == [50, 50, 20]


def test_nobody_is_asked_for_nobody() -> None:
    assert read(in_turn(), []) == {}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply({}, status=503), StoreBusy),
        (Reply({}, status=402), AccessLost),
        (nodes(), QueryRefused),
        (Reply({"data": {"nodes": None}}), QueryRefused),
    ],
)
def test_a_store_that_does_not_answer_is_an_error(answer: Reply, error: type) -> None:
    with pytest.raises(error):
        read(in_turn(answer), [ADA])


def test_the_stores_own_buyers_are_named_and_nothing_of_it_is_logged(clock: SetClock) -> None:
    with open_store(clock) as store, structlog.testing.capture_logs() as logs:
        store.shop.state_order(stated(customer=Customer(id=ADA)))
        store.shop.state_order(stated(id="gid://shopify/Order/9002", customer=Customer(id=ACME, is_company=True)))

        names = CHANNELS["shopify"].read_names(store.http, access_to(store), [ADA, ACME, GONE])

    assert names == {ADA: f"Ada {PLANTED} 7", ACME: "Company 9", GONE: None}
    assert PLANTED not in repr(logs)


def test_names_without_the_scope_for_them_are_none(clock: SetClock) -> None:
    with open_store(clock) as store:
        store.shop.state_order(stated(customer=Customer(id=ADA)))
        store.shop.denied_fields.add("Customer.displayName")

        assert CHANNELS["shopify"].read_names(store.http, access_to(store), [ADA]) == {ADA: None}
