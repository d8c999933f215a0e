"""What the merchant decided: which account, gateway account and tax type each thing the store records goes to.

Mapping           one version of the decisions; `account_for` and `tax_rule_for` answer for one sale line
ProductRule       a rule for some products; the first that matches wins, then the rule of the line's kind
TaxKey, TaxRule   what decides a line's tax treatment, and the treatment

How a mapping is read from its stored document is in mapping_document.py.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from embedded_app.accounting.order import LineKind, Order, SaleLine

# Lines that are never a supply for tax: a gift card is money held for the customer, cash rounding belongs to no sale.
UNTAXED_KINDS = frozenset({LineKind.GIFT_CARD, LineKind.ROUNDING})

# What stores call the gateways whose money is a liability of the merchant's own, in lower case.
LIABILITY_GATEWAYS = frozenset({"gift_card", "gift card", "store_credit", "store credit", "shopify_store_credit"})

Tracking = tuple[tuple[str, str], ...]
TaxesOfKey = tuple[tuple[str, Decimal, bool | None], ...]
Strategy = Literal["rate", "separate", "marketplace"]


class SpecialAccount(StrEnum):
    """Accounts that belong to no kind of line: what each is for is said where it is used."""

    DISCOUNTS = "discounts"
    PROMOTIONS = "promotions"
    BREAKAGE = "breakage"
    CURRENCY_GAINS = "currency gains"
    BEFORE_START = "before start"
    MARKETPLACE_TAX = "marketplace tax"
    OPENING_DIFFERENCES = "opening differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxKey:
    """What decides a line's tax treatment.

    taxes: (title, rate as a fraction, collected by a marketplace) of each tax, sorted; empty for a line without tax,
    which is a key like any other, for zero-rated, exempt and out of scope are three different things. country: ISO
    code of the destination, None where unknown.
    """

    taxes: TaxesOfKey
    country: str | None
    kind: LineKind

    @property
    def text(self) -> str:
        """The key as a merchant reads it: "VAT 20 % · GB · product", "no tax · destination unknown · shipping"."""
        return _key_text(self)

    @property
    def rate(self) -> Decimal:
        """All its rates together, as a fraction."""
        return sum((rate for _, rate, _ in self.taxes), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """How a tax key is told to Xero.

    strategy "rate": tax_type on the line, whose effective rate is the key's. "separate": the sale without tax under
    tax_type (out of scope), and a line for each tax on its liability account. "marketplace": the same, where the tax a
    marketplace collects goes to SpecialAccount.MARKETPLACE_TAX. accounts: liability account by title of the tax, for
    those the merchant owes.
    """

    strategy: Strategy = "rate"
    tax_type: str
    accounts: ReadOnlyMapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRule:
    """Where some products go.

    when: (field, wanted text) pairs that must all hold, compared without regard to case; field is one of RULE_FIELDS,
    * in the text of "sku" stands for any characters. tax_type: goes before that of the tax key, None leaves it.
    tracking: goes before the mapping's own for the same categories.
    """

    when: tuple[tuple[str, str], ...]
    account: str
    tax_type: str | None = None
    tracking: Tracking = ()

    def matches(self, words: ReadOnlyMapping[str, tuple[str, ...]]) -> bool:
        """Whether a line described by these words, case folded by field, is one of its products."""
        for name, wanted in self.when:
            folded = wanted.casefold()
            if name == "sku":
                if not any(_fits(folded, word) for word in words["sku"]):
                    return False
            elif folded not in words[name]:
                return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChoice:
    """The account of one sale line, its tracking, a tax type that goes before its key's, and the rule in words."""

    account: str
    rule: str
    tax_type: str | None = None
    tracking: Tracking = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One immutable version of a merchant's decisions.

    contact: ContactID of whom retail documents are made out to. accounts: account of each line kind (rounding has
    none: Xero's own is used). gateways: clearing or liability account of each gateway. taxes: how each key is told to
    Xero. no_tax: the organisation's out-of-scope tax type. special: accounts beyond the lines'. rules: for products,
    in order. tracking: of every line that has no rule of its own for the category, at most two.

    start_date: orders placed before it are not posted; before_start: what becomes of later refunds, edits and payments
    of them; before_start_invoices: the invoice in Xero of such an order, by the order's name. post_when: the event an
    order waits for. adjustments: with the store's own tax, or as a price reduction with the order's tax mix. discounts:
    off the line, or on a line of their own beside the full price. contacts_retail, contacts_terms: whom documents are
    made out to, orders with payment terms apart. currency: whether what was presented in another currency is booked in
    the shop's. locked: what falls into a closed period moves to the first open day, or is held.
    """

    version: int
    contact: str
    accounts: ReadOnlyMapping[LineKind, str]
    gateways: ReadOnlyMapping[str, str]
    taxes: ReadOnlyMapping[TaxKey, TaxRule]
    no_tax: str
    special: ReadOnlyMapping[SpecialAccount, str] = field(default_factory=dict)
    rules: tuple[ProductRule, ...] = ()
    tracking: Tracking = ()
    start_date: date | None = None
    before_start: Literal["account", "invoice", "skip"] = "account"
    before_start_invoices: ReadOnlyMapping[str, str] = field(default_factory=dict)
    post_when: Literal["placed", "paid", "fulfilled"] = "placed"
    adjustments: Literal["as stated", "price reduction"] = "as stated"
    discounts: Literal["net", "full price"] = "net"
    contacts_retail: Literal["shared", "customer"] = "shared"
    contacts_terms: Literal["customer", "shared"] = "customer"
    currency: Literal["shop", "presentment"] = "shop"
    locked: Literal["first open day", "hold"] = "first open day"

    def account_for(self, order: Order, line: SaleLine) -> AccountChoice | None:
        """Where a sale line goes: by the first product rule that matches, else by its kind; None where neither is."""
        if line.kind is LineKind.PRODUCT and self.rules:
            words = _words(order, line)
            for position, rule in enumerate(self.rules, start=1):
                if rule.matches(words):
                    return self._by_rule(position, rule)
        account = self.accounts.get(line.kind)
        if account is None:
            return None
        said = f"{line.kind.value} goes to account {account}"
        return AccountChoice(account=account, rule=said, tracking=self.tracking)

    def tax_rule_for(self, key: TaxKey, tax_type: str | None = None) -> tuple[TaxRule, str] | None:
        """How a key is told to Xero, and why, in words; None where it is not mapped.

        tax_type: what a product rule says goes before the key's tax type, but never turns a tax that a marketplace
        collects, or may collect, into one the merchant owes.
        """
        if key.kind in UNTAXED_KINDS:
            return TaxRule(tax_type=self.no_tax), f"{key.kind.value} is outside tax: {self.no_tax}"
        rule = self.taxes.get(key)
        if tax_type is not None and (rule is not None or all(tax[2] is False for tax in key.taxes)):
            strategy, accounts = ("rate", {}) if rule is None else (rule.strategy, rule.accounts)
            overruled = TaxRule(strategy=strategy, tax_type=tax_type, accounts=accounts)
            return overruled, f"{key.text} goes to {tax_type} by the product rule"
        return None if rule is None else (rule, f"{key.text} goes to {_rule_text(rule)}")

    def _by_rule(self, position: int, rule: ProductRule) -> AccountChoice:
        conditions = ", ".join(f"{name.replace('_', ' ')} {wanted}" for name, wanted in rule.when)
        return AccountChoice(
            account=rule.account,
            rule=f"product rule {position} ({conditions}) goes to account {rule.account}",
            tax_type=rule.tax_type,
            tracking=merged_tracking(self.tracking, rule.tracking),
        )


RULE_FIELDS = ("product_type", "vendor", "sku", "tag", "location", "channel", "country")


def tax_key(order: Order, line: SaleLine) -> TaxKey:
    """The key of one sale line of an order."""
    taxes = [(tax.title, tax.rate, tax.marketplace) for tax in line.taxes]
    if len(taxes) > 1:
        taxes.sort(key=tax_order)
    return TaxKey(taxes=tuple(taxes), country=order.country, kind=line.kind)


def merged_tracking(default: Tracking, own: Tracking) -> Tracking:
    """A rule's tracking with the default's for categories the rule leaves open."""
    return tuple({**dict(default), **dict(own)}.items()) if own else default


def percent(rate: Decimal) -> str:
    """A fraction as a merchant reads it: 0.2 and 0.2000 are "20 %"."""
    return f"{(rate * 100).normalize():f} %"


def tax_order(tax: tuple[str, Decimal, bool | None]) -> tuple[str, Decimal, str]:
    """How the taxes of a key are sorted, so that a key is the same in whatever order a store lists them."""
    return tax[0], tax[1], str(tax[2])


def _words(order: Order, line: SaleLine) -> dict[str, tuple[str, ...]]:
    """What product rules look at, case folded, by field."""
    found = {
        "product_type": (line.product_type,),
        "vendor": (line.vendor,),
        "sku": (line.sku,),
        "tag": line.tags,
        "location": (order.location,),
        "channel": (order.channel,),
        "country": (order.country,),
    }
    return {name: tuple(word.strip().casefold() for word in words if word) for name, words in found.items()}


def _fits(pattern: str, text: str) -> bool:
    """Whether the text is the pattern, where each * stands for any characters."""
    head, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, tail = rest
    if not text.startswith(head):
        return False
    text = text[len(head) :]
    for part in middle:
        before, found, text = text.partition(part) if part else ("", "*", text)
        if not found:
            return False
    return text.endswith(tail)


@lru_cache(maxsize=4096)  # a store has few keys, and each of its lines asks for one several times
def _key_text(key: TaxKey) -> str:
    taxes = " + ".join(_tax_text(*tax) for tax in key.taxes) or "no tax"
    return f"{taxes} · {key.country or 'destination unknown'} · {key.kind.value}"


def _rule_text(rule: TaxRule) -> str:
    if rule.strategy == "rate":
        return rule.tax_type
    collected = "collected by a marketplace" if rule.strategy == "marketplace" else "each on its liability account"
    return f"{rule.tax_type}, its taxes on lines of their own, {collected}"


def _tax_text(title: str, rate: Decimal, marketplace: bool | None) -> str:
    collected = {False: "", True: " (collected by the marketplace)", None: " (collector unknown)"}[marketplace]
    return f"{title} {percent(rate)}{collected}"
