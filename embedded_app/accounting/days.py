"""Book dates: what falls into a closed period is dated the first open day, and its reference says the true day."""

from __future__ import annotations

from datetime import date, timedelta

from embedded_app.accounting.documents import Books


def first_open_day(day: date, books: Books) -> date:
    """The day itself, or the first open day where the books are closed on it."""
    return day if books.lock_date is None else max(day, books.lock_date + timedelta(days=1))


def true_day_text(day: date, books: Books) -> str:
    """What a reference adds where a lock date moved what happened on that day; empty where it did not."""
    return "" if first_open_day(day, books) == day else f" for {day.isoformat()}"
