"""From dispatches to the bytes of one call: which Xero ids go into the path, which elements into the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Load, joinedload, selectinload
from sqlalchemy.orm.interfaces import LoaderOption

from embedded_app import recorded
from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.models import Contact, Dispatch, Document, Settlement
from embedded_app.xero import payloads
from embedded_app.xero.encoding import encode_element, enveloped
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    BANK_TRANSACTIONS,
    CREDIT_NOTES,
    INVOICES,
    JOURNALS,
    OVERPAYMENT_ALLOCATION_REMOVALS,
    OVERPAYMENT_ALLOCATIONS,
    OVERPAYMENTS,
    PAYMENTS,
    VOIDS,
    Endpoint,
)

# Xero takes some 3.5 MB a call (reference: Size/batch). A batch that would be larger is sent in parts.
MAX_BODY_BYTES = 3_000_000

# What reading a record of ours can raise that is not as we wrote it: torn JSON, a field of another kind, a missing id.
UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, AssertionError)

_LONGEST_CONTACT_NAME = 255

_DOCUMENTS = {
    DocumentKind.INVOICE: INVOICES,
    DocumentKind.CREDIT_NOTE: CREDIT_NOTES,
    DocumentKind.VOID: VOIDS,
    DocumentKind.OVERPAYMENT: OVERPAYMENTS,
    DocumentKind.SPEND_MONEY: BANK_TRANSACTIONS,
    DocumentKind.RECEIVE_MONEY: BANK_TRANSACTIONS,
    DocumentKind.JOURNAL: JOURNALS,
}
_CREDIT = {
    (SettlementKind.ALLOCATION, DocumentKind.CREDIT_NOTE): ALLOCATIONS,
    (SettlementKind.ALLOCATION, DocumentKind.OVERPAYMENT): OVERPAYMENT_ALLOCATIONS,
    (SettlementKind.ALLOCATION_REMOVAL, DocumentKind.CREDIT_NOTE): ALLOCATION_REMOVALS,
    (SettlementKind.ALLOCATION_REMOVAL, DocumentKind.OVERPAYMENT): OVERPAYMENT_ALLOCATION_REMOVALS,
}


def document_endpoint(kind: DocumentKind) -> Endpoint:
    """Where a document of this kind is written."""
    return _DOCUMENTS[kind]


def settlement_endpoint(kind: SettlementKind, of: DocumentKind) -> Endpoint:
    """Where a settlement is written; of: the kind of the document paid, refunded or whose credit is given."""
    return _CREDIT.get((kind, of), PAYMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What one call will carry: these dispatches, in the order of the body's elements; torn: what no call can carry."""

    endpoint: str
    path_ids: tuple[str, ...]
    body: bytes
    dispatches: tuple[Dispatch, ...]
    torn: tuple[Dispatch, ...]


def pack(endpoint: Endpoint, dispatches: Sequence[Dispatch]) -> Packed:
    """Pack as many of the dispatches, from the first, as one call carries; at least one that can be packed.

    Torn is what cannot: its content does not read as it was written, or what it leans on has no id of Xero's, for paths
    and bodies name those.
    """
    whole: list[Dispatch] = []
    torn: list[Dispatch] = []
    encoded: list[bytes] = []
    path_ids: tuple[str, ...] = ()
    room = MAX_BODY_BYTES
    for dispatch in dispatches:
        try:
            path_ids, element = _path_ids(endpoint, dispatch), encode_element(_element(dispatch))
        except UNREADABLE:
            torn.append(dispatch)
            continue
        room -= len(element)
        if room < 0 and whole:
            break
        whole.append(dispatch)
        encoded.append(element)
    return Packed(
        endpoint=endpoint.name,
        path_ids=path_ids,
        body=enveloped(endpoint, encoded) if whole else b"",
        dispatches=tuple(whole),
        torn=tuple(torn),
    )


def name_of(dispatch: Dispatch) -> str:
    """What a person knows the dispatch by: the document's number, the payment's reference, the contact's number."""
    if dispatch.document is not None:
        return dispatch.document.number
    if dispatch.settlement is not None:
        return dispatch.settlement.reference
    return dispatch.contact.number if dispatch.contact else ""


def subjects(path: Load | None = None) -> tuple[LoaderOption, ...]:
    """Loader options that bring what dispatches are about along; path leads to the dispatch.

    What few of them have comes in queries of its own, which are not asked where none has it.
    """
    step: Any = path.joinedload if path is not None else joinedload
    return (
        step(Dispatch.document).options(selectinload(Document.reverses), selectinload(Document.contact)),
        step(Dispatch.contact),
        step(Dispatch.settlement).options(
            joinedload(Settlement.document), selectinload(Settlement.to_document), selectinload(Settlement.removes)
        ),
    )


def _element(dispatch: Dispatch) -> dict[str, Any]:
    if dispatch.document is not None:
        return _document_element(dispatch.document)
    if dispatch.contact is not None:
        return payloads.contact(_contact_name(dispatch.contact), dispatch.contact.number)
    assert dispatch.settlement is not None, "a dispatch is about one thing (check constraint one_subject)"
    return _settlement_element(dispatch.settlement)


def _document_element(row: Document) -> dict[str, Any]:
    kind = DocumentKind(row.kind)
    if kind is DocumentKind.VOID:
        return payloads.void(_posted_id(row.reverses))
    document = recorded.document(row)
    if kind is DocumentKind.JOURNAL:
        return payloads.journal(document)
    return _WITH_CONTACT[kind](document, contact=_posted_id(row.contact) if row.contact else None)


_WITH_CONTACT = {
    DocumentKind.INVOICE: payloads.invoice,
    DocumentKind.CREDIT_NOTE: payloads.credit_note,
    DocumentKind.OVERPAYMENT: payloads.overpayment,
    DocumentKind.SPEND_MONEY: payloads.bank_transaction,
    DocumentKind.RECEIVE_MONEY: payloads.bank_transaction,
}


def _settlement_element(row: Settlement) -> dict[str, Any]:
    to_role = row.to_document.role if row.to_document else None
    # No call names the tender, so its row is not read.
    settlement = recorded.settlement_of(row, role=row.document.role, to_role=to_role, tender_id=None)
    match settlement.kind:
        case SettlementKind.ALLOCATION:
            return payloads.allocation(settlement, invoice_id=_posted_id(row.to_document))
        case SettlementKind.ALLOCATION_REMOVAL:
            return {}
        case _:
            return payloads.payment(
                settlement,
                document_kind=DocumentKind(row.document.kind),
                document_id=_posted_id(row.document),
                account=settlement.account or "",
                rate=recorded.rate(row.document),
            )


def _contact_name(row: Contact) -> str:
    """The customer's name as Xero takes it: no angle brackets, single spaces, 255 characters; a suffix where taken."""
    name = " ".join((row.name or "").replace("<", " ").replace(">", " ").split())
    suffix = f" ({row.suffix + 1})" if row.suffix else ""
    return name[: _LONGEST_CONTACT_NAME - len(suffix)].rstrip() + suffix


def _path_ids(endpoint: Endpoint, dispatch: Dispatch) -> tuple[str, ...]:
    """Xero's ids for the endpoint's path: of the voided invoice, or of the credit and of the allocation taken back."""
    if "{}" not in endpoint.path:
        return ()
    if dispatch.document is not None:
        return (_posted_id(dispatch.document.reverses),)
    settlement = dispatch.settlement
    assert settlement is not None, "only voids and settlements have ids in their path"
    if settlement.kind == SettlementKind.ALLOCATION:
        return (_posted_id(settlement.document),)
    return (_posted_id(settlement.document), _posted_id(settlement.removes))


def _posted_id(row: Document | Settlement | Contact | None) -> str:
    assert row is not None and row.xero_id, "a dispatch is ready only when all it needs is posted (DispatchNeed)"
    return row.xero_id
