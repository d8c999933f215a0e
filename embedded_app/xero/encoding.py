"""JSON with exact Decimals, both ways.

The bytes of a batch are kept before they are sent and may be sent again, so equal payloads must give equal bytes.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from embedded_app.xero.endpoints import Endpoint

Json = dict[str, Any]


def encode(endpoint: Endpoint, elements: list[Json]) -> bytes:
    """The body of one call: the elements in the endpoint's envelope; empty for DELETE, whose path says it all.

    Numbers are Decimal or int; a float raises TypeError. Raises ValueError for no elements or more than one call takes.
    """
    if not 1 <= len(elements) <= endpoint.batch_size:
        raise ValueError(f"one call of {endpoint.name} takes 1 to {endpoint.batch_size} elements, not {len(elements)}")
    if endpoint.method == "DELETE":
        return b""
    # ASCII with escapes: a store's text may hold half a surrogate pair, which has no UTF-8 form and would stop all 50.
    return _text({endpoint.envelope: elements}).encode("ascii")


def decode(body: bytes) -> Any:
    """Parse JSON with exact decimals; raises ValueError for anything that is not JSON."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_not_a_number)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return _number(value)
    if value is None or isinstance(value, str | bool | int):
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
