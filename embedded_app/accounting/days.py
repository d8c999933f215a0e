"""Book dates: what falls into a closed period is dated the first open day, and its reference says the true day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from embedded_app.accounting.documents import Books, Document, Held, Settlement

# A store writes an agreement up to a second or so after the money of the same act, also over midnight.
TRAILING = timedelta(seconds=5)


def first_open_day(day: date, books: Books) -> date:
    """The day itself, or the first open day where the books are closed on it."""
    return day if books.lock_date is None else max(day, books.lock_date + timedelta(days=1))


def is_closed(day: date, books: Books) -> bool:
    """Whether the books are closed on that day."""
    return books.lock_date is not None and day <= books.lock_date


def true_day_text(day: date, books: Books) -> str:
    """What a reference adds where a lock date moved what happened on that day; empty where it did not."""
    return "" if first_open_day(day, books) == day else f" for {day.isoformat()}"


def closed_period_problems(
    name: str, documents: Iterable[Document], settlements: Iterable[Settlement], lock_date: date
) -> tuple[Held, ...]:
    """Why an order waits whose setting is to hold what falls into a closed period, voids and allocations included."""
    days = [one.date for one in documents] + [one.date for one in settlements]
    closed = min((day for day in days if day <= lock_date), default=None)
    if closed is None:
        return ()
    sentence = (
        f"Something of {name} falls on {closed.isoformat()}, but the books are closed until {lock_date.isoformat()}. "
        "Move the lock date in Xero and retry, or choose in the mapping that such things go to the first open day."
    )
    return (Held(cause="closed period", subject=lock_date.isoformat(), sentence=sentence),)
