"""How a day's calls are spread over the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from embedded_app.xero.limits import Window, day_window
from embedded_app.xero.spacing import spaced_until

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
NOON = MIDNIGHT + timedelta(hours=12)


def day(used: int, *, most: int = 1_000) -> Window:
    """A day that opened at midnight, as the last call at noon told."""
    return day_window(most - used, MIDNIGHT, NOON, most=most)


def test_calls_are_made_at_once_while_few_were_made() -> None:
    assert spaced_until(day(50), NOON) is None


@pytest.mark.parametrize(("used", "seconds"), [(51, 24 * 3600 / 879), (530, 216), (900, 2880), (1_000, 12 * 3600)])
def test_what_is_left_is_spread_over_the_rest_of_the_day(used: int, seconds: float) -> None:
    moment = spaced_until(day(used), NOON)

    assert moment is not None
    assert abs((moment - NOON).total_seconds() - seconds) < 0.01


def test_nobody_waits_whose_last_call_was_long_ago() -> None:
    assert spaced_until(day(530), NOON + timedelta(minutes=4)) is None


def test_a_larger_plan_waits_later() -> None:
    assert spaced_until(day(250, most=5_000), NOON) is None


def test_nothing_is_waited_for_while_nothing_was_told() -> None:
    assert spaced_until(day_window(None, None, None), NOON) is None
