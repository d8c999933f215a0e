"""How many calls Xero leaves us, read from the headers of its answers.

Per organisation 60 a minute, 5 at once and 1,000 or 5,000 a day; per app 10,000 a minute (developer.xero.com, OAuth 2.0
API limits).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from embedded_app.xero.errors import RetryLater, Scope

# Seconds to wait where Xero names none. A concurrent refusal carries no Retry-After; the others nearly always do.
DEFAULT_SECONDS: dict[Scope, int] = {"minute": 60, "day": 3600, "app": 60, "concurrent": 5, "maintenance": 60}
LONGEST_SECONDS = 24 * 3600

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
    """Calls left: minute and day for this organisation, app (a minute) for all. None where the answer did not say."""

    minute: int | None = None
    day: int | None = None
    app: int | None = None


def read_limits(headers: Mapping[str, str]) -> Limits:
    """The calls left; `headers` must look names up in any case, as those of requests do."""
    return Limits(
        minute=_count(headers, "X-MinLimit-Remaining"),
        day=_count(headers, "X-DayLimit-Remaining"),
        app=_count(headers, "X-AppMinLimit-Remaining"),
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


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
