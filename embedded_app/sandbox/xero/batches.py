"""Runs the elements of one write: each on its own with summarizeErrors=false, all or nothing otherwise."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from embedded_app.sandbox.xero.faults import Fault, FaultKind
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.wire import Answer, Invalid, JsonObject, Refused, api_error, json_answer

MAX_ELEMENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One admitted call to the accounting API: whose, with what query and body, at what moment."""

    organisation: Organisation
    query: dict[str, str]
    body: Any
    modified_since: datetime | None
    fault: Fault | None
    now: datetime

    @property
    def unit_places(self) -> int:
        """Decimals of unit amounts: 4 with `unitdp=4`, else 2."""
        return 4 if self.query.get("unitdp") == "4" else 2

    @property
    def summarize_errors(self) -> bool:
        """Xero's texts give true as the default, its description false; true is the strict one."""
        return self.query.get("summarizeErrors", "true").lower() != "false"


def elements(body: Any, envelope: str) -> list[Any]:
    """The elements of a body: `{"Invoices": […]}` or one bare object. Raises Refused."""
    given = body.get(envelope, [body] if body else []) if isinstance(body, dict) else None
    if isinstance(body, dict) and envelope in body and len(body) > 1:
        given = None
    if not isinstance(given, list) or not given:
        message = (
            f"JSON for post data was invalid: send an object with a non-empty array '{envelope}' and nothing else."
        )
        raise Refused(api_error(14, "PostDataInvalidException", message))
    if len(given) > MAX_ELEMENTS:
        message = f"A call takes at most {MAX_ELEMENTS} elements; this one has {len(given)}."
        raise Refused(api_error(14, "PostDataInvalidException", message))
    return given


def run(
    call: Call,
    envelope: str,
    act: Callable[[Any], JsonObject],
    *,
    flag: str = "HasErrors",
    summarize: bool | None = None,
) -> Answer:
    """Run `act` on every element in order and answer with what each became.

    `flag` is the name of the boolean that marks a refused element; `summarize` overrides the query for calls that
    have no such parameter. Whether a summarised 400 keeps the elements that were good is not known for sure; here
    nothing is kept.
    """
    given = elements(call.body, envelope)
    summarize = call.summarize_errors if summarize is None else summarize
    before = copy.deepcopy(call.organisation.records) if summarize and len(given) > 1 else None
    results = [_run_one(call, index, element, act, flag) for index, element in enumerate(given)]
    failed = [result for result in results if result["StatusAttributeString"] == "ERROR"]
    if failed and summarize:
        if before is not None:
            call.organisation.records = before
        return api_error(10, "ValidationException", "A validation exception occurred", elements=failed)
    return json_answer({envelope: results})


def _run_one(call: Call, index: int, element: Any, act: Callable[[Any], JsonObject], flag: str) -> JsonObject:
    try:
        fault = call.fault
        if fault is not None and fault.kind is FaultKind.VALIDATION and fault.element == index:
            fault.hits += 1
            raise Invalid(fault.message)
        return {**act(element), "StatusAttributeString": "OK"}
    except Invalid as refusal:
        echo = dict(element) if isinstance(element, dict) else {}
        errors = [{"Message": message} for message in refusal.messages]
        return {**echo, flag: True, "StatusAttributeString": "ERROR", "ValidationErrors": errors}
