"""A mapping from the JSON document it is stored as, or every reason why the document cannot be used.

Whatever is not known is refused, so that a misspelt field is a sentence in Setup and never a wrong posting. Whether an
organisation has the accounts and tax types named is another question: see mapping_check.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from embedded_app.accounting.mapping import (
    RULE_FIELDS,
    UNTAXED_KINDS,
    Mapping,
    ProductRule,
    SpecialAccount,
    Strategy,
    TaxesOfKey,
    TaxKey,
    TaxRule,
    Tracking,
    merged_tracking,
    tax_order,
)
from embedded_app.accounting.mapping_reader import MOST_TRACKING, Reader
from embedded_app.accounting.order import LineKind

# The settings that are a choice among words; the first is the default.
_CHOICES: dict[str, tuple[str, ...]] = {
    "post_when": ("placed", "paid", "fulfilled"),
    "before_start": ("account", "invoice", "skip"),
    "adjustments": ("as stated", "price reduction"),
    "discounts": ("net", "full price"),
    "contacts_retail": ("shared", "customer"),
    "contacts_terms": ("customer", "shared"),
    "currency": ("shop", "presentment"),
    "locked": ("first open day", "hold"),
}
_FIELDS = frozenset(_CHOICES) | {
    *("contact", "accounts", "gateways", "taxes", "no_tax", "special", "rules", "tracking"),
    *("start_date", "before_start_invoices"),
}
_RULE_FIELDS = frozenset({"when", "account", "tax_type", "tracking"})
_TAX_ENTRY_FIELDS = frozenset({"taxes", "countries", "kinds", "tax_type", "strategy", "accounts"})
_TAX_FIELDS = frozenset({"title", "rate", "marketplace"})
_STRATEGIES: tuple[Strategy, ...] = ("rate", "separate", "marketplace")


class MappingError(ValueError):
    """The mapping document cannot be used. problems: one sentence each, naming the field."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse_mapping(document: dict[str, Any], version: int) -> Mapping:
    """A mapping from the JSON document it is stored as; rates are strings ("0.2").

    Tax entries name lists of countries (null: unknown) and kinds and are expanded to exact keys. Raises MappingError
    with one sentence per problem.
    """
    reader = Reader()
    reader.refuse_unknown("the mapping", document, _FIELDS)
    no_tax = reader.text("no_tax", document.get("no_tax"))
    tracking = reader.tracking("tracking", document.get("tracking", []))
    settings: dict[str, Any] = {name: reader.choice(name, document, words) for name, words in _CHOICES.items()}
    mapping = Mapping(
        version=version,
        contact=reader.text("contact", document.get("contact")),
        accounts=reader.accounts(document.get("accounts")),
        gateways=reader.texts_by_name("gateways", document.get("gateways")),
        taxes=_TaxReader(reader, no_tax).rules(document.get("taxes")),
        no_tax=no_tax,
        special=reader.named("special", document.get("special", {}), SpecialAccount, "a special account"),
        rules=_product_rules(reader, document.get("rules", []), tracking),
        tracking=tracking,
        start_date=reader.day("start_date", document.get("start_date")),
        before_start_invoices=reader.texts_by_name("before_start_invoices", document.get("before_start_invoices", {})),
        **settings,
    )
    _require_special(reader, mapping)
    if reader.problems:
        raise MappingError(tuple(reader.problems))
    return mapping


def _require_special(reader: Reader, mapping: Mapping) -> None:
    """The special accounts that other settings cannot do without."""
    if mapping.discounts == "full price" and SpecialAccount.DISCOUNTS not in mapping.special:
        reader.problems.append("special.discounts must be an account where discounts is ‘full price’: choose one.")
    strategies = {rule.strategy for rule in mapping.taxes.values()}
    if "marketplace" in strategies and SpecialAccount.MARKETPLACE_TAX not in mapping.special:
        reader.problems.append(
            "special.marketplace tax must be an account where a marketplace collects taxes: choose one."
        )


def _product_rules(reader: Reader, found: object, default: Tracking) -> tuple[ProductRule, ...]:
    if not isinstance(found, list):
        reader.problems.append("rules must be a list of product rules, the first that matches being used.")
        return ()
    rules = []
    for position, entry in enumerate(found, start=1):
        where = f"rules, entry {position}"
        when = entry.get("when") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(when, dict) or not when:
            reader.problems.append(f"{where} must have the field when, with at least one condition, and an account.")
            continue
        reader.refuse_unknown(where, entry, _RULE_FIELDS)
        reader.refuse_unknown(f"{where}, when", when, frozenset(RULE_FIELDS))
        tracking = reader.tracking(f"{where}, tracking", entry.get("tracking", []))
        if len(merged_tracking(default, tracking)) > MOST_TRACKING:
            reader.problems.append(f"{where}, tracking makes more than two categories together with the mapping's own.")
        tax_type = entry.get("tax_type")
        rules.append(
            ProductRule(
                when=tuple((name, reader.text(f"{where}, when.{name}", when[name]).strip()) for name in when),
                account=reader.text(f"{where}, account", entry.get("account")),
                tax_type=None if tax_type is None else reader.text(f"{where}, tax_type", tax_type),
                tracking=tracking,
            )
        )
    return tuple(rules)


@dataclass(slots=True)
class _TaxReader:
    """Reads the tax entries of a mapping document; no_tax is the tax type of sales whose taxes have their own lines."""

    reader: Reader
    no_tax: str

    def rules(self, found: object) -> dict[TaxKey, TaxRule]:
        if not isinstance(found, list):
            self.refuse("taxes must be a list of tax entries: fill it in.")
            return {}
        rules: dict[TaxKey, TaxRule] = {}
        for position, entry in enumerate(found, start=1):
            where = f"taxes, entry {position}"
            if not isinstance(entry, dict):
                self.refuse(f"{where} must have the fields taxes, countries, kinds and tax_type.")
                continue
            self.reader.refuse_unknown(where, entry, _TAX_ENTRY_FIELDS)
            taxes = self.taxes(where, entry.get("taxes"))
            rule = self.rule(where, entry, taxes)
            for key in self.keys(where, entry, taxes):
                if key in rules:
                    self.refuse(f"{where}: ‘{key.text}’ is mapped twice: keep one of the two entries.")
                rules[key] = rule
        return rules

    def refuse(self, sentence: str) -> None:
        self.reader.problems.append(sentence)

    def rule(self, where: str, entry: dict[str, Any], taxes: TaxesOfKey) -> TaxRule:
        strategy = self.strategy(where, entry, taxes)
        if strategy is None:
            return TaxRule(tax_type="")
        if strategy == "rate":
            if "accounts" in entry:
                self.refuse(f"{where}, accounts belongs to strategies with separate lines: leave it out.")
            return TaxRule(tax_type=self.reader.text(f"{where}, tax_type", entry.get("tax_type")))
        accounts = self.reader.texts_by_name(f"{where}, accounts", entry.get("accounts", {}))
        owed = {title for title, _, collected in taxes if not collected}
        for title in sorted(owed - set(accounts)):
            self.refuse(f"{where}, accounts must name the liability account of ‘{title}’.")
        for title in sorted(set(accounts) - owed):
            self.refuse(f"{where}, accounts: ‘{title}’ is not a tax of this entry that you owe: leave it out.")
        tax_type = self.reader.text(f"{where}, tax_type", entry.get("tax_type", self.no_tax))
        return TaxRule(strategy=strategy, tax_type=tax_type, accounts=accounts)

    def strategy(self, where: str, entry: dict[str, Any], taxes: TaxesOfKey) -> Strategy | None:
        found = entry.get("strategy", "rate")
        collected = [title for title, _, marketplace in taxes if marketplace]
        if found not in _STRATEGIES:
            self.refuse(f"{where}, strategy must be one of ‘{'’, ‘'.join(_STRATEGIES)}’, not ‘{found}’.")
        elif collected and found != "marketplace":
            self.refuse(f"{where}: a marketplace collects ‘{collected[0]}’, so strategy must be ‘marketplace’.")
        elif found == "marketplace" and not collected:
            self.refuse(f"{where}: strategy ‘marketplace’ needs a tax with marketplace true.")
        else:
            return cast(Strategy, found)
        return None

    def keys(self, where: str, entry: dict[str, Any], taxes: TaxesOfKey) -> list[TaxKey]:
        countries = [self.country(where, country) for country in self.reader.items(where, "countries", entry)]
        kinds = [self.taxed_kind(where, kind) for kind in self.reader.items(where, "kinds", entry)]
        return [
            TaxKey(taxes=taxes, country=country, kind=kind)
            for country in countries
            for kind in kinds
            if kind is not None
        ]

    def country(self, where: str, found: object) -> str | None:
        if found is None or (isinstance(found, str) and len(found) == 2 and found.isalpha() and found.isupper()):
            return found
        self.refuse(f"{where}, countries: ‘{found}’ must be a code such as GB, or null for unknown.")
        return None

    def taxed_kind(self, where: str, found: object) -> LineKind | None:
        kind = self.reader.word(f"{where}, kinds", found, LineKind, "a kind of line")
        if kind in UNTAXED_KINDS:
            self.refuse(f"{where}, kinds: ‘{found}’ is always outside tax, so leave it out.")
        return kind

    def taxes(self, where: str, found: object) -> TaxesOfKey:
        if not isinstance(found, list) or not all(isinstance(tax, dict) for tax in found):
            self.refuse(f"{where}, taxes must be a list of taxes; an empty list stands for no tax.")
            return ()
        return tuple(sorted((self.tax(where, tax) for tax in found), key=tax_order))

    def tax(self, where: str, found: dict[str, Any]) -> tuple[str, Decimal, bool | None]:
        self.reader.refuse_unknown(f"{where}, taxes", found, _TAX_FIELDS)
        title = self.reader.text(f"{where}, title", found.get("title"))
        marketplace = found.get("marketplace", False)
        if not isinstance(marketplace, bool):
            self.refuse(
                f"{where}, marketplace of ‘{title}’ must be true or false. Where the store does not know who collects "
                "a tax, leave the entry out: orders with it are held."
            )
        return title, self.rate(where, found.get("rate")), bool(marketplace)

    def rate(self, where: str, found: object) -> Decimal:
        try:
            rate = Decimal(found) if isinstance(found, str) else Decimal("NaN")
        except InvalidOperation:
            rate = Decimal("NaN")
        if rate.is_finite() and 0 <= rate <= 1:
            return rate
        self.refuse(f'{where}, rate must be a fraction written as text, such as "0.2" for 20 %, not ‘{found}’.')
        return Decimal(0)
