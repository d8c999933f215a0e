"""What a store sold on each day and what stands in Xero for it, kept added up, so that no page adds up all orders.

A day that changed since it was added up is marked (changed_days.py), and added up anew whenever somebody asks; so the
figures are exact at every moment, and cost no more than the days that changed. Every five minutes those are folded in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

from sqlalchemy import (
    BindParameter,
    Date,
    Integer,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import DocumentKind
from embedded_app.accounting.money import ZERO
from embedded_app.bulk import insert_all
from embedded_app.changed_days import mark_all_documents, mark_days
from embedded_app.db import db
from embedded_app.models import ChangedDay, DaySales, DayTotal, Document, DocumentState, Store

SALES = (DocumentKind.INVOICE.value, DocumentKind.CREDIT_NOTE.value, DocumentKind.VOID.value)
_IN_XERO = (DocumentState.POSTED, DocumentState.DIFFERS, DocumentState.VOIDED)

WORK_SECONDS = 5.0

Sums = tuple[Decimal, Decimal]


def replace_day_sales(
    session: Session, store_id: int, order_ids: Collection[int], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Keep these rows of DaySales for the orders, in place of all they had. Flushes."""
    gone = session.scalars(delete(DaySales).where(DaySales.order_id.in_(order_ids)).returning(DaySales.day)).all()
    insert_all(session, DaySales, rows)
    mark_days(session, store_id, [*gone, *(row["day"] for row in rows)])


def sums(
    session: Session, store_id: int, first: date, last: date
) -> tuple[dict[str, Sums], dict[tuple[str, date], Sums]]:
    """What was sold, and what stands in Xero for it: by currency on all days; and by currency and day from the first to
    the last, both included, days without any left out. One statement, one snapshot.
    """
    altogether: dict[str, Sums] = defaultdict(lambda: (ZERO, ZERO))
    by_day: dict[tuple[str, date], Sums] = {}
    for currency, day, sold, in_xero in session.execute(_SUMS, {"store_id": store_id, "first": first, "last": last}):
        before = altogether[currency]
        altogether[currency] = before[0] + sold, before[1] + in_xero
        if day is not None:
            by_day[currency, day] = sold, in_xero
    return dict(altogether), by_day


def fold(session: Session, store_id: int) -> None:
    """Keep what the changed days come to now. Flushes; whoever changes a day meanwhile marks it again."""
    # One at a time: of two the slower one might keep the older sums.
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))
    days = set(session.scalars(delete(ChangedDay).where(ChangedDay.store_id == store_id).returning(ChangedDay.day)))
    if not days:
        return
    session.execute(delete(DayTotal).where(DayTotal.store_id == store_id, DayTotal.day.in_(days)))
    found = union_all(*_added_up(store_id, [DaySales.day.in_(days)], [Document.event_day.in_(days)])).subquery()
    columns = [literal(store_id).label("store_id"), found.c.day, found.c.currency]
    sums = select(*columns, func.sum(found.c.sold), func.sum(found.c.in_xero)).group_by(found.c.day, found.c.currency)
    session.execute(insert(DayTotal).from_select(["store_id", "day", "currency", "sold", "in_xero"], sums))


def fold_all() -> None:
    """Fold the stores whose days changed, those that wait longest first, for some seconds; commits."""
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    oldest = select(ChangedDay.store_id).group_by(ChangedDay.store_id).order_by(func.min(ChangedDay.id))
    for store_id in session.scalars(oldest).all():
        fold(session, store_id)
        session.commit()
        if monotonic() >= stop_at:
            break


def forget(session: Session, store_id: int) -> None:
    """The store's orders are erased: what is left to add up are its documents. Flushes."""
    for row in (DayTotal, ChangedDay):
        session.execute(delete(row).where(row.store_id == store_id))
    mark_all_documents(session, store_id)


def _added_up(
    store_id: int | BindParameter[int], sold_on: Sequence[Any], posted_for: Sequence[Any]
) -> tuple[Select[Any], Select[Any]]:
    """What such days sold, and what stands in Xero for them, from the rows themselves."""
    sold = select(
        DaySales.day, DaySales.currency, func.sum(DaySales.amount).label("sold"), literal(ZERO).label("in_xero")
    )
    sold = sold.where(DaySales.store_id == store_id, *sold_on).group_by(DaySales.day, DaySales.currency)
    # A document's total as Xero holds it, with the side it stands on.
    total = case((Document.state == DocumentState.DIFFERS, Document.xero_total), else_=Document.total)
    signed = case((Document.kind == DocumentKind.INVOICE.value, total), else_=-total)
    posted = select(Document.event_day, Document.currency, literal(ZERO), func.sum(signed))
    in_books = Document.store_id == store_id, Document.kind.in_(SALES), Document.state.in_(_IN_XERO)
    posted = posted.where(*in_books, *posted_for).group_by(Document.event_day, Document.currency)
    return sold, posted


def _sums() -> Select[Any]:
    """The sums of a store by currency and, of the days asked for, by day: the kept ones, and what changed days come to.

    Days that are not asked for are added up together.
    """
    store_id = bindparam("store_id", type_=Integer)
    changed = select(ChangedDay.day).where(ChangedDay.store_id == store_id)
    kept = select(DayTotal.day, DayTotal.currency, DayTotal.sold, DayTotal.in_xero)
    kept = kept.where(DayTotal.store_id == store_id, DayTotal.day.not_in(changed))
    anew = _added_up(store_id, [DaySales.day.in_(changed)], [Document.event_day.in_(changed)])
    days = union_all(kept, *anew).subquery()
    is_asked_for = days.c.day.between(bindparam("first", type_=Date), bindparam("last", type_=Date))
    shown = select(
        days.c.currency, case((is_asked_for, days.c.day)).label("day"), days.c.sold, days.c.in_xero
    ).subquery()
    added = func.sum(shown.c.sold), func.sum(shown.c.in_xero)
    return select(shown.c.currency, shown.c.day, *added).group_by(shown.c.currency, shown.c.day)


# Built once: to compose it takes longer than to run it.
_SUMS = _sums()
