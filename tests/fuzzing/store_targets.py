"""Fuzzed: what a store says, and whoever says that they are one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from embedded_app.accounting.documents import History
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post
from embedded_app.channels.errors import BadDelivery, ChannelError
from embedded_app.channels.shopify.bulk import begin_listing, listing
from embedded_app.channels.shopify.bulk_file import read_listing
from embedded_app.channels.shopify.card_changes import read_gift_cards
from embedded_app.channels.shopify.changed_orders import changed_orders
from embedded_app.channels.shopify.deliveries import note
from embedded_app.channels.shopify.finding import last_orders
from embedded_app.channels.shopify.install import exchange, refresh
from embedded_app.channels.shopify.names import read_names
from embedded_app.channels.shopify.orders import parse_order
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.channels.shopify.session import BadIdToken, identify
from embedded_app.channels.shopify.signature import verify
from embedded_app.channels.shopify.subscriptions import keep_subscriptions
from tests.fuzzing import kept, seeds
from tests.fuzzing.answering import HOST, Said, Script, session_to
from tests.fuzzing.bodies import LISTED, STORE_ANSWERS, STORE_TOKENS
from tests.fuzzing.drawing import Draw, body, said
from tests.fuzzing.target import target
from tests.hostile.test_any_request import BODY, CLAIMS, HEADER, HEADERS, SECRET, TOPICS, signed

JSON = {"Content-Type": "application/json"}
LONGEST_TOPIC = f"{'a' * 60}/{'b' * 60}"
STORE_CALLS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda http, access: changed_orders(http, access, since=seeds.NOW, go_on=None),
    lambda http, access: read_names(http, access, ["gid://shopify/Customer/1"]),
    lambda http, access: read_gift_cards(http, access, since=seeds.NOW, now=seeds.NOW, go_on=None).cards,
    lambda http, access: begin_listing(http, access, since=seeds.NOW),
    lambda http, access: listing(http, access, "gid://shopify/BulkOperation/1").address,
    lambda http, access: last_orders(http, access, since=seeds.NOW),
    lambda http, access: keep_subscriptions(http, access, address="u", make=True),
)


@target(lambda: (BODY,), head=2 + len(HEADERS))
def webhooks(data: bytes) -> None:
    """A delivery is named with what its row can hold, or refused."""
    draw = Draw(data)
    told = {
        "Topic": draw.one_of((*TOPICS, LONGEST_TOPIC)),
        "Shop-Domain": "alice.myshopify.com",
        "Webhook-Id": "w-1",
        "Event-Id": "e-1",
        "Triggered-At": "2026-11-24T11:59:59.123456Z",
        "Hmac-Sha256": "c2ln",
    }
    told |= {name: draw.header() for name in HEADERS if draw.below(2)}
    headers = {f"x-shopify-{name}": value for name, value in told.items()}
    content = body(draw, (BODY,))
    assert not verify(headers, content, [SECRET])
    try:
        named = note(headers, content)
    except BadDelivery as refused:
        kept.can_be_kept(refused.sentence)
        return
    kept.fits("delivery", "webhook_id", named.webhook_id)
    kept.fits("delivery", "topic", named.topic)
    kept.fits("delivery", "event_id", named.event_id)
    kept.fits("delivery", "order_external_id", named.order_id)
    kept.can_be_kept(named.kept)
    kept.moment_can_be_kept(named.order_updated_at)
    kept.moment_can_be_kept(named.triggered_at)


@target(lambda: (CLAIMS, HEADER), head=2)
def id_tokens(data: bytes) -> None:
    """A token proves a user of its shop, or nothing."""
    draw = Draw(data)
    is_signed, is_header = not draw.below(4), draw.below(2)
    made = body(draw, (CLAIMS, HEADER))
    halves = (made, json.dumps(CLAIMS).encode()) if is_header else (json.dumps(HEADER).encode(), made)
    token = signed(*halves) if is_signed else made.decode("latin-1")
    try:
        found = identify(token, api_key="key", secrets=[SECRET], now=seeds.NOW)
    except BadIdToken:
        return
    assert found.shop == "alice.myshopify.com"
    kept.fits("consent", "user_id", found.user_id)


@target(lambda: [answers[0] for _, answers in seeds.conversations()], head=4, numbered=True)
def orders(data: bytes) -> None:
    """An order is read, held or asked for again, whatever one of the answers is."""
    draw = Draw(data)
    order_id, told = draw.one_of(seeds.conversations())
    at = draw.below(len(told))
    answers = [Said(200, JSON, json.dumps(one).encode()) for one in told]
    answers[at] = said(draw, [told[at]])
    try:
        (answer,) = read_orders(session_to(Script(*answers)), seeds.access_to(), [order_id]).orders.values()
    except ChannelError as refused:
        kept.can_be_kept(refused.sentence)
        return
    if isinstance(answer, Order):
        kept.order_can_be_kept(answer)
    else:
        kept.fits("hold", "cause", answer.cause)
        kept.can_be_kept(answer.sentence)


@target(lambda: [one.node for one in seeds.decided()], head=2, numbered=True)
def decided(data: bytes) -> None:
    """An order of any JSON is refused by the reader, or becomes documents that can be recorded, or is held."""
    draw = Draw(data)
    by, before = draw.one_of(seeds.decided()), draw.below(3)
    try:
        node = json.loads(body(draw, [by.node]), parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        return
    order = parse_order(node, by.step.order.timezone) if isinstance(node, dict) else None
    if not isinstance(order, Order):
        return
    kept.order_can_be_kept(order)
    group = replace(by.group, key=order.id, currency=order.currency)
    history, books = by.before[before], by.step.books
    decision = post(group, [order], by.mapping, history, books)
    kept.decision_can_be_kept(decision, history)
    after = History(
        documents=(*history.documents, *decision.documents), settlements=(*history.settlements, *decision.settlements)
    )
    again = post(group, [order], by.mapping, after, books)
    assert not (again.documents or again.settlements), "decided again, it posts more"


@target(lambda: STORE_ANSWERS, head=3)
def store_answers(data: bytes) -> None:
    """All else that is asked of a store is read, refused or asked for again."""
    draw = Draw(data)
    ask = draw.one_of(STORE_CALLS)
    try:
        kept.can_be_kept(_plain(ask(session_to(Script(said(draw, STORE_ANSWERS))), seeds.access_to())))
    except ChannelError as refused:
        kept.can_be_kept(refused.sentence)


def _plain(value: Any) -> str:
    return str(value) if not isinstance(value, tuple | list) else " ".join(map(_plain, value))


@target(lambda: (LISTED,), head=3)
def listed_orders(data: bytes) -> None:
    """The file of a bulk operation is read from any byte on, or refused."""
    draw = Draw(data)
    read_to = draw.below(2) * 40
    answer = said(draw, (LISTED,))
    lines = replace(answer, body=answer.body + b"\n" + json.dumps(LISTED).encode() + b"\n")
    try:
        parts = list(read_listing(session_to(Script(lines)), f"https://{HOST}/f", read_to=read_to))
    except ChannelError:
        return
    for part in parts:
        for order in part.orders:
            kept.fits("import_order", "external_id", order.id)
            kept.fits("import_order", "name", order.name)
            kept.fits("import_order", "number", order.number)
            kept.moment_can_be_kept(order.placed_at)
            kept.moment_can_be_kept(order.updated_at)


@target(lambda: (STORE_TOKENS,), head=3)
def store_tokens(data: bytes) -> None:
    """Tokens of a store can be sent, or are none."""
    draw = Draw(data)
    first, origin = draw.below(2) == 0, f"https://{HOST}"
    http = session_to(Script(said(draw, (STORE_TOKENS,))))
    try:
        if first:
            pair = exchange(http, origin, "id", "secret", "t", seeds.NOW).tokens
        else:
            pair = refresh(http, origin, "id", "secret", "shprt_0", seeds.NOW)
    except ChannelError:
        return
    assert (pair.access_token + pair.refresh_token).isascii() and pair.access_expires_at > seeds.NOW
