"""Xero's rate limits: calls per tenant and minute, per tenant and day, per app and minute, and calls at once.

Windows are fixed: a window opens with its first call and then lasts its full length. A refused call does not count
(not documented; it makes Retry-After the whole truth). Strings of X-Rate-Limit-Problem are not known for sure.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from embedded_app.sandbox.xero.wire import Answer, text_answer


@dataclass(slots=True)
class _Window:
    length: timedelta
    opened_at: datetime | None = None
    used: int = 0

    def roll(self, now: datetime) -> None:
        if self.opened_at is None or now >= self.opened_at + self.length:
            self.opened_at, self.used = now, 0

    def seconds_left(self, now: datetime) -> int:
        opened = self.opened_at or now
        return max(1, math.ceil((opened + self.length - now).total_seconds()))


@dataclass(slots=True)
class _Tenant:
    minute: _Window = field(default_factory=lambda: _Window(timedelta(minutes=1)))
    day: _Window = field(default_factory=lambda: _Window(timedelta(days=1)))
    in_flight: int = 0


def too_many(problem: str, retry_after_seconds: int | None) -> Answer:
    """The 429 for `minute`, `day`, `appminute` or `concurrent`; the last has no Retry-After."""
    answer = text_answer("Too many requests.", 429)
    headers: tuple[tuple[str, str], ...] = (("X-Rate-Limit-Problem", problem),)
    if retry_after_seconds is not None:
        headers += (("Retry-After", str(retry_after_seconds)),)
    return Answer(status=429, body=answer.body, content_type=answer.content_type, headers=headers)


@dataclass(slots=True)
class Limits:
    """The counters and the limits themselves, which tests may change; `enabled` False admits everything, uncounted.

    refused: how many calls were refused so far.
    Callers hold the lock of the books.
    """

    enabled: bool = True
    per_minute: int = 60
    per_day: int = 5000  # 1,000 for apps in Xero's Starter tier.
    concurrent: int = 5
    app_per_minute: int = 10_000
    refused: int = 0
    _app: _Window = field(default_factory=lambda: _Window(timedelta(minutes=1)))
    _tenants: dict[str, _Tenant] = field(default_factory=dict)

    def admit(self, tenant_id: str, now: datetime) -> Answer | None:
        """Count a call in, or return the 429 that refuses it. An admitted call must be released."""
        tenant = self._tenants.setdefault(tenant_id, _Tenant())
        checks = (
            ("appminute", self._app, self.app_per_minute),
            ("day", tenant.day, self.per_day),
            ("minute", tenant.minute, self.per_minute),
        )
        for _, window, _ in checks:
            window.roll(now)
        if self.enabled:
            if tenant.in_flight >= self.concurrent:
                self.refused += 1
                return too_many("concurrent", None)
            for problem, window, most in checks:
                if window.used >= most:
                    self.refused += 1
                    return too_many(problem, window.seconds_left(now))
            for _, window, _ in checks:
                window.used += 1
        tenant.in_flight += 1
        return None

    def release(self, tenant_id: str) -> None:
        """End an admitted call."""
        self._tenants[tenant_id].in_flight -= 1

    def headers(self, tenant_id: str) -> tuple[tuple[str, str], ...]:
        """The three headers that every answer carries."""
        tenant = self._tenants.setdefault(tenant_id, _Tenant())
        return (
            ("X-MinLimit-Remaining", str(max(0, self.per_minute - tenant.minute.used))),
            ("X-DayLimit-Remaining", str(max(0, self.per_day - tenant.day.used))),
            ("X-AppMinLimit-Remaining", str(max(0, self.app_per_minute - self._app.used))),
        )
