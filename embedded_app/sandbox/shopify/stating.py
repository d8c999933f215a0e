"""Serves an order exactly as a test states it, figure by figure, instead of letting the store reckon it.

The statement is an `embedded_app.accounting.order.Order`. All its ids are kept as given, so that whoever reads the
order back through the Admin API gets an equal one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded_app.accounting.order import (
    Agreement as StatedAgreement,
)
from embedded_app.accounting.order import (
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    Tender,
    TenderKind,
)
from embedded_app.sandbox.shopify import bodies
from embedded_app.sandbox.shopify.ledger import (
    Agreement,
    LineItem,
    OtherLine,
    Sale,
    ShippingLine,
    StatedTotals,
    StoredOrder,
    TaxPart,
    Transaction,
    number_of,
)

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

_AGREEMENTS = {
    AgreementKind.PLACED: ("OrderAgreement", "ORDER", None),
    AgreementKind.EDITED: ("OrderEditAgreement", "ORDER_EDIT", None),
    AgreementKind.REFUNDED: ("RefundAgreement", "REFUND", "Refund"),
    AgreementKind.RETURNED: ("ReturnAgreement", "RETURN", "Return"),
}
_SALES = {
    LineKind.PRODUCT: ("ProductSale", "PRODUCT"),
    LineKind.SHIPPING: ("ShippingLineSale", "SHIPPING"),
    LineKind.TIP: ("TipSale", "TIP"),
    LineKind.GIFT_CARD: ("GiftCardSale", "GIFT_CARD"),
    LineKind.DUTY: ("DutySale", "DUTY"),
    LineKind.FEE: ("FeeSale", "FEE"),
    LineKind.ADDITIONAL_FEE: ("AdditionalFeeSale", "ADDITIONAL_FEE"),
    LineKind.ADJUSTMENT: ("AdjustmentSale", "ADJUSTMENT"),
}
_TENDERS = {TenderKind.RECEIVED: "SALE", TenderKind.PAID_BACK: "REFUND", TenderKind.CHANGE: "CHANGE"}


def state(shop: Shop, order: Order) -> StoredOrder:
    """Store the stated order and owe the webhooks of what is new in it since it was last stated.

    Raises ValueError with a sentence when the store cannot serve it: another time zone or currency, a rounding line,
    an id without a number.
    """
    _check(shop, order)
    before = shop.orders.get(order.id)
    stored = StoredOrder(
        id=order.id,
        name=order.name,
        currency=order.currency,
        created_at=order.placed_at,
        updated_at=order.updated_at,
        country=order.country,
        source_name=order.channel or "web",
        location=shop.location(order.location, order.country).name if order.location else None,
        test=order.test,
        cancelled_at=order.cancelled_at,
        cancel_reason="CUSTOMER" if order.cancelled_at else None,
        agreements=[_agreement(shop, agreement) for agreement in order.agreements],
        transactions=[_transaction(tender, test=order.test) for tender in order.tenders],
        stated=StatedTotals(
            original=order.totals.original, current=order.totals.current, net_payment=order.totals.net_payment
        ),
    )
    shop.orders[order.id] = stored
    _announce(shop, before, stored)
    return stored


def _check(shop: Shop, order: Order) -> None:
    if order.timezone != shop.timezone:
        raise ValueError(f"{order.name} is in {order.timezone}, the store in {shop.timezone}: open a store there.")
    if order.currency != shop.currency:
        raise ValueError(f"{order.name} is in {order.currency}, the store in {shop.currency}: open a store with it.")
    number_of(order.id)


def _agreement(shop: Shop, stated: StatedAgreement) -> Agreement:
    typename, reason, source = _AGREEMENTS[stated.kind]
    return Agreement(
        id=stated.id,
        typename=typename,
        reason=reason,
        happened_at=stated.happened_at,
        sales=tuple(_sale(shop, line) for line in stated.lines),
        source_id=shop.world.ids.gid(source) if source else None,
    )


def _sale(shop: Shop, stated: SaleLine) -> Sale:
    if stated.kind not in _SALES:
        raise ValueError(f"A {stated.kind} line is no sale of Shopify's: {stated.title!r} cannot be stated.")
    typename, line_type = _SALES[stated.kind]
    negative = stated.gross < 0 or stated.quantity < 0
    taxes = tuple(
        TaxPart(title=tax.title, rate=tax.rate, amount=tax.amount, channel_liable=tax.marketplace)
        for tax in stated.taxes
    )
    return Sale(
        id=stated.id,
        typename=typename,
        action_type="RETURN" if negative else "ORDER",
        line_type=line_type,
        quantity=stated.quantity or None,
        total=stated.gross,
        taxes=taxes,
        discount=stated.discount,
        line=_line(shop, stated, negative=negative),
    )


def _line(shop: Shop, stated: SaleLine, *, negative: bool) -> LineItem | ShippingLine | OtherLine | None:
    gid = shop.world.ids.gid
    if stated.kind in (LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.TIP):
        return LineItem(
            id=gid("LineItem"),
            title=stated.title,
            quantity=abs(stated.quantity),
            sku=stated.sku,
            gift_card=stated.kind is LineKind.GIFT_CARD,
            product_id=None if stated.kind is LineKind.TIP else gid("Product"),
            product_type=stated.product_type or "",
            vendor=stated.vendor,
            tags=stated.tags,
        )
    if stated.kind is LineKind.SHIPPING:
        return None if negative else ShippingLine(id=gid("ShippingLine"), title=stated.title, price=stated.gross)
    if stated.kind is LineKind.ADJUSTMENT:
        return None
    return OtherLine(id=gid("Line"), title=stated.title, price=stated.gross)


def _transaction(tender: Tender, *, test: bool) -> Transaction:
    return Transaction(
        id=tender.id,
        kind=_TENDERS[tender.kind],
        status="SUCCESS",
        gateway=tender.gateway,
        amount=tender.amount,
        processed_at=tender.processed_at,
        parent_id=tender.parent_id,
        test=test,
    )


def _announce(shop: Shop, before: StoredOrder | None, after: StoredOrder) -> None:
    known = {entry.id for entry in before.agreements + before.transactions} if before else set()
    news: list[tuple[str, dict[str, Any]]] = []
    if before is None:
        news.append(("orders/create", bodies.order_body(shop, after)))
    for agreement in after.agreements:
        if agreement.id in known:
            continue
        if agreement.reason == "ORDER_EDIT":
            news.append(("orders/edited", bodies.edit_body(shop, after, agreement.id)))
        if agreement.reason == "REFUND":
            news.append(("refunds/create", bodies.refund_body(shop, after, agreement.source_id or "")))
    for transaction in after.transactions:
        if transaction.id not in known:
            news.append(("order_transactions/create", bodies.transaction_body(shop, after, transaction)))
    if after.cancelled_at and not (before and before.cancelled_at):
        news.append(("orders/cancelled", bodies.order_body(shop, after)))
    news.append(("orders/updated", bodies.order_body(shop, after)))
    shop.deliveries.queue(news)
