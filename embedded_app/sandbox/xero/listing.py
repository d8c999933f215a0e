"""Lists with Xero's filters: If-Modified-Since to the second, ids, numbers, statuses, pages of up to 1,000."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from embedded_app.sandbox.xero.batches import Call
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import Contact, Document, DocumentKind, Payment
from embedded_app.sandbox.xero.rendering import contact_json, document_json, page_json, payment_json
from embedded_app.sandbox.xero.wire import Answer, JsonObject, Refused, api_error, json_answer

Item = TypeVar("Item", Document, Payment, Contact)


def list_documents(call: Call, kind: DocumentKind) -> Answer:
    """GET /Invoices or /CreditNotes, in posting order.

    Without `page` Xero leaves the line items out; so does `summaryOnly=true`.
    """
    wanted: list[Callable[[Document], bool]] = [lambda document: document.kind == kind]
    if ids := _values(call, "IDs"):
        wanted.append(lambda document: document.document_id in ids)
    if numbers := _values(call, "InvoiceNumbers"):
        wanted.append(lambda document: document.number in numbers)
    if statuses := _values(call, "Statuses"):
        wanted.append(lambda document: document.status in statuses)
    if contacts := _values(call, "ContactIDs"):
        wanted.append(lambda document: document.contact is not None and document.contact.contact_id in contacts)
    found = [item for item in call.organisation.documents() if all(test(item) for test in wanted)]
    summary = call.query.get("summaryOnly", "").lower() == "true" or "page" not in call.query
    return _page(
        call, kind.envelope, found, lambda item: document_json(item, unit_places=call.unit_places, summary=summary)
    )


def list_payments(call: Call) -> Answer:
    """GET /Payments in posting order, deleted ones included."""
    return _page(call, "Payments", call.organisation.payments(), payment_json)


def list_contacts(call: Call) -> Answer:
    """GET /Contacts; archived ones only with `includeArchived=true`."""
    archived = call.query.get("includeArchived", "").lower() == "true"
    ids = _values(call, "IDs")
    found = [
        contact
        for contact in call.organisation.records.contacts.values()
        if (archived or contact.status == "ACTIVE") and (not ids or contact.contact_id in ids)
    ]
    return _page(call, "Contacts", found, contact_json)


def get_document(organisation: Organisation, kind: DocumentKind, id_or_number: str) -> Document:
    """The document of this address. Raises Refused with 404."""
    document = organisation.find(kind, id_or_number)
    if document is None:
        raise Refused(not_found())
    return document


def not_found() -> Answer:
    """Xero's 404."""
    return api_error(404, "NotFoundException", "The resource you're looking for cannot be found", 404)


def _values(call: Call, name: str) -> frozenset[str]:
    return frozenset(filter(None, call.query.get(name, "").split(",")))


def _page(call: Call, envelope: str, items: Sequence[Item], render: Callable[[Item], JsonObject]) -> Answer:
    since = call.modified_since
    changed = [item for item in items if since is None or _to_the_second(item.updated_at) > since]
    page, page_size = _whole(call, "page", 1, most=1_000_000), _whole(call, "pageSize", 100, most=1000)
    shown = changed[(page - 1) * page_size : page * page_size]
    body = page_json(envelope, map(render, shown), page=page, page_size=page_size, count=len(changed))
    return json_answer(body)


def _to_the_second(moment: datetime) -> datetime:
    """Xero compares to the second, so a change within the stated second is missed: callers must overlap."""
    return moment.replace(microsecond=0)


def _whole(call: Call, name: str, default: int, *, most: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise Refused(api_error(16, "QueryParseException", f"The query parameter '{name}' must be 1 to {most}."))
    return int(text)
