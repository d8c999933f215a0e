"""From dispatches to the bytes of one call: which Xero ids go into the path, which elements into the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Load, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from embedded_app import recorded
from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.models import Dispatch, Document, Settlement
from embedded_app.xero import payloads
from embedded_app.xero.encoding import encode
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    CREDIT_NOTES,
    INVOICES,
    PAYMENTS,
    VOIDS,
    Endpoint,
)

# Xero takes some 3.5 MB a call (reference: Size/batch). A batch that would be larger is sent in parts.
MAX_BODY_BYTES = 3_000_000

DOCUMENT_ENDPOINTS = {
    DocumentKind.INVOICE: INVOICES,
    DocumentKind.CREDIT_NOTE: CREDIT_NOTES,
    DocumentKind.VOID: VOIDS,
}
SETTLEMENT_ENDPOINTS = {
    SettlementKind.PAYMENT: PAYMENTS,
    SettlementKind.REFUND: PAYMENTS,
    SettlementKind.ALLOCATION: ALLOCATIONS,
    SettlementKind.ALLOCATION_REMOVAL: ALLOCATION_REMOVALS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What one call will carry: these dispatches, in the order of the body's elements."""

    endpoint: str
    path_ids: tuple[str, ...]
    body: bytes
    dispatches: tuple[Dispatch, ...]


def pack(endpoint: Endpoint, dispatches: Sequence[Dispatch]) -> Packed:
    """Pack as many of the dispatches, from the first, as one call carries; at least one.

    All that they need must be posted: paths and bodies name Xero's ids of it.
    """
    body = encode(endpoint, [_element(dispatch) for dispatch in dispatches])
    if len(body) > MAX_BODY_BYTES and len(dispatches) > 1:
        return pack(endpoint, dispatches[: len(dispatches) // 2])
    return Packed(endpoint=endpoint.name, path_ids=_path_ids(dispatches[0]), body=body, dispatches=tuple(dispatches))


def subjects(path: Load | None = None) -> tuple[LoaderOption, ...]:
    """Loader options that bring what dispatches are about along in one query; path leads to the dispatch."""
    step: Any = path.joinedload if path is not None else joinedload
    return (
        step(Dispatch.document).joinedload(Document.reverses),
        step(Dispatch.settlement).options(
            joinedload(Settlement.document),
            joinedload(Settlement.to_document),
            joinedload(Settlement.tender),
            joinedload(Settlement.removes),
        ),
    )


def _element(dispatch: Dispatch) -> dict[str, Any]:
    if dispatch.document is not None:
        return _document_element(dispatch.document)
    assert dispatch.settlement is not None, "a dispatch is about one of both (check constraint one_subject)"
    return _settlement_element(dispatch.settlement)


def _document_element(row: Document) -> dict[str, Any]:
    match DocumentKind(row.kind):
        case DocumentKind.INVOICE:
            return payloads.invoice(recorded.document(row))
        case DocumentKind.CREDIT_NOTE:
            return payloads.credit_note(recorded.document(row))
        case DocumentKind.VOID:
            return payloads.void(_posted_id(row.reverses))


def _settlement_element(row: Settlement) -> dict[str, Any]:
    settlement = recorded.settlement(row)
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
            )


def _path_ids(dispatch: Dispatch) -> tuple[str, ...]:
    if dispatch.endpoint == VOIDS.name and dispatch.document is not None:
        return (_posted_id(dispatch.document.reverses),)
    settlement = dispatch.settlement
    if settlement is None or dispatch.endpoint == PAYMENTS.name:
        return ()
    credit_note_id = _posted_id(settlement.document)
    if dispatch.endpoint == ALLOCATIONS.name:
        return (credit_note_id,)
    assert settlement.removes is not None and settlement.removes.xero_id, "it needs its allocation posted first"
    return (credit_note_id, settlement.removes.xero_id)


def _posted_id(row: Document | None) -> str:
    assert row is not None and row.xero_id, "a dispatch is ready only when all it needs is posted (DispatchNeed)"
    return row.xero_id
