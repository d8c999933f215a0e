"""The facts of golden cases: an order, its agreements and its tenders, from the columns of their text.

A presented amount ("presented 57.50, 9.58": gross and taxes; "presented 57.50": money) is the same thing in the
currency the customer saw.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
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
from tests.golden_mapping import tax_words

# What a sale line may say beyond its taxes; "worth" is a gift card's face value.
LINE_WORDS = frozenset({"discount", "worth", "sku", "type", "vendor", "tags", "presented"})
NEVER = datetime.min.replace(tzinfo=UTC)
SIDES = {TenderKind.RECEIVED: 1, TenderKind.PAID_BACK: -1, TenderKind.CHANGE: -1}


@dataclass(frozen=True, slots=True)
class Facts:
    """An order as far as the text has told it, and what of it was presented in another currency, by id.

    writing: the position of the agreement that lines are added to. said: totals of the store that are not its entries'.
    """

    order: Order
    presented_in: str | None = None
    presented: dict[str, list[Decimal]] = field(default_factory=dict)
    writing: int = -1
    said: dict[str, Decimal] = field(default_factory=dict)

    @classmethod
    def begin(cls, name: str, country: str, *more: str, currency: str, timezone: str) -> Facts:
        """An order of which nothing has happened yet.

        country: "unknown" where the store does not tell it. more: "id 2001" where its name does not make one,
        "presented EUR", "till Leeds" where it was taken in a shop there, "test".
        """
        said = {one.split()[0]: one.partition(" ")[2] for one in more}
        order = Order(
            id=f"gid://shopify/Order/{said.get('id', name.removeprefix('#'))}",
            name=name,
            currency=currency,
            timezone=timezone,
            placed_at=NEVER,
            updated_at=NEVER,
            agreements=(),
            tenders=(),
            totals=StoreTotals(original=Decimal(0), current=Decimal(0), net_payment=Decimal(0)),
            country=None if country == "unknown" else country,
            channel="pos" if "till" in said else "web",
            location=said.get("till"),
            test="test" in said,
        )
        return cls(order, said.get("presented"))

    def happened(self, word: str, rest: list[str]) -> Facts:
        """The order after one more event, by the word that opens it."""
        order = self.order
        if word == "AGREEMENT":
            agreements = (*order.agreements, _agreement(order, *rest))
            return replace(self, order=replace(order, agreements=agreements), writing=len(order.agreements))
        if word in ("CHANGED", "REMOVED"):
            return self._rewritten(int(rest[0]) - 1, gone=word == "REMOVED")
        if word == "TOTALS":
            said = {name.replace(" ", "_"): Decimal(amount) for name, amount in (one.rsplit(" ", 1) for one in rest)}
            return replace(self, said=said)
        if word == "TENDER":
            return self._with_tender(*rest)
        if word == "TERMS":
            due = None if rest[0] == "open" else date.fromisoformat(rest[0].removeprefix("due "))
            return replace(self, order=replace(order, terms=Terms(due_on=due)))
        if word == "CUSTOMER":
            return replace(self, order=replace(order, customer=Customer(id=rest[0], is_company="company" in rest)))
        moment = _moment(rest[0], order.timezone)
        changed = replace(order, **{f"{word.lower()}_at": moment})  # type: ignore[arg-type]
        return replace(self, order=changed)

    def with_line(self, kind: str, what: str, gross: str, *more: str) -> Facts:
        """The order with one more line in the agreement that is being told; "600 times" for as many of them."""
        times, more = repeated(more)
        if times > 1:
            facts = self
            for _ in range(times):
                facts = facts.with_line(kind, what, gross, *more)
            return facts
        agreements = list(self.order.agreements)
        told = agreements[self.writing]
        line = _sale_line(told, kind, what, gross, *more)
        shown = next((one.removeprefix("presented ") for one in more if one.startswith("presented ")), None)
        presented = self.presented | ({line.id: [Decimal(one) for one in shown.split(", ")]} if shown else {})
        agreements[self.writing] = replace(told, lines=(*told.lines, line))
        return replace(self, order=replace(self.order, agreements=tuple(agreements)), presented=presented)

    def as_of_now(self) -> Order:
        """The order with the header a store would give it, once these are its ledgers."""
        order = _with_totals(self.order)
        order = replace(order, totals=replace(order.totals, **self.said))
        if self.presented_in is None:
            return order
        shown = replace(
            order,
            currency=self.presented_in,
            agreements=tuple(
                replace(one, lines=tuple(_presented_line(line, self.presented[line.id]) for line in one.lines))
                for one in order.agreements
            ),
            tenders=tuple(_presented_tender(one, self.presented[one.id]) for one in order.tenders),
        )
        return replace(order, presented=_with_totals(shown))

    def _rewritten(self, position: int, *, gone: bool) -> Facts:
        """The order with an agreement gone, or without its lines, which are told anew."""
        agreements = list(self.order.agreements)
        agreements[position : position + 1] = [] if gone else [replace(agreements[position], lines=())]
        # What a store rewrites it has changed since: never does an order look older than before.
        order = replace(self.order, agreements=tuple(agreements), updated_at=_with_totals(self.order).updated_at)
        return replace(self, order=order, writing=position)

    def _with_tender(self, number: str, kind: str, moment: str, amount: str, gateway: str, *more: str) -> Facts:
        """more: "of" its parent's number, "rounded" by how much for cash, "presented" amount, "settled" amount.

        "60 times": as many tenders, their numbers counting up.
        """
        times, more = repeated(more)
        if times > 1:
            facts = self
            for one in range(int(number), int(number) + times):
                facts = facts._with_tender(str(one), kind, moment, amount, gateway, *more)
            return facts
        said = dict(one.split(maxsplit=1) for one in more)
        tender = Tender(
            id=f"gid://shopify/OrderTransaction/{number}",
            kind=TenderKind(kind),
            gateway=gateway,
            amount=Decimal(amount),
            processed_at=_moment(moment, self.order.timezone),
            parent_id=f"gid://shopify/OrderTransaction/{said['of']}" if "of" in said else None,
            rounding=Decimal(said.get("rounded", 0)),
        )
        shown = [Decimal(said[word]) for word in ("presented", "settled") if word in said]
        presented = self.presented | {tender.id: shown}
        return replace(self, order=replace(self.order, tenders=(*self.order.tenders, tender)), presented=presented)


def repeated(columns: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """How many times a row stands for, and its columns without that: "60 times"."""
    times = [one for one in columns if re.fullmatch(r"\d+ times", one)]
    return int(times[0].split()[0]) if times else 1, tuple(one for one in columns if one not in times)


def _with_totals(order: Order) -> Order:
    moments = [order.updated_at, *(agreement.happened_at for agreement in order.agreements)]
    moments += [tender.processed_at for tender in order.tenders]
    totals = StoreTotals(
        original=order.agreements[0].gross,
        current=sum((agreement.gross for agreement in order.agreements), Decimal(0)),
        net_payment=sum((SIDES[tender.kind] * tender.amount for tender in order.tenders), Decimal(0)),
        rounding=sum((SIDES[tender.kind] * tender.rounding for tender in order.tenders), Decimal(0)),
    )
    return replace(order, totals=totals, placed_at=order.agreements[0].happened_at, updated_at=max(moments))


def _presented_line(line: SaleLine, amounts: list[Decimal]) -> SaleLine:
    taxes = tuple(replace(tax, amount=amount) for tax, amount in zip(line.taxes, amounts[1:], strict=True))
    return replace(line, gross=amounts[0], taxes=taxes)


def _presented_tender(tender: Tender, amounts: list[Decimal]) -> Tender:
    amount, *settled = amounts
    return replace(tender, amount=amount, settled=settled[0] if settled else None)


def _agreement(order: Order, kind: str, moment: str) -> Agreement:
    number = f"{order.id.rpartition('/')[2]}{len(order.agreements) + 1}"
    return Agreement(
        id=f"gid://shopify/SalesAgreement/{number}",
        kind=AgreementKind(kind),
        happened_at=_moment(moment, order.timezone),
        lines=(),
    )


def _sale_line(agreement: Agreement, kind: str, what: str, gross: str, *more: str) -> SaleLine:
    """more: each tax and its amount ("VAT 20 %", "3.33"), then what is known of the goods ("vendor Penguin")."""
    quantity, title = what.split(" × ")
    number = f"{agreement.id.rsplit('/', 1)[-1]}{len(agreement.lines) + 1}"
    named = dict(one.split(maxsplit=1) for one in more if one.split()[0] in LINE_WORDS)
    taxes = [one for one in more if one.split()[0] not in LINE_WORDS]
    return SaleLine(
        id=f"gid://shopify/Sale/{number}",
        kind=LineKind(kind),
        title=title,
        quantity=int(quantity),
        gross=Decimal(gross),
        taxes=tuple(_tax(*pair) for pair in zip(taxes[::2], taxes[1::2], strict=True)),
        discount=Decimal(named.get("discount", 0)),
        face_value=Decimal(named["worth"]) if "worth" in named else None,
        sku=named.get("sku"),
        product_type=named.get("type"),
        vendor=named.get("vendor"),
        tags=tuple(named["tags"].split(", ")) if "tags" in named else (),
    )


def _tax(what: str, amount: str) -> Tax:
    title, rate, marketplace = tax_words(what)
    return Tax(title=title, rate=rate, amount=Decimal(amount), marketplace=marketplace)


def _moment(text: str, timezone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
