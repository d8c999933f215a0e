"""Shopify's JSON of an order → Order; pure.

Revenue comes from the sales agreements alone, money from the transactions alone. Refund objects are not read: with an
exchange they overstate what was credited. Amounts are shop money, in the shop's currency when the order was placed;
where the customer saw another one, the same order is read again in that.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from embedded_app.accounting.order import Agreement, AgreementKind, LineKind, Order, SaleLine, StoreTotals, Tax
from embedded_app.accounting.wording import clean
from embedded_app.channels.contract import Unreadable
from embedded_app.channels.shopify.fields import (
    INCOMPLETE,
    UNKNOWN_VALUE,
    JsonObject,
    Unfit,
    child,
    children,
    choice,
    currency_code,
    flag,
    identifier,
    moment,
    money,
    number,
    optional_child,
    optional_moment,
    optional_text,
    optional_texts,
    order_name,
    text,
    whole,
    without_repeats,
)
from embedded_app.channels.shopify.header import read_customer, read_fulfilled_at, read_terms
from embedded_app.channels.shopify.presentment import in_customers_money, is_foreign, with_settled
from embedded_app.channels.shopify.tenders import read_tenders

_AGREEMENT_KINDS = {
    "OrderAgreement": AgreementKind.PLACED,
    "OrderEditAgreement": AgreementKind.EDITED,
    "RefundAgreement": AgreementKind.REFUNDED,
    "ReturnAgreement": AgreementKind.RETURNED,
}
_LINE_KINDS = {
    "PRODUCT": LineKind.PRODUCT,
    "SHIPPING": LineKind.SHIPPING,
    "TIP": LineKind.TIP,
    "GIFT_CARD": LineKind.GIFT_CARD,
    "DUTY": LineKind.DUTY,
    "FEE": LineKind.FEE,
    "ADDITIONAL_FEE": LineKind.ADDITIONAL_FEE,
    "ADJUSTMENT": LineKind.ADJUSTMENT,
}
_FEE_TITLES = {"RestockingFee": "Restocking fee", "ReturnShippingFee": "Return shipping fee"}
# UNKNOWN is an enum value of Shopify's own, for what the asked API version cannot express: not among the known.
_REASONS = dict.fromkeys(("ORDER", "ORDER_EDIT", "REFUND", "RETURN"))
_ACTIONS = dict.fromkeys(("ORDER", "RETURN", "UPDATE"))

_ADVICE = {
    UNKNOWN_VALUE: "update Crossfoot, then press Retry",
    INCOMPLETE: "press Retry, and ask Crossfoot's support if it happens again",
}


def parse_order(node: JsonObject, timezone: str) -> Order | Unreadable:
    """One order with all pages of its ledgers, as `queries/orders.graphql` asks it, in the store's IANA timezone.

    One that the customer saw in another currency must have been asked in both.
    """
    try:
        order = _order(node, timezone)
        if not is_foreign(node):
            return order
        shown = _order(in_customers_money(node), timezone)
        return replace(order, presented=with_settled(shown, order, node))
    except Unfit as unfit:
        return unreadable(node, unfit)


def unreadable(node: JsonObject, unfit: Unfit) -> Unreadable:
    """The hold for an unfit order, with a sentence that names it and says what to do."""
    name = node.get("name") or node.get("id") or "without a number"
    advice = _ADVICE.get(unfit.cause, "ask Crossfoot's support, then press Retry")
    return Unreadable(cause=unfit.cause, sentence=clean(f"Order {name} {unfit.detail}; {advice}."))


def _order(node: JsonObject, timezone: str) -> Order:
    currency = currency_code(node, "currencyCode")
    location = optional_child(node, "retailLocation")
    agreements = [_agreement(edge, currency) for edge in _whole_connection(node, "agreements", "edges")]
    without_repeats((agreement.id for agreement in agreements), "agreement")
    without_repeats((line.id for agreement in agreements for line in agreement.lines), "sale line")
    placed_at, zone = moment(node, "processedAt"), read_zone(timezone)
    return Order(
        id=identifier(node, "id"),
        name=order_name(node),
        currency=currency,
        timezone=zone.key,
        placed_at=placed_at,
        updated_at=moment(node, "updatedAt"),
        agreements=tuple(sorted(agreements, key=lambda agreement: agreement.happened_at)),
        tenders=read_tenders(node, currency),
        totals=StoreTotals(
            original=money(node, "originalTotalPriceSet", currency),
            current=money(node, "currentTotalPriceSet", currency),
            net_payment=money(node, "netPaymentSet", currency),
            rounding=_rounding(node, currency),
        ),
        cancelled_at=optional_moment(node, "cancelledAt"),
        country=optional_text(optional_child(node, "shippingAddress"), "countryCodeV2")
        or optional_text(optional_child(location, "address"), "countryCode"),
        channel=optional_text(node, "sourceName"),
        location=optional_text(location, "name"),
        test=flag(node, "test"),
        terms=read_terms(node, zone),
        customer=read_customer(node),
        fulfilled_at=read_fulfilled_at(node, placed_at),
    )


def _agreement(edge: JsonObject, currency: str) -> Agreement:
    node = child(edge, "node")
    choice(node, "reason", _REASONS)
    return Agreement(
        id=identifier(node, "id"),
        kind=choice(node, "__typename", _AGREEMENT_KINDS),
        happened_at=moment(node, "happenedAt"),
        lines=tuple(_line(sale, currency) for sale in _whole_connection(node, "sales", "nodes")),
    )


def _line(sale: JsonObject, currency: str) -> SaleLine:
    """One sale. Its discount keeps the store's sign: as its gross (a return of −57.23 carries −1.77), or against it
    where an edit only adds a discount (gross −5.00, discount +5.00)."""
    choice(sale, "actionType", _ACTIONS)
    kind = choice(sale, "lineType", _LINE_KINDS)
    item = optional_child(sale, "lineItem")
    if kind is LineKind.PRODUCT and item.get("isGiftCard") is True:
        kind = LineKind.GIFT_CARD
    product = optional_child(item, "product")
    return SaleLine(
        id=identifier(sale, "id"),
        kind=kind,
        title=_title(sale, kind),
        quantity=whole(sale, "quantity") if sale.get("quantity") is not None else 0,
        gross=money(sale, "totalAmount", currency),
        taxes=_taxes(sale, currency),
        discount=money(sale, "totalDiscountAmountAfterTaxes", currency),
        sku=optional_text(item, "sku"),
        product_type=optional_text(product, "productType"),
        vendor=optional_text(item, "vendor"),
        tags=optional_texts(product, "tags"),
    )


def _title(sale: JsonObject, kind: LineKind) -> str:
    """What the document's line will say. A returned shipping line and a deleted fee no longer have a title."""
    found = (
        optional_text(optional_child(sale, "lineItem"), "name")
        or optional_text(optional_child(sale, "shippingLine"), "title")
        or optional_text(optional_child(sale, "additionalFee"), "name")
        or _FEE_TITLES.get(optional_text(optional_child(sale, "fee"), "__typename") or "")
    )
    return found or kind.value.capitalize()


def _taxes(sale: JsonObject, currency: str) -> tuple[Tax, ...]:
    taxes = tuple(_tax(tax, currency) for tax in children(sale, "taxes"))
    stated = money(sale, "totalTaxAmount", currency)
    listed = sum((tax.amount for tax in taxes), Decimal(0))
    if listed != stated:
        raise Unfit("taxes differ", f"has a line with tax {stated}, but the taxes listed on it come to {listed}")
    return taxes


def _tax(tax: JsonObject, currency: str) -> Tax:
    line = child(tax, "taxLine")
    # Both are nullable; without a rate no tax rate in Xero could be matched.
    rate = number(line, "rate") if line.get("rate") is not None else number(line, "ratePercentage") / 100
    return Tax(
        title=text(line, "title"),
        rate=rate,
        amount=money(tax, "amount", currency),
        marketplace=flag(line, "channelLiable") if line.get("channelLiable") is not None else None,
    )


def _whole_connection(node: JsonObject, key: str, content: str) -> list[JsonObject]:
    connection = child(node, key)
    if flag(child(connection, "pageInfo"), "hasNextPage"):
        raise Unfit(INCOMPLETE, f"came without all of its {key}")
    return children(connection, content)


def _rounding(node: JsonObject, currency: str) -> Decimal:
    """Cash rounding as the store declares it for the order: of payments, less that of refunds."""
    rounding = child(node, "totalCashRoundingAdjustment")
    return money(rounding, "paymentSet", currency) - money(rounding, "refundSet", currency)


def read_zone(timezone: str) -> ZoneInfo:
    """The zone of an IANA name. Raises Unfit for one this server does not know."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as "America"
        raise Unfit(
            "time zone", f"is of a store in the time zone “{timezone}”, which this server does not know"
        ) from None
