"""Whatever comes to the doors that anybody can reach is taken or turned away, and breaks nothing that follows."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from embedded_app.channels.shopify.session import BadIdToken, Identity, identify
from embedded_app.channels.shopify.signature import sign
from embedded_app.db import db
from embedded_app.models import Delivery
from embedded_app.sandbox.day import store_totals
from embedded_app.sandbox.shopify.id_tokens import claims
from tests.hostile.amounts import CALLS
from tests.hostile.odd import TEXTS, VALUES, changed, changes, text_of
from tests.properties.profile import played
from tests.whole.orders import later, place
from tests.whole.stage import Stage

SECRET = "shopify-client-secret"
BODY: dict[str, Any] = {
    "id": 1001,
    "admin_graphql_api_id": "gid://shopify/Order/1001",
    "order_id": 1001,
    "updated_at": "2026-11-24T11:59:58Z",
    "shop_domain": "shop-1.myshopify.com",
    "order_edit": {"id": 1, "order_id": 1001, "created_at": "2026-11-24T11:59:58Z"},
    "customer": {"id": 7},
    "orders_to_redact": [1001],
}
TOPICS = ("orders/updated", "orders/edited", "refunds/create", "customers/redact", "app/uninstalled", "orders/delete")
HEADERS = ("Topic", "Shop-Domain", "Webhook-Id", "Event-Id", "Triggered-At", "Hmac-Sha256")

# What a header can carry at all: a server refuses the rest before we see it.
headers_text = st.one_of(st.sampled_from(TEXTS), st.text(max_size=40)).map(
    lambda text: "".join(character for character in text[:600] if 31 < ord(character) < 256)
)
bodies = st.one_of(
    st.builds(changed, st.just(BODY), changes()),
    st.builds(text_of, st.sampled_from(VALUES)),
    st.binary(max_size=200),
)


@pytest.fixture(scope="module")
def numbers() -> Any:
    """Webhook ids that were not used before."""
    return iter(range(10**9))


@played("webhooks", CALLS)
@given(
    body=bodies, topic=st.sampled_from(TOPICS), odd=st.dictionaries(st.sampled_from(HEADERS), headers_text, max_size=2)
)
def test_any_webhook_is_taken_in_or_turned_away(
    client: FlaskClient, alone: Stage, numbers: Any, body: bytes, topic: str, odd: dict[str, str]
) -> None:
    told = {
        "Topic": topic,
        "Shop-Domain": alone.shop.domain,
        "Webhook-Id": f"w-{next(numbers)}",
        "Event-Id": "e-1",
        "Triggered-At": "2026-11-24T11:59:59.123456Z",
        "Hmac-Sha256": sign(SECRET, body),
        **odd,
    }
    answer = client.post("/webhooks/shopify", data=body, headers={f"X-Shopify-{name}": told[name] for name in told})

    assert answer.status_code in (200, 400, 401, 413), answer.text
    # What was taken in can be read again: a row that cannot would stop its store for good.
    with alone.app.app_context():
        db.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).all()


def test_odd_webhooks_do_not_keep_a_true_order_waiting(client: FlaskClient, alone: Stage) -> None:
    for at, value in enumerate(TEXTS):
        body = text_of({**BODY, "id": at + 1, "admin_graphql_api_id": None, "updated_at": value, "shop_domain": None})
        headers = {
            "X-Shopify-Topic": "orders/updated",
            "X-Shopify-Shop-Domain": alone.shop.domain,
            "X-Shopify-Webhook-Id": f"odd-{at}",
            "X-Shopify-Hmac-Sha256": sign(SECRET, body),
        }
        assert client.post("/webhooks/shopify", data=body, headers=headers).status_code == 200
    place(alone)
    alone.deliver()

    alone.work_off()
    later(alone, minutes=5)
    assert [one.total for one in alone.organisation.documents()] == [store_totals(alone.shop)["GBP"]["sales"]]


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CLAIMS = claims("alice.myshopify.com", client_id="key", user_id="10001", token_id="t-1", now=NOW)
HEADER = {"alg": "HS256", "typ": "JWT"}


def signed(header: bytes, said: bytes) -> str:
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, said)]
    signature = hmac.new(SECRET.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def verdict(token: str) -> Identity | BadIdToken:
    try:
        return identify(token, api_key="key", secrets=[SECRET], now=NOW)
    except BadIdToken as refused:
        return refused


tokens = st.one_of(
    st.builds(signed, st.just(text_of(HEADER)), st.builds(changed, st.just(CLAIMS), changes())),
    st.builds(signed, st.builds(changed, st.just(HEADER), changes()), st.just(text_of(CLAIMS))),
    st.builds(signed, st.builds(text_of, st.sampled_from(VALUES)), st.builds(text_of, st.sampled_from(VALUES))),
    st.builds(signed, st.binary(max_size=60), st.binary(max_size=60)),
    st.text(max_size=80),
)


@played("ID tokens", CALLS)
@given(token=tokens)
def test_any_id_token_proves_a_user_of_its_shop_or_nothing(token: str) -> None:
    found = verdict(token)

    assert isinstance(found, BadIdToken) or (found.shop == "alice.myshopify.com" and found.user_id.isalnum())


@pytest.mark.parametrize("nested", ["[" * 3000, '{"a":' * 600])
def test_a_token_nested_deeply_proves_nothing(client: FlaskClient, nested: str) -> None:
    answer = client.get("/", headers={"Authorization": f"Bearer {signed(nested.encode(), b'{}')}"})

    assert answer.status_code == 401


@played("consents", CALLS)
@given(
    given=st.dictionaries(
        st.sampled_from(("state", "code", "error", "scope")),
        st.one_of(
            st.sampled_from([text for text in TEXTS if len(text) < 5000 and text.isprintable()]), st.text(max_size=60)
        ),
    )
)
def test_any_way_back_from_xero_is_turned_away(client: FlaskClient, given: dict[str, str]) -> None:
    query = {name: text.encode("utf-8", "replace").decode() for name, text in given.items()}

    answer = client.get("/xero/callback", query_string=query)

    assert answer.status_code == 400
    assert "connect Xero" in answer.text
