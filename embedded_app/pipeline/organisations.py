"""What an organisation dictates (lock dates, tax rates, the rounding account), read from Xero and kept a while."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from embedded_app.accounting.chart_json import chart_to_json
from embedded_app.clock import now
from embedded_app.models import Organisation
from embedded_app.pipeline import calls_left, credentials
from embedded_app.xero.chart import read_chart, read_day
from embedded_app.xero.errors import RetryLater, XeroError

# One call every half hour and four every six: 64 of the 1,000 a day of the smallest plan, and only while something is
# posted. Xero itself refuses what has become wrong in between.
FRESH_FOR = timedelta(minutes=30)
CHART_FRESH_FOR = timedelta(hours=6)
# How long what needs an organisation waits at most before it asks for it again, while it has never been read.
UNREAD_SECONDS = 30.0

log = structlog.get_logger(__name__)


def keep_fresh(session: Session, organisation: Organisation) -> bool:
    """Read the organisation again where what we know of it is old; True where we know it well enough to decide by.

    While Xero cannot be reached, what was read before still serves: Xero itself refuses what has become wrong since.
    """
    with_chart = not _is_fresh(organisation.chart_read_at, CHART_FRESH_FOR)
    if not with_chart and _is_fresh(organisation.read_at, FRESH_FOR):
        return True
    if calls_left.closed_until(session, organisation, now=now()):
        return organisation.chart is not None
    if organisation.paused and organisation.chart is not None:
        return True
    try:
        read(session, organisation, with_chart=with_chart)
    except RetryLater as later:
        calls_left.put_off(session, organisation, later, now=now())
        return organisation.chart is not None
    except XeroError as problem:
        log.warning("organisation not read", organisation=organisation.id, why=problem.sentence)
        return organisation.chart is not None
    return True


def unread_seconds(organisation: Organisation) -> float:
    """How long to wait after keep_fresh said False: no longer than Xero asked for, 30 seconds at most."""
    until = organisation.not_before
    left = (until - now()).total_seconds() if until is not None else 0
    return min(left, UNREAD_SECONDS) if left > 0 else UNREAD_SECONDS


def _is_fresh(read_at: datetime | None, fresh_for: timedelta) -> bool:
    return read_at is not None and read_at + fresh_for > now()


def read(session: Session, organisation: Organisation, *, with_chart: bool = True) -> None:
    """Read what the organisation dictates from Xero, its lock dates always. Commits.

    Raises what credentials and reads raise, and ValueError or KeyError for an organisation that is not as Xero
    describes it.
    """
    api = credentials.xero_api(session, organisation, now=now())
    about = api.organisation()
    if with_chart:
        chart = read_chart(about, api.accounts(), api.tax_rates(), api.tracking_categories(), api.currencies())
        organisation.chart, organisation.chart_read_at = chart_to_json(chart), now()
    calls_left.note(session, organisation, api.limits, now=now())

    organisation.name = str(about.get("Name") or "")
    organisation.short_code = about.get("ShortCode")
    organisation.base_currency = str(about["BaseCurrency"])
    organisation.country = about.get("CountryCode")
    organisation.plan = about.get("Class")
    organisation.period_lock_date = read_day(about.get("PeriodLockDate"))
    organisation.end_of_year_lock_date = read_day(about.get("EndOfYearLockDate"))
    organisation.read_at = now()
    session.commit()
