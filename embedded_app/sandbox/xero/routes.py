"""What the endpoint modules share: how an endpoint is added, and the query parameters that many of them know."""

from collections.abc import Callable

from embedded_app.sandbox.xero.batches import Call
from embedded_app.sandbox.xero.gate import Rule
from embedded_app.sandbox.xero.wire import Answer, Refused, api_error

Add = Callable[[str, str, Rule, Callable[..., Answer]], None]

PAGES = frozenset({"page", "pageSize"})
UNIT_PLACES = frozenset({"unitdp"})
SUMMARIZE = frozenset({"summarizeErrors"})


def only_one(call: Call, envelope: str) -> None:
    """Refuse a call to one record's address that brings several elements."""
    body = call.body
    if isinstance(body, dict) and isinstance(body.get(envelope), list) and len(body[envelope]) != 1:
        raise Refused(api_error(14, "PostDataInvalidException", "A call to one address takes exactly one element."))
