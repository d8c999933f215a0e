"""Who bought, on which terms, and from which of the merchant's companies, as the Admin API answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from embedded_app.sandbox.shopify import bodies, paging
from embedded_app.sandbox.shopify.buyers import Company, Terms
from embedded_app.sandbox.shopify.instrument_answers import accounts_answer
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.shopify.moments import moment_text
from embedded_app.sandbox.shopify.money_answers import Answer, Purse, money

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


def buyer_answers(shop: Shop, order: StoredOrder) -> Answer:
    """The fields of Order that tell who bought and when the money is due."""
    customer = _customer(shop, order.buyer.customer_id)
    company = order.buyer.company
    return {
        "customer": customer,
        "purchasingEntity": customer if company is None else _purchasing_company(shop, company),
        "paymentTerms": None if order.terms is None else _terms(shop, order, order.terms),
        "merchantBusinessEntity": {
            "__typename": "BusinessEntity",
            "id": f"gid://shopify/BusinessEntity/{shop.id.rsplit('/', 1)[-1]}",
            "displayName": shop.name,
            "companyName": shop.name,
        },
    }


def buyer_node(shop: Shop, gid: str) -> Answer | None:
    """The customer or the company of this global id, where one of them bought anything."""
    for order in shop.orders.values():
        if order.buyer.customer_id == gid:
            return _customer(shop, gid)
        if order.buyer.company is not None and order.buyer.company.id == gid:
            return _company(order.buyer.company)
    return None


def _customer(shop: Shop, customer_id: str | None) -> Answer | None:
    """Every person's name contains the word PLANTED: where it is found, personal data went astray."""
    if customer_id is None:
        return None
    return {
        "__typename": "Customer",
        "id": customer_id,
        "displayName": f"Ada {bodies.PLANTED} {customer_id.rsplit('/', 1)[-1]}",
        "legacyResourceId": customer_id.rsplit("/", 1)[-1],
        "storeCreditAccounts": accounts_answer(shop, customer_id),
    }


def _purchasing_company(shop: Shop, company: Company) -> Answer:
    return {
        "__typename": "PurchasingCompany",
        "company": _company(company),
        "location": {
            "__typename": "CompanyLocation",
            "id": company.location_id,
            "name": company.location_name,
            "storeCreditAccounts": accounts_answer(shop, company.location_id),
        },
    }


def _company(company: Company) -> Answer:
    return {"__typename": "Company", "id": company.id, "name": company.name}


def _terms(shop: Shop, order: StoredOrder, terms: Terms) -> Answer:
    schedule = _schedule(shop, order, terms)

    def schedules(info: GraphQLResolveInfo[Any], **page: Any) -> Answer:
        return paging.page([("0", schedule)], lambda one: one, **page)

    return {
        "__typename": "PaymentTerms",
        "id": f"gid://shopify/PaymentTerms/{order.number}",
        "paymentTermsName": terms.name,
        "paymentTermsType": terms.kind,
        "dueInDays": terms.days,
        "due": schedule["due"],
        "overdue": schedule["due"],
        "paymentSchedules": schedules,
    }


def _schedule(shop: Shop, order: StoredOrder, terms: Terms) -> Answer:
    due_at = terms.due(order.created_at, order.fulfilled_at)
    shown = order.as_presented()
    currency = Purse.of(order).shown_currency
    open_amount = money(shown.outstanding, currency)
    paid_at = max((entry.processed_at for entry in order.transactions), default=order.created_at)
    return {
        "__typename": "PaymentSchedule",
        "id": f"gid://shopify/PaymentSchedule/{order.number}",
        "issuedAt": moment_text(order.created_at),
        "dueAt": moment_text(due_at),
        "completedAt": None if order.outstanding > 0 else moment_text(paid_at),
        "due": due_at is not None and order.outstanding > 0 and shop.now() >= due_at,
        "amount": money(shown.current_total, currency),
        "balanceDue": open_amount,
        "totalBalance": open_amount,
    }
