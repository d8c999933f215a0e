"""From a seed to a script: which stores there are, what happens in them, and what goes wrong meanwhile."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from embedded_app.sandbox.shopify.faults import BULK_FILE, TOKEN_CALL
from tests.simulation.places import FAMILIES
from tests.simulation.scripts import Script, ShopPlan, Step
from tests.simulation.seams import AFTER_MONEY, AFTER_WRITE, CALLS, COMMITS

Steps = tuple[Step, ...]

FIRST_DAY = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
DAYS = 60
PAUSES = (0, 1, 5, 20, 40, 70, 310, 420, 900, 3600, 9 * 3600, 24 * 3600, 3 * 24 * 3600)
NAMES = ("alice", "bob", "charlie")
STORE_FAULTS = (
    *("throttled", "too_dear", "failed_query", "internal_error", "unavailable", "html_page", "unauthorized"),
    *("refused", "timeout", "reset", "half_answer", "stale", "null_node", "denied_order", "denied_fields"),
    "other_version",
)
BULK_FAULTS = ("bulk_failed", "bulk_canceled")
FILE_FAULTS = ("reset", "half_answer", "unavailable", "html_page")
WORDS = (("confirm",), ("confirm", "pause"), ("confirm", "pause", "resume"), ("confirm", "stop"), ("stop",), ())
# A store's token call answers in its own words: only these befall it.
TOKEN_FAULTS = ("unavailable", "internal_error", "html_page", "reset", "timeout")
XERO_FAULTS = (
    *("rate_minute", "rate_day", "rate_app", "rate_concurrent", "unavailable", "bad_gateway", "forbidden_page"),
    *("unauthorized", "disconnected", "refused_whole", "internal_error", "validation", "reset", "half_answer"),
    *("timeout_before_write", "reset_after_write", "timeout_after_write", "empty_body", "oversized_body"),
    *("wrong_charset", "invalid_grant"),
)
EDITS = ("void", "rename", "reprice", "remove payment")
# What becomes of some orders rather than anything else: what they owe and are owed stands on several documents.
LIVES = (
    ("edit", "pay_part"),
    ("edit", "pay_part", "refund_goods"),
    ("return_goods", "swap_money", "pay_all"),
    ("pay_part", "goodwill", "settle_over"),
    ("overpay", "settle_over", "edit"),
)
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
        before = draw.choice((0, 0, 0, 2, 5))
        shops.append(ShopPlan(name=name, place=place, organisation=organisation, before=before))
    return tuple(shops)


def _steps(draw: random.Random, shops: tuple[ShopPlan, ...]) -> Iterator[Step]:
    """Sales and what becomes of them, now and then a failure; in between webhooks, work, and time."""
    orders: list[tuple[str, str, tuple[str, ...]]] = []
    orders += [(one.name, f"{one.name} before {number}", ()) for one in shops for number in range(1, one.before + 1)]
    people = [*draw.sample(PEOPLE, draw.randint(0, 3)), *([_import] * (2 if any(one.before for one in shops) else 0))]
    failing = draw.sample(FAILURES, draw.randint(0, 4))
    numbers = itertools.count(1)
    for _ in range(draw.randint(7, 20)):
        shop = draw.choice(shops).name
        if people and draw.random() < (0.15 if len(people) < 4 else 0.25):
            yield from draw.choice(people)(draw, shop)
        if failing and draw.random() < 0.35:
            yield from draw.choice(failing)(draw, shop)
        if len(orders) < 2 or draw.random() < 0.3:
            orders.append((shop, f"order {next(numbers)}", draw.choice(LIVES) if draw.random() < 0.4 else ()))
            yield Step("order", {"shop": shop, "order": orders[-1][1], "seed": _seed(draw)})
        else:
            shop, order, life = draw.choice(orders[-4:] if draw.random() < 0.7 else orders)
            rather = {"rather": list(life)} if life and draw.random() < 0.8 else {}
            yield Step("deed", {"shop": shop, "order": order, "seed": _seed(draw), **rather})
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


def _crash(draw: random.Random, shop: str) -> Steps:
    return (Step("crash", {"seam": draw.choice((*COMMITS, *CALLS)), "nth": _nth(draw)}),)


def _crash_after_write(draw: random.Random, shop: str) -> Steps:
    """A process dies with an answer of Xero's that nobody heard; others go on while the key still holds, or after."""
    return (
        Step("crash", {"seam": draw.choice((AFTER_WRITE, AFTER_MONEY, AFTER_MONEY)), "nth": draw.choice((1, 1, 1, 2))}),
        Step("work", {"seed": _seed(draw), "jobs": 8}),
        Step("pass", {"seconds": draw.choice((5, 40, 40, 70, 420))}),
        Step("work", {"seed": _seed(draw), "jobs": 5}),
    )


def _store_fault(draw: random.Random, shop: str) -> Steps:
    told: dict[str, Any] = {"kind": draw.choice(STORE_FAULTS), "shop": f"{shop}.myshopify.com"}
    if draw.random() < 0.15:
        told |= {"kind": draw.choice(TOKEN_FAULTS), "query": TOKEN_CALL}
    elif draw.random() < 0.6:
        told["query"] = "Orders"
    if told["kind"] == "refused":
        told["status"] = draw.choice((402, 403, 404, 423, 430))
    if told["kind"] == "denied_fields":
        told["fields"] = [draw.choice(("LineItem.product", "Order.shippingAddress"))]
    return (Step("store fault", {**told, "calls": draw.choice((1, 1, 2, 4)), "seconds": draw.choice((2, 9, 40))}),)


def _xero_fault(draw: random.Random, shop: str) -> Steps:
    told: dict[str, Any] = {"kind": draw.choice(XERO_FAULTS), "path": draw.choice(PATHS)}
    if told["kind"] == "invalid_grant" or draw.random() < 0.07:
        told["path"] = "/connect/token"
    elif draw.random() < 0.8:
        told["method"] = "PUT"
    if told["kind"] == "refused_whole":
        told["elements"] = draw.choice((0, 2))
    if told["kind"] == "oversized_body":
        told["size"] = 17_000_000
    return (Step("xero fault", {**told, "calls": draw.choice((1, 1, 2, 3)), "seconds": draw.choice((5, 40, 600))}),)


def _late_write(draw: random.Random, shop: str) -> Steps:
    return (Step("late write", {"nth": _nth(draw), "seconds": draw.choice((26, 60, 200, 300))}),)


def _meanwhile(draw: random.Random, shop: str) -> Steps:
    told = {"seam": draw.choice(CALLS), "nth": _nth(draw), "seed": _seed(draw), "jobs": draw.choice((1, 3, 6))}
    return (Step("meanwhile", {**told, "seconds": draw.choice((0, 0, 5, 40, 400))}),)


def _jump(draw: random.Random, shop: str) -> Steps:
    return (Step("jump", {"seconds": draw.choice((-1, 1)) * draw.choice((30, 400, 3600, 30 * 3600))}),)


def _lag(draw: random.Random, shop: str) -> Steps:
    return (Step("lag", {"shop": shop, "seconds": draw.choice((0, 20, 240))}),)


def _mapping(draw: random.Random, shop: str) -> Steps:
    return (Step("mapping", {"shop": shop, "variant": draw.randrange(2 ** len(FAMILIES))}),)


def _switch(draw: random.Random, shop: str) -> Steps:
    return (Step("switch", {"shop": shop, "on": draw.random() < 0.6}),)


def _connection(draw: random.Random, shop: str) -> Steps:
    return (Step(draw.choice(("disconnect", "disconnect here", "reconnect")), {"shop": shop}),)


def _installation(draw: random.Random, shop: str) -> Steps:
    """The app goes, and mostly comes back; sometimes before anybody has heard that it went."""
    gone = Step("uninstall", {"shop": shop}), Step("deliver", {"shop": shop, "seed": _seed(draw)})
    meanwhile = Step("pass", {"seconds": draw.choice(PAUSES)}), Step("work", {"seed": _seed(draw), "jobs": 5})
    kept = draw.choice((gone, gone[:1])) + draw.choice((meanwhile, meanwhile, ()))
    return kept + draw.choice(((), (Step("reinstall", {"shop": shop}),), (Step("reinstall", {"shop": shop}),)))


def _import(draw: random.Random, shop: str) -> Steps:
    """The merchant imports what was sold before, with or without trouble on the way, or has a word about it."""
    domain = f"{shop}.myshopify.com"
    trouble = Step("store fault", {"kind": draw.choice(BULK_FAULTS), "shop": domain, "calls": draw.choice((1, 1, 3))})
    broken = Step("store fault", {"kind": draw.choice(FILE_FAULTS), "shop": domain, "query": BULK_FILE, "calls": 1})
    on_the_way = draw.choice(((), (trouble,), (broken,)))
    looked = Step("pass", {"seconds": draw.choice((5, 20, 40))}), Step("work", {"seed": _seed(draw), "jobs": 5})
    words = (Step("import word", {"shop": shop, "what": what}) for what in draw.choice(WORDS))
    return (*on_the_way, Step("import", {"shop": shop}), *looked, *looked, *looked, *words)


def _deletion(draw: random.Random, shop: str) -> Steps:
    return (Step("delete order", {"shop": shop, "order": f"order {draw.randint(1, 6)}"}),)


def _deny(draw: random.Random, shop: str) -> Steps:
    return (Step("deny", {"shop": shop, "order": f"order {draw.randint(1, 6)}"}),)


def _lock(draw: random.Random, shop: str) -> Steps:
    return (Step("lock", {"shop": shop, "days": draw.choice((None, 0, 1, 1, 2, 5))}),)


def _edit(draw: random.Random, shop: str) -> Steps:
    return (Step("edit", {"shop": shop, "what": draw.choice(EDITS), "seed": _seed(draw)}),)


def _nth(draw: random.Random) -> int:
    return draw.choice((1, 1, 2, 3, 4, 6, 9))


def _seed(draw: random.Random) -> int:
    return draw.getrandbits(32)


FAILURES: tuple[Callable[[random.Random, str], Steps], ...] = (
    *(
        _crash,
        _crash,
        _crash_after_write,
        _crash_after_write,
        _store_fault,
        _store_fault,
        _xero_fault,
        _xero_fault,
        _xero_fault,
        _late_write,
        _meanwhile,
    ),
    *(_jump, _lag, _deny),
)
PEOPLE: tuple[Callable[[random.Random, str], Steps], ...] = (
    *(_mapping, _switch, _connection, _installation, _deletion, _lock, _lock, _edit, _edit),
)
