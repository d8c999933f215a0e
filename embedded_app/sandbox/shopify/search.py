"""Shopify's search syntax, as far as a reader needs it: comparisons of moments, all of which hold."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from graphql import GraphQLError

_TERM = re.compile(r"""\s*(?:AND\s+)?(\w+):(>=|<=|>|<)(?:'([^']+)'|"([^"]+)"|(\S+))""")
_COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_Searched = TypeVar("_Searched")
_ORDER_FIELDS = {"updated_at": "updated_at", "created_at": "created_at", "processed_at": "created_at"}


def matching(
    things: Iterable[_Searched], query: str | None, fields: Mapping[str, str] = _ORDER_FIELDS
) -> list[_Searched]:
    """Those for which every term of the query holds, such as "updated_at:>='2026-11-24T08:00:00Z'".

    fields: the attributes that may be searched, by the search's names for them. Raises GraphQLError for anything else:
    the real search silently ignores a term it does not know, which a test would never notice.
    """
    tests = list(_terms(query or "", fields))
    return [thing for thing in things if all(holds(getattr(thing, field), moment) for field, holds, moment in tests)]


def _terms(
    query: str, fields: Mapping[str, str]
) -> Iterable[tuple[str, Callable[[datetime, datetime], bool], datetime]]:
    position = 0
    while query[position:].strip():
        term = _TERM.match(query, position)
        if term is None or term[1] not in fields:
            raise GraphQLError(f"The sandbox's search does not know {query[position:].strip()!r}.")
        yield fields[term[1]], _COMPARISONS[term[2]], _moment(term[3] or term[4] or term[5])
        position = term.end()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GraphQLError(f"{text!r} is not a time.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
