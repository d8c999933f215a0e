"""JSON with exact Decimals, both ways.

The bytes of a batch are kept before they are sent and may be sent again, so equal payloads must give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring_ascii
from typing import Any

from embedded_app.xero.endpoints import Endpoint

Json = dict[str, Any]


def encode(endpoint: Endpoint, elements: list[Json]) -> bytes:
    """The body of one call: the elements in the endpoint's envelope; empty for DELETE, whose path says it all.

    Numbers are Decimal or int; a float raises TypeError. Raises ValueError for no elements or more than one call takes.
    """
    return enveloped(endpoint, [encode_element(element) for element in elements])


def encode_element(element: Json) -> bytes:
    """One element as it stands in a body. Numbers are Decimal or int; a float raises TypeError."""
    # ASCII with escapes: a store's text may hold half a surrogate pair, which has no UTF-8 form and would stop all 50.
    return _text(element).encode("ascii")


def enveloped(endpoint: Endpoint, encoded: Sequence[bytes]) -> bytes:
    """The body of one call of elements that are encoded already; otherwise as `encode`."""
    if not 1 <= len(encoded) <= endpoint.batch_size:
        raise ValueError(f"one call of {endpoint.name} takes 1 to {endpoint.batch_size} elements, not {len(encoded)}")
    if endpoint.method == "DELETE":
        return b""
    return b'{"%s":[%s]}' % (endpoint.envelope.encode("ascii"), b",".join(encoded))


def decode(body: bytes) -> Any:
    """Parse JSON with exact decimals; raises ValueError for anything that is not JSON."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_not_a_number)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    except InvalidOperation as error:
        raise ValueError("JSON with an exponent that no number here has") from error


def _text(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring_ascii(key)}:{_text(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([_text(item) for item in value]) + "]"
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    raise TypeError(f"{type(value).__name__} has no place in a body for Xero: money is Decimal")


def _number(value: Decimal) -> str:
    """Plain notation without trailing zeros: 2.50 and 2.5000 (a column's scale) are one number and one text."""
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount")
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _not_a_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
