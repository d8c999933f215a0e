"""The sandbox's webhooks: headers, signature, bodies, and how unreliable they can be."""

import base64
import hmac
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.bodies import PLANTED
from tests.sandbox.shopify_caller import Mailbox, StoreCaller, open_mailbox, open_store

MUG = Product(title="Mug", price=Decimal("9.99"))


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as receiver:
        yield receiver


def topics(store: StoreCaller) -> list[str]:
    return [delivery.topic for delivery in store.shop.deliveries.pending()]


def test_each_deed_owes_the_webhooks_of_its_topics(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)])
    order.pay("paypal")
    order.edit(add=[(MUG, 1)])
    order.refund({0: 1})
    order.cancel()

    paid = ["order_transactions/create", "orders/updated"]
    assert topics(store) == [
        *["orders/create", *paid, "orders/edited", "orders/updated"],
        *["refunds/create", *paid, "refunds/create", *paid, "orders/cancelled"],
    ]


def test_a_delivery_is_signed_with_the_apps_secret_over_its_raw_body(store: StoreCaller, mailbox: Mailbox) -> None:
    store.shop.place_order([(MUG, 1)])

    store.shop.deliveries.deliver(mailbox.url)

    headers, body = mailbox.received[0]
    expected = base64.b64encode(hmac.digest(b"sandbox-secret", body, "sha256")).decode()
    assert headers["X-Shopify-Hmac-Sha256"] == expected


def test_a_delivery_carries_shopifys_headers(store: StoreCaller, mailbox: Mailbox) -> None:
    store.shop.place_order([(MUG, 1)])

    store.shop.deliveries.deliver(mailbox.url)

    headers = mailbox.received[0][0]
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert headers["X-Shopify-Shop-Domain"] == "alice.myshopify.com"
    assert headers["X-Shopify-Triggered-At"] == "2026-11-24T12:00:00.000000Z"
    assert {"X-Shopify-Api-Version", "X-Shopify-Webhook-Id", "X-Shopify-Event-Id"} <= set(headers)


def test_deliveries_of_one_deed_share_its_event_but_not_their_webhook_id(store: StoreCaller) -> None:
    store.shop.place_order([(MUG, 1)]).pay("paypal")

    created, transaction, updated = store.shop.deliveries.pending()

    assert transaction.event_id == updated.event_id != created.event_id
    assert len({created.webhook_id, transaction.webhook_id, updated.webhook_id}) == 3


def test_narrow_bodies_hold_ids_and_times_only(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)])
    order.pay("paypal")
    order.refund({0: 1})
    order.edit(add=[(MUG, 1)])

    names = {name for delivery in store.shop.deliveries.pending() for name in json.loads(delivery.body)}

    times = {"created_at", "updated_at", "processed_at", "cancelled_at"}
    assert names == {"id", "admin_graphql_api_id", "order_id", "order_edit", *times}


def test_each_body_names_its_order(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 2)])
    order.pay("paypal")
    order.refund({0: 1})
    order.edit(add=[(MUG, 1)])

    for delivery in store.shop.deliveries.pending():
        body = json.loads(delivery.body)
        body = body.get("order_edit", body)
        assert order.order.number in (body.get("order_id"), body["id"]), delivery.topic


def test_whole_bodies_carry_planted_personal_data(store: StoreCaller) -> None:
    store.shop.full_bodies = True

    store.shop.place_order([(MUG, 1)]).pay("paypal")

    assert all(PLANTED.encode() in delivery.body for delivery in store.shop.deliveries.pending())


def test_copies_keep_their_webhook_id_and_come_in_an_order_by_seed(store: StoreCaller, mailbox: Mailbox) -> None:
    for _ in range(5):
        store.shop.place_order([(MUG, 1)])
    owed = [delivery.webhook_id for delivery in store.shop.deliveries.pending()]

    sent = store.shop.deliveries.deliver(mailbox.url, times=3, shuffle=5)

    got = [headers["X-Shopify-Webhook-Id"] for headers, _ in mailbox.received]
    assert sorted(got) == sorted(owed * 3)
    assert got[:5] != owed
    assert (sent.accepted, sent.waiting) == (15, 0)


def test_what_is_not_accepted_stays_owed_and_goes_out_again(store: StoreCaller, mailbox: Mailbox) -> None:
    store.shop.place_order([(MUG, 1)]).pay("paypal")
    mailbox.statuses = [200, 503, 200]

    sent = store.shop.deliveries.deliver(mailbox.url)
    again = store.shop.deliveries.deliver(mailbox.url)

    assert (sent.accepted, sent.refused, sent.waiting) == (2, 1, 1)
    assert (again.accepted, again.waiting) == (1, 0)
    assert mailbox.received[1] == mailbox.received[3]


def test_a_delivery_refused_nine_times_is_lost(store: StoreCaller, mailbox: Mailbox) -> None:
    store.shop.place_order([(MUG, 1)])
    mailbox.statuses = [500] * 9

    for _ in range(9):
        store.shop.deliveries.deliver(mailbox.url)

    assert store.shop.deliveries.pending() == []
    assert [delivery.topic for delivery in store.shop.deliveries.lost] == ["orders/create"]


def test_a_receiver_that_is_not_there_refuses(store: StoreCaller, mailbox: Mailbox) -> None:
    store.shop.place_order([(MUG, 1)])
    mailbox.server.stop()

    assert store.shop.deliveries.deliver(mailbox.url).waiting == 1


def test_deliveries_can_be_dropped_and_held_back(store: StoreCaller, mailbox: Mailbox) -> None:
    for _ in range(40):
        store.shop.place_order([(MUG, 1)])

    sent = store.shop.deliveries.deliver(mailbox.url, shuffle=1, drop=0.25, delay=0.25)

    assert sent.dropped > 0
    assert sent.waiting > 0
    assert len(mailbox.received) == 40 - sent.dropped - sent.waiting


def test_a_store_can_lose_all_it_owes(store: StoreCaller) -> None:
    store.shop.place_order([(MUG, 1)]).pay("paypal")

    assert store.shop.deliveries.discard() == 3
    assert store.shop.deliveries.pending() == []
