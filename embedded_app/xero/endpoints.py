"""The six calls that write to Xero, their shapes, and the order in which to make them.

Creating is PUT: POST with a number that exists would overwrite somebody's invoice. Paths and parameters are those of
Xero's OpenAPI description (16.1.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BATCH_SIZE = 50  # Xero's advice for elements per call
_PER_ELEMENT = ("summarizeErrors", "false")  # 200 with an answer per element, instead of one 400 for all
_FOUR_DECIMALS = ("unitdp", "4")  # else UnitAmount is cut to 2 decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One kind of write.

    name: stored on rows, never changed. path: below /api.xro/2.0, with {} for each id, in order. envelope: the key of
    the list in bodies. batch_size: most elements per call. params: of the query. id_field: Xero's id in each element.
    name_field: our own name in each element (a document's number, a payment's reference), None where there is none.
    list_path, list_envelope, list_id_field: where look-up finds what this endpoint wrote.
    """

    name: str
    method: Literal["PUT", "POST", "DELETE"]
    path: str
    envelope: str
    batch_size: int
    params: tuple[tuple[str, str], ...]
    id_field: str
    name_field: str | None
    list_path: str
    list_envelope: str
    list_id_field: str


INVOICES = Endpoint(
    name="invoices",
    method="PUT",
    path="/Invoices",
    envelope="Invoices",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT, _FOUR_DECIMALS),
    id_field="InvoiceID",
    name_field="InvoiceNumber",
    list_path="/Invoices",
    list_envelope="Invoices",
    list_id_field="InvoiceID",
)
CREDIT_NOTES = Endpoint(
    name="credit notes",
    method="PUT",
    path="/CreditNotes",
    envelope="CreditNotes",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT, _FOUR_DECIMALS),
    id_field="CreditNoteID",
    name_field="CreditNoteNumber",
    list_path="/CreditNotes",
    list_envelope="CreditNotes",
    list_id_field="CreditNoteID",
)
VOIDS = Endpoint(
    name="voids",
    method="POST",
    path="/Invoices/{}",
    envelope="Invoices",
    batch_size=1,
    params=(_FOUR_DECIMALS,),  # this one knows no summarizeErrors: a refusal is a 400 with one element
    id_field="InvoiceID",
    name_field=None,
    list_path="/Invoices",
    list_envelope="Invoices",
    list_id_field="InvoiceID",
)
ALLOCATION_REMOVALS = Endpoint(
    name="allocation removals",
    method="DELETE",
    path="/CreditNotes/{}/Allocations/{}",
    envelope="Allocations",
    batch_size=1,
    params=(),
    id_field="AllocationID",
    name_field=None,
    list_path="/CreditNotes",
    list_envelope="CreditNotes",
    list_id_field="CreditNoteID",
)
ALLOCATIONS = Endpoint(
    name="allocations",
    method="PUT",
    path="/CreditNotes/{}/Allocations",
    envelope="Allocations",
    batch_size=1,
    params=(_PER_ELEMENT,),
    id_field="AllocationID",
    name_field=None,
    list_path="/CreditNotes",
    list_envelope="CreditNotes",
    list_id_field="CreditNoteID",
)
PAYMENTS = Endpoint(
    name="payments",
    method="PUT",
    path="/Payments",
    envelope="Payments",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT,),
    id_field="PaymentID",
    name_field="Reference",
    list_path="/Payments",
    list_envelope="Payments",
    list_id_field="PaymentID",
)

# In the order to send: documents first, then what takes back, then what leans on both.
ENDPOINTS: dict[str, Endpoint] = {
    endpoint.name: endpoint for endpoint in (INVOICES, CREDIT_NOTES, VOIDS, ALLOCATION_REMOVALS, ALLOCATIONS, PAYMENTS)
}
