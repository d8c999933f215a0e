"""What a store truly says of its orders, for a fuzzer to begin with: recorded from the sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from embedded_app.accounting.documents import Group, History
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.accounting.order import Order
from embedded_app.channels.contract import StoreAccess
from embedded_app.channels.shopify.admin_api import AdminApi
from embedded_app.channels.shopify.pages import whole_order
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import World, create_shopify
from tests.channels.stated_orders import LEDGERS
from tests.fuzzing.answering import HOST, Tape, session_to
from tests.golden import load_case, played
from tests.golden_case import Step

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STATED = (
    "every kind of line",
    "cash with change",
    "gift cards below and above their value",
    "seen in another currency",
)
CASES = (
    "a_vat_included",
    "b_two_refunds",
    "c_marketplace",
    "d_sold_below_value",
    "e_exchange",
    "f_edited_before_paid",
    "h_price_reduction",
    "k_presentment",
    "m_overpaid_and_refunded",
    "r_rounding_and_change",
    "s_before_start_account",
)


@dataclass(frozen=True, slots=True)
class Decided:
    """An order as Shopify tells it, and by what it is decided.

    before: nothing, what was posted by the steps before the last one, and what by all.
    """

    node: dict[str, Any]
    group: Group
    mapping: Mapping
    step: Step
    before: tuple[History, ...]


def access_to(domain: str = "alice.myshopify.com", token: str = "shpat_alice") -> StoreAccess:
    """How to reach that store of the platform."""
    return StoreAccess(domain=domain, origin=f"https://{HOST}/{domain}", access_token=token, api_version="2026-10")


@cache
def conversations() -> tuple[tuple[str, list[Any]], ...]:
    """The id of each order, and all that a store answers when it is read."""
    tellings = [_told(LEDGERS[name]) for name in STATED]
    return tuple((order_id, answers) for order_id, answers, _node in tellings)


@cache
def decided() -> tuple[Decided, ...]:
    """The first order of some golden cases."""
    found = []
    for name in CASES:
        case = load_case(name)
        group, order = case.steps[-1].orders[0]
        before = (case.steps[:-1], case.steps)
        found.append(
            Decided(
                node=_told(order)[2],
                group=group,
                mapping=parse_mapping(case.mapping, version=1),
                step=case.steps[-1],
                before=(History(), *(played(steps).histories.get(group.key, History()) for steps in before)),
            )
        )
    return tuple(found)


def _told(order: Order) -> tuple[str, list[Any], dict[str, Any]]:
    """Its id, the answers when it is read, and its node with all pages."""
    world = World(clock=SetClock(NOW), seed=7)
    world.limits = False
    shop = world.shop("alice.myshopify.com", currency=order.currency, timezone=order.timezone)
    shop.state_order(order)
    tape = Tape(create_shopify(world, clock=world.clock))
    http, access = session_to(tape), access_to(token=shop.issue_tokens().access)
    read_orders(http, access, [order.id])
    answers = [json.loads(body) for body in tape.bodies]
    api = AdminApi(http, access, presented=True)
    node = whole_order(api, api.execute("order", {"id": order.id}).data["order"])
    return order.id, answers, json.loads(json.dumps(node, default=float))
