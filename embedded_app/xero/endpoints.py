"""The calls that write to Xero, their shapes, and the order in which to make them.

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
    total_field: what the element comes to, None where it has no amount. list_path, list_envelope, list_id_field: where
    look-up finds what this endpoint wrote; for allocations the credit that they are part of.
    """

    name: str
    method: Literal["PUT", "POST", "DELETE"]
    path: str
    envelope: str
    batch_size: int
    params: tuple[tuple[str, str], ...]
    id_field: str
    name_field: str | None
    total_field: Literal["Total", "Amount"] | None
    list_path: str
    list_envelope: str
    list_id_field: str


CONTACTS = Endpoint(
    name="contacts",
    method="PUT",
    path="/Contacts",
    envelope="Contacts",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT,),
    id_field="ContactID",
    name_field="ContactNumber",
    total_field=None,
    list_path="/Contacts",
    list_envelope="Contacts",
    list_id_field="ContactID",
)
INVOICES = Endpoint(
    name="invoices",
    method="PUT",
    path="/Invoices",
    envelope="Invoices",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT, _FOUR_DECIMALS),
    id_field="InvoiceID",
    name_field="InvoiceNumber",
    total_field="Total",
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
    total_field="Total",
    list_path="/CreditNotes",
    list_envelope="CreditNotes",
    list_id_field="CreditNoteID",
)
# An overpayment is made as a bank transaction, yet goes by an id of its own ever after. Our name is in its one line.
OVERPAYMENTS = Endpoint(
    name="overpayments",
    method="PUT",
    path="/BankTransactions",
    envelope="BankTransactions",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT, _FOUR_DECIMALS),
    id_field="OverpaymentID",
    name_field=None,
    total_field="Total",
    list_path="/BankTransactions",
    list_envelope="BankTransactions",
    list_id_field="BankTransactionID",
)
BANK_TRANSACTIONS = Endpoint(
    name="bank transactions",
    method="PUT",
    path="/BankTransactions",
    envelope="BankTransactions",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT, _FOUR_DECIMALS),
    id_field="BankTransactionID",
    name_field="Reference",
    total_field="Total",
    list_path="/BankTransactions",
    list_envelope="BankTransactions",
    list_id_field="BankTransactionID",
)
JOURNALS = Endpoint(
    name="journals",
    method="PUT",
    path="/ManualJournals",
    envelope="ManualJournals",
    batch_size=_BATCH_SIZE,
    params=(_PER_ELEMENT,),
    id_field="ManualJournalID",
    name_field="Narration",
    total_field=None,
    list_path="/ManualJournals",
    list_envelope="ManualJournals",
    list_id_field="ManualJournalID",
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
    total_field="Total",
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
    total_field=None,
    list_path="/CreditNotes",
    list_envelope="CreditNotes",
    list_id_field="CreditNoteID",
)
OVERPAYMENT_ALLOCATION_REMOVALS = Endpoint(
    name="overpayment allocation removals",
    method="DELETE",
    path="/Overpayments/{}/Allocations/{}",
    envelope="Allocations",
    batch_size=1,
    params=(),
    id_field="AllocationID",
    name_field=None,
    total_field=None,
    list_path="/Overpayments",
    list_envelope="Overpayments",
    list_id_field="OverpaymentID",
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
    total_field="Amount",
    list_path="/CreditNotes",
    list_envelope="CreditNotes",
    list_id_field="CreditNoteID",
)
OVERPAYMENT_ALLOCATIONS = Endpoint(
    name="overpayment allocations",
    method="PUT",
    path="/Overpayments/{}/Allocations",
    envelope="Allocations",
    batch_size=1,
    params=(_PER_ELEMENT,),
    id_field="AllocationID",
    name_field=None,
    total_field="Amount",
    list_path="/Overpayments",
    list_envelope="Overpayments",
    list_id_field="OverpaymentID",
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
    total_field="Amount",
    list_path="/Payments",
    list_envelope="Payments",
    list_id_field="PaymentID",
)

REMOVALS = (ALLOCATION_REMOVALS, OVERPAYMENT_ALLOCATION_REMOVALS)

# In the order to send: whom documents are for, the documents, then what takes back, then what leans on both.
ENDPOINTS: dict[str, Endpoint] = {
    endpoint.name: endpoint
    for endpoint in (
        CONTACTS,
        INVOICES,
        CREDIT_NOTES,
        OVERPAYMENTS,
        BANK_TRANSACTIONS,
        JOURNALS,
        VOIDS,
        *REMOVALS,
        ALLOCATIONS,
        OVERPAYMENT_ALLOCATIONS,
        PAYMENTS,
    )
}
