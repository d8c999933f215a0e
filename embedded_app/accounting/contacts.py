"""Whom an order's documents are made out to.

Retail goes to one shared contact, so that no customer data reaches Xero; orders with payment terms go to the company or
customer, since without it no statement and no ageing is possible. Both are settings of the mapping.
"""

from __future__ import annotations

from embedded_app.accounting.documents import Held, History
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import Order

CUSTOMER = "customer:"


def contact_of(order: Order, mapping: Mapping, history: History) -> str | Held:
    """A ContactID, or "customer:" and the channel's customer id; all documents of an order keep their first one's.

    An order with payment terms whose customer the store does not give is held, unless the setting shares its contact; a
    retail order without a customer (a guest, a sale at the till) goes to the shared contact.
    """
    if history.documents:
        return history.documents[0].contact
    wanted = mapping.contacts_retail if order.terms is None else mapping.contacts_terms
    if wanted == "shared":
        return mapping.contact
    if order.customer is not None:
        return f"{CUSTOMER}{order.customer.id}"
    if order.terms is None:
        return mapping.contact
    sentence = (
        f"{order.name} is to be paid later, but the store does not say by whom, so nobody can be billed in Xero. Add "
        "the customer to the order in the store, or share one contact for orders with payment terms in the mapping."
    )
    return Held(cause="no customer", subject=order.id, sentence=sentence)


def customer_number(named: str) -> str:
    """The customer's part of a ContactNumber: the channel's id; a company's says so, for both count from one."""
    *_, kind, number = ("", *named.removeprefix(CUSTOMER).split("/"))
    return f"company-{number}" if kind == "Company" else number
