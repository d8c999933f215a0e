"""What became of each element of a call that Xero answered: pure.

An element counts as posted only if everything in it agrees that it is; where its parts contradict each other, or the
answer does not fit what was sent, nothing is assumed and OutcomeUnknown sends the whole batch to look-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from embedded_app.xero.answers import Answer
from embedded_app.xero.encoding import Json
from embedded_app.xero.endpoints import OVERPAYMENTS, REMOVALS, VOIDS, Endpoint
from embedded_app.xero.errors import OutcomeUnknown
from embedded_app.xero.refusals import Refused as Refused
from embedded_app.xero.refusals import explain
from embedded_app.xero.values import amount, is_xero_id, words

_LONGEST_MESSAGE, _LONGEST_STATUS = 500, 32
_NO_ID = "00000000-0000-0000-0000-000000000000"  # what a refused element carries


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Xero holds it.

    xero_id: None only for a removal, which leaves nothing. total, total_tax: as Xero computed them, in the document's
    currency; for payments and allocations total is the amount and total_tax None; journals and contacts have neither.
    status: Xero's word ("AUTHORISED", "PAID", "VOIDED", "DELETED"), empty where it has none.
    """

    xero_id: str | None
    total: Decimal | None
    total_tax: Decimal | None
    status: str


def read_outcomes(
    endpoint: Endpoint, answer: Answer, sent: int, *, names: Sequence[str] = ()
) -> list[Posted | Refused]:
    """One outcome per element, in the order sent.

    sent: how many elements went out. names: what payloads.name gave (documents), references (payments) or numbers
    (contacts), in order; given, they are compared with what Xero echoes, so that no id can end up on another document.
    Raises OutcomeUnknown where the answer does not fit.
    """
    if endpoint in REMOVALS and not answer.elements:
        return [_removed()]
    if len(answer.elements) != sent:
        raise _unfit(answer, f"{sent} elements were sent and {len(answer.elements)} came back")
    outcomes = [_outcome(endpoint, answer, element) for element in answer.elements]
    if names and any(_is_other(endpoint, *pair) for pair in zip(answer.elements, names, strict=True)):
        raise _unfit(answer, "the elements came back under other names than they were sent")
    return outcomes


def read_posted(endpoint: Endpoint, element: Json) -> Posted:
    """The figures of an element that Xero holds, as read from a write or a list."""
    if endpoint in REMOVALS:
        return _removed()
    return Posted(
        xero_id=identity(element, endpoint.id_field),
        total=amount(element.get(endpoint.total_field or "")),
        total_tax=amount(element.get("TotalTax")),
        status=words(element.get("Status"), _LONGEST_STATUS),
    )


def is_overpayment_named(element: Json, name: str) -> bool:
    """Whether the description of the element's line ends with our name, as payloads.overpayment has it."""
    lines = element.get("LineItems")
    described = [line.get("Description") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return any(isinstance(text, str) and text.endswith(f"({name})") for text in described)


def identity(element: Json, field: str) -> str | None:
    """Xero's id in lower case, None where it is absent or the nil id."""
    value = element.get(field)
    return value.lower() if is_xero_id(value) and value != _NO_ID else None


def _outcome(endpoint: Endpoint, answer: Answer, element: Json) -> Posted | Refused:
    messages = _messages(element)
    flagged = element.get("StatusAttributeString") == "ERROR" or any(
        element.get(flag) is True for flag in ("HasErrors", "HasValidationErrors")
    )
    refused = bool(messages) or flagged
    if refused and element.get("StatusAttributeString") in ("OK", "WARNING"):
        raise _unfit(answer, "an element came back both accepted and refused")
    if refused:
        if endpoint in REMOVALS and any("deleted" in message.lower() for message in messages):
            return _removed()  # DELETE has no key: a second one finds its work done
        return explain(messages or ["no reason given"])
    if answer.status == 400 or not _is_done(endpoint, element):
        raise _unfit(answer, "an element came back neither accepted nor refused")
    posted = read_posted(endpoint, element)
    for field, figure in ((endpoint.total_field or "", posted.total), ("TotalTax", posted.total_tax)):
        if element.get(field) is not None and figure is None and endpoint not in REMOVALS:
            raise _unfit(answer, f"an element came back with a {field} that is no amount")
    return posted


def _is_other(endpoint: Endpoint, element: Json, name: str) -> bool:
    """Whether the element came back under another name than it was sent; one without any is taken for the right one."""
    if endpoint is OVERPAYMENTS:
        return bool(element.get("LineItems")) and not is_overpayment_named(element, name)
    echo = None if endpoint.name_field is None else element.get(endpoint.name_field)
    return echo is not None and echo != name


def _is_done(endpoint: Endpoint, element: Json) -> bool:
    if endpoint in REMOVALS:
        return element.get("IsDeleted") is True
    if endpoint is VOIDS:
        return element.get("Status") == "VOIDED"
    return identity(element, endpoint.id_field) is not None


def _messages(element: Json) -> list[str]:
    """Every validation message at any depth (lines, contacts), each once, in order."""
    return list(dict.fromkeys(_messages_in(element, 0)))


def _messages_in(value: dict[str, Any] | list[Any], depth: int) -> Iterator[str]:
    if depth > 20:
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if not isinstance(item, dict | list):
            continue  # most of an answer is plain values
        if key == "ValidationErrors" and isinstance(item, list):
            said = (words(error.get("Message"), _LONGEST_MESSAGE) for error in item if isinstance(error, dict))
            yield from (message for message in said if message)
        else:
            yield from _messages_in(item, depth + 1)


def _removed() -> Posted:
    return Posted(xero_id=None, total=None, total_tax=None, status="DELETED")


def _unfit(answer: Answer, why: str) -> OutcomeUnknown:
    sentence = f"Xero's answer does not fit what was sent ({why}); Crossfoot looks up what became of it."
    return OutcomeUnknown(sentence, correlation_id=answer.correlation_id)
