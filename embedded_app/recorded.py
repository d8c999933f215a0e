"""What was recorded, as the values the pure core works on: history, books, documents and settlements."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from embedded_app import models
from embedded_app.accounting.chart import Chart
from embedded_app.accounting.chart_json import chart_from_json
from embedded_app.accounting.document_json import document_from_json
from embedded_app.accounting.documents import Books, Document, Group, History, Settlement, SettlementKind


def histories(session: Session, groups: Iterable[models.PostingGroup]) -> dict[int, History]:
    """What was decided for each group before, by group id, in the order it was decided; two queries for all of them."""
    wanted = {group.id: group.generation for group in groups}
    documents: dict[int, list[Document]] = {group_id: [] for group_id in wanted}
    settlements: dict[int, list[Settlement]] = {group_id: [] for group_id in wanted}

    for row in session.scalars(
        select(models.Document).where(models.Document.group_id.in_(wanted)).order_by(models.Document.id)
    ):
        if row.generation == wanted[row.group_id]:
            documents[row.group_id].append(document(row))
    for settled in session.scalars(
        select(models.Settlement)
        .where(models.Settlement.group_id.in_(wanted))
        .options(
            selectinload(models.Settlement.document),
            selectinload(models.Settlement.to_document),
            selectinload(models.Settlement.tender),
        )
        .order_by(models.Settlement.id)
    ):
        if settled.document.generation == wanted[settled.group_id]:
            settlements[settled.group_id].append(settlement(settled))

    return {
        group_id: History(documents=tuple(documents[group_id]), settlements=tuple(settlements[group_id]))
        for group_id in wanted
    }


def document(row: models.Document) -> Document:
    """The document as it was decided."""
    return document_from_json(row.content)


def settlement(row: models.Settlement) -> Settlement:
    """The settlement as it was decided."""
    return Settlement(
        kind=SettlementKind(row.kind),
        role=row.document.role,
        to_role=row.to_document.role if row.to_document else None,
        tender_id=row.tender.external_id if row.tender else None,
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
    """The organisation's chart as last read. Raises ValueError where it has not been read yet."""
    if row.chart is None:
        raise ValueError(f"organisation {row.id} has not been read from Xero yet")
    return chart_from_json(row.chart)
