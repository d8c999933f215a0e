"""The text of golden cases: ledgers and mapping above, documents, settlements, balances and taxes below.

Columns are parted by two or more spaces; a row that begins with a word in capitals opens a section. DECIDE marks a
moment at which everything above it is known and decided upon; a case with several is decided upon step by step. BOOKS
names the organisation and mapping a case starts from (uk_books where it names none); what its own MAPPING says comes
on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from embedded_app.accounting.documents import Books, DocumentKind, Group
from embedded_app.accounting.order import Order
from tests.golden_case import Case, ExpectedDocument, ExpectedSettlement
from tests.golden_expected import expected_document, expected_line, expected_settlement
from tests.golden_facts import Facts
from tests.golden_mapping import product_rule, tax_entry

ROUNDING_ACCOUNT = "860"
TABLES = frozenset({"BASE", "BOOKS", "ACCOUNTS", "TAX RATES", "MAPPING", "BALANCES", "TAXES"})
FACTS = frozenset({"AGREEMENT", "TENDER", "CANCELLED", "FULFILLED", "TERMS", "CUSTOMER"})
EVENTS = FACTS | {"ORDER", "LOCKED", "DECIDE", "HELD"}
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
    """A case while it is read, row by row."""

    organisation: str
    section: str = ""
    base_currency: str = ""
    timezone: str = ""
    currencies: frozenset[str] = frozenset()
    facts: Facts | None = None
    steps: list[Order] = field(default_factory=list)
    lock_date: date | None = None
    account_names: dict[str, str] = field(default_factory=dict)
    rates: dict[str, Decimal] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=lambda: {"accounts": {}, "gateways": {}, "taxes": []})
    documents: list[ExpectedDocument] = field(default_factory=list)
    settlements: list[ExpectedSettlement] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
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
            self.facts = Facts.begin(*rest, currency=self.base_currency, timezone=self.timezone)
        elif word == "BASE":
            self.base_currency, self.timezone, *currencies = rest
            self.currencies = frozenset(currencies)
        elif word == "HELD":
            self.held.append((rest[0], rest[1]))
        elif word == "LOCKED":
            self.lock_date = date.fromisoformat(rest[0].removeprefix("until "))
        elif word in FACTS:
            self.facts = self.known.happened(word, rest)
        elif word == "DECIDE":
            self.steps.append(self.known.as_of_now())
        elif word in DOCUMENTS:
            self.documents.append(expected_document(word, rest))
        elif word in SETTLEMENTS:
            self.settlements.append(expected_settlement(word, *rest))

    @property
    def known(self) -> Facts:
        if self.facts is None:
            raise ValueError("a case needs its ORDER first")
        return self.facts

    def add(self, word: str, rest: list[str]) -> None:
        """A row of the current section."""
        if self.section == "AGREEMENT":
            self.facts = self.known.with_line(word, *rest)
        elif self.section in DOCUMENTS:
            document = self.documents.pop()
            self.documents.append(replace(document, lines=(*document.lines, expected_line(word, *rest))))
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
            self.mapping["taxes"].append(tax_entry(*rest))
        elif word == "rule":
            self.mapping.setdefault("rules", []).append(product_rule(*rest))
        elif word == "tracking":
            self.mapping["tracking"] = [pair.split(": ") for pair in rest]
        elif word == "special":
            self.mapping.setdefault("special", {})[rest[0]] = rest[1]
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
            organisation=self.organisation,
            steps=tuple(self.steps),
            group=Group(kind="order", key=order.id, currency=order.currency, number=number),
            mapping=self.mapping,
            books=Books(
                base_currency=self.base_currency,
                rates=self.rates,
                lock_date=self.lock_date,
                rounding_account=ROUNDING_ACCOUNT,
                currencies=self.currencies,
            ),
            account_names=self.account_names,
            documents=tuple(self.documents),
            settlements=tuple(self.settlements),
            held=tuple(self.held),
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


def _percent(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %")) / 100
