"""What an organisation dictates (lock dates, tax rates, the rounding account), read from Xero and kept a while."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy.orm import Session

from embedded_app.clock import now
from embedded_app.models import Organisation
from embedded_app.pipeline import credentials
from embedded_app.xero.errors import XeroError

# Three calls each time: 144 of the 1,000 a day that the smallest plan gives, and only while something is posted.
FRESH_FOR = timedelta(minutes=30)

# Xero's JSON dates: milliseconds since 1970, in UTC.
_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")

log = structlog.get_logger(__name__)


def keep_fresh(session: Session, organisation: Organisation) -> bool:
    """Read the organisation again where what we know of it is old; True where we know it well enough to decide by.

    While Xero cannot be reached, what was read before still serves: Xero itself refuses what has become wrong since.
    """
    if organisation.read_at is not None and organisation.read_at + FRESH_FOR > now():
        return True
    try:
        read(session, organisation)
    except XeroError as problem:
        log.warning("organisation not read", organisation=organisation.id, why=problem.sentence)
        return organisation.read_at is not None
    return True


def read(session: Session, organisation: Organisation) -> None:
    """Read what the organisation dictates from Xero. Commits. Raises what credentials and reads raise."""
    api = credentials.xero_api(session, organisation, now=now())
    about, tax_rates, accounts = api.organisation(), api.tax_rates(), api.accounts()

    organisation.name = str(about.get("Name") or "")
    organisation.short_code = about.get("ShortCode")
    organisation.base_currency = str(about["BaseCurrency"])
    organisation.country = about.get("CountryCode")
    organisation.period_lock_date = _day(about.get("PeriodLockDate"))
    organisation.end_of_year_lock_date = _day(about.get("EndOfYearLockDate"))
    organisation.tax_rates = {
        str(rate["TaxType"]): _fraction(rate) for rate in tax_rates if rate.get("Status") == "ACTIVE"
    }
    organisation.rounding_account = next(
        (str(account["Code"]) for account in accounts if account.get("SystemAccount") == "ROUNDING"), None
    )
    organisation.read_at = now()
    session.commit()


def _fraction(rate: dict[str, Any]) -> str:
    """The effective rate as a fraction: Xero writes 20 for 20 %."""
    return format((Decimal(str(rate["EffectiveRate"])) / 100).normalize(), "f")


def _day(written: str | None) -> date | None:
    if not written:
        return None
    matched = _DATE.fullmatch(written)
    if matched is None:
        return date.fromisoformat(written[:10])
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(matched[1]))).date()
