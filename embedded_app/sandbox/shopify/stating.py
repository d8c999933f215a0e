"""Serves an order exactly as a test states it, figure by figure, instead of letting the store reckon it.

The statement is an `embedded_app.accounting.order.Order`. All its ids are kept as given, so that whoever reads the
order back through the Admin API gets an equal one.
"""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from embedded_app.accounting.order import (
    Agreement as StatedAgreement,
)
from embedded_app.accounting.order import (
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tender,
    TenderKind,
)
from embedded_app.sandbox.shopify import bodies
from embedded_app.sandbox.shopify.buyers import Buyer, Company, Presentment, Terms
from embedded_app.sandbox.shopify.entries import (
    Agreement,
    Figures,
    LineItem,
    OtherLine,
    Sale,
    ShippingLine,
    TaxPart,
    Transaction,
    number_of,
)
from embedded_app.sandbox.shopify.ledger import StatedTotals, StoredOrder

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
    shown, items = order.presented, _line_items(order)
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
        fulfilled_at=order.fulfilled_at,
        buyer=_buyer(order),
        terms=_terms(order),
        presentment=_presentment(order),
        agreements=[_agreement(shop, agreement, _lines_by_id(shown), items) for agreement in order.agreements],
        transactions=[_transaction(tender, _tenders_by_id(shown), test=order.test) for tender in order.tenders],
        stated=_totals(order.totals, shown.totals if shown else None),
    )
    if before is not None:
        stored.earlier = before if before.updated_at < stored.updated_at else before.earlier
        before.earlier = None
    _issue_gift_cards(shop, order, before, items)
    shop.orders[order.id] = stored
    _announce(shop, before, stored)
    return stored


def _check(shop: Shop, order: Order) -> None:
    if order.timezone != shop.timezone:
        raise ValueError(f"{order.name} is in {order.timezone}, the store in {shop.timezone}: open a store there.")
    if order.currency != shop.currency:
        raise ValueError(f"{order.name} is in {order.currency}, the store in {shop.currency}: open a store with it.")
    number_of(order.id)


def _totals(stated: StoreTotals, shown: StoreTotals | None) -> StatedTotals:
    return StatedTotals(
        original=stated.original,
        current=stated.current,
        net_payment=stated.net_payment,
        rounding=stated.rounding,
        presented=None if shown is None else _totals(shown, None),
    )


def _buyer(order: Order) -> Buyer:
    """A company's id stands for its location, too."""
    customer = order.customer
    if customer is None:
        return Buyer()
    if not customer.is_company:
        return Buyer(customer_id=customer.id)
    tail = customer.id.rsplit("/", 1)[-1]
    location_id = f"gid://shopify/CompanyLocation/{tail}"
    return Buyer(
        company=Company(id=customer.id, name=f"Company {tail}", location_id=location_id, location_name="Head office")
    )


def _terms(order: Order) -> Terms | None:
    if order.terms is None:
        return None
    if order.terms.due_on is None:
        return Terms(name="Due on fulfillment", kind="FULFILLMENT")
    noon = datetime.combine(order.terms.due_on, time(12), ZoneInfo(order.timezone))
    return Terms(name=f"Due {order.terms.due_on}", kind="FIXED", due_at=noon)


def _presentment(order: Order) -> Presentment | None:
    """The rate is that of the original totals; the stated amounts themselves are served as they are."""
    if order.presented is None:
        return None
    original = order.totals.original
    rate = order.presented.totals.original / original if original else Decimal(1)
    return Presentment(currency=order.presented.currency, rate=rate or Decimal(1))


def _lines_by_id(shown: Order | None) -> dict[str, SaleLine]:
    return {line.id: line for agreement in shown.agreements for line in agreement.lines} if shown else {}


def _tenders_by_id(shown: Order | None) -> dict[str, Tender]:
    return {tender.id: tender for tender in shown.tenders} if shown else {}


def _line_items(order: Order) -> dict[str, str]:
    """The line item of each sale, the same at every statement; a returned gift card has that of the one sold."""
    tail = order.id.rsplit("/", 1)[-1]
    items, sold = {}, {}
    for line in (line for agreement in order.agreements for line in agreement.lines):
        own = f"gid://shopify/LineItem/{tail}{line.id.rsplit('/', 1)[-1]:0>9}"
        if line.kind is LineKind.GIFT_CARD and line.quantity:
            worth = (line.face_value or line.gross) / line.quantity
            own = sold.setdefault((line.title, line.sku, worth), own)
        items[line.id] = own
    return items


def _issue_gift_cards(shop: Shop, order: Order, before: StoredOrder | None, items: dict[str, str]) -> None:
    """The cards of lines that tell a face value; those of an earlier statement are there already."""
    known = {sale.id for sale in before.sales()} if before else set()
    for line in (line for agreement in order.agreements for line in agreement.lines):
        if line.face_value is not None and line.gross > 0 and line.id not in known:
            for _ in range(line.quantity):
                worth = line.face_value / line.quantity
                shop.instruments.issue(worth, order_id=order.id, line_item_id=items[line.id])


def _agreement(shop: Shop, stated: StatedAgreement, shown: dict[str, SaleLine], items: dict[str, str]) -> Agreement:
    typename, reason, source = _AGREEMENTS[stated.kind]
    return Agreement(
        id=stated.id,
        typename=typename,
        reason=reason,
        happened_at=stated.happened_at,
        sales=tuple(_sale(shop, line, shown.get(line.id), items[line.id]) for line in stated.lines),
        source_id=shop.world.ids.gid(source) if source else None,
    )


def _sale(shop: Shop, stated: SaleLine, shown: SaleLine | None, item_id: str) -> Sale:
    if stated.kind not in _SALES:
        raise ValueError(f"A {stated.kind} line is no sale of Shopify's: {stated.title!r} cannot be stated.")
    typename, line_type = _SALES[stated.kind]
    action = _action(stated)
    figures = _figures(stated)
    return Sale(
        id=stated.id,
        typename=typename,
        action_type=action,
        line_type=line_type,
        quantity=stated.quantity or None,
        total=figures.gross,
        taxes=figures.taxes,
        discount=figures.discount,
        line=_line(shop, stated, item_id, returned=action == "RETURN"),
        presented=None if shown is None else _figures(shown),
    )


def _action(stated: SaleLine) -> str:
    """A price that falls while its discount grows and no goods move was lowered by an edit."""
    if stated.gross < 0 < stated.discount and not stated.quantity:
        return "UPDATE"
    return "RETURN" if stated.gross < 0 or stated.quantity < 0 else "ORDER"


def _figures(stated: SaleLine) -> Figures:
    taxes = tuple(
        TaxPart(title=tax.title, rate=tax.rate, amount=tax.amount, channel_liable=tax.marketplace)
        for tax in stated.taxes
    )
    return Figures(gross=stated.gross, taxes=taxes, discount=stated.discount)


def _line(shop: Shop, stated: SaleLine, item_id: str, *, returned: bool) -> LineItem | ShippingLine | OtherLine | None:
    gid = shop.world.ids.gid
    if stated.kind in (LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.TIP):
        return LineItem(
            id=item_id,
            title=stated.title,
            quantity=abs(stated.quantity),
            sku=stated.sku,
            gift_card=stated.kind is LineKind.GIFT_CARD,
            product_id=None if stated.kind is LineKind.TIP else gid("Product"),
            product_type=stated.product_type or "",
            vendor=stated.vendor,
            tags=stated.tags,
            face_value=None if stated.face_value is None else stated.face_value / stated.quantity,
        )
    if stated.kind is LineKind.SHIPPING:
        return None if returned else ShippingLine(id=gid("ShippingLine"), title=stated.title, price=stated.gross)
    if stated.kind is LineKind.ADJUSTMENT:
        return None
    return OtherLine(
        id=gid("Line"),
        title=stated.title,
        price=stated.gross,
        line_type=_SALES[stated.kind][1],
        # A reader knows a fee by its type alone.
        fee_type="ReturnShippingFee" if "shipping" in stated.title.lower() else "RestockingFee",
    )


def _transaction(tender: Tender, presented: dict[str, Tender], *, test: bool) -> Transaction:
    shown = presented.get(tender.id)
    settled = shown.settled if shown else None
    return Transaction(
        id=tender.id,
        kind=_TENDERS[tender.kind],
        status="SUCCESS",
        gateway=tender.gateway,
        amount=tender.amount,
        processed_at=tender.processed_at,
        parent_id=tender.parent_id,
        test=test,
        rounding=tender.rounding,
        presented=shown.amount if shown else None,
        presented_rounding=shown.rounding if shown else None,
        exchange_gain=None if settled is None or settled == tender.amount else settled - tender.amount,
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
