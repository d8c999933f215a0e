"""An order of the store as a reader of its Admin API understands it: an `embedded_app.accounting.order.Order`.

For tests of the accounting rules that need a store's orders by the thousand, without HTTP in between. Written apart
from the program's own reader; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    Customer,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tax,
    Tender,
    TenderKind,
    Terms,
)
from embedded_app.sandbox.shopify import entries
from embedded_app.sandbox.shopify.buyers import Presentment
from embedded_app.sandbox.shopify.ledger import StoredOrder

_AGREEMENTS = {
    "ORDER": AgreementKind.PLACED,
    "ORDER_EDIT": AgreementKind.EDITED,
    "REFUND": AgreementKind.REFUNDED,
    "RETURN": AgreementKind.RETURNED,
}
_LINES = {kind.name: kind for kind in LineKind}
_TENDERS = {
    "SALE": TenderKind.RECEIVED,
    "CAPTURE": TenderKind.RECEIVED,
    "REFUND": TenderKind.PAID_BACK,
    "CHANGE": TenderKind.CHANGE,
}
_FEES = {"RestockingFee": "Restocking fee", "ReturnShippingFee": "Return shipping fee"}


class Teller:
    """Tells the orders of one store, at any moment of their lives; what was told of an agreement is remembered."""

    def __init__(self, timezone: str) -> None:
        self._timezone = timezone
        self._agreements: dict[tuple[str, str], Agreement] = {}

    def tell(self, stored: StoredOrder) -> Order:
        """The order as it is now, in the shop's currency and, where the customer paid in another one, in that too."""
        told = self._tell(stored, stored.agreements, None)
        if stored.presentment is None:
            return told
        return replace(told, presented=self._presented(stored, stored.presentment))

    def _presented(self, stored: StoredOrder, presentment: Presentment) -> Order:
        shown = self._tell(stored.as_presented(), stored.agreements, presentment)
        settled = {entry.id: entry.amount + (entry.exchange_gain or Decimal(0)) for entry in stored.transactions}
        return replace(shown, tenders=tuple(replace(tender, settled=settled[tender.id]) for tender in shown.tenders))

    def _tell(
        self, stored: StoredOrder, agreements: Sequence[entries.Agreement], presentment: Presentment | None
    ) -> Order:
        return Order(
            id=stored.id,
            name=stored.name,
            currency=stored.currency,
            timezone=self._timezone,
            placed_at=stored.created_at,
            updated_at=stored.updated_at,
            agreements=tuple(self._agreement(entry, presentment) for entry in agreements),
            tenders=_tenders(stored),
            totals=StoreTotals(
                original=stored.original_total,
                current=stored.current_total,
                net_payment=stored.net_payment,
                rounding=stored.payment_rounding - stored.refund_rounding,
            ),
            cancelled_at=stored.cancelled_at,
            country=stored.country,
            channel=stored.source_name,
            location=stored.location,
            test=stored.test,
            terms=self._terms(stored),
            customer=_customer(stored),
            fulfilled_at=stored.fulfilled_at,
        )

    def _agreement(self, entry: entries.Agreement, presentment: Presentment | None) -> Agreement:
        currency = presentment.currency if presentment else ""
        told = self._agreements.get((entry.id, currency))
        if told is None:
            told = self._agreements[entry.id, currency] = Agreement(
                id=entry.id,
                kind=_AGREEMENTS[entry.reason],
                happened_at=entry.happened_at,
                lines=tuple(_line(sale, presentment) for sale in entry.sales),
            )
        return told

    def _terms(self, stored: StoredOrder) -> Terms | None:
        if stored.terms is None:
            return None
        due: datetime | None = stored.terms.due(stored.created_at, stored.fulfilled_at)
        return Terms(due_on=None if due is None else due.astimezone(ZoneInfo(self._timezone)).date())


def _customer(stored: StoredOrder) -> Customer | None:
    buyer = stored.buyer
    if buyer.company is not None:
        return Customer(id=buyer.company.id, is_company=True)
    return None if buyer.customer_id is None else Customer(id=buyer.customer_id)


def _tenders(stored: StoredOrder) -> tuple[Tender, ...]:
    """Money that moved; a parent that moved none is not told."""
    tenders = [tender for entry in stored.transactions if (tender := _tender(entry))]
    ids = {tender.id for tender in tenders}
    return tuple(tender if tender.parent_id in ids else replace(tender, parent_id=None) for tender in tenders)


def _line(sale: entries.Sale, presentment: Presentment | None) -> SaleLine:
    item = sale.line if isinstance(sale.line, entries.LineItem) else None
    shown = sale.as_presented() if presentment else sale
    worth = _face_value(sale)
    return SaleLine(
        id=sale.id,
        kind=_LINES[sale.line_type],
        title=_title(sale),
        quantity=sale.quantity or 0,
        gross=shown.total,
        taxes=tuple(
            Tax(title=tax.title, rate=tax.rate, amount=tax.amount, marketplace=tax.channel_liable)
            for tax in shown.taxes
        ),
        discount=shown.discount,
        # A gift card's or a tip's line is asked for its name and SKU only.
        sku=item.sku if item else None,
        product_type=item.product_type or None if item and sale.line_type == "PRODUCT" else None,
        vendor=item.vendor if item and sale.line_type == "PRODUCT" else None,
        tags=item.tags if item and sale.line_type == "PRODUCT" else (),
        face_value=presentment.of(worth) if presentment and worth is not None else worth,
    )


def _face_value(sale: entries.Sale) -> Decimal | None:
    """What the gift cards of a sale are worth together, signed like it; None where it is their price."""
    item = sale.line if isinstance(sale.line, entries.LineItem) else None
    if item is None or item.face_value is None:
        return None
    worth = item.face_value * (sale.quantity or 0)
    return None if worth == sale.total else worth


def _title(sale: entries.Sale) -> str:
    """A returned delivery has lost its name, and tips and duties have none: the kind of line stands for it."""
    line = sale.line
    if isinstance(line, entries.OtherLine) and line.line_type == "FEE":
        return _FEES[line.fee_type]
    if line is None or sale.line_type in ("TIP", "DUTY"):
        return _LINES[sale.line_type].value.capitalize()
    return line.title


def _tender(entry: entries.Transaction) -> Tender | None:
    if not entry.money:
        return None
    return Tender(
        id=entry.id,
        kind=_TENDERS[entry.kind],
        gateway=entry.gateway,
        amount=entry.amount,
        processed_at=entry.processed_at,
        parent_id=entry.parent_id,
        rounding=entry.rounding,
    )
