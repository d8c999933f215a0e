"""Which of a store's days have to be added up anew: whoever changes what counts on a day marks it, in that transaction.

Marks are only ever added, so that nobody waits for anybody; pipeline/day_totals.py takes them away once it has added
the days up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import any_, insert, select
from sqlalchemy.orm import Session

from embedded_app.models import ChangedDay, Document


def mark_days(session: Session, store_id: int, days: Iterable[date]) -> None:
    """What these days sold, or what stands in Xero for them, has changed."""
    marks = [{"store_id": store_id, "day": day} for day in sorted(set(days))]
    if marks:
        session.execute(insert(ChangedDay), marks)


def mark_documents(session: Session, document_ids: Iterable[int]) -> None:
    """What stands in Xero of these documents has changed."""
    ids = list(document_ids)
    if ids:
        days = select(Document.store_id, Document.event_day).where(Document.id == any_(ids)).distinct()
        session.execute(insert(ChangedDay).from_select(["store_id", "day"], days))


def mark_all_documents(session: Session, store_id: int) -> None:
    """Add up anew whatever day of the store has documents."""
    days = select(Document.store_id, Document.event_day).where(Document.store_id == store_id).distinct()
    session.execute(insert(ChangedDay).from_select(["store_id", "day"], days))
