"""How many calls Xero leaves us, read from the headers of its answers, and until when a call had better wait: pure.

Per organisation 60 a minute, 5 at once and 1,000 or 5,000 a day; per app 10,000 a minute (developer.xero.com, OAuth 2.0
API limits). One call at a time is made for each organisation, so that five at once are never reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from embedded_app.xero.errors import RetryLater, Scope

# Seconds to wait where Xero names none. A concurrent refusal carries no Retry-After; the others nearly always do.
DEFAULT_SECONDS: dict[Scope, int] = {"minute": 60, "day": 3600, "app": 60, "concurrent": 5, "maintenance": 60}
LONGEST_SECONDS = 24 * 3600

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CALLS_A_MINUTE, APP_CALLS_A_MINUTE = 60, 10_000
CALLS_A_DAY = (1_000, 5_000)  # of the smallest plan, of all others
BELIEVED = timedelta(hours=1)

# Xero's exact words are not documented, hence substrings; "appminute" holds two of them, so the app comes first.
_PROBLEMS: tuple[tuple[str, Scope], ...] = (
    ("app", "app"),
    ("concurrent", "concurrent"),
    ("day", "day"),
    ("daily", "day"),
    ("minute", "minute"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls left: minute and day for this organisation, app (a minute) for all. None where the answer did not say.

    clock: the time at Xero when it answered (RFC 9110, Date).
    """

    minute: int | None = None
    day: int | None = None
    app: int | None = None
    clock: datetime | None = None


def read_limits(headers: Mapping[str, str]) -> Limits:
    """The calls left; `headers` must look names up in any case, as those of requests do."""
    return Limits(
        minute=_count(headers, "X-MinLimit-Remaining"),
        day=_count(headers, "X-DayLimit-Remaining"),
        app=_count(headers, "X-AppMinLimit-Remaining"),
        clock=_clock(headers),
    )


def limit_reached(headers: Mapping[str, str], *, correlation_id: str | None = None) -> RetryLater:
    """The error of a 429: whose limit, and how long to wait (Retry-After, at most a day; without it a default)."""
    scope = _scope(headers)
    seconds = _count(headers, "Retry-After") or DEFAULT_SECONDS[scope]
    return RetryLater(min(seconds, LONGEST_SECONDS), scope, correlation_id=correlation_id)


def _scope(headers: Mapping[str, str]) -> Scope:
    problem = headers.get("X-Rate-Limit-Problem", "").lower()
    for word, scope in _PROBLEMS:
        if word in problem:
            return scope
    left = read_limits(headers)
    if left.day == 0:
        return "day"
    if left.minute == 0 or problem:
        return "minute"
    return "concurrent"


def _clock(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One of Xero's fixed windows of calls, as far as its answers told.

    length: how long it lasts. most: calls it holds. left: calls left in it, as told at read_at. opened_at: since when
    it runs, by our clock: a window opens with its first call, and only ours count. None where nothing was told yet.
    """

    length: timedelta
    most: int
    left: int | None = None
    opened_at: datetime | None = None
    read_at: datetime | None = None

    def told(self, left: int | None, now: datetime) -> Window:
        """The window after an answer that came now and said how many calls are left; the same where it did not say."""
        if left is None:
            return self
        opened = self.opened_at
        if opened is None or self.left is None or left > self.left or opened + self.length <= now:
            opened = now
        return replace(self, left=left, opened_at=opened, read_at=now)

    def closed_until(self, kept: float, now: datetime) -> datetime | None:
        """Until when no call may be made that leaves the share `kept` of the window to others; None: now is fine.

        Xero is asked again after BELIEVED at the latest: the window may have opened earlier than we saw, and a refused
        call costs nothing and says the moment.
        """
        if self.left is None or self.opened_at is None or self.read_at is None or self.left > self.most * kept:
            return None
        until = min(self.opened_at + self.length, self.read_at + BELIEVED)
        return until if until > now else None


def minute_window(left: int | None, opened_at: datetime | None, read_at: datetime | None) -> Window:
    """An organisation's minute."""
    return Window(length=MINUTE, most=CALLS_A_MINUTE, left=left, opened_at=opened_at, read_at=read_at)


def app_window(left: int | None, opened_at: datetime | None, read_at: datetime | None) -> Window:
    """The minute of the whole app."""
    return Window(length=MINUTE, most=APP_CALLS_A_MINUTE, left=left, opened_at=opened_at, read_at=read_at)


def day_window(
    left: int | None, opened_at: datetime | None, read_at: datetime | None, *, most: int | None = None
) -> Window:
    """An organisation's day. most: what plan_of said, None while nothing was told."""
    return Window(length=DAY, most=most or min(CALLS_A_DAY), left=left, opened_at=opened_at, read_at=read_at)


def plan_of(day_left: int, known: int | None) -> int:
    """How many calls a day the app's plan gives: the smallest that fits what is left, never less than known before."""
    return max(known or 0, next((most for most in CALLS_A_DAY if day_left <= most), day_left))
