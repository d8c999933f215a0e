"""One line for each kind of call on Marlow & Finch's books."""

from typing import Any

from embedded_app.accounting.documents import Document, DocumentKind, SettlementKind
from embedded_app.xero import payloads
from embedded_app.xero.client import XeroApi
from embedded_app.xero.encoding import Json, encode
from embedded_app.xero.endpoints import ALLOCATIONS, CREDIT_NOTES, INVOICES, Endpoint
from embedded_app.xero.outcomes import Posted, Refused, read_outcomes
from tests.xero.cast import credit_note, invoice, settlement
from tests.xero.conftest import Marlow


def send(
    api: XeroApi, endpoint: Endpoint, *elements: Json, path_ids: tuple[str, ...] = (), key: str = "t:1"
) -> list[Posted | Refused]:
    """One call with these elements, and what became of each."""
    answer = api.send(endpoint, path_ids=path_ids, body=encode(endpoint, list(elements)), key=key)
    return read_outcomes(endpoint, answer, len(elements))


def posted(api: XeroApi, endpoint: Endpoint, *elements: Json, **call: Any) -> str:
    """The Xero id of the first element, which must have been posted."""
    outcome = send(api, endpoint, *elements, **call)[0]
    assert isinstance(outcome, Posted), outcome
    return outcome.xero_id or ""


def sh1001(marlow: Marlow, **changes: Any) -> Document:
    """Case A on the company's contact."""
    return invoice(contact=marlow.contact_id, **changes)


def pay(invoice_id: str, amount: str = "24.93", account: str = "091") -> Json:
    """A payment of the invoice by card."""
    paid = settlement(SettlementKind.PAYMENT, amount)
    return payloads.payment(paid, document_kind=DocumentKind.INVOICE, document_id=invoice_id, account=account)


def allocated(marlow: Marlow) -> tuple[str, str, str]:
    """A credit note of 9.99 given to an invoice: ids of the note, the invoice and the allocation."""
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))
    note = payloads.credit_note(credit_note(contact=marlow.contact_id))
    note_id = posted(marlow.api, CREDIT_NOTES, note, key="t:2")
    given = payloads.allocation(settlement(SettlementKind.ALLOCATION, "9.99"), invoice_id=invoice_id)
    return note_id, invoice_id, posted(marlow.api, ALLOCATIONS, given, path_ids=(note_id,), key="t:3")
