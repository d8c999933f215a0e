"""Expiring offline tokens of one store, refreshed by rotation.

An access token lives for an hour, a refresh token for 90 days. Refreshing gives a new pair; the refresh token just
used stays usable until its replacement is used, for at most 30 days (shopify.dev changelog, more resilient
refreshes). Whether an access token dies when its pair is refreshed is not documented: here it lives out its hour.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=90)
REUSE_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What the platform hands out. Moments are aware UTC; neither token shows in repr."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime


class Tokens:
    """The live tokens of one store and app. Callers hold the world's lock."""

    def __init__(self, now: Callable[[], datetime], uuid: Callable[[], str]) -> None:
        self._now = now
        self._uuid = uuid
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, datetime] = {}

    def issue(self) -> TokenPair:
        """A new pair, as an installation gives it; earlier pairs stay as they are."""
        now = self._now()
        pair = TokenPair(
            access=f"shpat_{self._uuid().replace('-', '')}",
            refresh=f"shprt_{self._uuid().replace('-', '')}",
            access_expires_at=now + ACCESS_LIFE,
            refresh_expires_at=now + REFRESH_LIFE,
        )
        self._access[pair.access] = pair.access_expires_at
        self._refresh[pair.refresh] = pair.refresh_expires_at
        return pair

    def accepts(self, access: str) -> bool:
        """Whether the Admin API lets this access token in now."""
        return access in self._access and self._now() < self._access[access]

    def refresh(self, token: str) -> TokenPair | None:
        """A new pair for a usable refresh token, None for any other.

        Using a token retires all others, its own predecessor included, but not itself: it stays until the new one
        is used. Used twice, only the latest replacement counts (the strict reading).
        """
        now = self._now()
        if token not in self._refresh or now >= self._refresh[token]:
            return None
        self._refresh = {token: min(self._refresh[token], now + REUSE_LIFE)}
        return self.issue()

    def revoke_access(self) -> None:
        """End all access tokens at once; refresh tokens stay usable."""
        self._access.clear()

    def revoke_all(self) -> None:
        """End everything, as uninstalling the app does."""
        self._access.clear()
        self._refresh.clear()
