"""Xero's idempotency cache: an answer is kept for six minutes from its first call under the caller's key.

Keys are scoped per app, not per tenant: the same key, address and body sent for another tenant is answered with the
first tenant's reply. Internal errors are kept and replayed like any other answer.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from embedded_app.sandbox.xero.wire import Answer, api_error

KEPT = timedelta(minutes=6)
MAX_KEY_LENGTH = 128


@dataclass(frozen=True, slots=True)
class _Kept:
    request: str
    first_at: datetime
    answer: Answer


@dataclass(slots=True)
class IdempotencyCache:
    """Answers by key. Callers hold the lock of the books, so no two calls of one key are under way at once."""

    _kept: dict[str, _Kept] = field(default_factory=dict)

    def answer(
        self, key: str, *, method: str, url: str, body: bytes, now: datetime, act: Callable[[], Answer]
    ) -> Answer:
        """The kept answer of this key, else what `act` answers. `url` is the path with its query string."""
        if len(key) > MAX_KEY_LENGTH:
            message = f"Idempotency Key: {key[:20]}… is longer than {MAX_KEY_LENGTH} characters."
            return api_error(10, "ValidationException", message)
        request = hashlib.sha256(b"\0".join((method.encode(), url.encode(), body))).hexdigest()
        kept = self._kept.get(key)
        if kept is not None and now < kept.first_at + KEPT:
            if kept.request != request:
                return api_error(10, "ValidationException", f"Idempotency Key: {key} is used with a different request.")
            return kept.answer
        answer = act()
        self._kept.pop(key, None)
        self._kept[key] = _Kept(request, now, answer)
        self._forget(now)
        return answer

    def _forget(self, now: datetime) -> None:
        """Drop what is too old, so that a long day does not fill the memory; the oldest stand first."""
        while self._kept:
            oldest = next(iter(self._kept))
            if now < self._kept[oldest].first_at + KEPT:
                return
            del self._kept[oldest]
