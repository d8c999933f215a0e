"""Orders that a test states figure by figure, and reading them back from the sandbox's store over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

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
from embedded_app.channels import CHANNELS, Reading, StoreAccess
from tests.sandbox.shopify_caller import StoreCaller

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
VAT = Tax(title="VAT", rate=Decimal("0.2"), amount=Decimal("1.67"))
TITLES = {LineKind.DUTY: "Duty", LineKind.FEE: "Restocking fee", LineKind.ADJUSTMENT: "Adjustment", LineKind.TIP: "Tip"}


def access_to(store: StoreCaller, token: str | None = None) -> StoreAccess:
    return StoreAccess(
        domain=store.shop.domain,
        origin=store.origin,
        access_token=token or store.tokens.access,
        api_version="2026-10",
    )


def read(store: StoreCaller, ids: Sequence[str], *, token: str | None = None, batch_size: int = 9) -> Reading:
    return CHANNELS["shopify"].read_orders(store.http, access_to(store, token), ids, batch_size=batch_size)


def line(number: int, kind: LineKind = LineKind.PRODUCT, gross: str = "10.00", quantity: int = 1) -> SaleLine:
    sign = -1 if gross.startswith("-") else 1
    return SaleLine(
        id=f"gid://shopify/Sale/{number}",
        kind=kind,
        title=TITLES.get(kind, f"Thing {number}"),
        quantity=quantity * sign,
        gross=Decimal(gross),
        taxes=(Tax(title="VAT", rate=VAT.rate, amount=VAT.amount * sign, marketplace=None),),
        discount=Decimal("1.77") * sign,
    )


def agreement(number: int, kind: AgreementKind, *lines: SaleLine) -> Agreement:
    happened_at = MORNING + timedelta(hours=number)
    return Agreement(id=f"gid://shopify/SalesAgreement/{number}", kind=kind, happened_at=happened_at, lines=lines)


def tender(number: int, kind: TenderKind, amount: str, parent: int | None = None) -> Tender:
    return Tender(
        id=f"gid://shopify/OrderTransaction/{number}",
        kind=kind,
        gateway="cash",
        amount=Decimal(amount),
        processed_at=MORNING + timedelta(minutes=number),
        parent_id=f"gid://shopify/OrderTransaction/{parent}" if parent else None,
    )


def stated(*agreements: Agreement, tenders: tuple[Tender, ...] = (), **changes: Any) -> Order:
    order = Order(
        id="gid://shopify/Order/9001",
        name="#9001",
        currency="GBP",
        timezone="Europe/London",
        placed_at=MORNING,
        updated_at=MORNING + timedelta(days=1),
        agreements=agreements,
        tenders=tenders,
        totals=StoreTotals(original=Decimal("70.00"), current=Decimal("60.00"), net_payment=Decimal("42.00")),
        country="DE",
        channel="web",
    )
    return replace(order, **changes)


def totals(amount: str, rounding: str = "0") -> StoreTotals:
    stated = Decimal(amount)
    return StoreTotals(original=stated, current=stated, net_payment=stated, rounding=Decimal(rounding))


def seen_in(currency: str, rate: str, order: Order, settled: Sequence[str]) -> Order:
    """The order with its telling in the customer's currency; settled: in the shop's, by tender."""
    by = Decimal(rate)

    def shown_line(line: SaleLine) -> SaleLine:
        taxes = tuple(replace(tax, amount=tax.amount * by) for tax in line.taxes)
        worth = None if line.face_value is None else line.face_value * by
        return replace(line, gross=line.gross * by, discount=line.discount * by, taxes=taxes, face_value=worth)

    shown = replace(
        order,
        currency=currency,
        agreements=tuple(replace(one, lines=tuple(map(shown_line, one.lines))) for one in order.agreements),
        tenders=tuple(
            replace(one, amount=one.amount * by, settled=Decimal(moved))
            for one, moved in zip(order.tenders, settled, strict=True)
        ),
        totals=StoreTotals(
            original=order.totals.original * by,
            current=order.totals.current * by,
            net_payment=order.totals.net_payment * by,
        ),
    )
    return replace(order, presented=shown)


def card(number: int, gross: str, face_value: str | None, quantity: int = 1) -> SaleLine:
    gift = line(number, LineKind.GIFT_CARD, gross, quantity)
    worth = None if face_value is None else Decimal(face_value)
    return replace(gift, title="Gift card", taxes=(), discount=Decimal(0), face_value=worth)


KINDS = tuple(kind for kind in LineKind if kind is not LineKind.ROUNDING)
LEDGERS = {
    "every kind of line": stated(
        agreement(1, AgreementKind.PLACED, *(line(place, kind) for place, kind in enumerate(KINDS, 1)))
    ),
    "every kind of agreement": stated(
        *(agreement(place, kind, line(place)) for place, kind in enumerate(AgreementKind, 1))
    ),
    "goods back": stated(
        agreement(1, AgreementKind.PLACED, line(1, quantity=3)),
        agreement(2, AgreementKind.REFUNDED, line(2, gross="-10.00"), line(3, LineKind.ADJUSTMENT, "-5.00", 0)),
    ),
    "cash with change": stated(
        agreement(1, AgreementKind.PLACED, line(1)),
        tenders=(tender(1, TenderKind.RECEIVED, "50.00"), tender(2, TenderKind.CHANGE, "8.00", parent=1)),
    ),
    "due later, from a person": stated(
        agreement(1, AgreementKind.PLACED, line(1)),
        terms=Terms(due_on=date(2026, 12, 20)),
        customer=Customer(id="gid://shopify/Customer/7"),
    ),
    "due later, from a company": stated(
        agreement(1, AgreementKind.PLACED, line(1)),
        terms=Terms(due_on=None),
        customer=Customer(id="gid://shopify/Company/9", is_company=True),
    ),
    "all of it sent": stated(agreement(1, AgreementKind.PLACED, line(1)), fulfilled_at=MORNING + timedelta(days=2)),
    "rounded to coins": stated(
        agreement(1, AgreementKind.PLACED, line(1, gross="9.98")),
        tenders=(
            replace(tender(1, TenderKind.RECEIVED, "9.98"), rounding=Decimal("0.02")),
            replace(tender(2, TenderKind.PAID_BACK, "1.01", parent=1), rounding=Decimal("-0.01")),
        ),
        totals=totals("9.98", rounding="0.03"),
    ),
    "gift cards below and above their value": stated(
        agreement(1, AgreementKind.PLACED, card(1, "45.00", "50.00"), card(2, "90.00", "80.00", 2), line(3)),
        agreement(2, AgreementKind.REFUNDED, card(4, "-45.00", "-40.00", 1)),
    ),
    "a gift card at its value": stated(agreement(1, AgreementKind.PLACED, card(1, "50.00", None))),
    "seen in another currency": seen_in(
        "EUR",
        "1.25",
        stated(
            agreement(1, AgreementKind.PLACED, line(1, quantity=3), line(2, LineKind.SHIPPING)),
            agreement(2, AgreementKind.REFUNDED, line(4, gross="-10.00")),
            tenders=(tender(1, TenderKind.RECEIVED, "20.00"), tender(2, TenderKind.PAID_BACK, "10.00", parent=1)),
        ),
        settled=("20.00", "10.40"),
    ),
    "a gift card seen in another currency": seen_in(
        "EUR", "1.25", stated(agreement(1, AgreementKind.PLACED, card(1, "45.00", "50.00"))), settled=()
    ),
    "many pages, seen in another currency": seen_in(
        "JPY",
        "200",
        stated(
            agreement(1, AgreementKind.PLACED, *(line(number) for number in range(1, 64))),
            *(agreement(number, AgreementKind.REFUNDED, line(300 + number, gross="-10.00")) for number in range(2, 6)),
        ),
        settled=(),
    ),
    "many pages": stated(
        agreement(1, AgreementKind.PLACED, *(line(number) for number in range(1, 121))),
        agreement(2, AgreementKind.EDITED, *(line(number) for number in range(201, 264))),
        *(agreement(number, AgreementKind.REFUNDED, line(300 + number, gross="-10.00")) for number in range(3, 9)),
        tenders=tuple(tender(number, TenderKind.RECEIVED, "1.00") for number in range(1, 61)),
    ),
}
