"""The GraphQL documents of this folder, each sent with exactly the fragments it uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_QUERIES = Path(__file__).parent / "queries"
_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)


def query_names() -> list[str]:
    """The names `query_text` knows, sorted."""
    return sorted(path.stem for path in _QUERIES.glob("*.graphql"))


@cache
def query_text(name: str) -> str:
    """The document `queries/{name}.graphql` with its fragments, each in a file of its own name. Comments stay here."""
    operation = _read(_QUERIES / f"{name}.graphql")
    parts = {"": operation}
    waiting = _SPREAD.findall(operation)
    while waiting:
        fragment = waiting.pop()
        if fragment not in parts:
            parts[fragment] = _read(_QUERIES / "fragments" / f"{fragment}.graphql")
            waiting += _SPREAD.findall(parts[fragment])
    return "\n".join(parts.values())


def _read(path: Path) -> str:
    return _COMMENT.sub("", path.read_text("utf-8"))
