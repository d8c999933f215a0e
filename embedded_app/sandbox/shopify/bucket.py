"""The leaky bucket of query points that one app has at one store (shopify.dev, GraphQL Admin API rate limits)."""

from embedded_app.clock import Clock

RESTORED_PER_SECOND = 100.0  # Standard plans; Advanced 200.
PLUS_RESTORED_PER_SECOND = 1000.0
SECONDS_TO_FILL = 20.0
MAXIMUM_POINTS = RESTORED_PER_SECOND * SECONDS_TO_FILL


class Bucket:
    """Points that a query needs before it runs (its requested cost) and pays after it (its actual cost).

    restored_per_second: by the store's plan; the bucket holds twenty seconds' worth.
    """

    def __init__(self, clock: Clock, *, restored_per_second: float = RESTORED_PER_SECOND) -> None:
        self._clock = clock
        self._rate = restored_per_second
        self._maximum = restored_per_second * SECONDS_TO_FILL
        self._points = self._maximum
        self._counted_at = clock.now()

    @property
    def available(self) -> float:
        """Points there are now."""
        now = self._clock.now()
        gained = max((now - self._counted_at).total_seconds(), 0.0) * self._rate
        self._points = min(self._points + gained, self._maximum)
        self._counted_at = now
        return self._points

    def pay(self, points: float) -> None:
        """Take points out."""
        self._points = max(self.available - points, 0.0)

    def empty(self) -> None:
        """Take all points out, so that the next query is throttled."""
        self.pay(self._maximum)

    def status(self) -> dict[str, float]:
        """Shopify's throttleStatus."""
        return {
            "maximumAvailable": self._maximum,
            "currentlyAvailable": float(int(self.available)),
            "restoreRate": self._rate,
        }
