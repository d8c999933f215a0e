"""The worked cases of bookkeeping a store's orders, A to M without D, with their variants and their very figures."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.buyers import NET_30, Presentment
from embedded_app.sandbox.shopify.goods import GB_VAT, Extra, TaxRate
from embedded_app.sandbox.shopify.situations.parts import (
    BANK,
    CARD,
    CASH,
    COMPANY,
    MUG,
    PAYPAL,
    STATE_AND_COUNTY,
    Case,
    Script,
    thing,
)

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


def _mugs(shop: Shop) -> Script:
    order = shop.place_order([(MUG, 2)], shipping=Decimal("4.95"))
    yield order, "placed"
    order.pay(CARD)
    yield order, "paid"


def _one_mug_back(shop: Shop) -> Script:
    for order, deed in _mugs(shop):
        yield order, deed
    order.refund({0: 1})
    yield order, "one mug refunded"


def _tax_on_top(shop: Shop, shipping_taxes: tuple[TaxRate, ...]) -> Script:
    item = thing("100.00", "Item", STATE_AND_COUNTY)
    order = shop.place_order([(item, 1)], shipping=Decimal("10.00"), shipping_taxes=shipping_taxes, country="US")
    yield order, "placed"
    order.pay(CARD)
    yield order, "paid"


def _exchange(shop: Shop) -> Script:
    order = shop.place_order([(thing("60.00", "Cups"), 1)])
    order.pay(CARD)
    yield order, "placed and paid"
    order.return_goods({0: 1}, exchange=[(thing("75.00", "Tray"), 1)])
    yield order, "cups exchanged for a tray"


def _exchange_difference(shop: Shop) -> Script:
    for order, deed in _exchange(shop):
        yield order, deed
    order.pay(CARD, Decimal("15.00"))
    yield order, "the difference paid"


def _exchange_both_ways(shop: Shop) -> Script:
    for order, deed in _exchange(shop):
        yield order, deed
    order.pay(CARD, Decimal("75.00"))
    order.pay_back(Decimal("60.00"))
    yield order, "the tray charged, the cups refunded"


def _on_terms(shop: Shop) -> Script:
    lines = [(thing("380.00", "Table"), 1), (thing("120.00", "Chair"), 1)]
    order = shop.place_order(lines, buyer=COMPANY, terms=NET_30)
    yield order, "placed on 30 days"


def _on_terms_edited(shop: Shop) -> Script:
    for order, deed in _on_terms(shop):
        yield order, deed
    order.edit(remove={1: 1})
    yield order, "the chair taken off"
    order.pay(BANK)
    yield order, "paid by bank transfer"


def _cancelled_unpaid(shop: Shop) -> Script:
    order = shop.place_order([(thing("42.00"), 1)])
    yield order, "placed"
    order.cancel()
    yield order, "cancelled unpaid"


def _cancelled_partly_paid(shop: Shop) -> Script:
    order = shop.place_order([(thing("42.00"), 1)])
    order.pay(PAYPAL, Decimal("12.00"))
    yield order, "placed, 12.00 paid"
    order.cancel()
    yield order, "cancelled, 12.00 paid back"


def _goodwill(shop: Shop, taxes: tuple[TaxRate, ...]) -> Script:
    order = shop.place_order([(thing("100.00"), 1)])
    order.pay(CARD)
    yield order, "placed and paid"
    order.refund(goodwill=Decimal("10.00"), goodwill_taxes=taxes)
    yield order, "10.00 refunded as goodwill"


def _goodwill_then_all_back(shop: Shop) -> Script:
    for order, deed in _goodwill(shop, (GB_VAT,)):
        yield order, deed
    order.refund({0: 1})
    yield order, "then all returned: 90.00 paid back, balanced by an adjustment"


def _returned_without_money(shop: Shop, *, paid: bool) -> Script:
    order = shop.place_order([(thing("27.00"), 2)])
    if paid:
        order.pay(PAYPAL)
    yield order, "placed and paid" if paid else "placed"
    order.return_goods({0: 1})
    yield order, "one returned, no money moved"


def _two_gateways(shop: Shop) -> Script:
    card = shop.instruments.issue(Decimal("20.00"))
    order = shop.place_order([(thing("55.00"), 1)])
    yield order, "placed"
    order.pay_by_gift_card(card)
    order.fail(CARD)
    order.pay(PAYPAL)
    yield order, "20.00 by gift card, card declined, 35.00 by PayPal"


def _change(shop: Shop) -> Script:
    order = shop.place_order([(thing("42.00"), 1)], source_name="pos", location="Market Street")
    order.pay(CASH, Decimal("50.00"))
    order.change(Decimal("8.00"))
    yield order, "50.00 in cash, 8.00 change"


def _presentment(shop: Shop, gain: Decimal | None) -> Script:
    euros = Presentment(currency="EUR", rate=Decimal("1.15"))
    order = shop.place_order([(thing("50.00"), 1)], presentment=euros, country="DE")
    order.pay(CARD)
    yield order, "57.50 EUR paid"
    if gain is not None:
        order.return_goods({0: 1})
        order.pay_back(Decimal("50.00"), exchange_gain=gain)
        yield order, "57.50 EUR paid back at another rate"


def _duty_and_tip(shop: Shop) -> Script:
    extras = [
        Extra(line_type="TIP", title="Tip", amount=Decimal("3.00")),
        Extra(line_type="DUTY", title="Import duty", amount=Decimal("6.40")),
        Extra(line_type="ADDITIONAL_FEE", title="Eco fee", amount=Decimal("1.20"), taxes=(GB_VAT,)),
    ]
    order = shop.place_order([(thing("40.00"), 1)], extras=extras)
    order.pay(CARD)
    yield order, "placed and paid, with a tip, a duty and a fee"


def _return_fee(shop: Shop) -> Script:
    order = shop.place_order([(thing("30.00"), 1)])
    order.pay(CARD)
    yield order, "placed and paid"
    fee = Extra(line_type="FEE", title="Restocking", amount=Decimal("5.00"))
    order.return_goods({0: 1}, fees=[fee])
    order.pay_back(Decimal("25.00"))
    yield order, "returned, 5.00 kept, 25.00 paid back"


def _overpaid(shop: Shop, *, refunded: bool) -> Script:
    order = shop.place_order([(thing("40.00"), 1)])
    order.capture(order.authorise(CARD), Decimal("45.00"))
    yield order, "45.00 captured on 40.00"
    if refunded:
        order.pay_back(Decimal("5.00"))
        yield order, "5.00 paid back"


WORKED = {
    "A": Case(title="tax included, half-cent shipping", play=_mugs),
    "B": Case(title="partial refund", play=_one_mug_back),
    "C": Case(title="tax on top, shipping untaxed", play=lambda shop: _tax_on_top(shop, ()), market="US"),
    "C taxed": Case(
        title="tax on top, shipping taxed", play=lambda shop: _tax_on_top(shop, STATE_AND_COUNTY), market="US"
    ),
    "E": Case(title="exchange, the difference paid", play=_exchange_difference),
    "E both ways": Case(title="exchange, charged and refunded in full", play=_exchange_both_ways),
    "F": Case(title="unpaid B2B on terms, edited, then paid", play=_on_terms_edited),
    "F open": Case(title="unpaid B2B on terms", play=_on_terms),
    "G": Case(title="cancelled unpaid", play=_cancelled_unpaid),
    "G partly paid": Case(title="cancelled partly paid", play=_cancelled_partly_paid),
    "H": Case(title="goodwill without tax", play=lambda shop: _goodwill(shop, ())),
    "H taxed": Case(title="goodwill with tax", play=lambda shop: _goodwill(shop, (GB_VAT,))),
    "H balanced": Case(title="goodwill, then all returned", play=_goodwill_then_all_back),
    "I": Case(title="return without money", play=lambda shop: _returned_without_money(shop, paid=True)),
    "I unpaid": Case(title="return of an unpaid order", play=lambda shop: _returned_without_money(shop, paid=False)),
    "J": Case(title="two gateways, one failed", play=_two_gateways),
    "J cash": Case(title="cash with change", play=_change),
    "K": Case(title="presentment currency", play=lambda shop: _presentment(shop, None)),
    "K refunded": Case(title="refunded at another rate", play=lambda shop: _presentment(shop, Decimal("-0.87"))),
    "L": Case(title="duty, tip and fee", play=_duty_and_tip),
    "L return fee": Case(title="a fee kept from a return", play=_return_fee),
    "M": Case(title="overpaid", play=lambda shop: _overpaid(shop, refunded=False)),
    "M refunded": Case(title="overpaid, refunded later", play=lambda shop: _overpaid(shop, refunded=True)),
}
