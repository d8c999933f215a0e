"""The endpoints for payments, for allocations of credit notes and overpayments, and for overpayments themselves.

An overpayment is created by a bank transaction; here it is read, allocated and, by a payment, refunded.
"""

from embedded_app.sandbox.xero import allocations, payments
from embedded_app.sandbox.xero.bank_rendering import overpayment_json
from embedded_app.sandbox.xero.batches import Call, run
from embedded_app.sandbox.xero.gate import Rule
from embedded_app.sandbox.xero.listing import get_document, list_overpayments, list_payments, not_found
from embedded_app.sandbox.xero.records import CREDIT_NOTE, OVERPAYMENT, DocumentKind
from embedded_app.sandbox.xero.rendering import allocation_json, payment_json
from embedded_app.sandbox.xero.routes import PAGES, SUMMARIZE, UNIT_PLACES, Add, only_one
from embedded_app.sandbox.xero.wire import Answer, Invalid, api_error, json_answer

_SCOPES = {CREDIT_NOTE: "accounting.invoices", OVERPAYMENT: "accounting.payments"}


def add_settlement(add: Add) -> None:
    """Payments, Overpayments, and Allocations of both sorts of credit."""
    one = Rule(scope="accounting.payments")
    add("GET", "/Payments", Rule(scope="accounting.payments", parameters=PAGES), list_payments)
    add("PUT", "/Payments", Rule(scope="accounting.payments", parameters=SUMMARIZE), _put_payments)
    add("GET", "/Payments/<key>", one, _get_payment)
    add("POST", "/Payments/<key>", one, _post_payment)
    overpayments = Rule(scope="accounting.payments", parameters=PAGES | UNIT_PLACES)
    add("GET", "/Overpayments", overpayments, list_overpayments)
    add("GET", "/Overpayments/<key>", one, _get_overpayment)
    for kind in (CREDIT_NOTE, OVERPAYMENT):
        _add_allocations(add, kind)


def _put_payments(call: Call) -> Answer:
    def create(given: object) -> dict[str, object]:
        return payment_json(payments.create(call.organisation, given, now=call.now))

    return run(call, "Payments", create, flag="HasValidationErrors")


def _get_payment(call: Call, key: str) -> Answer:
    payment = call.organisation.records.payments.get(key.lower())
    return not_found() if payment is None else json_answer({"Payments": [payment_json(payment)]})


def _post_payment(call: Call, key: str) -> Answer:
    payment = call.organisation.records.payments.get(key.lower())
    if payment is None:
        return not_found()
    only_one(call, "Payments")

    def change(given: object) -> dict[str, object]:
        payments.delete(call.organisation, given, payment=payment, now=call.now)
        return payment_json(payment)

    return run(call, "Payments", change, flag="HasValidationErrors", summarize=True)


def _get_overpayment(call: Call, key: str) -> Answer:
    overpayment = get_document(call.organisation, OVERPAYMENT, key)
    return json_answer({"Overpayments": [overpayment_json(overpayment)]})


def _add_allocations(add: Add, kind: DocumentKind) -> None:
    def put(call: Call, key: str) -> Answer:
        source = get_document(call.organisation, kind, key)

        def create(given: object) -> dict[str, object]:
            return allocation_json(allocations.create(call.organisation, given, source=source, now=call.now))

        return run(call, "Allocations", create)

    def delete(call: Call, key: str, allocation_id: str) -> Answer:
        return _delete_allocation(call, kind, key, allocation_id)

    path = f"/{kind.envelope}/<key>/Allocations"
    add("PUT", path, Rule(scope=_SCOPES[kind], parameters=SUMMARIZE), put)
    add("DELETE", f"{path}/<allocation_id>", Rule(scope=_SCOPES[kind]), delete)


def _delete_allocation(call: Call, kind: DocumentKind, key: str, allocation_id: str) -> Answer:
    """Answers the bare Allocation, without an envelope, as the OpenAPI description has it."""
    source = get_document(call.organisation, kind, key)
    allocation = call.organisation.records.allocations.get(allocation_id.lower())
    if allocation is None or allocation.source is not source:
        return not_found()
    try:
        allocations.delete(call.organisation, allocation=allocation, now=call.now)
    except Invalid as refusal:
        errors = [{"Message": message} for message in refusal.messages]
        element = {**allocation_json(allocation), "ValidationErrors": errors}
        return api_error(10, "ValidationException", "A validation exception occurred", elements=[element])
    return json_answer(allocation_json(allocation))
