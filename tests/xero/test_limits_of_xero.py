"""Calls left, and whose limit a 429 speaks of."""

from datetime import UTC, datetime, timedelta

import pytest
from requests.structures import CaseInsensitiveDict

from embedded_app.xero.limits import (
    Limits,
    day_window,
    limit_reached,
    minute_window,
    plan_of,
    read_limits,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_it_reads_the_calls_left_in_any_case() -> None:
    headers = CaseInsensitiveDict(
        {"x-minlimit-remaining": "59", "X-DayLimit-Remaining": "4990", "X-APPMINLIMIT-REMAINING": "9999"}
    )

    assert read_limits(headers) == Limits(minute=59, day=4990, app=9999)


@pytest.mark.parametrize(
    ("text", "clock"), [("Tue, 24 Nov 2026 12:00:00 GMT", NOON), ("yesterday", None), ("", None), ("9" * 5000, None)]
)
def test_it_reads_the_time_at_xero_where_the_answer_tells_it(text: str, clock: datetime | None) -> None:
    assert read_limits({"Date": text}).clock == clock


@pytest.mark.parametrize("text", ["", "many", "-1", "1.5", "²", "9" * 5000])
def test_a_number_it_cannot_read_counts_as_not_said(text: str) -> None:
    assert read_limits({"X-MinLimit-Remaining": text}) == Limits()


@pytest.mark.parametrize(
    ("headers", "scope", "seconds"),
    [
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "17"}, "minute", 17),
        ({"X-Rate-Limit-Problem": "Day", "Retry-After": "66975"}, "day", 66975),
        ({"X-Rate-Limit-Problem": "daily"}, "day", 3600),
        ({"X-Rate-Limit-Problem": "AppMinute", "Retry-After": "3"}, "app", 3),
        ({"X-Rate-Limit-Problem": "Concurrent"}, "concurrent", 5),
        ({"X-Rate-Limit-Problem": "something new"}, "minute", 60),
        ({"X-DayLimit-Remaining": "0", "X-MinLimit-Remaining": "0"}, "day", 3600),
        ({"X-MinLimit-Remaining": "0"}, "minute", 60),
        ({}, "concurrent", 5),
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "soon"}, "minute", 60),
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "0"}, "minute", 60),
        ({"X-Rate-Limit-Problem": "day", "Retry-After": "999999"}, "day", 86400),
    ],
)
def test_a_refused_call_says_whose_limit_it_was_and_when_to_come_back(
    headers: dict[str, str], scope: str, seconds: int
) -> None:
    reached = limit_reached(headers)

    assert (reached.scope, reached.seconds) == (scope, seconds)
    assert f"trying again in {seconds} s" in reached.sentence


def at(seconds: int) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def test_a_window_of_which_nothing_was_told_is_open() -> None:
    assert minute_window(None, None, None).told(None, NOON).closed_until(0, NOON) is None


@pytest.mark.parametrize(
    ("told", "kept", "until"),
    [
        ([(0, 59), (10, 1)], 0.0, None),
        ([(0, 59), (10, 0)], 0.0, 60),
        ([(0, 13), (10, 12)], 0.2, 60),
        ([(0, 13)], 0.2, None),
        ([(0, 25), (10, 24)], 0.4, 60),
        ([(0, 3), (20, 59), (30, 0)], 0.0, 80),  # more left than before: another minute has begun
        ([(0, 0), (61, 0)], 0.0, 121),  # its time is over: so it must be another minute
    ],
)
def test_a_window_is_closed_until_its_end_once_only_what_is_kept_back_is_left(
    told: list[tuple[int, int]], kept: float, until: int | None
) -> None:
    window = minute_window(None, None, None)
    for seconds, left in told:
        window = window.told(left, at(seconds))

    assert window.closed_until(kept, at(told[-1][0])) == (None if until is None else at(until))


def test_a_closed_window_opens_by_itself_when_its_time_is_over() -> None:
    window = minute_window(None, None, None).told(0, NOON)

    assert window.closed_until(0, at(59)) == at(60)
    assert window.closed_until(0, at(60)) is None


def test_a_day_is_asked_after_once_an_hour_since_it_may_have_begun_before_we_looked() -> None:
    window = day_window(None, None, None).told(0, NOON)

    assert window.closed_until(0, NOON) == at(3600)


@pytest.mark.parametrize(
    ("left", "known", "plan"),
    [(999, None, 1000), (1000, None, 1000), (1001, None, 5000), (12, 5000, 5000), (9, 0, 1000)],
)
def test_the_plan_is_the_smallest_that_fits(left: int, known: int | None, plan: int) -> None:
    assert plan_of(left, known) == plan
