"""What the rows say of the program's work at this moment: how much is owed, since when, what stands in its way.

Every figure is read from the rows when it is asked for, so it is the same whichever process answers. The statements
touch what is open, not what is done: each is served by a partial index, and stays quick over years of deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

LAG_WINDOW = timedelta(hours=1)
LAG_QUANTILES = (0.5, 0.95, 0.99)
# An organisation that was not called today says nothing about today's calls.
CALLS_READ_WITHIN = timedelta(days=1)

# States are written out: a partial index serves a statement only when its predicate is there before the values are.
DELIVERIES = text("SELECT count(*) AS total, min(received_at) AS oldest FROM delivery WHERE state = 'open'")
DISPATCHES = text(
    "SELECT state, count(*) AS total, min(created_at) AS oldest FROM dispatch WHERE state <> 'posted' GROUP BY state"
)
BATCHES = text(
    "SELECT state, count(*) AS total, min(created_at) AS oldest FROM batch WHERE state <> 'closed' GROUP BY state"
)
HOLDS = text("SELECT cause, count(*) AS total FROM hold WHERE closed_at IS NULL GROUP BY cause")
LAG = text(
    "SELECT count(*) AS total, percentile_cont(CAST(:quantiles AS float8[])) WITHIN GROUP "
    "(ORDER BY CAST(extract(epoch FROM posted_at - told_at) AS float8)) AS seconds "
    "FROM dispatch WHERE told_at IS NOT NULL AND posted_at > :since"
)
STORES = text(
    "SELECT count(*) FILTER (WHERE posting) AS posting, count(*) FILTER (WHERE paused IS NOT NULL) AS paused FROM store"
)
ORGANISATIONS = text(
    "SELECT count(*) FILTER (WHERE paused IS NOT NULL) AS paused, "
    "count(*) FILTER (WHERE not_before > :now) AS put_off, "
    "min(day_left) FILTER (WHERE calls_read_at > :since) AS day_left, "
    "min(minute_left) FILTER (WHERE calls_read_at > :since) AS minute_left FROM organisation"
)
APP_CALLS = text("SELECT minute_left FROM app_limit WHERE name = 'xero'")
JOBS = text("SELECT queue_name AS queue, status, count(*) AS total FROM procrastinate_jobs GROUP BY queue_name, status")

STATEMENTS = {
    "deliveries": DELIVERIES,
    "dispatches": DISPATCHES,
    "batches": BATCHES,
    "holds": HOLDS,
    "lag": LAG,
    "stores": STORES,
    "organisations": ORGANISATIONS,
    "app_calls": APP_CALLS,
    "jobs": JOBS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """How many there are, and how many seconds ago the oldest came; 0 where there is none."""

    count: int = 0
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One look at the rows.

    deliveries: open ones. dispatches, batches: those that are not posted, not closed, by state. held: by cause. lag:
    seconds from a webhook to its document in Xero by quantile, of the lag_count writes of the last hour; imports are
    left out. stores_posting, stores_paused, organisations_paused: counts; organisations_put_off: left alone until some
    moment. day_calls_left, minute_calls_left: of the organisation that has the fewest; app_calls_left: of the whole app
    in this minute; each None where Xero has not said. jobs: by queue and state.
    """

    deliveries: Owed
    dispatches: dict[str, Owed]
    batches: dict[str, Owed]
    held: dict[str, int]
    lag: dict[float, float]
    lag_count: int
    stores_posting: int
    stores_paused: int
    organisations_paused: int
    organisations_put_off: int
    day_calls_left: int | None
    minute_calls_left: int | None
    app_calls_left: int | None
    jobs: dict[tuple[str, str], int]


def measure(session: Session, *, now: datetime) -> Measured:
    """Read all figures. Raises SQLAlchemy's errors when the database cannot be asked."""
    deliveries = session.execute(DELIVERIES).one()
    lag = session.execute(LAG, {"quantiles": list(LAG_QUANTILES), "since": now - LAG_WINDOW}).one()
    stores = session.execute(STORES).one()
    organisations = session.execute(ORGANISATIONS, {"now": now, "since": now - CALLS_READ_WITHIN}).one()
    return Measured(
        deliveries=_owed(deliveries, now),
        dispatches=_by_state(session, DISPATCHES, now),
        batches=_by_state(session, BATCHES, now),
        held={row.cause: row.total for row in session.execute(HOLDS)},
        lag=dict(zip(LAG_QUANTILES, lag.seconds or (), strict=False)),
        lag_count=lag.total,
        stores_posting=stores.posting,
        stores_paused=stores.paused,
        organisations_paused=organisations.paused,
        organisations_put_off=organisations.put_off,
        day_calls_left=organisations.day_left,
        minute_calls_left=organisations.minute_left,
        app_calls_left=session.scalar(APP_CALLS),
        jobs={(row.queue, row.status): row.total for row in session.execute(JOBS)},
    )


def _by_state(session: Session, statement: TextClause, now: datetime) -> dict[str, Owed]:
    return {row.state: _owed(row, now) for row in session.execute(statement)}


def _owed(row: Any, now: datetime) -> Owed:
    age = (now - row.oldest).total_seconds() if row.oldest else 0.0
    return Owed(count=row.total, age_seconds=max(age, 0.0))
