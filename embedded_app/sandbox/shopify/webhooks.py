"""The webhooks a store owes its app: signed, with the real headers, and as unreliable as a test wants them.

Each delivery keeps its webhook id over all its attempts; deliveries of one merchant action share an event id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

API_VERSION = "2026-10"
ANSWER_SECONDS = 5  # Shopify gives up on an answer after five seconds in all.
MAX_ATTEMPTS = 9  # The first and eight retries over four hours; then the delivery is lost.


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook for one subscription. body: the exact bytes that are signed and sent."""

    webhook_id: str
    event_id: str
    topic: str
    shop_domain: str
    triggered_at: datetime
    body: bytes
    attempts: int = 0

    def headers(self, secret: str) -> dict[str, str]:
        """The headers Shopify sends, the signature included."""
        return {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": self.topic,
            "X-Shopify-Hmac-Sha256": sign(secret, self.body),
            "X-Shopify-Shop-Domain": self.shop_domain,
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": self.webhook_id,
            "X-Shopify-Event-Id": self.event_id,
            "X-Shopify-Triggered-At": self.triggered_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }


@dataclass(slots=True, kw_only=True)
class Sent:
    """What became of one round of sending. statuses counts the answers; waiting: still owed after it."""

    accepted: int = 0
    refused: int = 0
    dropped: int = 0
    waiting: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


class Deliveries:
    """A store's queue of webhooks. silent: nothing is owed, as before an app is installed."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._pending: list[Delivery] = []
        self.lost: list[Delivery] = []
        self.silent = False

    def pending(self) -> list[Delivery]:
        """What is owed, oldest first."""
        with self._shop.world.lock:
            return list(self._pending)

    def queue(self, bodies: list[tuple[str, dict[str, Any]]]) -> None:
        """Owe the webhooks (topic, body) of one merchant action."""
        if self.silent:
            return
        world = self._shop.world
        event_id = world.uuid()
        owed = [(topic, body) for topic, body in bodies for _ in range(self._shop.subscriptions.times(topic))]
        for topic, body in owed:
            delivery = Delivery(
                webhook_id=world.uuid(),
                event_id=event_id,
                topic=topic,
                shop_domain=self._shop.domain,
                triggered_at=world.clock.now(),
                body=json.dumps(body, separators=(",", ":")).encode(),
            )
            self._pending.append(delivery)

    def discard(self) -> int:
        """Lose everything that is owed, without a trace at the receiver; returns how many."""
        with self._shop.world.lock:
            gone, self._pending = self._pending, []
            self.lost += gone
            return len(gone)

    def deliver(
        self,
        url: str,
        *,
        times: int = 1,
        shuffle: int | None = None,
        drop: float = 0.0,
        delay: float = 0.0,
        http: requests.Session | None = None,
    ) -> Sent:
        """Send what is owed to `url`; what is not answered with a 2xx stays owed, at most nine attempts long.

        times: copies of each. shuffle: a seed; copies go out in random order. drop: the share that is silently lost.
        delay: the share that is held back until a later call. drop and delay are drawn from the same seed (0 if none).
        """
        draw = random.Random(shuffle or 0)  # Repeatable on purpose.
        sent = Sent()
        chosen = self._choose(draw, drop, delay, sent)
        copies = [delivery for delivery in chosen for _ in range(times)]
        if shuffle is not None:
            draw.shuffle(copies)
        session = http or requests.Session()
        refused: dict[str, Delivery] = {}
        for delivery in copies:
            if self._send(session, url, delivery, sent):
                refused.pop(delivery.webhook_id, None)
            else:
                refused[delivery.webhook_id] = replace(delivery, attempts=delivery.attempts + 1)
        if http is None:
            session.close()
        self._keep(list(refused.values()), sent)
        return sent

    def _choose(self, draw: random.Random, drop: float, delay: float, sent: Sent) -> list[Delivery]:
        chosen, held_back = [], []
        with self._shop.world.lock:
            for delivery in self._pending:
                if draw.random() < drop:
                    self.lost.append(delivery)
                    sent.dropped += 1
                elif draw.random() < delay:
                    held_back.append(delivery)
                else:
                    chosen.append(delivery)
            self._pending = held_back
        return chosen

    def _send(self, session: requests.Session, url: str, delivery: Delivery, sent: Sent) -> bool:
        headers = delivery.headers(self._shop.world.app.client_secret)
        try:
            answer = session.post(url, data=delivery.body, headers=headers, timeout=ANSWER_SECONDS)
        except requests.RequestException:
            sent.refused += 1
            return False
        sent.statuses[answer.status_code] += 1
        accepted = 200 <= answer.status_code < 300
        sent.accepted += accepted
        sent.refused += not accepted
        return accepted

    def _keep(self, refused: list[Delivery], sent: Sent) -> None:
        with self._shop.world.lock:
            gone = [delivery for delivery in refused if delivery.attempts >= MAX_ATTEMPTS]
            for delivery in gone:
                self._shop.subscriptions.fail(delivery.topic)
            self.lost += gone
            self._pending = [delivery for delivery in refused if delivery.attempts < MAX_ATTEMPTS] + self._pending
            sent.waiting = len(self._pending)


def sign(secret: str, body: bytes) -> str:
    """Shopify's signature: base64 of HMAC-SHA256 over the raw body with the app's secret."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
