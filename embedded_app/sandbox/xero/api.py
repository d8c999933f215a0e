"""The accounting endpoints of the sandbox's Xero, under /api.xro/2.0.

PUT creates; POST to one address voids or deletes. POST to a collection is not offered: at Xero it overwrites a document
of the same number. Endpoints that are not here answer 404.
"""

from collections.abc import Callable

from flask import Blueprint, Response, request

from embedded_app.sandbox.xero import contacts, documents
from embedded_app.sandbox.xero.bank_endpoints import add_bank, add_journals, add_reports
from embedded_app.sandbox.xero.batches import Call, run
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.gate import API_PATH, Rule, guarded, response
from embedded_app.sandbox.xero.listing import get_document, list_contacts, list_documents, not_found
from embedded_app.sandbox.xero.records import CREDIT_NOTE, INVOICE, DocumentKind
from embedded_app.sandbox.xero.rendering import contact_json, document_json
from embedded_app.sandbox.xero.routes import PAGES, SUMMARIZE, UNIT_PLACES, Add, only_one
from embedded_app.sandbox.xero.settings_rendering import (
    account_json,
    organisation_json,
    tax_rate_json,
    tracking_category_json,
)
from embedded_app.sandbox.xero.settlement_endpoints import add_settlement
from embedded_app.sandbox.xero.wire import Answer, json_answer

_SETTINGS, _INVOICES, _CONTACTS = "accounting.settings.read", "accounting.invoices", "accounting.contacts"
_LISTS = {  # What the OpenAPI description offers, less `where`, `order` and the searches that this double does not do.
    INVOICE: PAGES | UNIT_PLACES | {"summaryOnly", "IDs", "InvoiceNumbers", "ContactIDs", "Statuses"},
    CREDIT_NOTE: PAGES | UNIT_PLACES,
}


def api_blueprint(books: Books) -> Blueprint:
    """The endpoints over these books."""
    api = Blueprint("api", __name__, url_prefix=API_PATH)

    def add(method: str, path: str, rule: Rule, act: Callable[..., Answer]) -> None:
        def view(**address: str) -> Response:
            return guarded(books, request, rule, lambda call: act(call, **address))

        api.add_url_rule(path, f"{method} {path}".replace(".", " "), view, methods=[method])

    _add_settings(add)
    _add_contacts(add)
    for kind in (INVOICE, CREDIT_NOTE):
        _add_documents(add, kind)
    add_settlement(add)
    add_bank(add)
    add_journals(add)
    add_reports(add)

    @api.route("/<path:unknown>", methods=["GET", "PUT", "POST", "DELETE"])
    def unknown_endpoint(unknown: str) -> Response:
        return response(not_found())

    return api


def _add_settings(add: Add) -> None:
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

    def get_tracking(call: Call) -> Answer:
        archived = call.query.get("includeArchived", "").lower() == "true"
        shown = [
            tracking_category_json(category, archived=archived)
            for category in call.organisation.tracking
            if archived or category.status == "ACTIVE"
        ]
        return json_answer({"TrackingCategories": shown})

    settings = Rule(scope=_SETTINGS)
    add("GET", "/Organisation", settings, get_organisation)
    add("GET", "/Accounts", settings, get_accounts)
    add("GET", "/TaxRates", settings, get_tax_rates)
    add("GET", "/Currencies", settings, get_currencies)
    add(
        "GET",
        "/TrackingCategories",
        Rule(scope=_SETTINGS, parameters=frozenset({"includeArchived"})),
        get_tracking,
    )


def _add_contacts(add: Add) -> None:
    def put_contacts(call: Call) -> Answer:
        def create(given: object) -> dict[str, object]:
            return contact_json(contacts.create(call.organisation, given, now=call.now))

        return run(call, "Contacts", create, flag="HasValidationErrors")

    people = Rule(scope=_CONTACTS, parameters=PAGES | {"IDs", "includeArchived"})
    add("GET", "/Contacts", people, list_contacts)
    add("PUT", "/Contacts", Rule(scope=_CONTACTS, parameters=SUMMARIZE), put_contacts)


def _add_documents(add: Add, kind: DocumentKind) -> None:
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
        only_one(call, kind.envelope)

        def change(given: object) -> dict[str, object]:
            documents.change_status(call.organisation, given, document=document, now=call.now)
            return document_json(document, unit_places=call.unit_places)

        return run(call, kind.envelope, change, summarize=True)

    one = Rule(scope=_INVOICES, parameters=UNIT_PLACES)
    add(
        "GET",
        f"/{kind.envelope}",
        Rule(scope=_INVOICES, parameters=_LISTS[kind]),
        lambda call: list_documents(call, kind),
    )
    add("PUT", f"/{kind.envelope}", Rule(scope=_INVOICES, parameters=SUMMARIZE | UNIT_PLACES), put)
    add("GET", f"/{kind.envelope}/<key>", one, get_one)
    add("POST", f"/{kind.envelope}/<key>", one, post_one)
