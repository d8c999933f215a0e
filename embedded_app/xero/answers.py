"""What a status, a content type and a body from Xero mean, before any element is looked at: pure.

| answer                                   | to a write               | to a read             |
|------------------------------------------|--------------------------|-----------------------|
| 2xx, JSON as expected                    | Answer                   | the JSON              |
| 2xx, anything else                       | OutcomeUnknown           | RetryLater            |
| 400 with Elements                        | Answer                   | NeedsMerchant         |
| 400, key used with a different request   | OutcomeUnknown           |                       |
| 400 and other 4xx                        | NeedsMerchant            | NeedsMerchant         |
| 401, 403 as JSON                         | NeedsReconnect           | NeedsReconnect        |
| 403 as a page (Xero's edge, not the API) | RetryLater               | RetryLater            |
| 404                                      | NeedsMerchant            | None                  |
| 404 to DELETE                            | Answer: it is gone       |                       |
| 408, 3xx, 5xx                            | OutcomeUnknown           | RetryLater            |
| 429                                      | RetryLater               | RetryLater            |

No answer at all: RetryLater where no connection was made, so that nothing can have been sent; else OutcomeUnknown for a
write and RetryLater for a read. That is also what an answer is that breaks off, is longer than exchange.LARGEST_BODY or
takes longer than exchange.BODY_SECONDS. Of an Answer, outcomes.py tells each element posted or refused, also in a 200
with HasErrors, and refusals.py says why; what does not fit what was sent is OutcomeUnknown.

What follows (pipeline/sending.py): RetryLater: the same bytes at T, T being the organisation's or, for the app's own
limit, everybody's. NeedsReconnect: a refresh first where the token may only be stale; else posting pauses until Xero is
connected again. NeedsMerchant: the call is halved until what Xero does not take stands alone and is held; of a read,
posting pauses. OutcomeUnknown: looked up from minute 6 on, before anything of it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from embedded_app.xero.encoding import Json, decode
from embedded_app.xero.endpoints import Endpoint
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, OutcomeUnknown, RetryLater, XeroError
from embedded_app.xero.exchange import Reply
from embedded_app.xero.limits import DEFAULT_SECONDS, Limits, limit_reached, read_limits
from embedded_app.xero.values import words

EDGE_SECONDS = 300  # after a 403 page; a firewall that counts calls should see few
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Xero's answer to a write.

    elements: one per element sent, as outcomes.read_outcomes expects; empty where a removal is confirmed without one.
    limits: calls left. correlation_id: Xero's name for the call.
    """

    status: int
    elements: list[Json]
    limits: Limits
    correlation_id: str | None


def read_answer(endpoint: Endpoint, reply: Reply) -> Answer:
    """The elements of an answer to a write; raises the error the table above names."""
    if 200 <= reply.status < 300:
        elements = _written(endpoint, reply)
    elif reply.status == 400:
        elements = _refused(reply)
    elif reply.status == 404 and endpoint.method == "DELETE":
        elements = []
    else:
        raise _error(reply, write=True)
    return Answer(
        status=reply.status,
        elements=elements,
        limits=read_limits(reply.headers),
        correlation_id=reply.correlation_id,
    )


def read_json(reply: Reply) -> Any:
    """The JSON of an answer to a read, None where there is nothing (404); raises the error the table above names."""
    if 200 <= reply.status < 300:
        parsed = _parsed(reply)
        if parsed is None:
            raise RetryLater(DEFAULT_SECONDS["maintenance"], "maintenance", correlation_id=reply.correlation_id)
        return parsed
    if reply.status == 404:
        return None
    raise _error(reply, write=False)


def read_elements(reply: Reply, envelope: str) -> list[Json]:
    """The list of an answer to a read, empty for 404; raises RetryLater where it is not the list it should be."""
    parsed = read_json(reply)
    if parsed is None:
        return []
    elements = _listed(parsed, envelope)
    if elements is None:
        raise RetryLater(DEFAULT_SECONDS["maintenance"], "maintenance", correlation_id=reply.correlation_id)
    return elements


def _written(endpoint: Endpoint, reply: Reply) -> list[Json]:
    if endpoint.method == "DELETE" and not reply.body:
        return []
    parsed = _parsed(reply)
    elements = _listed(parsed, endpoint.envelope)
    if elements is None and endpoint.method == "DELETE" and isinstance(parsed, dict):
        elements = [parsed]  # the description shows the removed allocation bare, without its envelope
    if elements is None:
        why = "Xero's answer could not be read, so it is not known whether it was carried out; Crossfoot looks it up."
        raise OutcomeUnknown(why, correlation_id=reply.correlation_id)
    return elements


def _refused(reply: Reply) -> list[Json]:
    message = _message(reply)
    if "idempotency key" in message.lower() and "different request" in message.lower():
        why = "Xero has seen this key with another request; Crossfoot looks up what became of that one."
        raise OutcomeUnknown(why, correlation_id=reply.correlation_id)
    elements = _listed(_parsed(reply), "Elements")
    if not elements:
        raise _error(reply, write=True)
    return elements


def _error(reply: Reply, *, write: bool) -> XeroError:
    """The error of an answer that is neither a success nor per element."""
    call = reply.correlation_id
    if reply.status == 429:
        return limit_reached(reply.headers, correlation_id=call)
    if reply.status == 401 or (reply.status == 403 and reply.is_json):
        return _not_allowed(reply)
    if reply.status == 403:
        return RetryLater(EDGE_SECONDS, "maintenance", correlation_id=call)
    if 400 <= reply.status < 500 and reply.status != 408:
        return NeedsMerchant(_refusal(reply), correlation_id=call)
    if write:
        why = f"Xero answered with an error of its own ({reply.status}); Crossfoot looks up whether it was carried out."
        return OutcomeUnknown(why, correlation_id=call)
    return RetryLater(DEFAULT_SECONDS["maintenance"], "maintenance", correlation_id=call)


def _not_allowed(reply: Reply) -> NeedsReconnect:
    call = reply.correlation_id
    if "insufficient_scope" in reply.headers.get("WWW-Authenticate", "").lower():
        sentence = (
            "Crossfoot lacks a permission in Xero that it needs. Connect Xero again and accept all that is asked for."
        )
        return NeedsReconnect(sentence, correlation_id=call)
    if reply.status == 401:
        sentence = "Xero no longer accepts the connection. Connect Xero again."
        return NeedsReconnect(sentence, refresh_first=True, correlation_id=call)
    return NeedsReconnect(
        "This organisation is no longer connected to Crossfoot in Xero. Connect Xero again.", correlation_id=call
    )


def _refusal(reply: Reply) -> str:
    message = _message(reply)
    if reply.status == 404:
        return "Xero no longer has the document this belongs to. Look for it in Xero, then retry or skip it here."
    if message:
        return f"Xero refused the whole call: “{message}”. Mend that, then retry."
    return f"Xero refused the whole call without saying why ({reply.status}). Retry; if it stays, ask for support."


def _message(reply: Reply) -> str:
    parsed = _parsed(reply)
    if not isinstance(parsed, dict):
        return ""
    said = next((parsed[key] for key in ("Message", "Detail", "Title") if isinstance(parsed.get(key), str)), "")
    return words(said, _LONGEST_MESSAGE)


def _parsed(reply: Reply) -> Any:
    """The body as JSON, None where it is none."""
    if not reply.is_json:
        return None
    try:
        return decode(reply.body)
    except ValueError:
        return None


def _listed(parsed: Any, envelope: str) -> list[Json] | None:
    elements = parsed.get(envelope) if isinstance(parsed, dict) else None
    if isinstance(elements, list) and all(isinstance(element, dict) for element in elements):
        return elements
    return None
