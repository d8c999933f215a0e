"""What an organisation dictates (lock dates, tax rates, the rounding account), read from Xero and kept a while."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from embedded_app.accounting.chart_json import chart_to_json
from embedded_app.clock import now
from embedded_app.models import Organisation
from embedded_app.pipeline import calls_left, credentials
from embedded_app.xero.chart import read_about, read_chart
from embedded_app.xero.errors import NeedsMerchant, RetryLater, XeroError

# One call every half hour and four every six: 64 of the 1,000 a day of the smallest plan, and only while something is
# posted. Xero itself refuses what has become wrong in between.
FRESH_FOR = timedelta(minutes=30)
CHART_FRESH_FOR = timedelta(hours=6)
# How long what needs an organisation waits at most before it asks for it again, while it has never been read.
UNREAD_SECONDS = 30.0
REFUSED_PAUSE = timedelta(minutes=10)

NOT_UNDERSTOOD = (
    "Xero describes this organisation in a way that Crossfoot does not understand. Try again; if it stays, ask for "
    "support."
)

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
        if organisation.chart is None and isinstance(problem, NeedsMerchant):
            # To ask again with every job would use the day's calls up.
            calls_left.leave_alone(session, organisation, now() + REFUSED_PAUSE)
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

    Raises what credentials and reads raise; NeedsMerchant, too, for an organisation that is not as Xero describes one.
    """
    api = credentials.xero_api(session, organisation, now=now())
    told = api.organisation()
    try:
        about = read_about(told)
        if with_chart:
            chart = read_chart(told, api.accounts(), api.tax_rates(), api.tracking_categories(), api.currencies())
            organisation.chart, organisation.chart_read_at = chart_to_json(chart), now()
    except ValueError as odd:
        log.warning("organisation not understood", organisation=organisation.id, why=str(odd))
        raise NeedsMerchant(NOT_UNDERSTOOD) from None
    calls_left.note(session, organisation, api.limits, now=now())

    organisation.name, organisation.short_code = about.name, about.short_code
    organisation.base_currency, organisation.country, organisation.plan = about.base_currency, about.country, about.plan
    organisation.period_lock_date = about.period_lock_date
    organisation.end_of_year_lock_date = about.end_of_year_lock_date
    organisation.read_at = now()
    session.commit()
