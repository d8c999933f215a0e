"""Case D: gift cards and store credit, sold, given, redeemed, expired, cashed out and returned."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.goods import Product
from embedded_app.sandbox.shopify.instruments import STORE_CREDIT
from embedded_app.sandbox.shopify.situations.parts import CARD, CUSTOMER, PAYPAL, Case, Script, thing

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


def gift_card(face: str, price: str | None = None) -> Product:
    """A gift card, sold at its face value unless a price is given."""
    return Product(
        title=f"Gift card {face}", price=Decimal(price or face), face_value=Decimal(face), taxes=(), gift_card=True
    )


def _gift_card_sold(shop: Shop, card: Product) -> Script:
    order = shop.place_order([(card, 1)])
    yield order, "gift card ordered"
    order.pay(CARD)
    yield order, "gift card paid and issued"


def _gift_card_redeemed(shop: Shop, prices: tuple[str, ...]) -> Script:
    for order, deed in _gift_card_sold(shop, gift_card("50.00")):
        yield order, deed
    card = next(one for one in shop.instruments.gift_cards.values() if one.order_id == order.id)
    for price in prices:
        later = shop.place_order([(thing(price), 1)])
        yield later, "placed"
        later.pay_by_gift_card(card)
        yield later, "paid by gift card, as far as it goes"
        if later.order.outstanding:
            later.pay(CARD)
            yield later, "the rest paid by card"


def _gift_card_by_hand(shop: Shop) -> Script:
    card = shop.instruments.issue(Decimal("25.00"))
    order = shop.place_order([(thing("25.00"), 1)])
    yield order, "placed, with a gift card that was given"
    order.pay_by_gift_card(card, Decimal("20.00"))
    order.pay(PAYPAL)
    yield order, "paid by gift card and PayPal"
    shop.instruments.deactivate(card)
    yield order, "the card expired with 5.00 left"


def _gift_card_cashed_out(shop: Shop) -> Script:
    for order, deed in _gift_card_sold(shop, gift_card("10.00")):
        yield order, deed
    card = next(one for one in shop.instruments.gift_cards.values() if one.order_id == order.id)
    shop.instruments.cash_out(card)
    yield order, "the card cashed out"


def _gift_card_returned(shop: Shop) -> Script:
    for order, deed in _gift_card_sold(shop, gift_card("30.00")):
        yield order, deed
    order.refund({0: 1})
    yield order, "the gift card returned and deactivated"


def _store_credit(shop: Shop) -> Script:
    order = shop.place_order([(thing("40.00"), 1)], buyer=CUSTOMER)
    order.pay(CARD)
    yield order, "placed and paid"
    order.refund({0: 1}, gateway=STORE_CREDIT)
    yield order, "refunded as store credit"
    later = shop.place_order([(thing("55.00"), 1)], buyer=CUSTOMER)
    later.pay(STORE_CREDIT, Decimal("40.00"))
    later.pay(CARD)
    yield later, "paid by store credit and card"


GIFT_CARDS = {
    "D": Case(title="sold, then redeemed", play=lambda shop: _gift_card_redeemed(shop, ("80.00",))),
    "D over orders": Case(
        title="redeemed over several orders", play=lambda shop: _gift_card_redeemed(shop, ("30.00", "15.00", "12.00"))
    ),
    "D below": Case(
        title="sold below face value", play=lambda shop: _gift_card_sold(shop, gift_card("50.00", "45.00"))
    ),
    "D above": Case(
        title="sold above face value", play=lambda shop: _gift_card_sold(shop, gift_card("50.00", "52.50"))
    ),
    "D by hand": Case(title="given, redeemed, expired", play=_gift_card_by_hand),
    "D cashed out": Case(title="cashed out", play=_gift_card_cashed_out),
    "D returned": Case(title="returned unused", play=_gift_card_returned),
    "D credit": Case(title="store credit issued and redeemed", play=_store_credit),
}
