"""Two mappings are compared field by field: what was added, taken away, changed, and moved."""

from __future__ import annotations

from typing import Any

import pytest

from embedded_app.accounting.mapping_changes import changes
from embedded_app.accounting.mapping_document import parse_mapping
from tests.golden import load_case

BASE = load_case("a_vat_included").mapping
PENGUIN, OWN, SALE = (
    {"when": {"vendor": "Penguin"}, "account": "200"},
    {"when": {"vendor": "Own"}, "account": "260"},
    {"when": {"tag": "sale"}, "account": "260"},
)

DIFFERING: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    ({}, {}, []),
    ({}, {"accounts": {**BASE["accounts"], "shipping": "200"}}, [("accounts", "shipping")]),
    ({}, {"gateways": {**BASE["gateways"], "klarna": "091"}}, [("gateways", "klarna")]),
    (
        {},
        {"discounts": "full price", "special": {"discounts": "220"}},
        [("special", "discounts"), ("settings", "discounts")],
    ),
    ({}, {"no_tax": "EXEMPTOUTPUT"}, [("no_tax", "")]),
    ({}, {"tracking": [["Region", "Home"]]}, [("tracking", "Region")]),
    ({}, {"start_date": "2026-01-01"}, [("settings", "start_date")]),
    ({}, {"rules": [PENGUIN]}, [("rules", "1")]),
    ({"rules": [PENGUIN, OWN]}, {"rules": [OWN]}, [("rules", "1")]),
    ({"rules": [PENGUIN, OWN]}, {"rules": [PENGUIN, SALE]}, [("rules", "2")]),
    ({"rules": [PENGUIN, OWN]}, {"rules": [OWN, PENGUIN]}, [("order of rules", "")]),
]


@pytest.mark.parametrize(("old", "new", "differing"), DIFFERING)
def test_it_names_each_field_that_differs_and_no_other(
    old: dict[str, Any], new: dict[str, Any], differing: list[tuple[str, str]]
) -> None:
    found = changes(parse_mapping({**BASE, **old}, 1), parse_mapping({**BASE, **new}, 2))

    assert [(one.part, one.name) for one in found] == differing


def test_a_tax_is_told_by_its_key_with_both_of_its_rules() -> None:
    taxes = [dict(entry) for entry in BASE["taxes"]]
    (standard,) = [entry for entry in taxes if entry["tax_type"] == "OUTPUT2"]
    standard["kinds"] = [kind for kind in standard["kinds"] if kind != "adjustment"]

    (change,) = changes(parse_mapping(BASE, 1), parse_mapping({**BASE, "taxes": taxes}, 2))

    assert (change.part, change.name) == ("taxes", "VAT 20 % · GB · adjustment")
    assert change.after is None and getattr(change.before, "tax_type", None) == "OUTPUT2"
