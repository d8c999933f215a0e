"""Reads the file of a bulk operation as it comes: a JSON object a line, in parts, and from any byte on.

However many orders it lists, no more than a part of them is in memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation

import requests
import urllib3

from embedded_app.channels.contract import ListingPart, PlacedOrder
from embedded_app.channels.errors import QueryRefused, StoreBusy
from embedded_app.channels.shopify.fields import (
    JsonObject,
    Unfit,
    child,
    currency_code,
    flag,
    identifier,
    moment,
    number,
    text,
)
from embedded_app.channels.shopify.transport import RETRY_SECONDS

LINES_A_PART = 1000
MOST_BYTES = 500_000_000  # a million orders: beyond that a later day must do
_LONGEST_LINE = 65_536
_CHUNK_BYTES = 65_536
_TIMEOUT_SECONDS = 10.0
_NOTHING_BEHIND = 416  # Range Not Satisfiable: the file ends at that byte
_LAST_DIGITS = re.compile(r"[0-9]+(?=[^0-9]*$)")
_LONGEST_NUMBER = 32


def read_listing(http: requests.Session, address: str, *, read_to: int) -> Iterator[ListingPart]:
    """The orders in the file, a thousand a part, from byte `read_to` on.

    Raises StoreBusy where the file cannot be read now, after the parts that came whole; QueryRefused where it is gone,
    too long or no list of orders.
    """
    with _opened(http, address, read_to) as response:
        if response.status_code == _NOTHING_BEHIND:
            return
        skip = read_to if response.status_code == 200 else 0  # a server that knows no ranges gives all of it
        for orders, length in parts(response.iter_content(_CHUNK_BYTES), skip=skip):
            read_to += length
            if read_to > MOST_BYTES:
                raise QueryRefused("The store lists more orders than can be imported at once; choose a later day.")
            yield ListingPart(orders=orders, read_to=read_to)


def parts(chunks: Iterable[bytes], *, skip: int) -> Iterator[tuple[tuple[PlacedOrder, ...], int]]:
    """The orders in a file that comes in chunks, some lines at a time, each with the bytes these lines took.

    skip: bytes to pass over first. Raises as read_listing does.
    """
    orders: list[PlacedOrder] = []
    lines = length = 0
    for line in _lines(chunks, skip):
        orders += _orders(line)
        lines, length = lines + 1, length + len(line)
        if lines == LINES_A_PART:
            yield tuple(orders), length
            orders, lines, length = [], 0, 0
    if lines:
        yield tuple(orders), length


@contextmanager
def _opened(http: requests.Session, address: str, read_to: int) -> Iterator[requests.Response]:
    """The file from that byte on. No token goes with it, no redirect is followed, and no error holds the address."""
    # Not compressed: bytes are counted, to go on by.
    headers = {"Range": f"bytes={read_to}-", "Accept-Encoding": "identity"}
    try:
        with http.get(address, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            if answer.status_code in (408, 429) or answer.status_code >= 500:
                raise _busy()
            if answer.status_code not in (200, 206, _NOTHING_BEHIND):
                raise QueryRefused("Shopify no longer keeps this list of orders; Crossfoot asks for a new one.")
            yield answer
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        raise _busy() from None


def _lines(chunks: Iterable[bytes], skip: int) -> Iterator[bytes]:
    """Whole lines, each with its end. A last line without one is not whole: the connection broke off before it."""
    rest = b""
    for chunk in chunks:
        if skip:
            chunk, skip = chunk[skip:], max(0, skip - len(chunk))
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise QueryRefused("Shopify's list of orders has a line that is too long; report this to support.")
        for line in whole:
            yield line + b"\n"
    if rest:
        raise _busy()


def _orders(line: bytes) -> list[PlacedOrder]:
    if not line.strip():
        return []
    try:
        node = json.loads(line, parse_float=Decimal)
        if not isinstance(node, dict):
            raise Unfit("unexpected answer", "has a line that is no object")
        return [] if "__parentId" in node else [_order(node)]
    except (ValueError, RecursionError, InvalidOperation):
        detail = "has a line that cannot be read"
    except Unfit as unfit:
        detail = unfit.detail
    raise QueryRefused(f"Shopify's list of orders {detail}; report this to Crossfoot's support.")


def _order(node: JsonObject) -> PlacedOrder:
    name = text(node, "name")
    digits = _LAST_DIGITS.search(name)
    return PlacedOrder(
        id=identifier(node, "id"),
        name=name[:255],
        number=digits[0].lstrip("0")[-_LONGEST_NUMBER:] if digits else "",
        placed_at=moment(node, "processedAt"),
        updated_at=moment(node, "updatedAt"),
        currency=currency_code(node, "currencyCode"),
        total=_amount(node, "currentTotalPriceSet"),
        paid=_amount(node, "netPaymentSet"),
        refunded=_amount(node, "totalRefundedSet") != 0,
        test=flag(node, "test"),
    )


def _amount(node: JsonObject, key: str) -> Decimal:
    return number(child(child(node, key), "shopMoney"), "amount")


def _busy() -> StoreBusy:
    return StoreBusy(
        "Shopify's list of orders could not be read to its end; Crossfoot goes on with it by itself.",
        retry_seconds=RETRY_SECONDS,
    )
