"""What no well-behaved platform sends: values of the wrong kind, JSON that is none, bodies that cannot be read."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

# Written into the JSON text without quotes: what Python's own encoder would not write.
_BARE = "\x02bare:"
BARE = tuple(
    f"{_BARE}{token}"
    for token in (
        "NaN",
        "-Infinity",
        "1e400",
        "1e999999999",
        "-1e-999999999",
        "1e99999999999999999999",
        "0.1000000000000000000000000000000000001",
        "9" * 5000,
        "[" * 3000,
        '{"a":' * 3000,
        '{"amount":"1.00","amount":"2.00"}',
    )
)
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e\u0007\ufffe",
    "x" * 70_000,
    "NaN",
    "sNaN",
    "-Infinity",
    "1e400",
    "1E+999999999",
    "-1e-999999999",
    "1_0",
    "٣",
    "0x10",
    "-12.34",
    "9" * 40,
    "-" + "9" * 40,
    "0." + "1" * 40,
    "XXX",  # ISO 4217's word for no currency
    "gbp",
    "KWD",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-24T12:00:00",
    "2026-02-30T12:00:00Z",
    "/Date(99999999999999999)/",
    "00000000-0000-0000-0000-000000000000",
    "gid://shopify/Order/0",
    "gid://shopify/Order/" + "9" * 25,
    "America",
    "../../etc/passwd",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    10**40,
    -(10**40),
    2**31,
    2**63,
    -0.5,
    1e308,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": None},
    {"amount": None},
    *TEXTS,
    *BARE,
)


@dataclass(frozen=True)
class Change:
    """One change of a JSON value: at the place that `where` (0 to 1) is of all places, do `what`."""

    where: float
    what: str
    value: Any = None

    def apply(self, tree: Any) -> Any:
        """The value with the change made; the value itself stays."""
        tree = json.loads(json.dumps(tree, default=float))
        places = list(_places(tree))
        if not places:
            return self.value
        path = places[min(int(self.where * len(places)), len(places) - 1)]
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        _DEEDS[self.what](holder, path[-1], self.value)
        return tree


def _replace(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def _remove(holder: Any, key: Any, value: Any) -> None:
    del holder[key]


def _double(holder: Any, key: Any, value: Any) -> None:
    """Twice in a list; under a name beside it in an object, as nobody knows it."""
    if isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[f"{key}\x00"] = holder[key]


def _wrap(holder: Any, key: Any, value: Any) -> None:
    holder[key] = [holder[key]]


def _negate(holder: Any, key: Any, value: Any) -> None:
    held = holder[key]
    if isinstance(held, str):
        holder[key] = held.removeprefix("-") if held.startswith("-") else f"-{held}"
    elif isinstance(held, int | float):
        holder[key] = -held
    else:
        holder[key] = None


_DEEDS: dict[str, Callable[[Any, Any, Any], None]] = {
    "replace": _replace,
    "remove": _remove,
    "double": _double,
    "wrap": _wrap,
    "negate": _negate,
}


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    children: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, dict):
        children = iter(value.items())
    elif isinstance(value, list):
        children = iter(enumerate(value))
    for key, child in children:
        yield (*path, key)
        yield from _places(child, (*path, key))


def changes() -> st.SearchStrategy[list[Change]]:
    """One or two changes, most of them a value of another kind."""
    where = st.floats(0, 1, allow_nan=False)
    replaced = st.builds(Change, where=where, what=st.just("replace"), value=st.sampled_from(VALUES))
    moved = st.builds(Change, where=where, what=st.sampled_from(sorted(set(_DEEDS) - {"replace"})))
    return st.lists(st.one_of(replaced, replaced, moved), min_size=1, max_size=2)


def changed(tree: Any, made: list[Change]) -> bytes:
    """The JSON text of a value after these changes, as hostile as they are."""
    for change in made:
        tree = change.apply(tree)
    return text_of(tree)


def text_of(tree: Any) -> bytes:
    """JSON with the bare tokens in it."""
    text = json.dumps(tree, default=float)
    for token in BARE:
        text = text.replace(json.dumps(token), token.removeprefix(_BARE))
    return text.encode()


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How an answer may be spoiled on its way. spoil: (body) → (headers to set, body)."""

    name: str
    spoil: Callable[[bytes], tuple[dict[str, str], bytes]]
    status: int | None = None


def _bomb(body: bytes) -> tuple[dict[str, str], bytes]:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    return {"Content-Encoding": "gzip"}, squeezed.compress(b" " * 24_000_000) + squeezed.flush()


WIRES = (
    Wire(name="empty", spoil=lambda body: ({}, b"")),
    Wire(name="cut in half", spoil=lambda body: ({}, body[: len(body) // 2])),
    Wire(name="a page", spoil=lambda body: ({"Content-Type": "text/html"}, b"<html>\xff maintenance</html>")),
    Wire(name="a page that says it is JSON", spoil=lambda body: ({}, b"<html>maintenance</html>")),
    Wire(name="JSON that says it is a page", spoil=lambda body: ({"Content-Type": "text/html"}, body)),
    Wire(name="UTF-16", spoil=lambda body: ({}, body.decode("utf-8", "replace").encode("utf-16"))),
    Wire(name="not UTF-8", spoil=lambda body: ({}, body.replace(b'":"', b'":"\xff\xfe', 1))),
    Wire(name="another charset", spoil=lambda body: ({"Content-Type": "application/json; charset=cp037"}, body)),
    Wire(name="with a byte order mark", spoil=lambda body: ({}, b"\xef\xbb\xbf" + body)),
    Wire(name="twice", spoil=lambda body: ({}, body + body)),
    Wire(name="gzip", spoil=lambda body: ({"Content-Encoding": "gzip"}, gzip.compress(body))),
    Wire(name="said to be gzip", spoil=lambda body: ({"Content-Encoding": "gzip"}, body)),
    Wire(name="a bomb", spoil=_bomb),
    Wire(name="unknown coding", spoil=lambda body: ({"Content-Encoding": "zebra"}, body)),
    Wire(name="null", spoil=lambda body: ({}, b"null")),
    Wire(name="a number", spoil=lambda body: ({}, b"1e999999999")),
    Wire(name="a list", spoil=lambda body: ({}, b"[1]")),
    Wire(name="nested", spoil=lambda body: ({}, b"[" * 200_000)),
    Wire(
        name="odd waits",
        spoil=lambda body: ({"Retry-After": "1e999", "X-Rate-Limit-Problem": "\xe9"}, body),
        status=429,
    ),
    Wire(name="endless wait", spoil=lambda body: ({"Retry-After": "9" * 30}, body), status=429),
    Wire(name="negative wait", spoil=lambda body: ({"Retry-After": "-5"}, b""), status=503),
    Wire(name="odd limits", spoil=lambda body: ({"X-MinLimit-Remaining": "9" * 30, "X-DayLimit-Remaining": "x"}, body)),
    Wire(name="a redirect", spoil=lambda body: ({"Location": "//evil.example/"}, b""), status=302),
    Wire(name="nothing new", spoil=lambda body: ({}, b""), status=304),
    Wire(name="no content", spoil=lambda body: ({}, b""), status=204),
    Wire(name="a teapot", spoil=lambda body: ({}, body), status=418),
    Wire(name="not our fault", spoil=lambda body: ({}, body), status=500),
    Wire(name="refused", spoil=lambda body: ({}, body), status=400),
    Wire(name="forbidden", spoil=lambda body: ({}, body), status=403),
)
