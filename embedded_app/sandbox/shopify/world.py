"""All stores of the sandbox, the app installed in them, and the one lock around their state."""

import random
import threading
import uuid
from dataclasses import dataclass, field

from embedded_app.clock import Clock
from embedded_app.sandbox.shopify.faults import Faults
from embedded_app.sandbox.shopify.goods import Ids
from embedded_app.sandbox.shopify.shop import Shop

API_VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app as the platform knows it: its client id, and the secret it signs webhooks with.

    url: where the admin's frame opens it, without a trailing slash. handle: its name in the admin's addresses.
    """

    client_id: str = "sandbox-client"
    client_secret: str = field(default="sandbox-secret", repr=False)
    url: str = "http://localhost:8000"
    handle: str = "crossfoot"


class World:
    """Stores by domain. Everything that reads or changes them holds `lock`.

    limits: whether queries are throttled; off for benchmarks. faults: what goes wrong on cue. seed: makes ids of
    webhooks and tokens repeatable.
    """

    def __init__(self, *, clock: Clock, app: App | None = None, limits: bool = True, seed: int = 1) -> None:
        self.clock = clock
        self.app = app or App()
        self.limits = limits
        self.lock = threading.RLock()
        self.ids = Ids()
        self.instrument_ids = Ids(first=7_000_000_000)
        self.shops: dict[str, Shop] = {}
        self.faults = Faults(clock=clock)
        self._random = random.Random(seed)  # Repeatable on purpose.

    def shop(
        self,
        domain: str = "crossfoot-demo.myshopify.com",
        *,
        name: str | None = None,
        currency: str = "GBP",
        timezone: str = "Europe/London",
        taxes_included: bool = True,
    ) -> Shop:
        """The store of this domain, opened with the given settings when there is none yet."""
        with self.lock:
            if domain not in self.shops:
                self.shops[domain] = Shop(
                    self,
                    domain,
                    name=name or domain.removesuffix(".myshopify.com"),
                    currency=currency,
                    timezone=timezone,
                    taxes_included=taxes_included,
                )
            return self.shops[domain]

    def uuid(self) -> str:
        """A new UUID from the world's own seed."""
        with self.lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
