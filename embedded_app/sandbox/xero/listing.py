"""Lists with Xero's filters: If-Modified-Since to the second, ids, numbers, statuses, pages of up to 1,000."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from embedded_app.sandbox.xero.bank_records import BankTransaction, ManualJournal
from embedded_app.sandbox.xero.bank_rendering import (
    bank_transaction_json,
    bank_transfer_json,
    journal_json,
    overpayment_json,
)
from embedded_app.sandbox.xero.batches import Call
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import OVERPAYMENT, Document, DocumentKind
from embedded_app.sandbox.xero.rendering import contact_json, document_json, page_json, payment_json
from embedded_app.sandbox.xero.wire import Answer, JsonObject, Refused, api_error, json_answer


class Changed(Protocol):
    """What a list can be asked for changes of."""

    updated_at: datetime


Item = TypeVar("Item", bound=Changed)


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
    summary = call.query.get("summaryOnly", "").lower() == "true" or _without_lines(call)
    return _page(
        call, kind.envelope, found, lambda item: document_json(item, unit_places=call.unit_places, summary=summary)
    )


def list_overpayments(call: Call) -> Answer:
    """GET /Overpayments in posting order."""
    summary = _without_lines(call)

    def render(item: Document) -> JsonObject:
        return overpayment_json(item, unit_places=call.unit_places, summary=summary)

    return _page(call, OVERPAYMENT.envelope, call.organisation.overpayments(), render)


def list_bank_transactions(call: Call) -> Answer:
    """GET /BankTransactions in posting order, overpayments, sides of transfers and deleted ones included."""
    summary = _without_lines(call)

    def render(item: BankTransaction) -> JsonObject:
        return bank_transaction_json(item, call.organisation, unit_places=call.unit_places, summary=summary)

    return _page(call, "BankTransactions", call.organisation.bank_transactions(), render)


def list_bank_transfers(call: Call) -> Answer:
    """GET /BankTransfers, unpaged, by the moment they were created; deleted ones with `includeDeleted=true` only."""
    deleted = call.query.get("includeDeleted", "").lower() == "true"
    shown = [
        bank_transfer_json(item, call.organisation)
        for item in call.organisation.bank_transfers()
        if (deleted or item.status == "AUTHORISED") and _since(call, item.created_at)
    ]
    return json_answer({"BankTransfers": shown})


def list_journals(call: Call) -> Answer:
    """GET /ManualJournals in posting order, drafts and voided ones included."""
    summary = _without_lines(call)

    def render(item: ManualJournal) -> JsonObject:
        return journal_json(item, summary=summary)

    return _page(call, "ManualJournals", call.organisation.journals(), render)


def _without_lines(call: Call) -> bool:
    """Xero leaves the lines out of a list that is not asked for by pages."""
    return "page" not in call.query


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
    changed = [item for item in items if _since(call, item.updated_at)]
    page, page_size = _whole(call, "page", 1, most=1_000_000), _whole(call, "pageSize", 100, most=1000)
    shown = changed[(page - 1) * page_size : page * page_size]
    body = page_json(envelope, map(render, shown), page=page, page_size=page_size, count=len(changed))
    return json_answer(body)


def _since(call: Call, moment: datetime) -> bool:
    """Xero compares to the second, so a change within the stated second is missed: callers must overlap."""
    return call.modified_since is None or moment.replace(microsecond=0) > call.modified_since


def _whole(call: Call, name: str, default: int, *, most: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise Refused(api_error(16, "QueryParseException", f"The query parameter '{name}' must be 1 to {most}."))
    return int(text)
