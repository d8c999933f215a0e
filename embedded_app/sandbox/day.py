"""A day in a British store: orders, payments, refunds, returns and exchanges as customers bring them, by a seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from embedded_app.sandbox.shopify import GB_VAT, OrderHandle, Product, Shop, TaxRate, store_totals
from embedded_app.sandbox.shopify.situations import scripts_of

__all__ = ["DAY_GATEWAYS", "DayStep", "play_day", "store_totals"]

CARD, PAYPAL, CASH, BANK, GIFT_CARD = "shopify_payments", "paypal", "cash", "bank_deposit", "gift_card"
DAY_GATEWAYS = (CARD, PAYPAL, CASH, BANK, GIFT_CARD)
UNMAPPED_GATEWAY = "klarna"
UNMAPPED_TAX = TaxRate(title="MwSt", rate=Decimal("0.19"))

MUG = Product(title="Mug", price=Decimal("9.99"), sku="MUG", product_type="Kitchen", tags=("gift",))
TEAPOT = Product(title="Teapot", price=Decimal("34.50"), sku="POT", product_type="Kitchen")
CUPS = Product(title="Set of cups", price=Decimal("60.00"), sku="CUPS-6", product_type="Kitchen", vendor="Hollow Hill")
TRAY = Product(title="Oak tray", price=Decimal("75.00"), sku="TRAY", product_type="Kitchen", vendor="Hollow Hill")
TEA = Product(title="Tea towel", price=Decimal("6.35"), sku="TOWEL", product_type="Linen", tags=("gift", "linen"))
CANDLE = Product(title="Candle", price=Decimal("13.25"), sku="CANDLE", product_type="Home")
CARD_50 = Product(title="Gift card 50", price=Decimal("50.00"), taxes=(), product_type="Gift cards", gift_card=True)
SHELF = (MUG, TEAPOT, CUPS, TRAY, TEA, CANDLE)
DELIVERY = Decimal("4.95")

Script = Iterator[tuple[OrderHandle, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStep:
    """One thing that happened. deed: in the store's words, such as "paid by paypal"."""

    order: OrderHandle
    deed: str


def play_day(
    shop: Shop,
    *,
    orders: int,
    seed: int,
    unmapped: bool = False,
    every_case: bool = False,
    between: Callable[[], None] | None = None,
) -> Iterator[DayStep]:
    """Play a day of `orders` orders, one step at a time; the same seed gives the same day.

    The stories of several orders run side by side, at the store's own clock. unmapped: two more orders, one with a
    tax and one with a gateway that no mapping of the demo knows. every_case: besides, each of `situations` that can
    happen in a British store. between: called after each step, to pause or to move a set clock on. Prices in the store
    must include tax.
    """
    if not shop.taxes_included:
        raise ValueError("A British day needs a store whose prices include tax: open it with taxes_included=True.")
    draw = random.Random(seed)
    waiting = [_STORIES[name](shop, draw) for name in _deck(orders, draw)]
    if unmapped:
        waiting += [_unmapped_tax(shop, draw), _unmapped_gateway(shop, draw)]
    if every_case:
        waiting += [case.play(shop) for case in scripts_of("GB")]
    running: list[Script] = []
    while waiting or running:
        if waiting and (len(running) < 2 or draw.random() < 0.4):
            running.append(waiting.pop(0))
        script = running[draw.randrange(len(running))]
        step = next(script, None)
        if step is None:
            running.remove(script)
            continue
        yield DayStep(order=step[0], deed=step[1])
        if between is not None:
            between()


def _deck(orders: int, draw: random.Random) -> list[str]:
    """Names of stories for exactly so many orders, shuffled; a day of 20 has every kind of story at least once."""
    deck: list[str] = []
    left = orders
    specials = [name for name in _STORIES if name != "plain"]
    while left > 0:
        name = specials.pop(0) if specials and orders >= 20 else draw.choices(*_WEIGHTS)[0]
        needed = _ORDERS_IN_STORY.get(name, 1)
        if needed > left:
            name, needed = "plain", 1
        deck.append(name)
        left -= needed
    draw.shuffle(deck)
    return deck


def _basket(draw: random.Random, *, at_least: int = 1) -> list[tuple[Product, int]]:
    products = draw.sample(SHELF, draw.randint(at_least, 3))
    return [(product, draw.choice((1, 1, 1, 2, 3))) for product in products]


def _order(shop: Shop, draw: random.Random, *, at_least: int = 1) -> OrderHandle:
    """An order from the web shop; one in five has a voucher, whose cents have to be spread."""
    discount = draw.choice((Decimal("0.00"),) * 4 + (Decimal("3.33"),))
    return shop.place_order(_basket(draw, at_least=at_least), shipping=DELIVERY, discount=discount)


def _paid(order: OrderHandle, gateway: str) -> tuple[OrderHandle, str]:
    order.pay(gateway)
    return order, f"paid by {gateway}"


def _plain(shop: Shop, draw: random.Random) -> Script:
    order = _order(shop, draw)
    yield order, "placed"
    yield _paid(order, draw.choices((CARD, PAYPAL, BANK), (6, 3, 1))[0])


def _part_refund(shop: Shop, draw: random.Random) -> Script:
    order = shop.place_order([(MUG, 2), *_basket(draw)], shipping=DELIVERY)
    yield order, "placed"
    yield _paid(order, draw.choice((CARD, PAYPAL)))
    order.refund({0: 1})
    yield order, "one mug refunded"


def _whole_refund(shop: Shop, draw: random.Random) -> Script:
    order = _order(shop, draw)
    yield order, "placed"
    yield _paid(order, draw.choice((CARD, PAYPAL)))
    order.refund({index: line.units_left for index, line in enumerate(order.lines)})
    yield order, "refunded in full"


def _exchange(shop: Shop, draw: random.Random) -> Script:
    order = shop.place_order([(CUPS, 1)], shipping=DELIVERY)
    yield order, "placed"
    yield _paid(order, CARD)
    order.return_goods({0: 1}, exchange=[(TRAY, 1)])
    yield order, "cups exchanged for a tray"
    yield _paid(order, CARD)


def _gift_card(shop: Shop, draw: random.Random) -> Script:
    bought = shop.place_order([(CARD_50, 1)])
    yield bought, "gift card sold"
    yield _paid(bought, CARD)
    order = shop.place_order([(CUPS, 1), *_basket(draw)[:1]], shipping=DELIVERY)
    yield order, "placed"
    order.pay(GIFT_CARD, Decimal("50.00"))
    yield order, "50.00 paid by gift card"
    yield _paid(order, CARD)


def _two_gateways(shop: Shop, draw: random.Random) -> Script:
    order = _order(shop, draw, at_least=2)
    yield order, "placed"
    order.pay(PAYPAL, Decimal("10.00"))
    yield order, "10.00 paid by paypal"
    yield _paid(order, CARD)


def _declined(shop: Shop, draw: random.Random) -> Script:
    order = _order(shop, draw)
    yield order, "placed"
    order.fail(CARD)
    yield order, "card declined"
    yield _paid(order, PAYPAL)


def _cash(shop: Shop, draw: random.Random) -> Script:
    order = shop.place_order(_basket(draw), source_name="pos", location="Market Street")
    yield order, "placed at the till"
    due = order.order.outstanding
    tendered = (due / 10).quantize(Decimal(1), rounding=ROUND_UP) * 10
    order.pay(CASH, tendered)
    if tendered > due:
        order.change(tendered - due)
    yield order, f"paid {tendered} in cash, {tendered - due} change"


def _cancelled(shop: Shop, draw: random.Random) -> Script:
    order = _order(shop, draw)
    yield order, "placed"
    order.cancel()
    yield order, "cancelled unpaid"


def _edited_up(shop: Shop, draw: random.Random) -> Script:
    order = _order(shop, draw)
    yield order, "placed"
    yield _paid(order, CARD)
    order.edit(add=[(CANDLE, 1)])
    yield order, "a candle added"
    yield _paid(order, CARD)


def _edited_down(shop: Shop, draw: random.Random) -> Script:
    order = shop.place_order([(TEA, 3), *_basket(draw)], shipping=DELIVERY)
    yield order, "placed"
    yield _paid(order, PAYPAL)
    edit = order.edit(remove={0: 1})
    yield order, "a tea towel taken off"
    order.pay_back(-sum((sale.total for sale in edit.sales), Decimal(0)))
    yield order, "its price paid back"


def _returned_unpaid(shop: Shop, draw: random.Random) -> Script:
    """Goods come back and the customer leaves the money as credit."""
    order = _order(shop, draw)
    yield order, "placed"
    yield _paid(order, CARD)
    order.return_goods({0: 1})
    yield order, "one unit returned, no money paid back"


def _unmapped_tax(shop: Shop, draw: random.Random) -> Script:
    lamp = Product(title="Lampe", price=Decimal("59.50"), sku="LAMPE", taxes=(UNMAPPED_TAX,))
    order = shop.place_order([(lamp, 1)], country="DE")
    yield order, "placed from Germany"
    yield _paid(order, CARD)


def _unmapped_gateway(shop: Shop, draw: random.Random) -> Script:
    order = shop.place_order([(TEAPOT, 1)], shipping=DELIVERY, shipping_taxes=(GB_VAT,))
    yield order, "placed"
    yield _paid(order, UNMAPPED_GATEWAY)


_STORIES: dict[str, Callable[[Shop, random.Random], Script]] = {
    "plain": _plain,
    "part refund": _part_refund,
    "whole refund": _whole_refund,
    "exchange": _exchange,
    "gift card": _gift_card,
    "two gateways": _two_gateways,
    "declined": _declined,
    "cash": _cash,
    "cancelled": _cancelled,
    "edited up": _edited_up,
    "edited down": _edited_down,
    "returned unpaid": _returned_unpaid,
}
_ORDERS_IN_STORY = {"gift card": 2}
# One order in six is refunded in part or whole.
_WEIGHTS = (list(_STORIES), [36, 9, 8, 4, 4, 7, 7, 9, 5, 4, 4, 3])
