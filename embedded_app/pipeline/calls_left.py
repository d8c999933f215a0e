"""Calls left: whether an organisation may be called now, and what Xero's answers say of the calls that are left.

Nobody sleeps here. What must wait is put off on its row, and woken at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import waits
from embedded_app.models import AppLimit, Organisation, Priority
from embedded_app.queue import wake_at
from embedded_app.xero import limits, spacing
from embedded_app.xero.errors import RetryLater
from embedded_app.xero.limits import Limits, Window
from embedded_app.xero.plans import invoices_a_month

XERO = "xero"
# The share of every window that each priority leaves to the more urgent ones.
KEPT = {Priority.LIVE: 0.0, Priority.IMPORT: 0.2, Priority.BACKGROUND: 0.4}
# Less than any priority: what Organisation.least_urgent says where everything waits.
NOTHING = min(Priority) - 1
# The row of the whole app is written this often at most while calls are plenty: every worker writes the same one.
APP_TOLD_EVERY = timedelta(seconds=1)
CLOCK_TOLD_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Calls a minute and a day, those left of the day, and sales invoices a month; None where Xero has not said."""

    minute_most: int
    day_most: int | None
    day_left: int | None
    invoices: int | None


def closed_until(
    session: Session, organisation: Organisation, priority: Priority = Priority.LIVE, *, now: datetime
) -> datetime | None:
    """Until when nothing of this priority may be asked of the organisation's books; None: it may be now."""
    moments = [organisation.not_before, *(one.closed_until(KEPT[priority], now) for one in _windows(organisation))]
    app = session.get(AppLimit, XERO)
    if app is not None:
        moments += [app.not_before, _app_window(app).closed_until(KEPT[priority], now)]
    ahead = (moment for moment in moments if moment is not None and waits.lies_ahead(moment, now, waits.BY_XERO))
    return max(ahead, default=None)


def least_urgent(session: Session, organisation: Organisation, *, now: datetime) -> Priority:
    """The least urgent priority that may still be sent now, where the live may."""
    urgencies = sorted(Priority, reverse=True)
    return next((one for one in urgencies if closed_until(session, organisation, one, now=now) is None), Priority.LIVE)


def keep_back(session: Session, organisation: Organisation, least_urgent: Priority, *, now: datetime) -> None:
    """Note that what is less urgent waits for calls, so that nobody is woken for it before; the caller commits."""
    until = closed_until(session, organisation, Priority(least_urgent + 1), now=now)
    if until is not None:
        organisation.least_urgent, organisation.least_urgent_until = least_urgent, until
        wake_at(session, "post", organisation.id, until)


def wait_to_fill(session: Session, organisation: Organisation, until: datetime) -> None:
    """Note that what is ready waits for a fuller call, so that nobody is woken for it before; the caller commits.

    What is decided meanwhile wakes the post job by itself, and a call that has become full goes at once.
    """
    organisation.least_urgent, organisation.least_urgent_until = NOTHING, until
    wake_at(session, "post", organisation.id, until)


def note(session: Session, organisation: Organisation, told: Limits | None, *, now: datetime) -> None:
    """Keep what Xero's last answer said of the calls left; the caller commits. None: there was no answer."""
    if told is None:
        return
    if told.minute is not None:
        minute = _windows(organisation)[0].told(told.minute, now)
        organisation.minute_left, organisation.minute_opened_at = minute.left, minute.opened_at
    if told.day is not None:
        day = _windows(organisation)[1].told(told.day, now)
        organisation.day_left, organisation.day_opened_at = day.left, day.opened_at
        organisation.day_most = limits.plan_of(told.day, organisation.day_most)
    organisation.calls_read_at = now
    known = organisation.xero_clock
    if told.clock is not None and (known is None or abs(told.clock - known) >= CLOCK_TOLD_EVERY):
        organisation.xero_clock = told.clock
    if told.app is not None:
        _note_app(session, told.app, now=now)


def put_off(session: Session, organisation: Organisation, later: RetryLater, *, now: datetime) -> None:
    """Leave Xero alone as long as it asks for: this organisation's books, or everybody's where the limit is the app's.

    Commits. The organisation's post job is woken at that moment; the others are by the sweep.
    """
    until = now + timedelta(seconds=later.seconds)
    if later.scope == "app":
        _keep_app(session, not_before=until)
        wake_at(session, "post", organisation.id, until)
        session.commit()
    else:
        leave_alone(session, organisation, until)


def leave_alone(session: Session, organisation: Organisation, until: datetime) -> None:
    """Ask nothing of the organisation's books before that moment, and wake its post job then. Commits."""
    organisation.not_before = until
    wake_at(session, "post", organisation.id, until)
    session.commit()


def found(organisation: Organisation) -> Found:
    """What is known to limit what is posted to the organisation."""
    return Found(
        minute_most=limits.CALLS_A_MINUTE,
        day_most=organisation.day_most,
        day_left=organisation.day_left,
        invoices=invoices_a_month(organisation.plan),
    )


def spaced_until(organisation: Organisation, *, now: datetime) -> datetime | None:
    """Until when only full calls are made, so that the organisation's calls last all day; None: any call is fine.

    What waits already is not put off by calls that only read.
    """
    _, day = _windows(organisation)
    moment = spacing.spaced_until(day, now)
    waited = organisation.least_urgent_until if organisation.least_urgent == NOTHING else None
    if moment is None or waited is None:
        return moment
    return min(moment, waited) if waited > now else None


def waits_no_more(organisation: Organisation) -> None:
    """Note that a call goes out, from which on the next wait is counted; the caller commits."""
    if organisation.least_urgent == NOTHING:
        organisation.least_urgent_until = None


def _windows(organisation: Organisation) -> tuple[Window, Window]:
    """The organisation's minute and day."""
    read_at = organisation.calls_read_at
    return (
        limits.minute_window(organisation.minute_left, organisation.minute_opened_at, read_at),
        limits.day_window(organisation.day_left, organisation.day_opened_at, read_at, most=organisation.day_most),
    )


def _app_window(row: AppLimit) -> Window:
    return limits.app_window(row.minute_left, row.minute_opened_at, row.read_at)


def _note_app(session: Session, left: int, *, now: datetime) -> None:
    row = session.get(AppLimit, XERO)
    known = _app_window(row) if row is not None else limits.app_window(None, None, None)
    plenty = left > known.most * max(KEPT.values())
    if plenty and known.read_at is not None and known.read_at + APP_TOLD_EVERY > now:
        return
    window = known.told(left, now)
    _keep_app(session, minute_left=left, minute_opened_at=window.opened_at, read_at=now)


def _keep_app(session: Session, **values: object) -> None:
    kept = insert(AppLimit).values(name=XERO, **values)
    session.execute(kept.on_conflict_do_update(index_elements=["name"], set_=values))
