"""The mapping rows of golden cases as entries of a mapping document, and the taxes both parts of a case write alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

COLLECTED, UNCLEAR = " by the marketplace", " by whom is unknown"
STRATEGIES = ("separate", "marketplace")


def tax_words(text: str) -> tuple[str, Decimal, bool | None]:
    """Title, rate and whether a marketplace collects: "VAT 20 %", "State 6 % by the marketplace"."""
    title, _, percent = text.removesuffix(COLLECTED).removesuffix(UNCLEAR).removesuffix(" %").rpartition(" ")
    return title, Decimal(percent) / 100, None if text.endswith(UNCLEAR) else text.endswith(COLLECTED)


def tax_entry(taxes: str, countries: str, kinds: str, tax_type: str, *more: str) -> dict[str, Any]:
    """A tax entry: "VAT 20 %  GB  product, shipping  OUTPUT2", then a strategy and "State to 821, County to 822"."""
    strategy, *accounts = more or ("rate",)
    entry: dict[str, Any] = {
        "taxes": [_tax(one) for one in taxes.split(" + ") if one != "no tax"],
        "countries": [None if one == "unknown" else one for one in countries.split(", ")],
        "kinds": kinds.split(", "),
        "tax_type": tax_type,
        "strategy": strategy,
    }
    if accounts:
        entry["accounts"] = dict(one.split(" to ") for one in accounts[0].split(", "))
    return entry


def product_rule(when: str, account: str, *more: str) -> dict[str, Any]:
    """A product rule: "vendor Penguin, tag fiction  201", then a tax type and tracking "Channel: Wholesale"."""
    conditions = dict(one.split(maxsplit=1) for one in when.split(", "))
    conditions = {name.replace("type", "product_type"): wanted for name, wanted in conditions.items()}
    rule: dict[str, Any] = {"when": conditions, "account": account}
    for one in more:
        if ": " in one:
            rule.setdefault("tracking", []).append(one.split(": "))
        else:
            rule["tax_type"] = one
    return rule


def _tax(text: str) -> dict[str, Any]:
    title, rate, marketplace = tax_words(text)
    return {"title": title, "rate": str(rate), "marketplace": marketplace}
