"""GET /metrics: what the rows say of the work at this moment, as Prometheus reads it; for the holder of METRICS_TOKEN.

No figure is by store or organisation: there may be thousands, and whose shop stands still is on its own pages.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping

import structlog
from flask import Blueprint, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import BatchState, DispatchState
from embedded_app.pipeline.measuring import Measured, Owed, measure

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
_OPEN_DISPATCHES = [state.value for state in DispatchState if state is not DispatchState.POSTED]
_OPEN_BATCHES = [state.value for state in BatchState if state is not BatchState.CLOSED]

metrics = Blueprint("metrics", __name__)
log = structlog.get_logger()


@metrics.get("/metrics")
def scrape() -> tuple[bytes | str, int, dict[str, str]]:
    """200 the figures · 401 without the token · 404 where no METRICS_TOKEN is set · 503 the database is away."""
    token = current_app.extensions["crossfoot.config"].metrics_token
    if token is None:
        return "Set METRICS_TOKEN to serve metrics.\n", 404, PLAIN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return "Send Authorization: Bearer and the METRICS_TOKEN.\n", 401, {**PLAIN, "WWW-Authenticate": "Bearer"}
    try:
        measured = measure(db.session(), now=now())
    except (DBAPIError, PoolTimeout) as problem:
        log.error("metrics not read", problem=type(problem).__name__)
        return "The database cannot be read.\n", 503, PLAIN
    finally:
        db.session.rollback()
    registry = CollectorRegistry()
    registry.register(_Figures(measured))
    return generate_latest(registry), 200, {"Content-Type": CONTENT_TYPE_LATEST}


class _Figures(Collector):
    """The figures under their names. States that nothing is in are told as 0, so that no series ends."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._owed()
        yield from self._standing_in_the_way()
        yield from self._lag()
        yield from self._calls_left()

    def _owed(self) -> Iterator[GaugeMetricFamily]:
        one = self._measured
        yield _gauge("deliveries_open", "Webhooks taken in and not yet decided.", one.deliveries.count)
        yield _gauge(
            "deliveries_oldest_age_seconds", "Since when the oldest of them waits.", one.deliveries.age_seconds
        )
        yield from _by_state("dispatches", "Writes owed to Xero", _OPEN_DISPATCHES, one.dispatches)
        yield from _by_state("batches", "Calls to Xero that are not closed", _OPEN_BATCHES, one.batches)
        jobs = GaugeMetricFamily("crossfoot_jobs", "Jobs in the queue.", labels=["queue", "status"])
        for (queue, status), count in sorted(one.jobs.items()):
            jobs.add_metric([queue, status], count)
        yield jobs

    def _standing_in_the_way(self) -> Iterator[GaugeMetricFamily]:
        one = self._measured
        held = GaugeMetricFamily("crossfoot_held", "Things held for merchants, by cause.", labels=["cause"])
        for cause, count in sorted(one.held.items()):
            held.add_metric([cause], count)
        yield held
        yield _gauge("stores_posting", "Stores whose posting is switched on.", one.stores_posting)
        yield _gauge("stores_paused", "Stores that wait for their merchant.", one.stores_paused)
        yield _gauge("organisations_paused", "Organisations that wait for their merchant.", one.organisations_paused)
        yield _gauge("organisations_put_off", "Organisations left alone for a while.", one.organisations_put_off)

    def _lag(self) -> Iterator[GaugeMetricFamily]:
        lag = GaugeMetricFamily(
            "crossfoot_lag_seconds",
            "From a webhook to its writes in Xero, over the last hour.",
            labels=["quantile"],
        )
        for quantile, seconds in self._measured.lag.items():
            lag.add_metric([str(quantile)], seconds)
        yield lag
        yield _gauge("lag_writes", "Writes to Xero in the last hour that the lag is of.", self._measured.lag_count)

    def _calls_left(self) -> Iterator[GaugeMetricFamily]:
        one = self._measured
        for name, help_, value in (
            (
                "xero_day_calls_left_least",
                "Calls of the day left to who has the fewest.",
                "day_calls_left",
            ),
            ("xero_minute_calls_left_least", "The same of its minute, when last called.", "minute_calls_left"),
            ("xero_app_minute_calls_left", "Calls of the minute left to the whole app.", "app_calls_left"),
        ):
            left: int | None = getattr(one, value)
            if left is not None:
                yield _gauge(name, help_, left)


def _gauge(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"crossfoot_{name}", help_, value=value)


def _by_state(name: str, help_: str, states: list[str], owed: Mapping[str, Owed]) -> Iterator[GaugeMetricFamily]:
    counts = GaugeMetricFamily(f"crossfoot_{name}", f"{help_}, by state.", labels=["state"])
    ages = GaugeMetricFamily(
        f"crossfoot_{name}_oldest_age_seconds", "Since when the oldest in each state is there.", labels=["state"]
    )
    for state in states:
        counts.add_metric([state], owed.get(state, Owed()).count)
        ages.add_metric([state], owed.get(state, Owed()).age_seconds)
    yield counts
    yield ages
