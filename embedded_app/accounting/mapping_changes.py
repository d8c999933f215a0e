"""What differs between two mappings, field by field, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from embedded_app.accounting.mapping import Mapping, ProductRule, TaxRule, Tracking

# The settings that are one word, or a day.
SETTINGS = (
    *("post_when", "discounts", "adjustments", "contacts_retail", "contacts_terms", "currency", "locked"),
    *("start_date", "before_start"),
)

Value = str | TaxRule | ProductRule | None
Named = TypeVar("Named", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that differs. part: what it belongs to ("accounts", "special", "gateways", "taxes", "no_tax",
    "tracking", "rules", "order of rules", "settings", "contact", "invoices"). name: which of them. None where there is
    none.
    """

    part: str
    name: str
    before: Value
    after: Value


def changes(old: Mapping, new: Mapping) -> tuple[Change, ...]:
    """Every field in which the two differ, in the order in which a mapping is read."""
    return (
        *_by_name("contact", {"": old.contact}, {"": new.contact}),
        *_by_name("accounts", _words(old.accounts), _words(new.accounts)),
        *_by_name("special", _words(old.special), _words(new.special)),
        *_rules(old.rules, new.rules),
        *_by_name("no_tax", {"": old.no_tax}, {"": new.no_tax}),
        *_by_name(
            "taxes",
            {key.text: rule for key, rule in old.taxes.items()},
            {key.text: rule for key, rule in new.taxes.items()},
        ),
        *_by_name("gateways", old.gateways, new.gateways),
        *_by_name("tracking", dict(old.tracking), dict(new.tracking)),
        *_by_name("settings", _settings(old), _settings(new)),
        *_by_name("invoices", old.before_start_invoices, new.before_start_invoices),
    )


def _words(accounts: ReadOnlyMapping[Named, str]) -> dict[str, str]:
    return {str(name): account for name, account in accounts.items()}


def _settings(mapping: Mapping) -> dict[str, str | None]:
    told = {name: getattr(mapping, name) for name in SETTINGS}
    return {name: None if value is None else str(value) for name, value in told.items()}


def _by_name(part: str, old: ReadOnlyMapping[str, Value], new: ReadOnlyMapping[str, Value]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(part=part, name=name, before=old.get(name), after=new.get(name))


def _rules(old: tuple[ProductRule, ...], new: tuple[ProductRule, ...]) -> Iterator[Change]:
    """Rules taken away, added, or changed in their place; and their order, where the ones that stay changed it."""
    for position in range(max(len(old), len(new))):
        before = old[position] if position < len(old) and old[position] not in new else None
        after = new[position] if position < len(new) and new[position] not in old else None
        if before is not None or after is not None:
            yield Change(part="rules", name=str(position + 1), before=before, after=after)
    order = [[str(old.index(rule) + 1) for rule in rules if rule in old and rule in new] for rules in (old, new)]
    if order[0] != order[1]:
        yield Change(part="order of rules", name="", before=", ".join(order[0]), after=", ".join(order[1]))


def tracking_text(tracking: Tracking) -> str:
    """Tracking as a reader sees it: "Channel: Online store, Region: Home"."""
    return ", ".join(f"{category}: {option}" for category, option in tracking)
