"""The GraphQL documents of this folder, each sent with exactly the fragments it uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_QUERIES = Path(__file__).parent / "queries"
_FRAGMENTS = _QUERIES / "fragments"
_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)


def query_names() -> list[str]:
    """The names `query_text` knows, sorted."""
    return sorted(path.stem for path in _QUERIES.glob("*.graphql"))


@cache
def query_text(name: str, *, presented: bool = False) -> str:
    """The document `queries/{name}.graphql` with its fragments, each in a file of its own name. Comments stay here.

    presented: ask every amount in the customer's currency, too; fragments in `fragments/presented` then take the place
    of their namesakes. Two texts, and no @include: so what the shorter one costs does not hang on how Shopify counts
    what is left out.
    """
    operation = _read(_QUERIES / f"{name}.graphql")
    parts = {"": operation}
    waiting = _SPREAD.findall(operation)
    while waiting:
        fragment = waiting.pop()
        if fragment not in parts:
            parts[fragment] = _read(_fragment_path(fragment, presented))
            waiting += _SPREAD.findall(parts[fragment])
    return "\n".join(parts.values())


def _fragment_path(name: str, presented: bool) -> Path:
    own = _FRAGMENTS / "presented" / f"{name}.graphql"
    return own if presented and own.exists() else _FRAGMENTS / f"{name}.graphql"


def _read(path: Path) -> str:
    return _COMMENT.sub("", path.read_text("utf-8"))
