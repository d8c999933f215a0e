"""Webhook signatures and the headers that carry them."""

from __future__ import annotations

import pytest

from embedded_app.channels.shopify.headers import shop_domain
from embedded_app.channels.shopify.signature import sign, verify

BODY = b'{"id": 820982911946154508}'


def test_the_signature_is_base64_of_hmac_sha256_over_the_raw_body() -> None:
    # openssl dgst -sha256 -hmac hush -binary, then base64
    assert sign("hush", BODY) == "uGGfOb+XoECYuM+RY9Y3WocU+ijbVAGZNvXJ58KRFBA="


@pytest.mark.parametrize("name", ["X-Shopify-Hmac-Sha256", "x-shopify-hmac-sha256", "Shopify-Hmac-SHA256"])
def test_it_finds_the_signature_under_each_name_in_any_case(name: str) -> None:
    assert verify({name: sign("hush", BODY)}, BODY, ["hush"])


def test_it_accepts_the_previous_secret_during_a_rotation() -> None:
    assert verify({"X-Shopify-Hmac-Sha256": sign("old", BODY)}, BODY, ["new", "old"])


@pytest.mark.parametrize(
    ("signature", "body", "secrets"),
    [
        (sign("other", BODY), BODY, ["hush"]),
        (sign("hush", BODY), BODY + b" ", ["hush"]),
        (sign("hush", BODY), BODY, []),
        (sign("", BODY), BODY, [""]),
        ("", BODY, ["hush"]),
        ("ö" * 44, BODY, ["hush"]),
        (sign("hush", BODY)[:-1], BODY, ["hush"]),
    ],
    ids=["other secret", "changed body", "no secret", "empty secret", "empty header", "not ASCII", "cut short"],
)
def test_it_refuses_a_signature_that_does_not_fit(signature: str, body: bytes, secrets: list[str]) -> None:
    assert not verify({"X-Shopify-Hmac-Sha256": signature}, body, secrets)


def test_it_refuses_a_webhook_without_a_signature() -> None:
    assert not verify({"X-Shopify-Topic": "orders/create"}, BODY, ["hush"])


@pytest.mark.parametrize(
    "text", ["alice.myshopify.com", " Alice.MyShopify.com ", "a.myshopify.com", "0-1.myshopify.com"]
)
def test_it_takes_a_permanent_shop_domain(text: str) -> None:
    assert shop_domain(text) == text.strip().lower()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "alice",
        "alice.example.com",
        "-alice.myshopify.com",
        "alice.myshopify.com.evil.example",
        "evhttps://il.myshopify.com",
        "bob.alice.myshopify.com",
        "alice.myshopify.com/admin",
        "alice.myshopify.com\nx",
        "a" * 250 + ".myshopify.com",
    ],
)
def test_it_refuses_what_is_no_shop_domain(text: str | None) -> None:
    assert shop_domain(text) is None
