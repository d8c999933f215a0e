"""The accounting endpoints of the sandbox's Xero, under /api.xro/2.0.

PUT creates; POST to one address voids or deletes. POST to a collection is not offered: at Xero it overwrites a document
of the same number. Endpoints that are not here answer 404.
"""

from collections.abc import Callable

from flask import Blueprint, Response, request

from embedded_app.sandbox.xero import allocations, contacts, documents, payments
from embedded_app.sandbox.xero.batches import Call, run
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.gate import API_PATH, Rule, guarded, response
from embedded_app.sandbox.xero.listing import get_document, list_contacts, list_documents, list_payments, not_found
from embedded_app.sandbox.xero.records import CREDIT_NOTE, INVOICE, DocumentKind
from embedded_app.sandbox.xero.rendering import (
    account_json,
    allocation_json,
    contact_json,
    document_json,
    organisation_json,
    payment_json,
    tax_rate_json,
)
from embedded_app.sandbox.xero.wire import Answer, Invalid, Refused, api_error, json_answer

_SETTINGS, _INVOICES = "accounting.settings.read", "accounting.invoices"
_PAYMENTS, _CONTACTS = "accounting.payments", "accounting.contacts"
_WRITE = frozenset({"summarizeErrors", "unitdp"})
_PAGES = frozenset({"page", "pageSize"})
_LISTS = {  # What the OpenAPI description offers, less `where`, `order` and the searches that this double does not do.
    INVOICE: _PAGES | {"unitdp", "summaryOnly", "IDs", "InvoiceNumbers", "ContactIDs", "Statuses"},
    CREDIT_NOTE: _PAGES | {"unitdp"},
}


def api_blueprint(books: Books) -> Blueprint:
    """The endpoints over these books."""
    api = Blueprint("api", __name__, url_prefix=API_PATH)

    def add(method: str, path: str, rule: Rule, act: Callable[..., Answer]) -> None:
        def view(**address: str) -> Response:
            return guarded(books, request, rule, lambda call: act(call, **address))

        api.add_url_rule(path, f"{method} {path}".replace(".", " "), view, methods=[method])

    _add_settings(add)
    for kind in (INVOICE, CREDIT_NOTE):
        _add_documents(add, kind)
    _add_settlement(add)

    @api.route("/<path:unknown>", methods=["GET", "PUT", "POST", "DELETE"])
    def unknown_endpoint(unknown: str) -> Response:
        return response(not_found())

    return api


_Add = Callable[[str, str, Rule, Callable[..., Answer]], None]


def _add_settings(add: _Add) -> None:
    def get_organisation(call: Call) -> Answer:
        return json_answer({"Organisations": [organisation_json(call.organisation)]})

    def get_accounts(call: Call) -> Answer:
        chart = call.organisation.accounts.values()
        return json_answer({"Accounts": [account_json(account, call.organisation) for account in chart]})

    def get_tax_rates(call: Call) -> Answer:
        return json_answer({"TaxRates": [tax_rate_json(rate) for rate in call.organisation.tax_rates.values()]})

    def get_currencies(call: Call) -> Answer:
        codes = sorted(call.organisation.currencies)
        return json_answer({"Currencies": [{"Code": code, "Description": code} for code in codes]})

    def put_contacts(call: Call) -> Answer:
        def create(given: object) -> dict[str, object]:
            return contact_json(contacts.create(call.organisation, given, now=call.now))

        return run(call, "Contacts", create, flag="HasValidationErrors")

    settings, people = Rule(scope=_SETTINGS), Rule(scope=_CONTACTS, parameters=_PAGES | {"IDs", "includeArchived"})
    add("GET", "/Organisation", settings, get_organisation)
    add("GET", "/Accounts", settings, get_accounts)
    add("GET", "/TaxRates", settings, get_tax_rates)
    add("GET", "/Currencies", settings, get_currencies)
    add("GET", "/Contacts", people, list_contacts)
    add("PUT", "/Contacts", Rule(scope=_CONTACTS, parameters=frozenset({"summarizeErrors"})), put_contacts)


def _add_documents(add: _Add, kind: DocumentKind) -> None:
    def put(call: Call) -> Answer:
        places = call.unit_places

        def create(given: object) -> dict[str, object]:
            document = documents.create(call.organisation, kind, given, unit_places=places, now=call.now)
            return document_json(document, unit_places=places)

        return run(call, kind.envelope, create)

    def get_one(call: Call, key: str) -> Answer:
        document = get_document(call.organisation, kind, key)
        return json_answer({kind.envelope: [document_json(document, unit_places=call.unit_places)]})

    def post_one(call: Call, key: str) -> Answer:
        document = get_document(call.organisation, kind, key)
        _only_one(call, kind.envelope)

        def change(given: object) -> dict[str, object]:
            documents.change_status(call.organisation, given, document=document, now=call.now)
            return document_json(document, unit_places=call.unit_places)

        return run(call, kind.envelope, change, summarize=True)

    one = Rule(scope=_INVOICES, parameters=frozenset({"unitdp"}))
    add(
        "GET",
        f"/{kind.envelope}",
        Rule(scope=_INVOICES, parameters=_LISTS[kind]),
        lambda call: list_documents(call, kind),
    )
    add("PUT", f"/{kind.envelope}", Rule(scope=_INVOICES, parameters=_WRITE), put)
    add("GET", f"/{kind.envelope}/<key>", one, get_one)
    add("POST", f"/{kind.envelope}/<key>", one, post_one)


def _add_settlement(add: _Add) -> None:
    def get_payment(call: Call, key: str) -> Answer:
        payment = call.organisation.records.payments.get(key.lower())
        return not_found() if payment is None else json_answer({"Payments": [payment_json(payment)]})

    def post_payment(call: Call, key: str) -> Answer:
        payment = call.organisation.records.payments.get(key.lower())
        if payment is None:
            return not_found()
        _only_one(call, "Payments")

        def change(given: object) -> dict[str, object]:
            payments.delete(call.organisation, given, payment=payment, now=call.now)
            return payment_json(payment)

        return run(call, "Payments", change, flag="HasValidationErrors", summarize=True)

    def put_allocations(call: Call, key: str) -> Answer:
        note = get_document(call.organisation, CREDIT_NOTE, key)

        def create(given: object) -> dict[str, object]:
            return allocation_json(allocations.create(call.organisation, given, credit_note=note, now=call.now))

        return run(call, "Allocations", create)

    one, many = Rule(scope=_PAYMENTS), Rule(scope=_PAYMENTS, parameters=_PAGES)
    summarize = frozenset({"summarizeErrors"})
    add("GET", "/Payments", many, list_payments)
    add("PUT", "/Payments", Rule(scope=_PAYMENTS, parameters=summarize), _put_payments)
    add("GET", "/Payments/<key>", one, get_payment)
    add("POST", "/Payments/<key>", one, post_payment)
    add("PUT", "/CreditNotes/<key>/Allocations", Rule(scope=_INVOICES, parameters=summarize), put_allocations)
    add("DELETE", "/CreditNotes/<key>/Allocations/<allocation_id>", Rule(scope=_INVOICES), _delete_allocation)


def _put_payments(call: Call) -> Answer:
    def create(given: object) -> dict[str, object]:
        return payment_json(payments.create(call.organisation, given, now=call.now))

    return run(call, "Payments", create, flag="HasValidationErrors")


def _delete_allocation(call: Call, key: str, allocation_id: str) -> Answer:
    """Answers the bare Allocation, without an envelope, as the OpenAPI description has it."""
    note = get_document(call.organisation, CREDIT_NOTE, key)
    allocation = call.organisation.records.allocations.get(allocation_id.lower())
    if allocation is None or allocation.credit_note is not note:
        return not_found()
    try:
        allocations.delete(call.organisation, allocation=allocation, now=call.now)
    except Invalid as refusal:
        errors = [{"Message": message} for message in refusal.messages]
        element = {**allocation_json(allocation), "ValidationErrors": errors}
        return api_error(10, "ValidationException", "A validation exception occurred", elements=[element])
    return json_answer(allocation_json(allocation))


def _only_one(call: Call, envelope: str) -> None:
    body = call.body
    if isinstance(body, dict) and isinstance(body.get(envelope), list) and len(body[envelope]) != 1:
        raise Refused(api_error(14, "PostDataInvalidException", "A call to one address takes exactly one element."))
