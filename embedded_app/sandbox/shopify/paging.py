"""Relay connections: pages of a list behind opaque cursors, forward only."""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from graphql import GraphQLError

Item = TypeVar("Item")

MAX_PAGE = 250  # shopify.dev, API limits: a page holds at most 250 items.
_whole: ContextVar[bool] = ContextVar("whole lists", default=False)


@contextmanager
def whole_lists() -> Iterator[None]:
    """Inside, every connection gives all there is, whatever page is asked for: bulk operations know no pages."""
    token = _whole.set(True)
    try:
        yield
    finally:
        _whole.reset(token)


def page(
    keyed: Sequence[tuple[str, Item]],
    answer: Callable[[Item], dict[str, Any]],
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    reverse: bool = False,
) -> dict[str, Any]:
    """One page of a list sorted by its keys, as a connection with edges, nodes and pageInfo.

    Raises GraphQLError for a cursor that is not ours and for backward paging, which the sandbox does not serve.
    """
    if _whole.get():
        first, after, last, before = len(keyed), None, None, None
    else:
        check_size(first, last)
    if last is not None or before is not None:
        raise GraphQLError("The sandbox serves pages forward only: use first and after.")
    ordered = sorted(keyed, key=lambda entry: entry[0], reverse=reverse)
    start = 0
    if after is not None:
        key = _read(after)
        # By key, not by position: a cursor stays good when its item has moved or gone.
        start = next((at for at, (own, _) in enumerate(ordered) if (own < key if reverse else own > key)), len(ordered))
    chosen = ordered[start : start + (first or 0)]
    edges = [{"cursor": _cursor(key), "node": answer(item)} for key, item in chosen]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": start + len(chosen) < len(ordered),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def check_size(first: int | None, last: int | None) -> None:
    """Raise GraphQLError unless a page size of 1 to 250 is asked."""
    size = first if first is not None else last
    if size is None:
        raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
    if not 1 <= size <= MAX_PAGE:
        raise GraphQLError(f"first and last must be from 1 to {MAX_PAGE}", extensions={"code": "BAD_REQUEST"})


def _cursor(key: str) -> str:
    return base64.b64encode(key.encode()).decode()


def _read(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise GraphQLError("Invalid cursor for current pagination sort.") from None
