"""What Shopify's order says around its ledgers: who owes it, when it is due, when all of it had left.

Any of these may be null: for a guest, for an order paid at once, or where the app has not the scope it takes
(read_payment_terms, read_customers, read_companies). The order is read without them then.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from embedded_app.accounting.order import Customer, Terms
from embedded_app.channels.shopify.fields import JsonObject, child, children, identifier, moment, optional_child, text

# FULFILLMENT_NOT_REQUIRED: "The order has no items to be fulfilled", so nothing is waited for.
ALL_LEFT = ("FULFILLED", "FULFILLMENT_NOT_REQUIRED")
_NOT_SENT = ("CANCELLED", "ERROR", "FAILURE")


def read_terms(node: JsonObject, zone: ZoneInfo) -> Terms | None:
    """The payment terms, due on the store's local day of the first schedule. Raises Unfit.

    due_on is None while nothing fixes the day, as with terms that start with the fulfilment.
    """
    if node.get("paymentTerms") is None:
        return None
    schedules = children(child(child(node, "paymentTerms"), "paymentSchedules"), "nodes")
    if not schedules or schedules[0].get("dueAt") is None:
        return Terms(due_on=None)
    return Terms(due_on=moment(schedules[0], "dueAt").astimezone(zone).date())


def read_customer(node: JsonObject) -> Customer | None:
    """Who bought, by id: the company where one did, else the person. Raises Unfit.

    An order of a company we may not read has no customer: the person who ordered for it is not who owes it.
    """
    buyer = optional_child(node, "purchasingEntity")
    if not buyer:
        return None
    if text(buyer, "__typename") == "PurchasingCompany":
        return Customer(id=identifier(child(buyer, "company"), "id"), is_company=True)
    return Customer(id=identifier(buyer, "id"))


def read_fulfilled_at(node: JsonObject, placed_at: datetime) -> datetime | None:
    """When the last of it left, None while something is left to send. Raises Unfit.

    Shopify states no such moment: it is when the last fulfilment was made, once the order's status says that all of
    it is fulfilled. An order without anything to send counts from its placing.
    """
    if text(node, "displayFulfillmentStatus") not in ALL_LEFT:
        return None
    sent = [one for one in children(node, "fulfillments") if text(one, "status") not in _NOT_SENT]
    return max((moment(one, "createdAt") for one in sent), default=placed_at)
