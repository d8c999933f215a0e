"""Listing all orders of a store by a bulk operation: begun, looked after, ended; bulk_file.py reads what it brings.

It lists ids, moments and totals, and no ledgers. Those are read by id afterwards, as any changed order's are: that way
is proven to the cent, knows orders of any length (a bulk operation that nests two connections times out on long ones)
and reads the order as it stands when it is decided, not as it stood when the listing began.

Since 2026-01 an app may run five bulk queries at once in a store; a result is kept for seven days, and its address
needs no token (Shopify's "Perform bulk operations with the GraphQL Admin API").
"""

from __future__ import annotations

from datetime import UTC, datetime

import requests

from embedded_app.channels.contract import Listing, ListingState, StoreAccess
from embedded_app.channels.errors import AccessDenied, QueryRefused, StoreBusy
from embedded_app.channels.shopify.admin_api import DENIED, AdminApi
from embedded_app.channels.shopify.documents import query_text
from embedded_app.channels.shopify.fields import (
    JsonObject,
    Unfit,
    children,
    number,
    optional_child,
    optional_text,
    text,
)

TOO_MANY_SECONDS = 60.0
_SINCE = "'since'"
_TOO_MANY = frozenset({"LIMIT_REACHED", "OPERATION_IN_PROGRESS"})
_RUNNING = frozenset({"CREATED", "RUNNING", "CANCELING"})
_LOST = frozenset({"CANCELED", "EXPIRED", "FAILED"})


def begin_listing(http: requests.Session, access: StoreAccess, *, since: datetime) -> str:
    """The id of a bulk operation that lists the orders placed from `since` on.

    Raises StoreBusy (also while five run), AccessLost or QueryRefused.
    """
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = query_text("placed_orders").replace(_SINCE, f"'{moment}'")
    answer = AdminApi(http, access).execute("begin_bulk", {"query": query})
    if answer.denied:
        raise AccessDenied(DENIED)
    try:
        payload = optional_child(answer.data, "bulkOperationRunQuery")
        begun = optional_child(payload, "bulkOperation")
        if begun:
            return text(begun, "id")
        errors = children(payload, "userErrors")
        if any(optional_text(error, "code") in _TOO_MANY for error in errors):
            raise StoreBusy(
                "Shopify already makes as many lists for Crossfoot as it does at once; it waits for them.",
                retry_seconds=TOO_MANY_SECONDS,
            )
        said = " ".join(text(error, "message") for error in errors)
    except Unfit as unfit:
        raise _unreadable(unfit) from None
    raise QueryRefused(f"Shopify does not list the store's orders: {said[:200] or 'it gave no reason'}")


def listing(http: requests.Session, access: StoreAccess, listing_id: str) -> Listing:
    """How far the bulk operation is.

    Raises StoreBusy, AccessLost (AccessDenied where it ended for want of a scope) or QueryRefused.
    """
    answer = AdminApi(http, access).execute("bulk_state", {"id": listing_id})
    try:
        operation = optional_child(answer.data, "bulkOperation")
        if not operation:
            return Listing(state=ListingState.LOST, count=0)
        return _listing(operation, access)
    except Unfit as unfit:
        raise _unreadable(unfit) from None


def end_listing(http: requests.Session, access: StoreAccess, listing_id: str) -> None:
    """Cancel the bulk operation; one that has ended is left as it is. Raises StoreBusy, AccessLost or QueryRefused."""
    AdminApi(http, access).execute("cancel_bulk", {"id": listing_id})


def _listing(operation: JsonObject, access: StoreAccess) -> Listing:
    status, count = text(operation, "status"), int(number(operation, "rootObjectCount"))
    if status in _RUNNING:
        return Listing(state=ListingState.RUNNING, count=count)
    if status == "FAILED" and optional_text(operation, "errorCode") == "ACCESS_DENIED":
        raise AccessDenied(DENIED)
    if status in _LOST:
        # Half a list is no list: what a failed operation had by then (partialDataUrl) is not read.
        return Listing(state=ListingState.LOST, count=count)
    if status != "COMPLETED":
        raise Unfit("unknown value", f"has the status “{status}”, which this version of Crossfoot does not know")
    address = optional_text(operation, "url")
    if address is not None and not address.startswith(("https://", f"{_host(access.origin)}/")):
        raise Unfit("unexpected answer", "is kept at an address that is not safe to read")
    return Listing(state=ListingState.READY, count=count, address=address)


def _host(origin: str) -> str:
    """Scheme and host: a sandbox serves its files beside its API."""
    return "/".join(origin.split("/")[:3])


def _unreadable(unfit: Unfit) -> QueryRefused:
    return QueryRefused(f"Shopify's list of orders {unfit.detail}; report this to Crossfoot's support.")
