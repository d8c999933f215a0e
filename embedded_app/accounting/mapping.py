"""What the merchant decided: which account, gateway account and tax type each thing the store records goes to.

A mapping is stored as a JSON document with a version number. `parse_mapping` refuses whatever it does not know, so that
a misspelt field is a sentence in Setup and never a wrong posting.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from embedded_app.accounting.order import LineKind, Order, SaleLine

# Lines that are never a supply for tax: a gift card is money held for the customer, cash rounding belongs to no sale.
UNTAXED_KINDS = frozenset({LineKind.GIFT_CARD, LineKind.ROUNDING})

_FIELDS = frozenset({"contact", "accounts", "gateways", "taxes", "no_tax", "start_date", "post_when", "adjustments"})
_TAX_ENTRY_FIELDS = frozenset({"taxes", "countries", "kinds", "tax_type", "strategy"})
_TAX_FIELDS = frozenset({"title", "rate", "marketplace"})


class MappingError(ValueError):
    """The mapping document cannot be used. problems: one sentence each, naming the field."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxKey:
    """What decides a line's tax type.

    taxes: (title, rate as a fraction, collected by a marketplace) of each tax, sorted; empty for a line without tax,
    which is a key like any other, for zero-rated, exempt and out of scope are three different things. country: ISO
    code of the destination, None where unknown.
    """

    taxes: tuple[tuple[str, Decimal, bool | None], ...]
    country: str | None
    kind: LineKind

    @property
    def text(self) -> str:
        """The key as a merchant reads it: "VAT 20 % · GB · product", "no tax · destination unknown · shipping"."""
        taxes = " + ".join(_tax_text(*tax) for tax in self.taxes) or "no tax"
        return f"{taxes} · {self.country or 'destination unknown'} · {self.kind.value}"


def tax_key(order: Order, line: SaleLine) -> TaxKey:
    """The key of one sale line of an order."""
    taxes = sorted(((tax.title, tax.rate, tax.marketplace) for tax in line.taxes), key=_tax_order)
    return TaxKey(taxes=tuple(taxes), country=order.country, kind=line.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One immutable version of a merchant's decisions.

    contact: whom retail documents are made out to. accounts: account code of each line kind (rounding has none: Xero's
    own rounding account is used). gateways: clearing or liability account of each gateway. taxes: tax type of each
    key. no_tax: the organisation's out-of-scope tax type. start_date: orders placed before it are not posted.
    """

    version: int
    contact: str
    accounts: ReadOnlyMapping[LineKind, str]
    gateways: ReadOnlyMapping[str, str]
    taxes: ReadOnlyMapping[TaxKey, str]
    no_tax: str
    start_date: date | None = None
    post_when: str = "placed"
    adjustments: str = "as stated"

    def account_for(self, line: SaleLine) -> tuple[str, str] | None:
        """The account of a sale line and the rule that chose it, in words; None where none is mapped.

        Rules for single products come before the rule of the line's kind.
        """
        account = self.accounts.get(line.kind)
        return None if account is None else (account, f"{line.kind.value} goes to account {account}")

    def tax_type_for(self, key: TaxKey) -> tuple[str, str] | None:
        """The tax type of a key and the rule that chose it, in words; None where none is mapped."""
        if key.kind in UNTAXED_KINDS:
            return self.no_tax, f"{key.kind.value} is outside tax: {self.no_tax}"
        tax_type = self.taxes.get(key)
        return None if tax_type is None else (tax_type, f"{key.text} goes to {tax_type}")


def parse_mapping(document: dict[str, Any], version: int) -> Mapping:
    """A mapping from the JSON document it is stored as; rates are strings ("0.2").

    Tax entries name lists of countries (null: unknown) and kinds and are expanded to exact keys. Raises MappingError
    with one sentence per problem.
    """
    reader = _Reader()
    reader.refuse_unknown("the mapping", document, _FIELDS)
    reader.refuse_later_settings(document)
    mapping = Mapping(
        version=version,
        contact=reader.text("contact", document.get("contact")),
        accounts=reader.accounts(document.get("accounts")),
        gateways=reader.texts_by_name("gateways", document.get("gateways")),
        taxes=reader.tax_types(document.get("taxes")),
        no_tax=reader.text("no_tax", document.get("no_tax")),
        start_date=reader.day("start_date", document.get("start_date")),
    )
    if reader.problems:
        raise MappingError(tuple(reader.problems))
    return mapping


@dataclass(slots=True)
class _Reader:
    """Reads the parts of a mapping document and collects what is wrong with them; what it returns then is not used."""

    problems: list[str] = field(default_factory=list)

    def refuse_unknown(self, where: str, part: dict[str, Any], known: frozenset[str]) -> None:
        for name in sorted(set(part) - known):
            self.problems.append(f"‘{name}’ in {where} is not a field we know: remove it or correct its spelling.")

    def refuse_later_settings(self, document: dict[str, Any]) -> None:
        for name, supported in (("post_when", "placed"), ("adjustments", "as stated")):
            if document.get(name, supported) != supported:
                self.problems.append(
                    f"{name} ‘{document[name]}’ is not supported yet: choose ‘{supported}’ or leave {name} out."
                )

    def text(self, where: str, found: object) -> str:
        if isinstance(found, str) and found.strip():
            return found
        self.problems.append(f"{where} must be a text that is not empty: fill it in.")
        return ""

    def day(self, where: str, found: object) -> date | None:
        if found is None:
            return None
        try:
            return date.fromisoformat(str(found))
        except ValueError:
            self.problems.append(f"{where} must be a day such as 2026-11-01, not ‘{found}’.")
            return None

    def texts_by_name(self, where: str, found: object) -> dict[str, str]:
        if not isinstance(found, dict):
            self.problems.append(f"{where} must be a list of names, each with its account: fill it in.")
            return {}
        return {name: self.text(f"{where}.{name}", account) for name, account in found.items()}

    def accounts(self, found: object) -> dict[LineKind, str]:
        accounts: dict[LineKind, str] = {}
        for name, account in self.texts_by_name("accounts", found).items():
            if name == LineKind.ROUNDING:
                self.problems.append("accounts.rounding: Xero's own rounding account is used, so leave this one out.")
            elif (kind := self.kind("accounts", name)) is not None:
                accounts[kind] = account
        return accounts

    def kind(self, where: str, found: object) -> LineKind | None:
        try:
            return LineKind(str(found))
        except ValueError:
            kinds = ", ".join(kind.value for kind in LineKind)
            self.problems.append(f"{where}: ‘{found}’ is not a kind of line: use one of {kinds}.")
            return None

    def tax_types(self, found: object) -> dict[TaxKey, str]:
        if not isinstance(found, list):
            self.problems.append("taxes must be a list of tax entries: fill it in.")
            return {}
        tax_types: dict[TaxKey, str] = {}
        for position, entry in enumerate(found, start=1):
            where = f"taxes, entry {position}"
            if not isinstance(entry, dict):
                self.problems.append(f"{where} must have the fields taxes, countries, kinds and tax_type.")
                continue
            tax_type = self.text(f"{where}, tax_type", entry.get("tax_type"))
            for key in self.tax_keys(where, entry):
                if key in tax_types:
                    self.problems.append(f"{where}: ‘{key.text}’ is mapped twice: keep one of the two entries.")
                tax_types[key] = tax_type
        return tax_types

    def tax_keys(self, where: str, entry: dict[str, Any]) -> list[TaxKey]:
        self.refuse_unknown(where, entry, _TAX_ENTRY_FIELDS)
        if entry.get("strategy", "rate") != "rate":
            self.problems.append(f"{where}: strategy ‘{entry['strategy']}’ is not supported yet: use ‘rate’.")
        taxes = self.taxes(where, entry.get("taxes"))
        countries = [self.country(where, country) for country in self.items(where, "countries", entry)]
        kinds = [self.taxed_kind(where, kind) for kind in self.items(where, "kinds", entry)]
        return [
            TaxKey(taxes=taxes, country=country, kind=kind)
            for country in countries
            for kind in kinds
            if kind is not None
        ]

    def items(self, where: str, name: str, entry: dict[str, Any]) -> list[object]:
        found = entry.get(name)
        if isinstance(found, list) and found:
            return list(found)
        self.problems.append(f"{where}, {name} must be a list that is not empty: fill it in.")
        return []

    def country(self, where: str, found: object) -> str | None:
        if found is None or (isinstance(found, str) and len(found) == 2 and found.isalpha() and found.isupper()):
            return found
        self.problems.append(f"{where}, countries: ‘{found}’ must be a code such as GB, or null for unknown.")
        return None

    def taxed_kind(self, where: str, found: object) -> LineKind | None:
        kind = self.kind(f"{where}, kinds", found)
        if kind in UNTAXED_KINDS:
            self.problems.append(f"{where}, kinds: ‘{found}’ is always outside tax, so leave it out.")
        return kind

    def taxes(self, where: str, found: object) -> tuple[tuple[str, Decimal, bool | None], ...]:
        if not isinstance(found, list) or not all(isinstance(tax, dict) for tax in found):
            self.problems.append(f"{where}, taxes must be a list of taxes; an empty list stands for no tax.")
            return ()
        return tuple(sorted((self.tax(where, tax) for tax in found), key=_tax_order))

    def tax(self, where: str, found: dict[str, Any]) -> tuple[str, Decimal, bool | None]:
        self.refuse_unknown(f"{where}, taxes", found, _TAX_FIELDS)
        title = self.text(f"{where}, title", found.get("title"))
        if found.get("marketplace", False) is not False:
            self.problems.append(
                f"{where}: ‘{title}’ is collected, or may be collected, by a marketplace; such taxes are not "
                "supported yet, so leave this entry out: orders with it are held."
            )
        return title, self.rate(where, found.get("rate")), False

    def rate(self, where: str, found: object) -> Decimal:
        try:
            rate = Decimal(found) if isinstance(found, str) else Decimal("NaN")
        except InvalidOperation:
            rate = Decimal("NaN")
        if rate.is_finite() and 0 <= rate <= 1:
            return rate
        self.problems.append(
            f'{where}, rate must be a fraction written as text, such as "0.2" for 20 %, not ‘{found}’.'
        )
        return Decimal(0)


def _tax_order(tax: tuple[str, Decimal, bool | None]) -> tuple[str, Decimal, str]:
    return tax[0], tax[1], str(tax[2])


def _tax_text(title: str, rate: Decimal, marketplace: bool | None) -> str:
    collected = {False: "", True: " (collected by the marketplace)", None: " (collector unknown)"}[marketplace]
    return f"{title} {percent(rate)}{collected}"


def percent(rate: Decimal) -> str:
    """A fraction as a merchant reads it: 0.2 and 0.2000 are "20 %"."""
    return f"{(rate * 100).normalize():f} %"
