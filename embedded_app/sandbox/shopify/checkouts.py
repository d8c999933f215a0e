"""Draws orders as customers place them: any lawful basket, discount, buyer and delivery, by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.buyers import NET_30, Buyer, Company, Terms
from embedded_app.sandbox.shopify.cents import ZERO, to_cents, unit_of
from embedded_app.sandbox.shopify.goods import Extra, Product, TaxRate
from embedded_app.sandbox.shopify.markets import Market
from embedded_app.sandbox.shopify.scenario import OrderHandle

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

# Names as merchants write them: accents, other scripts and directions, signs that need escaping, emoji, great length.
NAMES = (
    "Mug",
    "Écharpe d’été",
    "茶碗 🍵",
    "قلادة فضية",
    "Zażółć gęślą jaźń",
    'O\'Neill "Pro" <b>& Söhne</b>',
    "Cafe\u0301 noir",
    "👩‍👩‍👧‍👦 family set",
    "=SUM(A1:A9)",
    "Tab\tand\u00a0no-break space",
    "Very long name " * 20,
)
TYPES = ("", "Kitchen", "Linen", "Bücher & Hörbücher")
VENDORS = ("Own", "Hollow Hill", "東京商店")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a drawn story may contain beyond sales, payments, refunds, returns, edits and cancellations.

    most_deeds: after the order was placed. most_lines: of the basket. rounding: cash rounded to coins, where the
    market has them. presentment: payment in another currency. marketplace: taxes that a marketplace remits;
    unclear_marketplace: taxes of which the store does not say. bare_refunds: money paid back with nothing returned or
    credited. extras: tips, duties, additional fees. test_orders, gift_cards, store_credit, terms: what they say.
    """

    most_deeds: int = 8
    most_lines: int = 5
    rounding: bool = False
    presentment: bool = False
    marketplace: bool = False
    unclear_marketplace: bool = False
    bare_refunds: bool = False
    test_orders: bool = False
    gift_cards: bool = True
    store_credit: bool = True
    extras: bool = True
    terms: bool = True


EVERYTHING = Allowed(
    rounding=True,
    presentment=True,
    marketplace=True,
    unclear_marketplace=True,
    bare_refunds=True,
    test_orders=True,
)


def draw_order(shop: Shop, draw: random.Random, market: Market, allowed: Allowed) -> OrderHandle:
    """Place a random lawful order in the store, whose settings must be the market's."""
    liable = _liable(draw, allowed)
    lines = [_line(draw, market, allowed, liable) for _ in range(_how_many(draw, allowed.most_lines))]
    shipping = _part(draw, market, 4) if draw.random() < 0.6 else None
    at_the_till = draw.random() < 0.15
    discount, percent_off, line_discounts = _discounts(draw, lines, unit_of(market.currency))
    free_delivery = shipping is not None and draw.random() < 0.1
    return shop.place_order(
        lines,
        shipping=None if at_the_till else shipping,
        shipping_taxes=_marked(draw.choice(market.shipping), liable),
        shipping_discount=shipping or ZERO if free_delivery and not at_the_till else ZERO,
        discount=discount,
        percent_off=percent_off,
        line_discounts=line_discounts,
        extras=_extras(draw, market, allowed),
        country=market.country,
        source_name="pos" if at_the_till else "web",
        location="Market Street" if at_the_till else None,
        buyer=_buyer(shop, draw, allowed),
        terms=_terms(draw, allowed),
        presentment=market.presentment if allowed.presentment and draw.random() < 0.5 else None,
        test=allowed.test_orders and draw.random() < 0.05,
    )


def draw_product(draw: random.Random, market: Market) -> Product:
    """A product of the market's usual price range, mostly with its usual taxes."""
    usual = draw.random() < 0.75
    return Product(
        title=draw.choice(NAMES),
        price=draw_price(draw, market),
        taxes=market.goods[0] if usual else draw.choice(market.goods),
        sku=draw.choice((None, "SKU-1", "ÄÖ/99")),
        product_type=draw.choice(TYPES),
        vendor=draw.choice(VENDORS),
        tags=draw.choice(((), ("gift",), ("gift", "söt"))),
    )


def draw_price(draw: random.Random, market: Market) -> Decimal:
    """From a twentieth to ten times the market's usual price, to its smallest unit."""
    factor = Decimal(draw.choice((50, 499, 999, 1000, 1237, 3333, draw.randint(50, 10_000)))) / 1000
    return to_cents(market.price * factor, unit_of(market.currency))


def _line(
    draw: random.Random, market: Market, allowed: Allowed, liable: tuple[bool | None, ...]
) -> tuple[Product, int]:
    if allowed.gift_cards and draw.random() < 0.07:
        return _gift_card(draw, market), draw.choice((1, 1, 2))
    product = draw_product(draw, market)
    if draw.random() < 0.03:
        product = replace(product, price=ZERO)
    return replace(product, taxes=_marked(product.taxes, liable)), draw.choice((1, 1, 1, 2, 3, 7, 12))


def _gift_card(draw: random.Random, market: Market) -> Product:
    face = to_cents(market.price * draw.choice((1, 2, 5)), unit_of(market.currency))
    price = to_cents(
        face * draw.choice((Decimal(1), Decimal(1), Decimal("0.9"), Decimal("1.1"))), unit_of(market.currency)
    )
    return Product(title="Gift card", price=price, face_value=face, taxes=(), gift_card=True)


def _how_many(draw: random.Random, most: int) -> int:
    return min(most, draw.choice((1, 1, 2, 2, 3, 4, most)))


def _part(draw: random.Random, market: Market, divisor: int) -> Decimal:
    price = to_cents(market.price * draw.randint(50, 150) / (100 * divisor), unit_of(market.currency))
    return max(price, unit_of(market.currency))


def _discounts(
    draw: random.Random, lines: Sequence[tuple[Product, int]], unit: Decimal
) -> tuple[Decimal, Decimal, dict[int, Decimal]]:
    """An amount, a percentage, amounts per line, everything off, or, mostly, nothing."""
    worth = [ZERO if product.gift_card else product.price * units for product, units in lines]
    kind = draw.random()
    if kind < 0.15:
        share = Decimal(draw.randint(1, 60)) / 100
        return (sum(worth, ZERO) * share).quantize(unit, rounding=ROUND_DOWN), ZERO, {}
    if kind < 0.3:
        return ZERO, Decimal(draw.choice((50, 100, 125, 150, 333, 500))) / 1000, {}
    if kind < 0.4:
        index = draw.randrange(len(lines))
        return ZERO, ZERO, {index: (worth[index] / draw.choice((2, 3, 10))).quantize(unit, rounding=ROUND_DOWN)}
    return ZERO, Decimal(1) if kind < 0.43 else ZERO, {}


def _extras(draw: random.Random, market: Market, allowed: Allowed) -> list[Extra]:
    if not allowed.extras:
        return []
    extras = []
    if draw.random() < 0.08:
        extras.append(Extra(line_type="TIP", title="Tip", amount=_part(draw, market, 8)))
    if draw.random() < 0.06:
        extras.append(Extra(line_type="DUTY", title="Import duty", amount=_part(draw, market, 5)))
    if draw.random() < 0.06:
        taxes = draw.choice(((), market.goods[0]))
        extras.append(Extra(line_type="ADDITIONAL_FEE", title="Eco fee", amount=_part(draw, market, 10), taxes=taxes))
    return extras


def _buyer(shop: Shop, draw: random.Random, allowed: Allowed) -> Buyer:
    if draw.random() < 0.4:
        return Buyer()
    number = draw.randint(1, 50)
    customer_id = f"gid://shopify/Customer/{number}"
    if not allowed.terms or draw.random() < 0.8:
        return Buyer(customer_id=customer_id)
    company = Company(
        id=f"gid://shopify/Company/{number}",
        name=f"Company {number} & Söhne",
        location_id=f"gid://shopify/CompanyLocation/{number}",
        location_name="Head office",
    )
    return Buyer(customer_id=customer_id, company=company)


def _terms(draw: random.Random, allowed: Allowed) -> Terms | None:
    if not allowed.terms or draw.random() < 0.85:
        return None
    return draw.choice(
        (
            NET_30,
            Terms(name="Net 7", days=7),
            Terms(name="Due on receipt", kind="RECEIPT"),
            Terms(name="Due on fulfillment", kind="FULFILLMENT"),
        )
    )


def _liable(draw: random.Random, allowed: Allowed) -> tuple[bool | None, ...]:
    """Who remits the taxes of an order: (False,) the merchant, (True,) a marketplace, (None,) unclear."""
    if allowed.marketplace and draw.random() < 0.1:
        return (True,)
    return (None,) if allowed.unclear_marketplace and draw.random() < 0.05 else (False,)


def _marked(taxes: tuple[TaxRate, ...], liable: tuple[bool | None, ...]) -> tuple[TaxRate, ...]:
    return tuple(replace(tax, channel_liable=liable[0]) for tax in taxes)
