"""From a seed to a script: which stores there are, what happens in them, and what goes wrong meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from embedded_app.sandbox.shopify.faults import TOKEN_CALL
from tests.simulation.places import FAMILIES
from tests.simulation.scripts import Script, ShopPlan, Step
from tests.simulation.seams import CALLS, COMMITS

FIRST_DAY = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
DAYS = 60
PAUSES = (0, 1, 5, 20, 40, 70, 310, 420, 900, 3600, 9 * 3600, 24 * 3600, 3 * 24 * 3600)
NAMES = ("alice", "bob", "charlie")
STORE_FAULTS = (
    *("throttled", "too_dear", "failed_query", "internal_error", "unavailable", "html_page", "unauthorized"),
    *("refused", "timeout", "reset", "half_answer", "stale", "null_node", "denied_order", "denied_fields"),
    "other_version",
)
# A store's token call answers in its own words: only these befall it.
TOKEN_FAULTS = ("unavailable", "internal_error", "html_page", "reset", "timeout")
XERO_FAULTS = (
    *("rate_minute", "rate_day", "rate_app", "rate_concurrent", "unavailable", "bad_gateway", "forbidden_page"),
    *("unauthorized", "disconnected", "refused_whole", "internal_error", "validation", "reset", "half_answer"),
    *("timeout_before_write", "reset_after_write", "timeout_after_write", "empty_body", "oversized_body"),
    *("wrong_charset", "invalid_grant"),
)
EDITS = ("void", "rename", "reprice", "remove payment")
PATHS = ("", "", "/Invoices", "/Payments", "/CreditNotes", "/BankTransactions")


def draw_script(seed: int) -> Script:
    """The world of a seed; the same seed draws the same world."""
    draw = random.Random(seed)
    starts_at = FIRST_DAY + timedelta(minutes=draw.randrange(DAYS * 24 * 60))
    shops = _shops(draw)
    return Script(seed=seed, starts_at=starts_at.isoformat(), shops=shops, steps=tuple(_steps(draw, shops)))


def _shops(draw: random.Random) -> tuple[ShopPlan, ...]:
    """One to three stores; two of one place sometimes share an organisation."""
    shops: list[ShopPlan] = []
    for name in NAMES[: draw.choice((1, 1, 1, 2, 2, 3))]:
        place, organisation = draw.choice(("GB", "GB", "AU", "US")), len(shops)
        if shops and draw.random() < 0.5:
            place, organisation = shops[0].place, shops[0].organisation
        shops.append(ShopPlan(name=name, place=place, organisation=organisation))
    return tuple(shops)


def _steps(draw: random.Random, shops: tuple[ShopPlan, ...]) -> Iterator[Step]:
    """Sales and what becomes of them, now and then a failure; in between webhooks, work, and time."""
    orders: list[tuple[str, str]] = []
    people = draw.sample(PEOPLE, draw.randint(0, 3))
    failing = draw.sample(FAILURES, draw.randint(0, 4))
    for _ in range(draw.randint(8, 26)):
        shop = draw.choice(shops).name
        if people and draw.random() < 0.15:
            yield draw.choice(people)(draw, shop)
        if failing and draw.random() < 0.35:
            yield draw.choice(failing)(draw, shop)
        if not orders or draw.random() < 0.3:
            orders.append((shop, f"order {len(orders) + 1}"))
            yield Step("order", {"shop": shop, "order": orders[-1][1], "seed": _seed(draw)})
        else:
            shop, order = draw.choice(orders[-4:] if draw.random() < 0.7 else orders)
            yield Step("deed", {"shop": shop, "order": order, "seed": _seed(draw)})
        if draw.random() < 0.6:
            yield _delivery(draw, shop)
        if draw.random() < 0.6:
            yield Step("work", {"seed": _seed(draw), "jobs": draw.choice((1, 2, 3, 5, 8))})
        if draw.random() < 0.5:
            yield Step("pass", {"seconds": draw.choice(PAUSES)})


def _delivery(draw: random.Random, shop: str) -> Step:
    told: dict[str, Any] = {"shop": shop, "seed": _seed(draw)}
    how = draw.random()
    if how < 0.2:
        told["drop"] = draw.choice((0.3, 1.0))
    elif how < 0.4:
        told["times"] = draw.choice((2, 3))
    elif how < 0.6:
        told["delay"] = draw.choice((0.3, 0.7))
    return Step("deliver", told)


def _crash(draw: random.Random, shop: str) -> Step:
    return Step("crash", {"seam": draw.choice((*COMMITS, *CALLS)), "nth": _nth(draw)})


def _store_fault(draw: random.Random, shop: str) -> Step:
    told: dict[str, Any] = {"kind": draw.choice(STORE_FAULTS), "shop": f"{shop}.myshopify.com"}
    if draw.random() < 0.15:
        told |= {"kind": draw.choice(TOKEN_FAULTS), "query": TOKEN_CALL}
    elif draw.random() < 0.6:
        told["query"] = "Orders"
    if told["kind"] == "refused":
        told["status"] = draw.choice((402, 403, 404, 423, 430))
    if told["kind"] == "denied_fields":
        told["fields"] = [draw.choice(("LineItem.product", "Order.shippingAddress"))]
    return Step("store fault", {**told, "calls": draw.choice((1, 1, 2, 4)), "seconds": draw.choice((2, 9, 40))})


def _xero_fault(draw: random.Random, shop: str) -> Step:
    told: dict[str, Any] = {"kind": draw.choice(XERO_FAULTS), "path": draw.choice(PATHS)}
    if told["kind"] == "invalid_grant" or draw.random() < 0.07:
        told["path"] = "/connect/token"
    elif draw.random() < 0.8:
        told["method"] = "PUT"
    if told["kind"] == "refused_whole":
        told["elements"] = draw.choice((0, 2))
    if told["kind"] == "oversized_body":
        told["size"] = 17_000_000
    return Step("xero fault", {**told, "calls": draw.choice((1, 1, 2, 3)), "seconds": draw.choice((5, 40, 600))})


def _late_write(draw: random.Random, shop: str) -> Step:
    return Step("late write", {"nth": _nth(draw), "seconds": draw.choice((26, 60, 200, 300))})


def _meanwhile(draw: random.Random, shop: str) -> Step:
    told = {"seam": draw.choice(CALLS), "nth": _nth(draw), "seed": _seed(draw), "jobs": draw.choice((1, 3, 6))}
    return Step("meanwhile", {**told, "seconds": draw.choice((0, 0, 5, 40, 400))})


def _jump(draw: random.Random, shop: str) -> Step:
    return Step("jump", {"seconds": draw.choice((-1, 1)) * draw.choice((30, 400, 3600, 30 * 3600))})


def _lag(draw: random.Random, shop: str) -> Step:
    return Step("lag", {"shop": shop, "seconds": draw.choice((0, 20, 240))})


def _mapping(draw: random.Random, shop: str) -> Step:
    return Step("mapping", {"shop": shop, "variant": draw.randrange(2 ** len(FAMILIES))})


def _switch(draw: random.Random, shop: str) -> Step:
    return Step("switch", {"shop": shop, "on": draw.random() < 0.6})


def _connection(draw: random.Random, shop: str) -> Step:
    return Step(draw.choice(("disconnect", "reconnect")), {"shop": shop})


def _lock(draw: random.Random, shop: str) -> Step:
    return Step("lock", {"shop": shop, "days": draw.choice((None, 0, 1, 1, 2, 5))})


def _edit(draw: random.Random, shop: str) -> Step:
    return Step("edit", {"shop": shop, "what": draw.choice(EDITS), "seed": _seed(draw)})


def _nth(draw: random.Random) -> int:
    return draw.choice((1, 1, 2, 3, 4, 6, 9))


def _seed(draw: random.Random) -> int:
    return draw.getrandbits(32)


FAILURES: tuple[Callable[[random.Random, str], Step], ...] = (
    *(_crash, _crash, _store_fault, _store_fault, _xero_fault, _xero_fault, _xero_fault, _late_write, _meanwhile),
    *(_jump, _lag),
)
PEOPLE: tuple[Callable[[random.Random, str], Step], ...] = (_mapping, _switch, _connection, _lock, _lock, _edit)
