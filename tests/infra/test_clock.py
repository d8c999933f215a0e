"""The injected clock."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from embedded_app.clock import SetClock, SystemClock, now


def test_a_set_clock_stands_still_until_it_is_advanced() -> None:
    clock = SetClock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))

    clock.advance(90)

    assert clock.now() == clock.now() == datetime(2026, 11, 24, 12, 1, 30, tzinfo=UTC)


def test_a_set_clock_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        SetClock(datetime(2026, 11, 24))  # noqa: DTZ001  that is what it refuses


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_now_asks_the_apps_clock(app: Flask, clock: SetClock) -> None:
    clock.advance(60)

    with app.app_context():
        assert now() == clock.now()
