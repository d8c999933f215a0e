"""A mapping in the merchant's words: its parts, its options, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from embedded_app.accounting.mapping import ProductRule, SpecialAccount, TaxRule
from embedded_app.accounting.mapping_changes import Change, Value, tracking_text
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_accounts import gateway_name
from embedded_app.web.words import KINDS, POST_WHEN, RATE, SPECIALS, day

PART_NAMES = {
    "accounts": lazy_gettext("Accounts"),
    "rules": lazy_gettext("Product rules"),
    "taxes": lazy_gettext("Taxes"),
    "gateways": lazy_gettext("Payment gateways"),
    "tracking": lazy_gettext("Tracking"),
    "options": lazy_gettext("How things are posted"),
}
# The settings that are one word: what each is called, and its words; the first is what holds where nothing is chosen.
OPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "post_when": (lazy_gettext("An order is posted"), dict(POST_WHEN)),
    "discounts": (
        lazy_gettext("Discounts"),
        {
            "net": lazy_gettext("Off the line's price"),
            "full price": lazy_gettext("On a line of their own, beside the full price"),
        },
    ),
    "adjustments": (
        lazy_gettext("Refunds without items"),
        {
            "as stated": lazy_gettext("With the tax the store states"),
            "price reduction": lazy_gettext("As a price reduction, with the order's own taxes"),
        },
    ),
    "contacts_retail": (
        lazy_gettext("Retail sales are made out to"),
        {"shared": lazy_gettext("One contact for all"), "customer": lazy_gettext("A contact for each customer")},
    ),
    "contacts_terms": (
        lazy_gettext("Orders with payment terms are made out to"),
        {"customer": lazy_gettext("The company or customer"), "shared": lazy_gettext("The contact for all")},
    ),
    "currency": (
        lazy_gettext("Orders paid in another currency"),
        {
            "shop": lazy_gettext("Booked in the store's own currency"),
            "presentment": lazy_gettext("Booked in the currency the customer paid in"),
        },
    ),
    "locked": (
        lazy_gettext("What falls into a closed period"),
        {
            "first open day": lazy_gettext("Is booked on the first open day"),
            "hold": lazy_gettext("Is held until you decide"),
        },
    ),
    "before_start": (
        lazy_gettext("Payments and refunds of orders placed before the start date"),
        {
            "account": lazy_gettext("Posted against the account chosen below"),
            "invoice": lazy_gettext("Held, so that I enter them on the old invoices"),
            "skip": lazy_gettext("Left out"),
        },
    ),
}
CONDITIONS = {
    "product_type": lazy_gettext("Product type"),
    "vendor": lazy_gettext("Vendor"),
    "sku": lazy_gettext("SKU"),
    "tag": lazy_gettext("Tag"),
    "location": lazy_gettext("Location"),
    "channel": lazy_gettext("Sales channel"),
    "country": lazy_gettext("Country"),
}


def rule_conditions(rule: ProductRule) -> str:
    """What a rule is for: "Vendor Penguin, SKU BK-*"."""
    wanted = dict(rule.when)
    return ", ".join(f"{label} {wanted[name]}" for name, label in CONDITIONS.items() if name in wanted)


def rule_outcome(rule: ProductRule, names: Mapping[str, str]) -> str:
    """Where a rule sends what it is for: account, tax rate, tracking."""
    parts = [names.get(rule.account, rule.account)]
    if rule.tax_type is not None:
        parts.append(names.get(f"{RATE}{rule.tax_type}", rule.tax_type))
    if rule.tracking:
        parts.append(tracking_text(rule.tracking))
    return ", ".join(parts)


def change_rows(changes: tuple[Change, ...], names: Mapping[str, str]) -> list[dict[str, str]]:
    """What differs, a row each: field, before and after."""
    return [
        {
            "field": _field(change),
            "before": _value(change, change.before, names),
            "after": _value(change, change.after, names),
        }
        for change in changes
    ]


def tax_told(rule: TaxRule, names: Mapping[str, str]) -> str:
    """How a tax is told to Xero."""
    if rule.strategy == "rate":
        return names.get(f"{RATE}{rule.tax_type}", rule.tax_type)
    if rule.strategy == "marketplace" and not rule.accounts:
        return str(_("Collected by the marketplace, on its account"))
    owed = ", ".join(f"{title}: {names.get(account, account)}" for title, account in rule.accounts.items())
    return str(_("On lines of their own: %(owed)s", owed=owed))


def _field(change: Change) -> str:
    name = change.name
    told = {
        "accounts": lambda: KINDS[LineKind(name)],
        "special": lambda: SPECIALS[SpecialAccount(name)],
        "gateways": lambda: gateway_name(name),
        "taxes": lambda: name,
        "no_tax": lambda: _("Lines outside tax"),
        "tracking": lambda: _("Tracking of every line: %(category)s", category=name),
        "rules": lambda: _("Product rule %(position)s", position=name),
        "order of rules": lambda: _("Order of the product rules"),
        "contact": lambda: _("Contact for all"),
        "invoices": lambda: _("Old invoice of order %(name)s", name=name),
        "settings": lambda: OPTIONS[name][0] if name in OPTIONS else _("Start date"),
    }
    return str(told[change.part]())


def _value(change: Change, value: Value, names: Mapping[str, str]) -> str:
    if value is None:
        return "–"
    if isinstance(value, TaxRule):
        return tax_told(value, names)
    if isinstance(value, ProductRule):
        return f"{rule_conditions(value)} → {rule_outcome(value, names)}"
    if change.part in ("accounts", "special", "gateways"):
        return names.get(value, value)
    if change.part == "no_tax":
        return names.get(f"{RATE}{value}", value)
    if change.part == "settings":
        return (
            str(OPTIONS[change.name][1].get(value, value)) if change.name in OPTIONS else day(date.fromisoformat(value))
        )
    return value
