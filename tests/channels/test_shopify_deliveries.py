"""What is kept of a Shopify webhook."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from embedded_app.channels import CHANNELS, BadDelivery, DeliveryNote

HEADERS = {
    "X-Shopify-Topic": "orders/updated",
    "X-Shopify-Shop-Domain": "alice.myshopify.com",
    "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
    "X-Shopify-Triggered-At": "2026-11-24T09:15:08.064630177Z",
}
FULL_BODY = {
    "id": 5001,
    "admin_graphql_api_id": "gid://shopify/Order/5001",
    "created_at": "2026-11-24T10:15:00+01:00",
    "updated_at": "2026-11-24T10:15:07+01:00",
    "cancelled_at": None,
    "email": "carla@example.com",
    "phone": "+44 20 7946 0000",
    "note": "Leave it with Mrs Wren",
    "total_price": "24.93",
    "customer": {"id": 77, "first_name": "Carla", "email": "carla@example.com"},
    "shipping_address": {"name": "Carla Finch", "address1": "1 Harbour Row", "zip": "SW1A 1AA"},
    "line_items": [{"id": 9, "name": "Mug for Carla"}],
}


def note(body: Any, **headers: str) -> DeliveryNote:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CHANNELS["shopify"].note(HEADERS | {f"X-Shopify-{key}": value for key, value in headers.items()}, raw)


def test_it_names_the_delivery_by_its_headers() -> None:
    found = note({})

    assert (found.topic, found.shop) == ("orders/updated", "alice.myshopify.com")
    assert found.webhook_id == "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"
    assert found.event_id == "98880550-7158-44d4-b7cd-2c97c8a091b5"
    assert found.triggered_at == datetime(2026, 11, 24, 9, 15, 8, 64630, tzinfo=UTC)


def test_it_reads_the_headers_of_the_newer_events_system() -> None:
    renamed = {name.removeprefix("X-").lower(): value for name, value in HEADERS.items()}

    assert CHANNELS["shopify"].note(renamed, b"{}") == note({})


def test_of_a_full_body_it_keeps_ids_and_times_only() -> None:
    assert note(FULL_BODY).kept == {
        "id": 5001,
        "admin_graphql_api_id": "gid://shopify/Order/5001",
        "created_at": "2026-11-24T10:15:00+01:00",
        "updated_at": "2026-11-24T10:15:07+01:00",
    }


@pytest.mark.parametrize(
    ("topic", "tells"),
    [("orders/create", True), ("orders/cancelled", True), ("orders/delete", False), ("fulfillments/update", False)],
)
def test_the_change_of_the_order_is_told_by_the_order_alone_and_not_once_it_is_gone(topic: str, tells: bool) -> None:
    changed_at = datetime(2026, 11, 24, 9, 15, 7, tzinfo=UTC)

    assert note(FULL_BODY, Topic=topic).order_updated_at == (changed_at if tells else None)


@pytest.mark.parametrize("value", ["carla@example.com", "12 Harbour Row", {"id": 1}, [1], True, -3, 1.5, "9" * 40])
def test_it_keeps_nothing_under_an_id_that_is_no_id(value: Any) -> None:
    found = note({"id": value, "order_id": value, "created_at": value})

    assert found.kept == {}
    assert found.order_id is None


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("orders/create", {"admin_graphql_api_id": "gid://shopify/Order/5001"}),
        ("orders/delete", {"id": 5001}),
        ("orders/edited", {"order_edit": {"id": 1, "order_id": 5001}}),
        ("refunds/create", {"id": 2, "order_id": 5001}),
        ("order_transactions/create", {"id": 3, "order_id": 5001}),
        ("tender_transactions/create", {"id": 4, "order_id": "5001"}),
        ("disputes/update", {"id": 5, "order_id": 5001}),
        ("returns/approve", {"id": 6, "order": {"id": 5001, "admin_graphql_api_id": "gid://shopify/Order/5001"}}),
        ("returns/close", {"id": 7, "order": {"id": 5001}}),
    ],
)
def test_each_topic_names_its_order(topic: str, body: dict[str, Any]) -> None:
    assert note(body, Topic=topic).order_id == "gid://shopify/Order/5001"


def test_an_edit_keeps_the_ids_and_times_inside_its_wrapper() -> None:
    body = {
        "order_edit": {"id": 8, "order_id": 5001, "committed_at": "2026-11-24T10:00:00Z", "staff_note": "for Carla"}
    }

    kept = note(body, Topic="orders/edited").kept

    assert kept == {"id": 8, "order_id": 5001, "committed_at": "2026-11-24T10:00:00+00:00"}


@pytest.mark.parametrize("topic", ["shop/update", "app/uninstalled", "customers/redact", "brand_new/topic"])
def test_a_topic_without_orders_keeps_ids_only(topic: str) -> None:
    found = note({"id": 42, "shop_owner": "Alice", "customer": {"email": "carla@example.com"}}, Topic=topic)

    assert (found.order_id, found.kept) == (None, {"id": 42})


def test_the_id_of_another_kind_of_thing_is_not_taken_for_an_order() -> None:
    assert note({"admin_graphql_api_id": "gid://shopify/Refund/5"}).order_id is None


@pytest.mark.parametrize(
    "body", [b"", b"not JSON", b"\xff\xfe", b"[1]", b"[" * 200_000, b'{"id": ' + b"9" * 5_000 + b"}"]
)
def test_a_signed_body_that_is_no_json_object_still_gives_a_note(body: bytes) -> None:
    found = note(body)

    assert (found.order_id, found.kept) == (None, {})


@pytest.mark.parametrize("name", ["Topic", "Shop-Domain", "Webhook-Id"])
def test_it_refuses_a_delivery_without_a_header_that_names_it(name: str) -> None:
    with pytest.raises(BadDelivery, match=f"X-Shopify-{name} header"):
        note({}, **{name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [("Topic", "orders"), ("Topic", "<script>/x"), ("Shop-Domain", "evil.example"), ("Webhook-Id", "a" * 256)],
)
def test_it_refuses_headers_that_shopify_would_not_send(name: str, value: str) -> None:
    with pytest.raises(BadDelivery, match="check its sender"):
        note({}, **{name: value})


def test_a_time_without_a_zone_is_no_moment() -> None:
    assert note({"created_at": "2026-11-24T10:00:00", "updated_at": "2026-11-24T10:00:00Z"}).kept == {
        "updated_at": "2026-11-24T10:00:00+00:00"
    }


def test_unreadable_optional_headers_are_left_out() -> None:
    found = note({}, **{"Triggered-At": "yesterday", "Event-Id": "a b"})

    assert (found.triggered_at, found.event_id) == (None, None)
