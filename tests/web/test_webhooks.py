"""The door for webhooks: what is taken in, what is turned away, and what is kept of it."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from embedded_app import create_app, onboarding
from embedded_app.channels.shopify.signature import sign
from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.inbox import UNKNOWN_SHOP
from embedded_app.models import Delivery, Store, Tally

SECRET = "shopify-client-secret"
PREVIOUS = "the-secret-before"
SHOP = "alice.myshopify.com"
BODY = {"id": 1001, "admin_graphql_api_id": "gid://shopify/Order/1001", "updated_at": "2026-11-24T11:59:58Z"}


@pytest.fixture
def config(config: Config) -> Config:
    """A secret that is being rotated."""
    return dataclasses.replace(config, shopify_api_secret_previous=PREVIOUS)


@pytest.fixture
def store(session: scoped_session[Session], clock: SetClock) -> Store:
    """Alice's store."""
    store = onboarding.add_store(session, channel="shopify", external_id=SHOP, prefix="SH-", now=clock.now())
    session.commit()
    return store


def deliver(client: FlaskClient, *, webhook_id: str = "w-1", secret: str = SECRET, **changes: object) -> TestResponse:
    body = json.dumps({**BODY, **changes}).encode()
    return client.post("/webhooks/shopify", data=body, headers=headers(sign(secret, body), webhook_id=webhook_id))


def headers(signature: str, *, webhook_id: str = "w-1", shop: str = SHOP, mark: str = "X-Shopify-") -> dict[str, str]:
    return {
        f"{mark}Topic": "orders/updated",
        f"{mark}Shop-Domain": shop,
        f"{mark}Webhook-Id": webhook_id,
        f"{mark}Event-Id": "e-1",
        f"{mark}Triggered-At": "2026-11-24T11:59:59.123456Z",
        f"{mark}Hmac-Sha256": signature,
    }


def kept(session: scoped_session[Session]) -> int:
    return session.scalars(select(func.count()).select_from(Delivery)).one()


def waiting_jobs(session: scoped_session[Session]) -> int:
    return session.scalars(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'gather'")).one()


def test_it_keeps_a_delivery_and_wakes_its_store(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    assert deliver(client).status_code == 200

    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.store_id, delivery.topic, delivery.order_external_id) == (
        store.id,
        "orders/updated",
        "gid://shopify/Order/1001",
    )
    assert delivery.received_at == clock.now()
    assert delivery.triggered_at == datetime(2026, 11, 24, 11, 59, 59, 123456, tzinfo=UTC)
    assert waiting_jobs(session) == 1


def test_it_keeps_a_repeated_delivery_once(client: FlaskClient, session: scoped_session[Session], store: Store) -> None:
    deliver(client)

    assert deliver(client).status_code == 200
    assert kept(session) == 1


def test_it_keeps_the_same_webhook_id_of_two_stores(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    onboarding.add_store(session, channel="shopify", external_id="bob.myshopify.com", prefix="B-", now=clock.now())
    session.commit()
    body = json.dumps(BODY).encode()

    deliver(client)
    client.post("/webhooks/shopify", data=body, headers=headers(sign(SECRET, body), shop="bob.myshopify.com"))

    assert kept(session) == 2


def test_it_takes_the_previous_secret_while_secrets_are_rotated(
    client: FlaskClient, session: scoped_session[Session], store: Store
) -> None:
    assert deliver(client, secret=PREVIOUS).status_code == 200
    assert kept(session) == 1


def test_it_takes_headers_without_their_x(client: FlaskClient, session: scoped_session[Session], store: Store) -> None:
    body = json.dumps(BODY).encode()

    answer = client.post("/webhooks/shopify", data=body, headers=headers(sign(SECRET, body), mark="shopify-"))

    assert answer.status_code == 200
    assert kept(session) == 1


@pytest.mark.parametrize("signature", ["", "not base64", sign("somebody else's secret", json.dumps(BODY).encode())])
def test_it_turns_away_what_is_not_signed_by_us(
    client: FlaskClient, session: scoped_session[Session], store: Store, signature: str
) -> None:
    answer = client.post("/webhooks/shopify", data=json.dumps(BODY).encode(), headers=headers(signature))

    assert answer.status_code == 401
    assert kept(session) == 0


def test_it_turns_away_a_body_that_was_changed_after_signing(
    client: FlaskClient, session: scoped_session[Session], store: Store
) -> None:
    signature = sign(SECRET, json.dumps(BODY).encode())

    answer = client.post("/webhooks/shopify", data=json.dumps({**BODY, "id": 1002}), headers=headers(signature))

    assert answer.status_code == 401
    assert kept(session) == 0


def test_it_turns_away_more_than_two_megabytes(
    client: FlaskClient, session: scoped_session[Session], store: Store
) -> None:
    body = b"x" * (2 * 1024 * 1024 + 1)

    answer = client.post("/webhooks/shopify", data=body, headers=headers(sign(SECRET, body)))

    assert answer.status_code == 413
    assert kept(session) == 0


def test_it_asks_for_a_header_that_is_missing(
    client: FlaskClient, session: scoped_session[Session], store: Store
) -> None:
    body = json.dumps(BODY).encode()
    named = {name: value for name, value in headers(sign(SECRET, body)).items() if "Webhook-Id" not in name}

    assert client.post("/webhooks/shopify", data=body, headers=named).status_code == 400
    assert kept(session) == 0


def test_it_counts_deliveries_of_shops_it_does_not_know(
    client: FlaskClient, session: scoped_session[Session], clock: SetClock
) -> None:
    assert deliver(client).status_code == 200
    assert deliver(client, webhook_id="w-2").status_code == 200

    assert kept(session) == 0
    assert session.get_one(Tally, (UNKNOWN_SHOP, clock.now().date())).count == 2


def test_it_asks_for_redelivery_while_the_database_is_away(config: Config) -> None:
    nobody_listens = "postgresql://crossfoot@127.0.0.1:1/nowhere"
    app = create_app(dataclasses.replace(config, database_url=nobody_listens))

    assert deliver(app.test_client()).status_code == 503


def test_it_keeps_nothing_of_a_delivery_whose_wake_up_cannot_be_written(
    client: FlaskClient, session: scoped_session[Session], store: Store
) -> None:
    session.execute(text("ALTER TABLE procrastinate_jobs RENAME TO procrastinate_jobs_away"))
    session.commit()
    try:
        assert deliver(client).status_code == 503
    finally:
        session.execute(text("ALTER TABLE procrastinate_jobs_away RENAME TO procrastinate_jobs"))
        session.commit()

    assert kept(session) == 0


def test_it_keeps_no_personal_data_of_a_full_body(
    client: FlaskClient, session: scoped_session[Session], store: Store
) -> None:
    marker = "Planted-Marker"

    deliver(client, email=f"{marker}@example.com", customer={"first_name": marker}, note=marker, name=f"#{marker}")

    row = session.execute(text("SELECT delivery::text FROM delivery")).scalar_one()
    assert marker not in row
    assert "2026-11-24T11:59:58" in row
