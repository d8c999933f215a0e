"""Calls left, and whose limit a 429 speaks of."""

import pytest
from requests.structures import CaseInsensitiveDict

from embedded_app.xero.limits import Limits, limit_reached, read_limits


def test_it_reads_the_calls_left_in_any_case() -> None:
    headers = CaseInsensitiveDict(
        {"x-minlimit-remaining": "59", "X-DayLimit-Remaining": "4990", "X-APPMINLIMIT-REMAINING": "9999"}
    )

    assert read_limits(headers) == Limits(minute=59, day=4990, app=9999)


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
