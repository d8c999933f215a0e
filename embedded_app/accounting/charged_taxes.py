"""The taxes a store has charged, with how often, and how each is suggested to be told to Xero.

For a person to confirm: a suggestion is posted by only once it was accepted. Which treatment is suggested is decided in
suggest_taxes.py.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.accounting.mapping import UNTAXED_KINDS, TaxesOfKey, TaxKey, TaxRule, percent, tax_key
from embedded_app.accounting.order import LineKind, Order
from embedded_app.accounting.suggest_taxes import Surroundings, Treatment, treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedTax:
    """Tax keys of the same taxes that are suggested to be treated alike.

    orders: how many had one of them. suggestion: None where nobody can tell; why: the reason for the suggestion, or
    what to find out.
    """

    keys: tuple[TaxKey, ...]
    orders: int
    suggestion: Treatment | None
    why: str

    @property
    def taxes(self) -> TaxesOfKey:
        """The taxes that all its keys share; empty for lines without tax."""
        return self.keys[0].taxes

    @property
    def title(self) -> str:
        """The taxes as a merchant reads them: "VAT 20 %", "State 6 % + County 1 %", "No tax"."""
        return " + ".join(f"{title} {percent(rate)}" for title, rate, _ in self.taxes) or "No tax"

    @property
    def kinds(self) -> tuple[LineKind, ...]:
        """The kinds of lines charged so, in the order a mapping names them."""
        found = {key.kind for key in self.keys}
        return tuple(kind for kind in LineKind if kind in found)

    @property
    def countries(self) -> tuple[str | None, ...]:
        """Where the lines went: ISO codes, None for an unknown destination."""
        return tuple(sorted({key.country for key in self.keys}, key=lambda code: code or ""))

    @property
    def collected(self) -> bool:
        """Whether a marketplace collects one of the taxes."""
        return any(collected for _, _, collected in self.taxes)


def charged_taxes(orders: Iterable[Order], around: Surroundings) -> tuple[ChargedTax, ...]:
    """What these orders were taxed with, most frequent first. Test orders and lines of zero are not looked at.

    Keys that a suggestion treats alike stand together only where their taxes are the same ones.
    """
    charged: dict[TaxKey, set[str]] = defaultdict(set)
    for order in orders:
        if order.test:
            continue
        for line in (line for agreement in order.agreements for line in agreement.lines):
            if line.kind not in UNTAXED_KINDS and (line.gross or line.tax):
                charged[tax_key(order, line)].add(order.id)
    groups: dict[tuple[TaxesOfKey, Treatment | str], list[TaxKey]] = defaultdict(list)
    for key in charged:
        groups[key.taxes, treatment(key, around)].append(key)
    found = [
        ChargedTax(
            keys=tuple(sorted(keys, key=lambda key: key.text)),
            orders=len(set[str]().union(*(charged[key] for key in keys))),
            suggestion=told if isinstance(told, Treatment) else None,
            why=told if isinstance(told, str) else told.why,
        )
        for (_, told), keys in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.orders, one.title, one.keys[0].text)))


def known_taxes(
    orders: ReadOnlyMapping[TaxKey, int],
    told: ReadOnlyMapping[TaxKey, TaxRule],
    around: Surroundings,
    *,
    each: bool = False,
) -> tuple[ChargedTax, ...]:
    """Tax keys by how they are told already, and those that are not, first, by what is suggested.

    orders: how many had each key; of a group it is the most that one of its keys had. told: the rules there are. each:
    every key by itself, so that countries and kinds that are told alike can be told apart.
    """
    groups: dict[object, list[TaxKey]] = defaultdict(list)
    suggestions: dict[TaxKey, Treatment | str] = {key: treatment(key, around) for key in orders if key not in told}
    for key in orders:
        rule = told.get(key)
        how = suggestions.get(key) if rule is None else (rule.strategy, rule.tax_type, tuple(rule.accounts.items()))
        groups[key if each else (key.taxes, how)].append(key)
    found = []
    for keys in groups.values():
        suggested = suggestions.get(keys[0], "")
        found.append(
            ChargedTax(
                keys=tuple(sorted(keys, key=lambda key: key.text)),
                orders=max(orders[key] for key in keys),
                suggestion=suggested if isinstance(suggested, Treatment) else None,
                why=suggested if isinstance(suggested, str) else suggested.why,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.keys[0] in told, -one.orders, one.title, one.keys[0].text)))


def key_id(key: TaxKey) -> str:
    """A short name for a key in forms and drafts: the same for the same key, of letters and digits."""
    parts = [key.country or "", key.kind.value]
    for title, rate, collected in key.taxes:
        parts += [title, f"{Decimal(rate).normalize():f}", str(collected)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
