"""Turns bytes into input: each decision is taken from them in order, so that a fuzzer can change one and keep the rest.

Where the bytes end, each decision is the first choice: no bytes at all are the first seed as it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tests.fuzzing.answering import Said
from tests.hostile.odd import VALUES, WIRES, Change, changed, text_of

STATUSES = (200, 200, 200, 201, 204, 302, 304, 400, 401, 402, 403, 404, 408, 416, 418, 423, 429, 500, 503)
CODINGS = ("gzip", "deflate", "gzip, gzip", "x-gzip", "identity", "br", "zstd", "zebra", "")
HEADERS = (
    "Content-Type",
    "Retry-After",
    "Location",
    "Date",
    "X-Rate-Limit-Problem",
    "X-MinLimit-Remaining",
    "X-Shopify-API-Version",
    "WWW-Authenticate",
    "Xero-Correlation-Id",
)
DEEDS = ("replace", "replace", "replace", "replace", "remove", "double", "wrap", "negate")
MOST_CHANGES = 3
# To pack and unpack megabytes each time would leave no time for anything else; the property tests do that.
SPOILED = tuple(wire for wire in WIRES if wire.name != "a bomb")


class Draw:
    """Decisions taken from bytes, the first of them first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def some(self, count: int) -> bytes:
        """The next so many bytes, fewer at the end."""
        self._at += count
        return self._data[self._at - count : self._at]

    def below(self, count: int) -> int:
        """A number from 0 on, below count."""
        return int.from_bytes(self.some(1 if count <= 256 else 2), "big") % count

    def one_of(self, options: Sequence[Any]) -> Any:
        """One of these."""
        return options[self.below(len(options))]

    def text(self) -> str:
        """A piece of text, many times over; what is no UTF-8 becomes half characters, as JSON may hold them."""
        return self.some(self.below(64)).decode("utf-8", "surrogateescape") * (1 + self.below(256))

    def header(self) -> str:
        """The same as a header may have it: a server refuses the rest before we see it."""
        return "".join(chr(byte) for byte in self.some(self.below(64)) if byte not in b"\r\n\x00") * (
            1 + self.below(256)
        )

    def rest(self) -> bytes:
        """All that is left."""
        return self._data[self._at :]


def body(draw: Draw, seeds: Sequence[Any]) -> bytes:
    """A body: a seed as it is, with some places of it changed, or just the bytes that are left."""
    seed = draw.one_of(seeds)
    count = draw.below(MOST_CHANGES + 1)
    if not count:
        return draw.rest() or text_of(seed)
    return changed(seed, [_change(draw, seed) for _ in range(count)])


def said(draw: Draw, seeds: Sequence[Any]) -> Said:
    """A platform's answer: a status, headers, and a body that may be packed or spoiled on its way."""
    status, how = draw.one_of(STATUSES), draw.below(5)
    headers = {"Content-Type": "application/json"}
    if how == 1:
        wire = draw.one_of(SPOILED)
        more, content = wire.spoil(body(draw, seeds))
        return Said(wire.status or status, {**headers, **more}, content)
    if how == 2:
        headers |= {draw.one_of(HEADERS): draw.header() for _ in range(1 + draw.below(3))}
    if how == 3:
        return Said(status, {**headers, "Content-Encoding": draw.one_of(CODINGS)}, body(draw, seeds))
    if how == 4:
        headers["Content-Encoding"] = "gzip"
        return Said(status, headers, zlib.compress(body(draw, seeds) * (1 + draw.below(256)), 1, 31))
    return Said(status, headers, body(draw, seeds))


def inputs(seeds: Sequence[Any], heads: Sequence[bytes]) -> Iterator[bytes]:
    """What a fuzzer begins with: each seed as it is, as text to change, and with one place of it changed.

    heads: of each seed, what is drawn before the body.
    """
    for at, seed in enumerate(seeds):
        yield heads[at] + bytes([at, 0])
        yield heads[at] + bytes([at, 0]) + text_of(seed)
        yield heads[at] + bytes([at, 1]) + bytes(range(37 * at % 199, 37 * at % 199 + 24))


def _change(draw: Draw, seed: Any) -> Change:
    return Change(where=draw.below(2**16) / 2**16, what=draw.one_of(DEEDS), value=_value(draw, seed))


def _value(draw: Draw, seed: Any) -> Any:
    """Something odd, something that stands elsewhere in the seed, a text, or a figure."""
    kind = draw.below(5)
    if kind == 0:
        return draw.one_of(VALUES)
    if kind == 1:
        return draw.one_of(list(_leaves(seed)) or VALUES)
    if kind == 2:
        return draw.text()
    figure = int.from_bytes(draw.some(3), "big", signed=True)
    return figure if kind == 3 else f"{figure / 100:.2f}"


def _leaves(value: Any) -> Iterator[Any]:
    """Each plain value that stands in a seed."""
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _leaves(child)
    else:
        yield float(value) if isinstance(value, Decimal) else value
