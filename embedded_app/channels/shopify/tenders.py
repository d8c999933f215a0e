"""Shopify's order transactions → tenders: only money that really moved.

Money is a successful SALE, CAPTURE, REFUND or CHANGE; authorisations, voids, suggested refunds and whatever failed or
is pending moved nothing. Kinds and statuses we do not know may be money, so they hold the order.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.order import Tender, TenderKind
from embedded_app.channels.shopify.fields import (
    INCOMPLETE,
    UNKNOWN_VALUE,
    JsonObject,
    Unfit,
    child,
    children,
    choice,
    flag,
    gateway_name,
    identifier,
    moment,
    money,
    optional_child,
    optional_text,
    text,
    whole,
    without_repeats,
)

_KINDS = {
    "SALE": TenderKind.RECEIVED,
    "CAPTURE": TenderKind.RECEIVED,
    "REFUND": TenderKind.PAID_BACK,
    "CHANGE": TenderKind.CHANGE,
    "AUTHORIZATION": None,
    "EMV_AUTHORIZATION": None,
    "VOID": None,
    "SUGGESTED_REFUND": None,
}
_SUCCEEDED = {
    "SUCCESS": True,
    "PENDING": False,
    "FAILURE": False,
    "ERROR": False,
    "AWAITING_RESPONSE": False,
}


def read_tenders(node: JsonObject, currency: str) -> tuple[Tender, ...]:
    """The order's tenders by moment, ties in the store's order. Raises Unfit.

    Gateways are named as the store names them ("shopify_payments", "Cash on Delivery (COD)"). Test transactions and
    amounts of zero moved no money. A parent that is no tender (a capture's authorisation) is left out.
    """
    transactions = children(node, "transactions")
    without_repeats((text(transaction, "id") for transaction in transactions), "payment")
    _check_count(node, len(transactions))
    found = [tender for transaction in transactions if (tender := _tender(transaction, currency))]
    ids = {tender.id for tender in found}
    linked = [tender if tender.parent_id in ids else replace(tender, parent_id=None) for tender in found]
    return tuple(sorted(linked, key=lambda tender: tender.processed_at))


def _tender(transaction: JsonObject, currency: str) -> Tender | None:
    kind = choice(transaction, "kind", _KINDS)
    succeeded = choice(transaction, "status", _SUCCEEDED)
    if kind is None or not succeeded or flag(transaction, "test"):
        return None
    amount = money(transaction, "amountSet", currency)
    if amount < 0:
        raise Unfit(UNKNOWN_VALUE, f"has a payment of {amount}, and payments below zero are not known to Crossfoot")
    if amount == 0:
        return None
    return Tender(
        id=identifier(transaction, "id"),
        kind=kind,
        gateway=gateway_name(transaction),
        amount=amount,
        # processedAt is null on some older and manual transactions.
        processed_at=moment(transaction, "processedAt" if transaction.get("processedAt") else "createdAt"),
        parent_id=optional_text(optional_child(transaction, "parentTransaction"), "id"),
        rounding=_rounding(transaction, currency),
    )


def _rounding(transaction: JsonObject, currency: str) -> Decimal:
    """Cash rounding as the store signs it; null for what was not paid in coins."""
    is_stated = transaction.get("amountRoundingSet") is not None
    return money(transaction, "amountRoundingSet", currency) if is_stated else Decimal(0)


def _check_count(node: JsonObject, listed: int) -> None:
    counted = child(node, "transactionsCount")
    count = whole(counted, "count")
    if count != listed or text(counted, "precision") != "EXACT":
        raise Unfit(INCOMPLETE, f"came with {listed} payments, while the store counts {count}")
