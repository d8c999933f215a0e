"""Notices about the app and about people's data: what is kept of them, and which are not believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from embedded_app.channels import CHANNELS, BadDelivery, DeliveryNote

SHOP = "alice.myshopify.com"
CUSTOMER = {"id": 501, "email": "ada@example.com", "phone": "+44 20 7946 0000"}


def noted(topic: str, body: dict[str, Any]) -> DeliveryNote:
    headers = {"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": SHOP, "X-Shopify-Webhook-Id": "1"}
    return CHANNELS["shopify"].note(headers, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("topic", "orders"), [("customers/redact", "orders_to_redact"), ("customers/data_request", "orders_requested")]
)
def test_it_keeps_whose_data_it_is_about_by_ids_alone(topic: str, orders: str) -> None:
    note = noted(topic, {"shop_id": 1, "shop_domain": SHOP, "customer": CUSTOMER, orders: [7, "8", "nine", None]})

    assert note.kept == {"customer_id": 501, "order_ids": "7,8"}


def test_it_keeps_nothing_of_a_customer_it_cannot_name() -> None:
    assert noted("customers/redact", {"customer": "Ada", "orders_to_redact": "all"}).kept == {}


@pytest.mark.parametrize("field", ["shop_domain", "myshopify_domain"])
def test_it_refuses_a_notice_whose_body_is_of_another_store(field: str) -> None:
    """Only the body is signed: a header that was changed on the way must not have another store erased."""
    with pytest.raises(BadDelivery, match="two stores"):
        noted("shop/redact", {field: "bob.myshopify.com"})


def test_a_store_without_a_name_in_the_body_is_the_headers() -> None:
    assert noted("app/uninstalled", {"id": 1, "myshopify_domain": None, "domain": "shop.example"}).shop == SHOP
