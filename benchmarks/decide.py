"""How many orders a core decides per second, against a loop that only adds the same Decimals up.

One process, one core; the best of several rounds, since other work only ever slows a round down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter

from benchmarks.table import Line
from embedded_app.accounting.documents import Books, Group, History
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tax,
    Tender,
    TenderKind,
)
from embedded_app.accounting.posting import post

ORDERS = 2_000
ROUNDS = 7
TARGET_PER_SECOND = 4_000
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BOOKS = Books(base_currency="GBP", rates={"OUTPUT2": Decimal("0.2"), "NONE": Decimal(0)}, rounding_account="860")


def mapping() -> Mapping:
    """Products and shipping at 20 % VAT, cards into clearing."""
    taxes = [{"title": "VAT", "rate": "0.2"}]
    kinds = ["product", "shipping"]
    document = {
        "contact": "00000000-0000-4000-8000-000000000001",
        "accounts": {"product": "200", "shipping": "205"},
        "gateways": {"shopify_payments": "091"},
        "taxes": [{"taxes": taxes, "countries": ["GB"], "kinds": kinds, "tax_type": "OUTPUT2"}],
        "no_tax": "NONE",
    }
    return parse_mapping(document, 1)


def order(number: int) -> Order:
    """A paid order of two products and shipping; its prices depend on its number."""
    moment = NOON + timedelta(seconds=number)
    lines = tuple(
        _line(number, position, kind, quantity, Decimal(unit_pence) / 100)
        for position, (kind, quantity, unit_pence) in enumerate(
            [
                (LineKind.PRODUCT, 1 + number % 3, 999 + number % 700),
                (LineKind.PRODUCT, 1, 2450 + number % 300),
                (LineKind.SHIPPING, 1, 495),
            ]
        )
    )
    gross = sum((line.gross for line in lines), Decimal(0))
    return Order(
        id=f"gid://shopify/Order/{number}",
        name=f"#{number}",
        currency="GBP",
        timezone="Europe/London",
        placed_at=moment,
        updated_at=moment,
        country="GB",
        channel="web",
        agreements=(
            Agreement(
                id=f"gid://shopify/SalesAgreement/{number}",
                kind=AgreementKind.PLACED,
                happened_at=moment,
                lines=lines,
            ),
        ),
        tenders=(
            Tender(
                id=f"gid://shopify/OrderTransaction/{number}",
                kind=TenderKind.RECEIVED,
                gateway="shopify_payments",
                amount=gross,
                processed_at=moment,
            ),
        ),
        totals=StoreTotals(original=gross, current=gross, net_payment=gross),
    )


def decide(orders: Sequence[Order], rules: Mapping) -> int:
    """Decide every order; returns how many would be posted."""
    posted = 0
    for one in orders:
        group = Group(kind="order", key=one.id, currency="GBP", number=f"SH-{one.name[1:]}")
        posted += bool(post(group, [one], rules, History(), BOOKS).documents)
    return posted


def add_up(orders: Sequence[Order]) -> Decimal:
    """The floor: nothing but the sums of the same Decimals."""
    total = Decimal(0)
    for one in orders:
        for agreement in one.agreements:
            for line in agreement.lines:
                total += line.gross
                for tax in line.taxes:
                    total += tax.amount
        for tender in one.tenders:
            total += tender.amount
    return total


def best_seconds(work: Callable[[], object]) -> float:
    """The quickest of ROUNDS rounds, in seconds."""
    seconds = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        work()
        seconds.append(perf_counter() - begun)
    return min(seconds)


def measure() -> list[Line]:
    """The lines of the table."""
    orders, rules = [order(number) for number in range(1, ORDERS + 1)], mapping()
    assert decide(orders, rules) == ORDERS, "the benchmark's own orders must all be posted"
    decided = ORDERS / best_seconds(lambda: decide(orders, rules))
    floor = ORDERS / best_seconds(lambda: add_up(orders))
    return [
        Line(
            what="paid three-line orders decided per second, one core",
            ours=f"{decided:,.0f}",
            target=f"≥ {TARGET_PER_SECOND:,}",
            floor=f"{floor:,.0f} only added up ({floor / decided:.0f} ×)",
            met=decided >= TARGET_PER_SECOND,
        )
    ]


def _line(number: int, position: int, kind: LineKind, quantity: int, unit: Decimal) -> SaleLine:
    gross = quantity * unit
    tax = gross - (gross / Decimal("1.2")).quantize(Decimal("0.01"))
    return SaleLine(
        id=f"gid://shopify/Sale/{number}{position}",
        kind=kind,
        title="Mug" if kind is LineKind.PRODUCT else "Delivery",
        quantity=quantity,
        gross=gross,
        taxes=(Tax(title="VAT", rate=Decimal("0.2"), amount=tax),),
    )
