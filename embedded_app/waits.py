"""What is put off until a moment on its row.

A moment further off than anybody asks us to wait was written by a clock that has been set back since. It counts as
past: else whatever it stands on would be left alone until the wrong clock's time has come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from embedded_app.xero.limits import LONGEST_SECONDS

# No store asks us to wait longer, and Xero for no longer than until its day is over.
BY_STORES = timedelta(minutes=15)
BY_XERO = timedelta(seconds=LONGEST_SECONDS)


def lies_ahead(moment: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether it is to be waited for."""
    return moment is not None and now < moment <= now + longest


def is_due(
    moment: InstrumentedAttribute[datetime | None], now: datetime | BindParameter[Any], longest: timedelta
) -> ColumnElement[bool]:
    """`lies_ahead`'s opposite, as a condition on rows."""
    return or_(moment.is_(None), moment <= now, moment > now + longest)
