"""Short ways to write an order of the tests' shop: London, pounds, VAT included, the mapping of the golden cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from embedded_app.accounting.documents import Books, Decision, Group, Held, History, Settlement
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
from tests.golden import load_case

_CASE = load_case("a_vat_included")
BOOKS: Books = _CASE.books
MAPPING: Mapping = parse_mapping(_CASE.mapping, version=1)
GROUP = Group(kind="order", key="order/1", currency="GBP", number="SH-1")
DAY = 23


def at(day: int, hour: int = 12) -> datetime:
    """A moment in November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def line(gross: str, tax: str | None = None, **changes: object) -> SaleLine:
    """A product line; with a tax it is VAT at 20 %, without it has none."""
    taxes = () if tax is None else (Tax(title="VAT", rate=Decimal("0.20"), amount=Decimal(tax)),)
    quantity = 1 if Decimal(gross) >= 0 else -1
    one = SaleLine(id="line", kind=LineKind.PRODUCT, title="Mug", quantity=quantity, gross=Decimal(gross), taxes=taxes)
    return replace(one, **changes)  # type: ignore[arg-type]


def placed(*lines: SaleLine, day: int = DAY) -> Agreement:
    """The agreement an order begins with."""
    return agreed("agreement/1", AgreementKind.PLACED, *lines, day=day)


def agreed(id: str, kind: AgreementKind, *lines: SaleLine, day: int = DAY) -> Agreement:
    """Any agreement, at noon."""
    return Agreement(id=id, kind=kind, happened_at=at(day), lines=lines)


def refunded(*lines: SaleLine, number: int = 2, day: int = DAY) -> Agreement:
    """A refund of lines, at noon."""
    return agreed(f"agreement/{number}", AgreementKind.REFUNDED, *lines, day=day)


def received(amount: str, gateway: str = "paypal", *, id: str = "T1", day: int = DAY, hour: int = 13) -> Tender:
    """Money that came in."""
    return Tender(id=id, kind=TenderKind.RECEIVED, gateway=gateway, amount=Decimal(amount), processed_at=at(day, hour))


def paid_back(amount: str, gateway: str = "paypal", *, id: str = "T2", day: int = DAY, hour: int = 14) -> Tender:
    """Money that went back."""
    return replace(received(amount, gateway, id=id, day=day, hour=hour), kind=TenderKind.PAID_BACK)


def order(*events: Agreement | Tender, **changes: object) -> Order:
    """An order with these events, and the totals a store would give it."""
    agreements = tuple(one for one in events if isinstance(one, Agreement))
    tenders = tuple(one for one in events if isinstance(one, Tender))
    net = sum((one.amount if one.kind is TenderKind.RECEIVED else -one.amount for one in tenders), Decimal(0))
    original = sum((one.gross for one in agreements if one.kind is AgreementKind.PLACED), Decimal(0))
    current = sum((one.gross for one in agreements), Decimal(0))
    one = Order(
        id="order/1",
        name="#1",
        currency="GBP",
        timezone="Europe/London",
        placed_at=at(DAY),
        updated_at=at(DAY),
        agreements=agreements,
        tenders=tenders,
        totals=StoreTotals(original=original, current=current, net_payment=net),
        country="GB",
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def decided(
    order: Order, history: History | None = None, *, mapping: Mapping = MAPPING, books: Books = BOOKS
) -> Decision:
    """What is decided about an order, by default as if nothing was posted before."""
    return post(GROUP, [order], mapping, history or History(), books)


def posted(*orders: Order, books: Books = BOOKS) -> History:
    """The history after each of these facts of one order was decided upon and posted."""
    history = History()
    for facts in orders:
        history = after(decided(facts, history, books=books), history)
    return history


def after(decision: Decision, history: History | None = None) -> History:
    """The history with a decision posted on top of it."""
    before = history or History()
    return History(
        documents=(*before.documents, *decision.documents),
        settlements=(*before.settlements, *decision.settlements),
    )


def causes(held: tuple[Held, ...]) -> list[str]:
    """The causes for which something is held, sorted."""
    return sorted(one.cause for one in held)


def moves(settlements: tuple[Settlement, ...]) -> list[str]:
    """Settlements in short: what, on which document, how much."""
    return [
        f"{one.kind.value} {one.role}{f' to {one.to_role}' if one.to_role else ''} {one.amount:.2f}"
        for one in settlements
    ]
