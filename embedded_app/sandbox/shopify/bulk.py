"""Bulk operations: a query over whole lists that runs by itself and leaves its result in a file, an object a line.

As Shopify documents them for 2026-01 and later ("Perform bulk operations with the GraphQL Admin API"): up to five
queries at once for an app and store; no variables; one to five connections, two of them inside each other below the
first at most, none inside a list; a line's `__parentId` names the object it belongs to; the file is kept for seven
days. What the file holds is how the store stood when the operation began. The states follow the clock: created, running
for `seconds`, then completed; a fault on cue (`faults.FaultKind`) lets it fail half-way or be cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import request
from graphql import GraphQLError, GraphQLResolveInfo

from embedded_app.sandbox.shopify.moments import moment_text

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.faults import Sight
    from embedded_app.sandbox.shopify.shop import Shop

MOST_AT_ONCE = 5
KEPT_FOR = timedelta(days=7)
CANCELING = timedelta(seconds=1)
_ENDED = ("COMPLETED", "FAILED", "CANCELED", "EXPIRED")


@dataclass(slots=True, kw_only=True)
class BulkOperation:
    """One operation. end: the state it comes to after `seconds`. lines: of its file, as far as it comes."""

    id: str
    query: str
    created_at: datetime
    seconds: float
    lines: list[str]
    root_count: int
    end: str = "COMPLETED"
    error_code: str | None = None
    canceled_at: datetime | None = None

    @property
    def number(self) -> str:
        """What ends its id, and names its file."""
        return self.id.rsplit("/", 1)[-1]

    def ended_at(self) -> datetime:
        """When it has run for its time."""
        return self.created_at + timedelta(seconds=self.seconds)

    def state(self, now: datetime) -> str:
        """BulkOperationStatus at this moment."""
        if self.canceled_at is not None:
            return "CANCELING" if now < self.canceled_at + CANCELING else "CANCELED"
        if now < self.ended_at():
            return "RUNNING" if now > self.created_at else "CREATED"
        return "EXPIRED" if now > self.ended_at() + KEPT_FOR else self.end

    def file(self, now: datetime) -> str | None:
        """What its address gives; None where there is nothing (any more)."""
        state = self.state(now)
        if state not in ("COMPLETED", "FAILED") or not self.lines:
            return None
        shown = self.lines if state == "COMPLETED" else self.lines[: len(self.lines) // 2]
        return "".join(shown)


class BulkOperations:
    """One store's operations. seconds: how long each takes. Callers hold the world's lock."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.seconds = 0.0
        self.made: dict[str, BulkOperation] = {}

    def run(self, query: str, sight: Sight, result: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The mutation bulkOperationRunQuery. result: runs the query over whole lists; may raise GraphQLError."""
        now = self._shop.now()
        if sum(one.state(now) not in _ENDED for one in self.made.values()) >= MOST_AT_ONCE:
            return _refused("LIMIT_REACHED", "Bulk operations limit reached. Please try again later.")
        try:
            found = result()
        except GraphQLError as error:
            return _refused("INVALID", error.message)
        made = BulkOperation(
            id=self._shop.world.ids.gid("BulkOperation"),
            query=query,
            created_at=now,
            seconds=self.seconds,
            lines=list(_lines(found, None)),
            root_count=sum(len(one["edges"]) for one in found.values() if _is_connection(one)),
        )
        made.end, made.error_code = sight.bulk_end() or (made.end, None)
        self.made[made.id] = made
        return {"bulkOperation": self._answer(made, at_first=True), "userErrors": []}

    def one(self, info: GraphQLResolveInfo[Any], *, id: str) -> dict[str, Any] | None:
        """The query bulkOperation."""
        return self._answer(self.made[id]) if id in self.made else None

    def cancel(self, info: GraphQLResolveInfo[Any], *, id: str) -> dict[str, Any]:
        """The mutation bulkOperationCancel."""
        one = self.made.get(id)
        if one is None:
            errors = [{"field": ["id"], "message": "Bulk operation does not exist"}]
            return {"bulkOperation": None, "userErrors": errors}
        if one.state(self._shop.now()) in _ENDED:
            errors = [{"field": None, "message": "A bulk operation cannot be canceled when it is completed"}]
            return {"bulkOperation": self._answer(one), "userErrors": errors}
        one.canceled_at = self._shop.now()
        return {"bulkOperation": self._answer(one), "userErrors": []}

    def file(self, number: str) -> str | None:
        """The file of this operation, None where there is none (any more)."""
        found = next((one for one in self.made.values() if one.number == number), None)
        return None if found is None else found.file(self._shop.now())

    def _answer(self, one: BulkOperation, *, at_first: bool = False) -> dict[str, Any]:
        """at_first: as the mutation that made it tells of it, which is never more than that it was created."""
        now = self._shop.now()
        state = "CREATED" if at_first else one.state(now)
        file = None if at_first else one.file(now)
        # The real one is elsewhere (storage.googleapis.com) and opens without a token, as this one does.
        address = f"{request.host_url}{self._shop.domain}/bulk/{one.number}.jsonl" if file else None
        has_ended = state in _ENDED
        return {
            "__typename": "BulkOperation",
            "id": one.id,
            "query": one.query,
            "type": "QUERY",
            "status": state,
            "errorCode": one.error_code if state == "FAILED" else None,
            "createdAt": moment_text(one.created_at),
            "completedAt": moment_text(one.ended_at()) if state == "COMPLETED" else None,
            "objectCount": str(len(one.lines) if has_ended else self._so_far(one, len(one.lines))),
            "rootObjectCount": str(one.root_count if has_ended else self._so_far(one, one.root_count)),
            "fileSize": str(len(file.encode())) if file and state == "COMPLETED" else None,
            "url": address if state == "COMPLETED" else None,
            "partialDataUrl": address if state == "FAILED" else None,
        }

    def _so_far(self, one: BulkOperation, count: int) -> int:
        passed = (self._shop.now() - one.created_at).total_seconds()
        return int(count * min(1.0, passed / one.seconds)) if one.seconds else 0


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"bulkOperation": None, "userErrors": [{"field": ["query"], "message": message, "code": code}]}


def _lines(found: dict[str, Any], parent_id: str | None) -> Iterator[str]:
    """The objects of each connection, every one before its own."""
    for connection in filter(_is_connection, found.values()):
        for node in (edge["node"] for edge in connection["edges"]):
            own = {name: value for name, value in node.items() if not _is_connection(value)}
            parent = {} if parent_id is None else {"__parentId": parent_id}
            yield json.dumps({**own, **parent}, separators=(",", ":")) + "\n"
            yield from _lines(node, node.get("id"))


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("edges"), list)
