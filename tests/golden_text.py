"""The text of golden cases: ledgers and mapping above, documents, settlements, balances and taxes below.

Columns are parted by two or more spaces; a row that begins with a word in capitals opens a section. DECIDE marks a
moment at which everything above it is known and decided upon; a case with several is decided upon step by step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from embedded_app.accounting.documents import Books, Group
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
from tests.golden_case import Case, ExpectedDocument, ExpectedSettlement

TIMEZONE = ZoneInfo("Europe/London")
ROUNDING_ACCOUNT = "860"
TABLES = frozenset({"ACCOUNTS", "TAX RATES", "MAPPING", "BALANCES", "TAXES"})
EVENTS = frozenset({"ORDER", "LOCKED", "AGREEMENT", "TENDER", "CANCELLED", "DECIDE"})
DOCUMENTS = frozenset({"INVOICE", "CREDIT NOTE", "VOID"})
SETTLEMENTS = frozenset({"PAYMENT", "REFUND", "ALLOCATION", "ALLOCATION REMOVAL"})
SECTIONS = TABLES | EVENTS | DOCUMENTS | SETTLEMENTS


def read_case(books: Path, path: Path) -> Case:
    """The case of one file, on the organisation and mapping of another; ValueError for a row it does not know."""
    reading = _Reading()
    for columns in (*_rows(books), *_rows(path)):
        reading.take(columns)
    title, *_ = path.read_text(encoding="utf-8").splitlines()
    return reading.case(path.stem, title)


@dataclass(slots=True)
class _Reading:
    """A case while it is read, row by row."""

    section: str = ""
    order: Order | None = None
    steps: list[Order] = field(default_factory=list)
    lock_date: date | None = None
    account_names: dict[str, str] = field(default_factory=dict)
    rates: dict[str, Decimal] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=lambda: {"accounts": {}, "gateways": {}, "taxes": []})
    documents: list[ExpectedDocument] = field(default_factory=list)
    settlements: list[ExpectedSettlement] = field(default_factory=list)
    balances: dict[str, Decimal] = field(default_factory=dict)
    vat: dict[str, Decimal] = field(default_factory=dict)

    def take(self, columns: list[str]) -> None:
        word, *rest = columns
        if word in SECTIONS:
            self.section = word
            self.begin(word, rest)
        else:
            self.add(word, rest)

    def begin(self, word: str, rest: list[str]) -> None:
        if word == "ORDER":
            self.order = _order(*rest)
        elif word == "LOCKED":
            self.lock_date = date.fromisoformat(rest[0].removeprefix("until "))
        elif word == "AGREEMENT":
            self.known = replace(self.known, agreements=(*self.known.agreements, _agreement(self.known, *rest)))
        elif word == "TENDER":
            self.known = replace(self.known, tenders=(*self.known.tenders, _tender(*rest)))
        elif word == "CANCELLED":
            self.known = replace(self.known, cancelled_at=_moment(rest[0]))
        elif word == "DECIDE":
            self.steps.append(_as_of_now(self.known))
        elif word in DOCUMENTS:
            self.documents.append(_expected_document(word, *rest))
        elif word in SETTLEMENTS:
            self.settlements.append(_expected_settlement(word, *rest))

    @property
    def known(self) -> Order:
        if self.order is None:
            raise ValueError("a case needs its ORDER first")
        return self.order

    @known.setter
    def known(self, order: Order) -> None:
        self.order = order

    def add(self, word: str, rest: list[str]) -> None:
        """A row of the current section."""
        if self.section == "AGREEMENT":
            *earlier, last = self.known.agreements
            line = _sale_line(last, word, *rest)
            self.known = replace(self.known, agreements=(*earlier, replace(last, lines=(*last.lines, line))))
        elif self.section in DOCUMENTS:
            document = self.documents.pop()
            columns = (word, *rest) if len(rest) == 6 else (word, *rest, "")
            self.documents.append(replace(document, lines=(*document.lines, columns)))
        elif self.section == "ACCOUNTS":
            self.account_names[word] = rest[0]
        elif self.section == "TAX RATES":
            self.rates[word] = _percent(rest[0])
        elif self.section == "MAPPING":
            self.add_mapping(word, rest)
        elif self.section == "BALANCES":
            assert self.account_names[word] == rest[0], f"account {word} is {self.account_names[word]}"
            amount, side = rest[1].split()
            self.balances[word] = Decimal(amount) if side == "Dr" else -Decimal(amount)
        elif self.section == "TAXES":
            self.vat[word] = Decimal(rest[0])
        else:
            raise ValueError(f"a row under {self.section} cannot begin with {word}")

    def add_mapping(self, word: str, rest: list[str]) -> None:
        if word == "tax":
            title, _, percent = rest[0].removesuffix(" %").rpartition(" ")
            taxes = [] if rest[0] == "no tax" else [{"title": title, "rate": str(Decimal(percent) / 100)}]
            countries, kinds = rest[1].split(", "), rest[2].split(", ")
            entry = {"taxes": taxes, "countries": countries, "kinds": kinds, "tax_type": rest[3]}
            self.mapping["taxes"].append(entry)
        elif word in ("account", "gateway"):
            self.mapping[f"{word}s"][rest[0]] = rest[1]
        else:
            self.mapping[word.replace(" ", "_")] = rest[0]

    def case(self, name: str, title: str) -> Case:
        order = self.steps[-1]
        number = order.name.replace("#", "SH-")
        return Case(
            name=name,
            title=title,
            steps=tuple(self.steps),
            group=Group(kind="order", key=order.id, currency=order.currency, number=number),
            mapping=self.mapping,
            books=Books(
                base_currency="GBP", rates=self.rates, lock_date=self.lock_date, rounding_account=ROUNDING_ACCOUNT
            ),
            account_names=self.account_names,
            documents=tuple(self.documents),
            settlements=tuple(self.settlements),
            balances=self.balances,
            vat=self.vat,
        )


def _rows(path: Path) -> Iterator[list[str]]:
    """The rows of a file in columns; the title and the prose before the first row in capitals are left out."""
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    prose = True
    for line in lines:
        columns = re.split(r"\s{2,}", line.strip())
        prose = prose and columns[0] not in SECTIONS
        if line.strip() and not prose:
            yield columns


def _order(name: str, country: str) -> Order:
    nothing = StoreTotals(original=Decimal(0), current=Decimal(0), net_payment=Decimal(0))
    never = datetime.min.replace(tzinfo=UTC)
    return Order(
        id=f"gid://shopify/Order/{name.removeprefix('#')}",
        name=name,
        currency="GBP",
        timezone=TIMEZONE.key,
        placed_at=never,
        updated_at=never,
        agreements=(),
        tenders=(),
        totals=nothing,
        country=country,
        channel="web",
    )


def _agreement(order: Order, kind: str, moment: str) -> Agreement:
    number = f"{order.name.removeprefix('#')}{len(order.agreements) + 1}"
    return Agreement(
        id=f"gid://shopify/SalesAgreement/{number}",
        kind=AgreementKind(kind),
        happened_at=_moment(moment),
        lines=(),
    )


def _sale_line(agreement: Agreement, kind: str, what: str, gross: str, *tax: str) -> SaleLine:
    quantity, title = what.split(" × ")
    taxes: tuple[Tax, ...] = ()
    if tax:
        title_of_tax, rate = tax[0].split(maxsplit=1)
        taxes = (Tax(title=title_of_tax, rate=_percent(rate), amount=Decimal(tax[1])),)
    number = f"{agreement.id.rsplit('/', 1)[-1]}{len(agreement.lines) + 1}"
    return SaleLine(
        id=f"gid://shopify/Sale/{number}",
        kind=LineKind(kind),
        title=title,
        quantity=int(quantity),
        gross=Decimal(gross),
        taxes=taxes,
    )


def _tender(number: str, kind: str, moment: str, amount: str, gateway: str, parent: str = "") -> Tender:
    return Tender(
        id=f"gid://shopify/OrderTransaction/{number}",
        kind=TenderKind(kind),
        gateway=gateway,
        amount=Decimal(amount),
        processed_at=_moment(moment),
        parent_id=f"gid://shopify/OrderTransaction/{parent.removeprefix('of ')}" if parent else None,
    )


def _as_of_now(order: Order) -> Order:
    """The order with the header a store would give it, once these are its ledgers."""
    sides = {TenderKind.RECEIVED: 1, TenderKind.PAID_BACK: -1, TenderKind.CHANGE: -1}
    moments = [agreement.happened_at for agreement in order.agreements]
    moments += [tender.processed_at for tender in order.tenders]
    totals = StoreTotals(
        original=order.agreements[0].gross,
        current=sum((agreement.gross for agreement in order.agreements), Decimal(0)),
        net_payment=sum((sides[tender.kind] * tender.amount for tender in order.tenders), Decimal(0)),
    )
    return replace(order, totals=totals, placed_at=moments[0], updated_at=max(moments))


def _expected_document(
    kind: str, role: str, number: str, day: str, total: str, tax: str, reference: str
) -> ExpectedDocument:
    return ExpectedDocument(
        kind=kind.lower(),
        role=role,
        number=number,
        date=date.fromisoformat(day),
        total=Decimal(total),
        tax=Decimal(tax.removeprefix("VAT ")),
        reference=reference,
    )


def _expected_settlement(
    kind: str, role: str, amount: str, day: str, target: str, reference: str
) -> ExpectedSettlement:
    return ExpectedSettlement(
        kind=kind.lower(),
        role=role,
        amount=Decimal(amount),
        date=date.fromisoformat(day),
        target=target.removeprefix("to "),
        reference=reference,
    )


def _percent(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %")) / 100


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE).astimezone(UTC)
