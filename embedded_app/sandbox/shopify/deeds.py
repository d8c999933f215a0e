"""What may happen to an order in a lawful story. Each deed does something and says what, or finds it is not possible.

A deed that is not possible now returns None and has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_UP, Decimal

from embedded_app.sandbox.shopify.cents import ZERO, to_cents
from embedded_app.sandbox.shopify.checkouts import draw_product
from embedded_app.sandbox.shopify.goods import Extra
from embedded_app.sandbox.shopify.instruments import STORE_CREDIT
from embedded_app.sandbox.shopify.payments import CASH
from embedded_app.sandbox.shopify.story import Story

GATEWAYS = ("shopify_payments", "paypal", "bank_deposit", "Cash on Delivery (COD)")


def pay_all(story: Story) -> str | None:
    """The customer pays what is owed."""
    if story.outstanding <= 0:
        return None
    gateway = story.draw.choice(GATEWAYS)
    story.handle.pay(gateway)
    return f"paid by {gateway}"


def pay_part(story: Story) -> str | None:
    """The customer pays some of it."""
    if story.outstanding <= 0:
        return None
    gateway = story.draw.choice(GATEWAYS)
    amount = story.part(story.outstanding)
    story.handle.pay(gateway, amount)
    return f"{amount} paid by {gateway}"


def overpay(story: Story) -> str | None:
    """More is captured than is owed."""
    if story.outstanding <= 0:
        return None
    amount = story.outstanding + story.part(story.market.price)
    story.handle.pay("shopify_payments", amount, kind="CAPTURE")
    return f"{amount} captured, more than owed"


def decline(story: Story) -> str | None:
    """A payment fails or stays pending."""
    if story.outstanding <= 0:
        return None
    story.handle.fail(story.draw.choice(GATEWAYS), status=story.draw.choice(("FAILURE", "PENDING", "ERROR")))
    return "payment not made"


def authorise(story: Story) -> str | None:
    """A card is charged in two steps."""
    if story.outstanding <= 0 or story.reserved:
        return None
    entry = story.handle.authorise("shopify_payments")
    story.reserved.append((entry, entry.amount))
    return f"{entry.amount} authorised"


def capture(story: Story) -> str | None:
    """The second step, whole or in parts, perhaps days later."""
    if not story.reserved:
        return None
    entry, left = story.reserved.pop()
    amount = min(story.part(left), story.outstanding)
    if amount <= 0:
        story.handle.void(entry)
        return "authorisation voided"
    story.handle.capture(entry, amount)
    if amount < left:
        story.reserved.append((entry, left - amount))
    return f"{amount} captured"


def pay_by_gift_card(story: Story) -> str | None:
    """A gift card that was given pays as far as it goes, or as far as is needed."""
    if not story.allowed.gift_cards or story.outstanding <= 0:
        return None
    card = story.handle.shop.instruments.issue(to_cents(story.market.price, story.handle.order.unit))
    entry = story.handle.pay_by_gift_card(card)
    return f"{entry.amount} paid by gift card"


def pay_by_store_credit(story: Story) -> str | None:
    """A customer's store credit pays."""
    customer = story.handle.order.buyer.customer_id
    if not story.allowed.store_credit or customer is None or story.outstanding <= 0:
        return None
    amount = story.part(story.outstanding)
    story.handle.shop.instruments.grant(customer, amount)
    story.handle.pay(STORE_CREDIT, amount)
    return f"{amount} paid by store credit"


def pay_cash(story: Story) -> str | None:
    """Notes are handed over and change is given; where coins are large, the amount is rounded instead."""
    if story.outstanding <= 0:
        return None
    if story.allowed.rounding and story.market.coin:
        story.handle.pay_in_coins(story.market.coin)
        return "paid in coins"
    note = to_cents(story.market.price / 2, Decimal(1))
    handed = (story.outstanding / note).quantize(Decimal(1), rounding=ROUND_UP) * note
    change = handed - story.outstanding
    story.handle.pay(CASH, handed)
    if change:
        story.handle.change(change)
    return f"{handed} paid in cash, {change} change"


def refund_goods(story: Story) -> str | None:
    """Goods are refunded: with the money, with a part of it, or without."""
    lines = story.returnable()
    if not lines:
        return None
    worth, order = story.worth(lines), story.handle.order
    kept = story.part(worth) if worth and story.draw.random() < 0.1 else ZERO
    over = max(order.net_payment - (order.current_total - worth + kept), ZERO)
    amount = story.draw.choice((over, over, over, ZERO))
    if amount and order.buyer.customer_id and story.allowed.store_credit and story.draw.random() < 0.15:
        story.handle.refund(lines, kept=kept, amount=amount, gateway=STORE_CREDIT)
        return f"goods refunded, {amount} as store credit"
    coin = story.market.coin if story.allowed.rounding else None
    story.handle.refund(lines, kept=kept, amount=amount, coin=coin)
    return f"goods refunded, {amount} paid back"


def goodwill(story: Story) -> str | None:
    """Money for nothing: an adjustment, with or without tax."""
    order = story.handle.order
    most = min(order.net_payment, order.current_total)
    if most <= 0 or order.cancelled_at:
        return None
    amount = min(story.part(most), story.part(to_cents(story.market.price / 4, order.unit)))
    taxes = story.draw.choice(((), story.market.goods[0]))
    story.handle.refund(goodwill=amount, goodwill_taxes=taxes, amount=amount)
    return f"{amount} refunded as goodwill"


def return_goods(story: Story) -> str | None:
    """Goods come back; sometimes a fee is kept, sometimes other goods go out for them."""
    lines = story.returnable()
    if not lines:
        return None
    fees, exchange = [], []
    if story.draw.random() < 0.3:
        kind, title = story.draw.choice((("RestockingFee", "Restocking"), ("ReturnShippingFee", "Return label")))
        amount = to_cents(story.market.price / 4, story.handle.order.unit)
        taxes = story.draw.choice(((), story.market.goods[0]))
        fees.append(Extra(line_type="FEE", title=title, amount=amount, taxes=taxes, fee_type=kind))
    if story.draw.random() < 0.4:
        exchange.append((draw_product(story.draw, story.market), 1))
    story.handle.return_goods(lines, exchange=exchange, fees=fees)
    return "goods exchanged" if exchange else "goods returned"


def settle_over(story: Story) -> str | None:
    """What the store holds too much is paid back, whole or in part."""
    if story.over <= 0:
        return None
    amount = story.part(story.over)
    rate_moved = story.handle.order.presentment is not None
    story.handle.pay_back(amount, exchange_gain=Decimal(story.draw.randint(-9, 9)) / 100 if rate_moved else None)
    return f"{amount} paid back"


def swap_money(story: Story) -> str | None:
    """What the store holds for returned goods is paid back after new goods were charged in full: both ways at once."""
    order = story.handle.order
    if order.net_payment <= 0 or story.over > 0 or order.agreements[-1].reason != "RETURN":
        return None
    amount = min(story.part(order.net_payment), order.net_payment)
    story.handle.pay("shopify_payments", amount + story.outstanding)
    story.handle.pay_back(amount)
    return f"charged anew, {amount} paid back"


def pay_back_bare(story: Story) -> str | None:
    """Money goes back although nothing was returned or credited."""
    order = story.handle.order
    if not story.allowed.bare_refunds or order.net_payment <= 0 or order.cancelled_at:
        return None
    amount = story.part(order.net_payment)
    story.handle.pay_back(amount)
    return f"{amount} paid back without a reason"


def edit(story: Story) -> str | None:
    """Something is added, taken off, or made cheaper, before or after it was paid."""
    if story.handle.order.cancelled_at:
        return None
    kind = story.draw.random()
    if kind < 0.5:
        story.handle.edit(add=[(draw_product(story.draw, story.market), story.draw.choice((1, 2)))])
        return "a line added"
    lines = story.returnable()
    if kind < 0.8 and lines:
        story.handle.edit(remove=lines)
        return "lines taken off"
    return _make_cheaper(story)


def _make_cheaper(story: Story) -> str | None:
    lines = story.handle.lines
    whole = [at for at, line in enumerate(lines) if not line.taken_back and line.gross > line.units * line.unit * 100]
    if not whole:
        return None
    index = story.draw.choice(whole)
    off = to_cents(lines[index].gross / 10, story.handle.order.unit)
    if off > story.handle.order.current_total / 2:
        return None
    story.handle.edit(discount={index: off})
    return "a line made cheaper"


def cancel(story: Story) -> str | None:
    """All that is left is taken back, all money returned."""
    if story.handle.order.cancelled_at or not any(line.units_left for line in story.handle.lines):
        return None
    story.handle.cancel()
    return "cancelled"


def fulfil(story: Story) -> str | None:
    """All of it is sent off."""
    if story.handle.order.fulfilled_at or story.handle.order.cancelled_at:
        return None
    story.handle.fulfil()
    return "fulfilled"


DEEDS: dict[Callable[[Story], str | None], int] = {
    pay_all: 48,
    pay_part: 8,
    overpay: 3,
    decline: 3,
    authorise: 4,
    capture: 20,
    pay_by_gift_card: 4,
    pay_by_store_credit: 3,
    pay_cash: 5,
    refund_goods: 10,
    goodwill: 4,
    return_goods: 8,
    settle_over: 14,
    swap_money: 8,
    pay_back_bare: 1,
    edit: 8,
    cancel: 3,
    fulfil: 6,
}
