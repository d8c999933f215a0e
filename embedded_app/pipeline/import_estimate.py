"""What an import takes: calls to Xero, and how long that is with the calls a minute and a day that are left to it.

How much there is to post is counted by the import's job and kept on its row: so a page reads one row, however many
orders there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from embedded_app.accounting.money import plain
from embedded_app.clock import now
from embedded_app.models import (
    Document,
    Import,
    ImportOrder,
    ImportOrderState,
    Organisation,
    PostingGroup,
    Priority,
    Store,
)
from embedded_app.pipeline.calls_left import KEPT
from embedded_app.pipeline.drafts import latest_mapping
from embedded_app.xero.endpoints import INVOICES
from embedded_app.xero.limits import CALLS_A_DAY, CALLS_A_MINUTE, DAY
from embedded_app.xero.plans import invoices_a_month

# Shopify's smallest plans refill 100 points a second, and reading an order costs some 50 of them.
ORDERS_READ_A_SECOND = 2
_ALL, _WITHOUT, _MONTHS, _MONEY_ONLY = "all", "without found", "months", "money only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much there is to post. paid: orders with money. refunded: with money that went back.

    empty: orders of which nothing is left (cancelled unpaid), each of which takes a call of its own. amounts: what they
    come to, by currency.
    """

    orders: int = 0
    paid: int = 0
    refunded: int = 0
    empty: int = 0
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """calls: to Xero. duration: until all is posted. days: how many days' calls that takes, 1 where today's do.

    calls_a_day: what an import may use of a day's calls. cap: sales invoices a month that the plan takes, None where no
    cap is known; beyond_cap: orders that exceed it.
    """

    calls: int
    duration: timedelta
    days: int
    calls_a_day: int
    cap: int | None = None
    beyond_cap: int = 0


def keep_ahead(session: Session, row: Import) -> None:
    """Count what the import still has to hand over, and keep it on its row. The caller holds the row and commits."""
    due = (ImportOrder.import_id == row.id, ImportOrder.state == ImportOrderState.DUE)
    is_paid, is_empty = ImportOrder.paid != 0, (ImportOrder.total == 0) & (ImportOrder.paid == 0)
    is_found = ImportOrder.document.is_not(None)
    counted = session.execute(
        select(
            is_found,
            ImportOrder.currency,
            func.count(),
            func.count().filter(is_paid),
            func.count().filter(ImportOrder.refunded),
            func.count().filter(is_empty),
            func.sum(ImportOrder.total),
        )
        .where(*due)
        .group_by(is_found, ImportOrder.currency)
        .order_by(ImportOrder.currency)
    ).all()
    months = session.scalars(
        select(func.count()).where(*due).group_by(func.date_trunc("month", ImportOrder.placed_at, "UTC"))
    )
    row.ahead = {
        _ALL: [_told(one) for one in counted],
        _WITHOUT: [_told(one) for one in counted if not one[0]],
        _MONTHS: list(months),
    }


def keep_money_only(session: Session, row: Import) -> None:
    """Count the orders of which only later money stands in the books, since they were placed before the start date.

    That was decided for good (accounting/start.py), so no import posts their sale: the merchant is told. The caller
    holds the row and commits.
    """
    of_money = (
        select(func.count(func.distinct(ImportOrder.id)))
        .join(PostingGroup, (PostingGroup.key == ImportOrder.external_id) & (PostingGroup.store_id == row.store_id))
        .join(Document, Document.group_id == PostingGroup.id)
        .where(ImportOrder.import_id == row.id, PostingGroup.kind == "order", Document.role.startswith("M"))
    )
    row.ahead = {**row.ahead, _MONEY_ONLY: session.scalars(of_money).one()}


def money_only(row: Import) -> int:
    """How many orders only have their later money in the books, as counted when the import was ready."""
    return int(row.ahead.get(_MONEY_ONLY, 0))


def ahead(row: Import, *, without_found: bool) -> Volume:
    """What the import has to hand over, as last counted; without_found: what another app has booked is left out."""
    told: list[dict[str, Any]] = row.ahead.get(_WITHOUT if without_found else _ALL, [])
    amounts: dict[str, Decimal] = {}
    for one in told:
        amounts[one["currency"]] = amounts.get(one["currency"], Decimal(0)) + Decimal(one["total"])
    counts = {name: sum(one[name] for one in told) for name in ("orders", "paid", "refunded", "empty")}
    return Volume(**counts, amounts=amounts)


def estimate(session: Session, store: Store, row: Import, of: Volume) -> Estimate:
    """What posting that much takes now."""
    latest = latest_mapping(session, store)
    by_customer = latest is not None and latest.document.get("contacts_retail") == "customer"
    organisation = store.organisation
    reckoned = reckon(
        of,
        a_day=(organisation.day_most if organisation else None) or min(CALLS_A_DAY),
        left=_left_today(organisation) if organisation else None,
        by_customer=by_customer,
    )
    cap = invoices_a_month(organisation.plan) if organisation else None
    if cap is None:
        return reckoned
    return replace(reckoned, cap=cap, beyond_cap=sum(max(0, one - cap) for one in row.ahead.get(_MONTHS, [])))


def reckon(of: Volume, *, a_day: int, left: int | None, by_customer: bool) -> Estimate:
    """The calls, by the fifty a call carries, and the time they take.

    a_day: calls that a day holds for the organisation. left: of them today, None where all are.
    """
    calls = _full(of.orders) + _full(of.paid) + 2 * _full(of.refunded) + of.empty
    calls += _full(of.orders) if by_customer else 0
    kept = KEPT[Priority.IMPORT]
    today = max(0, int((a_day if left is None else left) - a_day * kept))
    calls_a_day = max(1, int(a_day * (1 - kept)))
    further_days = ceil(max(0, calls - today) / calls_a_day)
    at_xero = timedelta(minutes=calls / (CALLS_A_MINUTE * (1 - kept)))
    at_the_store = timedelta(seconds=of.orders / ORDERS_READ_A_SECOND)
    duration = max(at_xero, at_the_store, timedelta(days=further_days))
    return Estimate(calls=calls, duration=duration, days=1 + further_days, calls_a_day=calls_a_day)


def _left_today(organisation: Organisation) -> int | None:
    """Calls left of Xero's day, None where it is over or was never told."""
    opened_at = organisation.day_opened_at
    return organisation.day_left if opened_at is not None and opened_at + DAY > now() else None


def _told(counted: Any) -> dict[str, Any]:
    _, currency, orders, paid, refunded, empty, total = counted
    return {
        "currency": currency,
        "orders": orders,
        "paid": paid,
        "refunded": refunded,
        "empty": empty,
        "total": plain(total),
    }


def _full(elements: int) -> int:
    return ceil(elements / INVOICES.batch_size)
