"""The webhook subscriptions an app has in one store: those of its configuration file, and those it made itself.

by_app: whether the file subscribes to everything, as after a deploy; then all webhooks are owed whatever the app made,
and those it made are owed once more. Subscriptions made through the API are deleted when a delivery has failed nine
times; the file's stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from embedded_app.sandbox.shopify import paging
from embedded_app.sandbox.shopify.moments import moment_text

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One that was made through the API. topic: as GraphQL names it (ORDERS_CREATE)."""

    id: str
    topic: str
    uri: str
    format: str
    filter: str | None
    include_fields: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class Subscriptions:
    """One store's subscriptions. refused: topics that may not be subscribed to, as without their scope."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.by_app = True
        self.made: dict[str, Subscription] = {}
        self.refused: set[str] = set()

    def times(self, topic: str) -> int:
        """How many deliveries an event of this topic ("orders/create") makes."""
        return self.by_app + sum(one.topic == _enum(topic) for one in self.made.values())

    def fail(self, topic: str) -> None:
        """Delete what was made through the API for a topic whose delivery failed for good."""
        self.made = {key: one for key, one in self.made.items() if one.topic != _enum(topic)}

    def listed(self, info: GraphQLResolveInfo[Any], **asked: Any) -> dict[str, Any]:
        """The query webhookSubscriptions: only those made through the API."""
        page = {name: asked[name] for name in ("first", "after", "last", "before", "reverse") if name in asked}
        if set(asked) - set(page) - {"sortKey"}:
            raise GraphQLError("The sandbox lists all webhook subscriptions: ask without filters.")
        keyed = [(f"{int(key.rsplit('/', 1)[-1]):020}", one) for key, one in self.made.items()]
        return paging.page(keyed, _answer, **page)

    def create(self, info: GraphQLResolveInfo[Any], *, topic: str, webhookSubscription: Any) -> dict[str, Any]:
        """The mutation webhookSubscriptionCreate."""
        problem = self._problem(topic, webhookSubscription)
        taken = [one for one in self.made.values() if one.topic == topic and one.uri == webhookSubscription.get("uri")]
        if taken:
            problem = "Address for this topic has already been taken"
        if problem:
            return {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription"], "message": problem}]}
        now = self._shop.now()
        made = Subscription(
            id=self._shop.world.ids.gid("WebhookSubscription"),
            topic=topic,
            uri="",
            format="JSON",
            filter=None,
            include_fields=(),
            created_at=now,
            updated_at=now,
        )
        self.made[made.id] = made
        return self._changed(made, webhookSubscription)

    def update(self, info: GraphQLResolveInfo[Any], *, id: str, webhookSubscription: Any) -> dict[str, Any]:
        """The mutation webhookSubscriptionUpdate."""
        if id not in self.made:
            errors = [{"field": ["id"], "message": "Webhook subscription does not exist"}]
            return {"webhookSubscription": None, "userErrors": errors}
        return self._changed(self.made[id], webhookSubscription)

    def _problem(self, topic: str, wanted: Any) -> str | None:
        if topic in self.refused:
            return "You do not have permission to create or update webhooks with this topic."
        return (
            None if str(wanted.get("uri", "")).startswith("https://") else "Address protocol http:// is not supported"
        )

    def _changed(self, one: Subscription, wanted: Any) -> dict[str, Any]:
        one.uri = wanted.get("uri", one.uri)
        one.format = wanted.get("format", one.format)
        one.filter = wanted.get("filter", one.filter)
        one.include_fields = tuple(wanted.get("includeFields") or ())
        one.updated_at = self._shop.now()
        return {"webhookSubscription": _answer(one), "userErrors": []}


def _answer(one: Subscription) -> dict[str, Any]:
    return {
        "__typename": "WebhookSubscription",
        "id": one.id,
        "topic": one.topic,
        "uri": one.uri,
        "format": one.format,
        "filter": one.filter,
        "includeFields": list(one.include_fields),
        "createdAt": moment_text(one.created_at),
        "updatedAt": moment_text(one.updated_at),
    }


def _enum(topic: str) -> str:
    return topic.replace("/", "_").upper()
