"""Situations at the limits: currencies, coins, sizes, names, marketplaces, edits and money without reasons."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.checkouts import NAMES
from embedded_app.sandbox.shopify.markets import MARKETS
from embedded_app.sandbox.shopify.situations.parts import BANK, CARD, MUG, PAYPAL, STATE_AND_COUNTY, Case, Script, thing

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

NICKEL = Decimal("0.05")
MANY_LINES = 600
MANY_TENDERS = 60


def _coins(shop: Shop) -> Script:
    order = shop.place_order([(thing("9.99", taxes=MARKETS["AU"].goods[0]), 1)], source_name="pos", location="Sydney")
    order.pay_in_coins(NICKEL)
    yield order, "9.99 paid as 10.00"


def _coins_refunded(shop: Shop) -> Script:
    gst = MARKETS["AU"].goods[0]
    lines = [(thing("4.97", "Tea", gst), 1), (thing("5.02", "Cake", gst), 1)]
    order = shop.place_order(lines, source_name="pos", location="Sydney")
    order.pay_in_coins(NICKEL, handed=Decimal("20.00"))
    yield order, "9.99 paid as 10.00 of 20.00, 10.00 change"
    order.refund({1: 1}, coin=NICKEL)
    yield order, "5.02 refunded as 5.00"


def _paid(shop: Shop, market: str, price: str) -> Script:
    goods = MARKETS[market].goods[0] or MARKETS[market].goods[1]
    order = shop.place_order([(thing(price, taxes=goods), 3)], discount=Decimal(price) / 5, country=market)
    order.pay(CARD)
    yield order, "placed and paid"
    order.refund({0: 1})
    yield order, "one of three refunded"


def _quebec(shop: Shop) -> Script:
    taxes = MARKETS["CA"].goods[0]
    order = shop.place_order(
        [(thing("19.99", taxes=taxes), 3)], shipping=Decimal("9.95"), shipping_taxes=taxes, country="CA"
    )
    order.pay(CARD)
    yield order, "placed and paid"


def _marketplace(shop: Shop, liable: bool | None) -> Script:
    taxes = tuple(replace(tax, channel_liable=liable) for tax in STATE_AND_COUNTY)
    order = shop.place_order([(thing("80.00", taxes=taxes), 1)], country="US", source_name="ebay")
    order.pay("ebay")
    yield order, "sold on a marketplace"


def _free(shop: Shop) -> Script:
    order = shop.place_order([(thing("0.00", "Sample"), 1)])
    yield order, "placed, nothing to pay"


def _all_off(shop: Shop) -> Script:
    order = shop.place_order(
        [(MUG, 2)], percent_off=Decimal(1), shipping=Decimal("4.95"), shipping_discount=Decimal("4.95")
    )
    yield order, "placed, everything off"


def _discounts(shop: Shop) -> Script:
    lines = [(MUG, 1), (thing("60.00", "Cups"), 1), (thing("6.35", "Towel"), 3)]
    order = shop.place_order(
        lines,
        line_discounts={2: Decimal("1.05")},
        percent_off=Decimal("0.15"),
        shipping=Decimal("4.95"),
        shipping_discount=Decimal("2.00"),
    )
    order.pay(CARD)
    yield order, "placed and paid, discounts on lines, order and delivery"
    order.refund({2: 2})
    yield order, "two towels refunded"


def _test_order(shop: Shop) -> Script:
    order = shop.place_order([(MUG, 1)], test=True)
    order.pay("bogus")
    yield order, "a test"


def _many_lines(shop: Shop) -> Script:
    lines = [(thing(f"{1 + index % 90}.{index % 100:02}", f"Thing {index}"), 1) for index in range(MANY_LINES)]
    order = shop.place_order(lines, discount=Decimal("77.77"))
    order.pay(BANK)
    yield order, f"{MANY_LINES} lines"


def _many_tenders(shop: Shop) -> Script:
    order = shop.place_order([(thing("60.00"), 1)])
    for _ in range(MANY_TENDERS):
        card = shop.instruments.issue(Decimal("1.00"))
        order.pay_by_gift_card(card)
    yield order, f"paid by {MANY_TENDERS} gift cards"


def _names(shop: Shop) -> Script:
    order = shop.place_order([(thing("5.00", name), 1) for name in NAMES], name="#Ω-1001/é")
    order.pay(PAYPAL)
    yield order, "names of every kind"


def _same_name(shop: Shop) -> Script:
    for _ in range(2):
        order = shop.place_order([(MUG, 1)], name="#1001-COPY")
        order.pay(CARD)
        yield order, "placed under a name that is taken"


def _edited(shop: Shop) -> Script:
    order = shop.place_order([(MUG, 2), (thing("60.00", "Cups"), 1)])
    order.pay(CARD)
    yield order, "placed and paid"
    order.edit(add=[(thing("13.25", "Candle"), 1)], remove={0: 1}, discount={1: Decimal("5.00")})
    yield order, "a candle added, a mug taken off, the cups made cheaper"
    order.pay_back(order.order.net_payment - order.order.current_total)
    yield order, "the difference paid back"


def _partial_captures(shop: Shop) -> Script:
    order = shop.place_order([(thing("90.00"), 1)])
    reserved = order.authorise(CARD)
    yield order, "authorised"
    for part in ("50.00", "40.00"):
        order.capture(reserved, Decimal(part))
        yield order, f"{part} captured"


def _kept_back(shop: Shop) -> Script:
    order = shop.place_order([(thing("30.00"), 1)])
    order.pay(CARD)
    yield order, "placed and paid"
    order.refund({0: 1}, kept=Decimal("4.00"))
    yield order, "refunded less 4.00, an adjustment"


def _bare_refund(shop: Shop) -> Script:
    order = shop.place_order([(thing("20.00"), 1)])
    order.pay(PAYPAL)
    yield order, "placed and paid"
    order.pay_back(Decimal("20.00"))
    yield order, "20.00 paid back, nothing returned"


def _cancelled_then_paid(shop: Shop) -> Script:
    order = shop.place_order([(thing("20.00"), 1)])
    order.cancel()
    yield order, "placed and cancelled"
    order.pay(BANK, Decimal("20.00"))
    yield order, "a late transfer came in"
    order.pay_back(Decimal("20.00"))
    yield order, "and went back"


LIMITS = {
    "coins": Case(title="cash rounded to coins", play=_coins, market="AU"),
    "coins refunded": Case(title="cash refund rounded to coins", play=_coins_refunded, market="AU"),
    "yen": Case(title="a currency without decimals", play=lambda shop: _paid(shop, "JP", "1985"), market="JP"),
    "dinar": Case(title="a currency with three decimals", play=lambda shop: _paid(shop, "KW", "4.735"), market="KW"),
    "quebec": Case(title="a two-part rate", play=_quebec, market="CA"),
    "marketplace": Case(title="taxes of a marketplace", play=lambda shop: _marketplace(shop, True), market="US"),
    "unclear tax": Case(title="taxes of nobody known", play=lambda shop: _marketplace(shop, None), market="US"),
    "free": Case(title="all lines zero", play=_free),
    "all off": Case(title="everything discounted", play=_all_off),
    "discounts": Case(title="discounts on lines, order and delivery", play=_discounts),
    "test": Case(title="a test order", play=_test_order),
    "lines": Case(title="very many lines", play=_many_lines),
    "tenders": Case(title="very many tenders", play=_many_tenders),
    "names": Case(title="names of every kind", play=_names),
    "same name": Case(title="two orders of one name", play=_same_name),
    "edited": Case(title="added, removed and made cheaper in one edit", play=_edited),
    "captures": Case(title="captured in parts", play=_partial_captures),
    "kept back": Case(title="refunded less than the goods", play=_kept_back),
    "bare refund": Case(title="money back for nothing", play=_bare_refund),
    "late money": Case(title="paid after the cancellation", play=_cancelled_then_paid),
}
