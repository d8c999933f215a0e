"""Orders as JSON, and the hashes that tell whether they changed.

Amounts are strings in plain notation without trailing zeros, so "8600.0" and "8600.00" are one fact; moments are ISO
in UTC.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from embedded_app.accounting.money import plain
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
from embedded_app.accounting.wording import legible


def to_facts(order: Order) -> dict[str, Any]:
    """The order as a JSON-able dict; `from_facts` gives an equal order back, its texts made legible."""
    order = legible(order)
    return {
        "id": order.id,
        "name": order.name,
        "currency": order.currency,
        "timezone": order.timezone,
        "placed_at": _moment(order.placed_at),
        "updated_at": _moment(order.updated_at),
        "cancelled_at": _moment_or_none(order.cancelled_at),
        "fulfilled_at": _moment_or_none(order.fulfilled_at),
        "country": order.country,
        "channel": order.channel,
        "location": order.location,
        "test": order.test,
        "totals": {
            "original": plain(order.totals.original),
            "current": plain(order.totals.current),
            "net_payment": plain(order.totals.net_payment),
            "rounding": plain(order.totals.rounding),
        },
        "terms": None if order.terms is None else {"due_on": _day(order.terms.due_on)},
        "customer": None
        if order.customer is None
        else {"id": order.customer.id, "is_company": order.customer.is_company},
        "presented": None if order.presented is None else to_facts(order.presented),
        "agreements": [_agreement_facts(agreement) for agreement in order.agreements],
        "tenders": [_tender_facts(tender) for tender in order.tenders],
    }


def from_facts(facts: dict[str, Any]) -> Order:
    """The order that `to_facts` described. Raises KeyError or ValueError for anything else."""
    terms, customer, presented = facts["terms"], facts["customer"], facts["presented"]
    return Order(
        id=facts["id"],
        name=facts["name"],
        currency=facts["currency"],
        timezone=facts["timezone"],
        placed_at=datetime.fromisoformat(facts["placed_at"]),
        updated_at=datetime.fromisoformat(facts["updated_at"]),
        cancelled_at=_as_moment(facts["cancelled_at"]),
        fulfilled_at=_as_moment(facts["fulfilled_at"]),
        country=facts["country"],
        channel=facts["channel"],
        location=facts["location"],
        test=facts["test"],
        totals=StoreTotals(**{name: Decimal(amount) for name, amount in facts["totals"].items()}),
        agreements=tuple(_agreement(agreement) for agreement in facts["agreements"]),
        tenders=tuple(_tender(tender) for tender in facts["tenders"]),
        terms=None if terms is None else Terms(due_on=_as_day(terms["due_on"])),
        customer=None if customer is None else Customer(**customer),
        presented=None if presented is None else from_facts(presented),
    )


def facts_hash(order: Order) -> str:
    """SHA-256 of the order's facts, without the moment it was last touched: unchanged ledgers hash alike."""
    return hash_of(to_facts(order))


def hash_of(facts: dict[str, Any]) -> str:
    """`facts_hash` of an order whose facts are at hand, as `to_facts` made them."""
    return _hash(_untouched(facts) | {"presented": facts["presented"] and _untouched(facts["presented"])})


def _untouched(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "updated_at"}


def agreement_hash(agreement: Agreement) -> str:
    """SHA-256 of what an agreement books: its kind, moment and signed lines with their taxes.

    Titles, SKUs, tags and the like are left out and lines are ordered by id: a product renamed in the store does not
    change a past agreement.
    """
    lines = sorted(
        (
            [
                line.id,
                line.kind.value,
                line.quantity,
                plain(line.gross),
                plain(line.discount),
                # A card's worth is known only once it is issued; until then its price stands for it.
                plain(line.gross if line.face_value is None else line.face_value),
                sorted([tax.title, plain(tax.rate), plain(tax.amount), str(tax.marketplace)] for tax in line.taxes),
            ]
            for line in agreement.lines
        ),
        key=str,
    )
    return _hash([agreement.id, agreement.kind.value, _moment(agreement.happened_at), lines])


def _agreement_facts(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "kind": agreement.kind.value,
        "happened_at": _moment(agreement.happened_at),
        "lines": [_sale_facts(line) for line in agreement.lines],
    }


def _agreement(facts: dict[str, Any]) -> Agreement:
    return Agreement(
        id=facts["id"],
        kind=AgreementKind(facts["kind"]),
        happened_at=datetime.fromisoformat(facts["happened_at"]),
        lines=tuple(_sale(line) for line in facts["lines"]),
    )


def _sale_facts(line: SaleLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.kind.value,
        "title": line.title,
        "quantity": line.quantity,
        "gross": plain(line.gross),
        "discount": plain(line.discount),
        "taxes": [
            {
                "title": tax.title,
                "rate": plain(tax.rate),
                "amount": plain(tax.amount),
                "marketplace": tax.marketplace,
            }
            for tax in line.taxes
        ],
        "sku": line.sku,
        "product_type": line.product_type,
        "vendor": line.vendor,
        "tags": list(line.tags),
        "face_value": _amount_or_none(line.face_value),
    }


def _sale(facts: dict[str, Any]) -> SaleLine:
    return SaleLine(
        id=facts["id"],
        kind=LineKind(facts["kind"]),
        title=facts["title"],
        quantity=facts["quantity"],
        gross=Decimal(facts["gross"]),
        discount=Decimal(facts["discount"]),
        taxes=tuple(
            Tax(
                title=tax["title"],
                rate=Decimal(tax["rate"]),
                amount=Decimal(tax["amount"]),
                marketplace=tax["marketplace"],
            )
            for tax in facts["taxes"]
        ),
        sku=facts["sku"],
        product_type=facts["product_type"],
        vendor=facts["vendor"],
        tags=tuple(facts["tags"]),
        face_value=_as_amount(facts["face_value"]),
    )


def _tender_facts(tender: Tender) -> dict[str, Any]:
    return {
        "id": tender.id,
        "kind": tender.kind.value,
        "gateway": tender.gateway,
        "amount": plain(tender.amount),
        "processed_at": _moment(tender.processed_at),
        "parent_id": tender.parent_id,
        "rounding": plain(tender.rounding),
        "settled": _amount_or_none(tender.settled),
    }


def _tender(facts: dict[str, Any]) -> Tender:
    return Tender(
        id=facts["id"],
        kind=TenderKind(facts["kind"]),
        gateway=facts["gateway"],
        amount=Decimal(facts["amount"]),
        processed_at=datetime.fromisoformat(facts["processed_at"]),
        parent_id=facts["parent_id"],
        rounding=Decimal(facts["rounding"]),
        settled=_as_amount(facts["settled"]),
    )


def _amount_or_none(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _as_amount(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _moment(moment)


def _as_moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _as_day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _hash(facts: object) -> str:
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
