"""Shopify's search syntax, as far as a reader needs it: comparisons of moments, and names; all must hold."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from graphql import GraphQLError

_TERM = re.compile(r"""\s*(?:AND\s+)?(\w+):(>=|<=|>|<)(?:'([^']+)'|"([^"]+)"|(\S+))""")
_NAME = re.compile(r"""\s*(?:AND\s+)?name:(?:'([^']+)'|"([^"]+)"|(\S+))""")
_COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_Searched = TypeVar("_Searched")
_ORDER_FIELDS = {"updated_at": "updated_at", "created_at": "created_at", "processed_at": "created_at", "name": "name"}


def matching(
    things: Iterable[_Searched], query: str | None, fields: Mapping[str, str] = _ORDER_FIELDS
) -> list[_Searched]:
    """Those for which every term of the query holds, such as "updated_at:>='2026-11-24T08:00:00Z'".

    fields: the attributes that may be searched, by the search's names for them. Raises GraphQLError for anything else:
    the real search silently ignores a term it does not know, which a test would never notice.
    """
    tests = list(_terms(query or "", fields))
    return [thing for thing in things if all(holds(getattr(thing, field)) for field, holds in tests)]


def _terms(query: str, fields: Mapping[str, str]) -> Iterable[tuple[str, Callable[[Any], bool]]]:
    position = 0
    while query[position:].strip():
        term, name = _TERM.match(query, position), _NAME.match(query, position)
        if term is not None and term[1] in fields:
            moment = _moment(term[3] or term[4] or term[5])
            yield fields[term[1]], partial(_holds, _COMPARISONS[term[2]], moment)
            position = term.end()
        elif name is not None and "name" in fields:
            yield fields["name"], partial(_is_called, name[1] or name[2] or name[3])
            position = name.end()
        else:
            raise GraphQLError(f"The sandbox's search does not know {query[position:].strip()!r}.")


def _holds(compare: Callable[[datetime, datetime], bool], moment: datetime, found: datetime) -> bool:
    return compare(found, moment)


def _is_called(wanted: str, name: str) -> bool:
    """With or without the # that a store puts before its numbers."""
    return name.casefold().removeprefix("#") == wanted.casefold().removeprefix("#")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GraphQLError(f"{text!r} is not a time.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
