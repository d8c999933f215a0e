"""What was recorded, as the values the pure core works on: history, books, documents and settlements."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from embedded_app import models
from embedded_app.accounting.chart import Chart
from embedded_app.accounting.chart_json import chart_from_json
from embedded_app.accounting.document_json import document_from_json
from embedded_app.accounting.documents import Books, Document, Group, History, Settlement, SettlementKind
from embedded_app.db import among

# Built once: to compose them takes longer than to run them.
_WANTED = among(models.PostingGroup.id, "group_ids")
_DOCUMENTS = (
    select(models.Document.group_id, models.Document.content)
    .join(models.PostingGroup, models.PostingGroup.id == models.Document.group_id)
    .where(_WANTED, models.Document.generation == models.PostingGroup.generation)
    .order_by(models.Document.id)
)
_OF, _TO = models.Document.__table__.alias("of_document"), models.Document.__table__.alias("to_document")
# Settlements with what the core knows their documents and tenders by: the roles, and the tender's own id.
_SETTLEMENTS = (
    select(
        *(getattr(models.Settlement, name) for name in ("group_id", "kind", "account", "bank_amount", "amount")),
        *(getattr(models.Settlement, name) for name in ("date", "reference", "ordinal")),
        *(_OF.c.role, _TO.c.role.label("to_role"), models.Tender.external_id.label("tender_id")),
    )
    .join(models.PostingGroup, models.PostingGroup.id == models.Settlement.group_id)
    .join(_OF, _OF.c.id == models.Settlement.document_id)
    .outerjoin(_TO, _TO.c.id == models.Settlement.to_document_id)
    .outerjoin(models.Tender, models.Tender.id == models.Settlement.tender_id)
    .where(_WANTED, _OF.c.generation == models.PostingGroup.generation)
    .order_by(models.Settlement.id)
)


# Beside the columns of an organisation's row.
_CHART = "chart as values"


def histories(session: Session, group_ids: Collection[int]) -> dict[int, History]:
    """What was decided in each group's generation, by group id, in the order it was; two queries for all of them."""
    if not group_ids:
        return {}
    documents: dict[int, list[Document]] = {group_id: [] for group_id in group_ids}
    settlements: dict[int, list[Settlement]] = {group_id: [] for group_id in group_ids}

    wanted = {"group_ids": list(documents)}
    for row in session.execute(_DOCUMENTS, wanted):
        documents[row.group_id].append(document_from_json(row.content))
    for row in session.execute(_SETTLEMENTS, wanted):
        settled = settlement_of(row, role=row.role, to_role=row.to_role, tender_id=row.tender_id)
        settlements[row.group_id].append(settled)

    return {
        group_id: History(documents=tuple(documents[group_id]), settlements=tuple(settlements[group_id]))
        for group_id in documents
    }


def document(row: models.Document) -> Document:
    """The document as it was decided."""
    return document_from_json(row.content)


def rate(row: models.Document) -> Decimal | None:
    """The currency rate the document was decided at, without reading the rest of it."""
    stated = row.content["rate"]
    return None if stated is None else Decimal(stated)


def settlement(row: models.Settlement) -> Settlement:
    """The settlement as it was decided, its documents and tender read with it."""
    return settlement_of(
        row,
        role=row.document.role,
        to_role=row.to_document.role if row.to_document else None,
        tender_id=row.tender.external_id if row.tender else None,
    )


def settlement_of(
    row: models.Settlement | Row[Any], *, role: str, to_role: str | None, tender_id: str | None
) -> Settlement:
    """The settlement as it was decided. role, to_role: of its documents. tender_id: the tender's own id."""
    return Settlement(
        kind=SettlementKind(row.kind),
        role=role,
        to_role=to_role,
        tender_id=tender_id,
        account=row.account,
        bank_amount=row.bank_amount,
        amount=row.amount,
        date=row.date,
        reference=row.reference,
        ordinal=row.ordinal,
    )


def group(row: models.PostingGroup) -> Group:
    """The group as the core knows it."""
    return Group(kind=row.kind, key=row.key, currency=row.currency, number=row.number, generation=row.generation)


def books(row: models.Organisation) -> Books:
    """What the organisation dictates: rates, its later lock date, the rounding account, bank accounts, currencies.

    Accounts are named by code and by id, as a mapping may name them by either.
    """
    offered = chart(row)
    active = [account for account in offered.accounts if account.active]
    locks = [day for day in (row.period_lock_date, row.end_of_year_lock_date) if day]
    return Books(
        base_currency=row.base_currency,
        rates={rate.tax_type: rate.rate for rate in offered.tax_rates if rate.active},
        lock_date=max(locks, default=None),
        rounding_account=next((one.code or one.id for one in active if one.system == "ROUNDING"), None),
        currencies=offered.currencies,
        bank_accounts=frozenset(
            name for one in active if one.type == "BANK" for name in (one.code, one.id) if name is not None
        ),
        account_currencies={
            name: one.currency
            for one in active
            if one.currency not in (None, row.base_currency)
            for name in (one.code, one.id)
            if name is not None
        },
    )


def chart(row: models.Organisation) -> Chart:
    """The organisation's chart as last read. Raises ValueError where it has not been read yet.

    It is kept with the row, for pages ask for it several times, and made anew once the row has been read anew.
    """
    told = row.chart
    if told is None:
        raise ValueError(f"organisation {row.id} has not been read from Xero yet")
    kept: tuple[dict[str, Any], Chart] | None = row.__dict__.get(_CHART)
    if kept is None or kept[0] is not told:
        kept = row.__dict__[_CHART] = told, chart_from_json(told)
    return kept[1]
