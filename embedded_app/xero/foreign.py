"""Reads what stands in an organisation's books whoever made it: sales invoices and money received, page by page.

An invoice for an order cannot be older than the order, so If-Modified-Since finds all there can be; `where` is not
needed, which Xero answers slowly or refuses on long lists. A page is one call: a thousand invoices without their lines
(`summaryOnly`), or a hundred bank transactions, which know no summary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from embedded_app.xero.chart import read_day
from embedded_app.xero.client import XeroApi
from embedded_app.xero.encoding import Json
from embedded_app.xero.outcomes import identity
from embedded_app.xero.paging import DOCUMENTS_A_PAGE, Walk
from embedded_app.xero.values import amount, words

INVOICES_A_PAGE = 1000  # the most Xero gives; without lines one takes less than a kilobyte


class ForeignKind(StrEnum):
    """A sales invoice, or money received straight into a bank account, as some apps book sales."""

    INVOICE = "invoice"
    RECEIVED = "money received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A document in Xero, whoever made it. number: "" where it has none. text: number and reference, to search in.

    total: with tax, in its own currency.
    """

    kind: ForeignKind
    xero_id: str
    number: str
    text: str
    day: date
    total: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPage:
    """A page of documents. seen: how many elements were read so far, others included. is_last: nothing follows."""

    documents: tuple[Foreign, ...]
    seen: int
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """Where documents of a kind are listed. types: Xero's, of the wanted ones among those listed there."""

    path: str
    envelope: str
    id_field: str
    type: str
    page_size: int
    params: tuple[tuple[str, str], ...] = ()


_LISTED: Mapping[ForeignKind, _Listed] = {
    ForeignKind.INVOICE: _Listed(
        path="/Invoices",
        envelope="Invoices",
        id_field="InvoiceID",
        type="ACCREC",
        page_size=INVOICES_A_PAGE,
        params=(("summaryOnly", "true"), ("Statuses", "DRAFT,SUBMITTED,AUTHORISED,PAID")),
    ),
    ForeignKind.RECEIVED: _Listed(
        path="/BankTransactions",
        envelope="BankTransactions",
        id_field="BankTransactionID",
        type="RECEIVE",
        page_size=DOCUMENTS_A_PAGE,
    ),
}


def read_page(api: XeroApi, kind: ForeignKind, *, since: datetime, page: int, seen: int) -> ForeignPage:
    """A page (from 1 on) of the documents of a kind that were created or modified since then: one call.

    seen: as the page before says, 0 for the first. Raises RetryLater, also where the list shifted while it was read (it
    must then be read from its first page on), NeedsReconnect or NeedsMerchant.
    """
    listed = _LISTED[kind]
    walk = Walk(
        envelope=listed.envelope,
        id_field=listed.id_field,
        page_size=listed.page_size,
        next_page=page,
        seen_before=seen,
    )
    elements = api.page(listed.path, walk, since=since, params=listed.params)
    read = (_read(kind, listed, element) for element in elements)
    return ForeignPage(
        documents=tuple(one for one in read if one is not None), seen=seen + len(elements), is_last=walk.is_done
    )


def _read(kind: ForeignKind, listed: _Listed, element: Json) -> Foreign | None:
    """The document, None for what books no sale (any more), or cannot be told what it books."""
    xero_id, total = identity(element, listed.id_field), amount(element.get("Total"))
    if element.get("Type") != listed.type or element.get("Status") in ("DELETED", "VOIDED"):
        return None
    try:
        day = read_day(element.get("DateString") or element.get("Date"))
    except (TypeError, ValueError):
        day = None
    if xero_id is None or total is None or day is None:
        return None
    number, currency = words(element.get("InvoiceNumber"), 255), words(element.get("CurrencyCode"), 3)
    return Foreign(
        kind=kind,
        xero_id=xero_id,
        number=number,
        text=f"{number} {words(element.get('Reference'), 4000)}",
        day=day,
        total=total,
        currency=currency,
    )
