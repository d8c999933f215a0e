"""The text of golden cases: ledgers and mapping above, documents, settlements, balances and taxes below.

Columns are parted by two or more spaces; a row that begins with a word in capitals opens a section. DECIDE marks a
moment at which everything above it is known and decided upon; a case with several is decided upon step by step. BOOKS
names the organisation and mapping a case starts from (uk_books where it names none); what its own MAPPING says comes
on top, and may change between the steps, as the lock dates may. SHOP names the store's currency where that is not the
books' own, DAY RATE what Xero takes for a currency where no rate is sent. A row that ends with "600 times" stands for
as many; {Mug × 400} for a text as often repeated. A case whose books are others when everything is known at once says
STEP BY STEP ONLY.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from embedded_app.accounting.documents import Books, DocumentKind, Group
from embedded_app.accounting.order import Order
from tests.golden_cards import Card, card_after, card_began
from tests.golden_case import Case, ExpectedDocument, ExpectedSettlement, Step
from tests.golden_expected import expected_document, expected_line, expected_settlements
from tests.golden_facts import Facts, repeated
from tests.golden_mapping import product_rule, tax_entry

ROUNDING_ACCOUNT, BANK_ACCOUNTS = "860", "09"  # the codes of every organisation's
REPEATED_TEXT = re.compile(r"\{([^{}]+) × (\d+)\}")
TABLES = frozenset(
    {"BASE", "SHOP", "DAY RATE", "BOOKS", "ACCOUNTS", "TAX RATES", "MAPPING", "OPENING", "BALANCES", "TAXES"}
)
FACTS = frozenset(
    {"AGREEMENT", "CHANGED", "REMOVED", "TOTALS", "TENDER", "CANCELLED", "FULFILLED", "TERMS", "CUSTOMER"}
)
EVENTS = FACTS | {"ORDER", "DELETED", "GIFT CARD", "LOCKED", "DECIDE", "HELD", "UNREAD", "STEP BY STEP ONLY"}
DOCUMENTS = frozenset({kind.upper() for kind in DocumentKind})
SETTLEMENTS = frozenset({"PAYMENT", "REFUND", "ALLOCATION", "ALLOCATION REMOVAL"})
SECTIONS = TABLES | EVENTS | DOCUMENTS | SETTLEMENTS


def read_case(path: Path) -> Case:
    """The case of one file, on the organisation and mapping of another; ValueError for a row it does not know."""
    rows = list(_rows(path))
    reading = _Reading(organisation=next((rest[0] for word, *rest in rows if word == "BOOKS"), "uk_books"))
    for columns in (*_rows(path.with_name(f"{reading.organisation}.txt")), *rows):
        reading.take(columns)
    title, *_ = path.read_text(encoding="utf-8").splitlines()
    return reading.case(path.stem, title)


@dataclass(slots=True)
class _Reading:
    """A case while it is read, row by row. orders: by id, the last one being told."""

    organisation: str
    section: str = ""
    base_currency: str = ""
    currency: str = ""
    timezone: str = ""
    currencies: frozenset[str] = frozenset()
    orders: dict[str, Facts] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    opening: dict[str, Decimal] = field(default_factory=dict)
    deleted: bool = False
    steps: list[Step] = field(default_factory=list)
    once: bool = True
    lock_date: date | None = None
    year_end: bool = False
    account_names: dict[str, str] = field(default_factory=dict)
    account_currencies: dict[str, str] = field(default_factory=dict)
    rates: dict[str, Decimal] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=lambda: {"accounts": {}, "gateways": {}, "taxes": []})
    documents: list[ExpectedDocument] = field(default_factory=list)
    settlements: list[ExpectedSettlement] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    balances: dict[str, Decimal] = field(default_factory=dict)
    vat: dict[str, Decimal] = field(default_factory=dict)
    day_rates: dict[str, Decimal] = field(default_factory=dict)

    def take(self, columns: list[str]) -> None:
        word, *rest = columns
        if word in FACTS:
            self.section = word
            self.tell(self.told.happened(word, rest))
        elif word in SECTIONS:
            self.section = word
            self.begin(word, rest)
        else:
            self.add(word, rest)

    @property
    def told(self) -> Facts:
        """The order that is being told."""
        if not self.orders:
            raise ValueError("a case needs its ORDER first")
        return list(self.orders.values())[-1]

    def tell(self, facts: Facts) -> None:
        self.orders[facts.order.id] = facts

    def begin(self, word: str, rest: list[str]) -> None:
        """A row that opens a section, and is no event of the order that is being told."""
        if word == "ORDER":
            self.tell(Facts.begin(*rest, currency=self.currency, timezone=self.timezone))
        elif word == "GIFT CARD":
            number, *what = rest
            card = self.cards.get(number)
            self.cards[number] = card_after(card, *what) if card else card_began(number, *what, currency=self.currency)
        elif word == "DECIDE":
            self.steps.append(self.step(date.fromisoformat(rest[0]) if rest else None))
        elif word == "LOCKED":
            self.lock_date = date.fromisoformat(rest[0].removeprefix("until "))
            self.year_end = rest[1:] == ["by the end of the year"]
        elif word == "DELETED":
            self.deleted = True
        elif word == "STEP BY STEP ONLY":
            self.once = False
        elif word == "BASE":
            self.base_currency, self.timezone, *currencies = rest
            self.currency, self.currencies = self.base_currency, frozenset(currencies)
        elif word == "SHOP":
            (self.currency,) = rest
        elif word == "DAY RATE":
            self.day_rates[rest[0]] = Decimal(rest[1])
        else:
            self.expect(word, rest)

    def expect(self, word: str, rest: list[str]) -> None:
        if word == "HELD":
            self.held.append((rest[0], rest[1]))
        elif word == "UNREAD":
            self.unread.append(rest[0])
        elif word in DOCUMENTS:
            self.documents.append(expected_document(word, rest))
        elif word in SETTLEMENTS:
            times, columns = repeated(rest)
            self.settlements += expected_settlements(word, *columns, times=times)

    def add(self, word: str, rest: list[str]) -> None:
        """A row of the current section."""
        if self.section in ("AGREEMENT", "CHANGED"):
            self.tell(self.told.with_line(word, *rest))
        elif self.section in DOCUMENTS:
            times, columns = repeated(rest)
            document = self.documents.pop()
            lines = (*document.lines, *[expected_line(word, *columns)] * times)
            self.documents.append(replace(document, lines=lines))
        elif self.section == "ACCOUNTS":
            self.account_names[word], *currency = rest
            if currency:
                self.account_currencies[word] = currency[0]
        elif self.section == "TAX RATES":
            self.rates[word] = _percent(rest[0])
        elif self.section == "MAPPING":
            self.add_mapping(word, rest)
        elif self.section == "OPENING":
            self.opening[word] = Decimal(rest[0])
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
            self.mapping["taxes"].append(tax_entry(*rest))
        elif word == "rule":
            self.mapping.setdefault("rules", []).append(product_rule(*rest))
        elif word == "tracking":
            self.mapping["tracking"] = [pair.split(": ") for pair in rest]
        elif word in ("special", "before start invoice"):
            field_name = "special" if word == "special" else "before_start_invoices"
            self.mapping.setdefault(field_name, {})[rest[0]] = rest[1]
        elif word in ("account", "gateway"):
            self.mapping[f"{word}s"][rest[0]] = rest[1]
        else:
            self.mapping[word.replace(" ", "_")] = rest[0]

    def step(self, today: date | None) -> Step:
        """What is known and decided by now."""
        orders = [facts.as_of_now() for facts in self.orders.values()]
        return Step(
            orders=tuple(zip(_groups(orders), orders, strict=True)),
            cards=tuple(self.cards.values()),
            opening=dict(self.opening),
            today=today,
            deleted=self.deleted,
            year_end=self.year_end,
            mapping=deepcopy(self.mapping),
            books=Books(
                base_currency=self.base_currency,
                rates=dict(self.rates),
                lock_date=self.lock_date,
                rounding_account=ROUNDING_ACCOUNT,
                currencies=self.currencies,
                bank_accounts=frozenset(code for code in self.account_names if code.startswith(BANK_ACCOUNTS)),
                account_currencies=dict(self.account_currencies),
            ),
        )

    def case(self, name: str, title: str) -> Case:
        return Case(
            name=name,
            title=title,
            organisation=self.organisation,
            timezone=self.timezone,
            currency=self.currency,
            steps=tuple(self.steps),
            account_names=self.account_names,
            documents=tuple(self.documents),
            settlements=tuple(self.settlements),
            held=tuple(self.held),
            unread=tuple(self.unread),
            once=self.once,
            balances=self.balances,
            vat=self.vat,
            day_rates=self.day_rates,
        )


def _groups(orders: list[Order]) -> list[Group]:
    """Each order's group: a number that another order took before gets the order's id appended."""
    groups: list[Group] = []
    for order in orders:
        number = f"SH-{order.name.removeprefix('#')}"
        if number in {one.number for one in groups}:
            number = f"{number}-{order.id.rpartition('/')[2]}"
        groups.append(Group(kind="order", key=order.id, currency=order.currency, number=number))
    return groups


def _rows(path: Path) -> Iterator[list[str]]:
    """The rows of a file in columns; the title and the prose before the first row in capitals are left out."""
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    prose = True
    for line in lines:
        columns = re.split(r"\s{2,}", REPEATED_TEXT.sub(lambda found: found[1] * int(found[2]), line.strip()))
        prose = prose and columns[0] not in SECTIONS
        if line.strip() and not prose:
            yield columns


def _percent(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %")) / 100
