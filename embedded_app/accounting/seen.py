"""What an order has that a mapping must have a place for: tax keys, gateways, kinds of lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from embedded_app.accounting.mapping import UNTAXED_KINDS, Mapping, TaxKey, tax_key
from embedded_app.accounting.money import plain
from embedded_app.accounting.order import LineKind, Order, SaleLine
from embedded_app.accounting.tenders import net_tenders


def tax_keys(order: Order) -> frozenset[TaxKey]:
    """The tax keys of an order's lines; lines of zero, and those always outside tax, have none."""
    return frozenset(
        tax_key(order, line) for line in _lines(order) if line.kind not in UNTAXED_KINDS and (line.gross or line.tax)
    )


def kinds(order: Order) -> frozenset[LineKind]:
    """The kinds of lines that are anything at all; rounding, for which nothing is chosen, is left out."""
    found = {line.kind for line in _lines(order) if line.gross or line.tax or line.face_value}
    return frozenset(found - {LineKind.ROUNDING})


def gateways(order: Order) -> frozenset[str]:
    """Through which money moved, change netted."""
    return frozenset(tender.gateway for tender in net_tenders(order)[0])


def is_mapped(key: TaxKey, mapping: Mapping) -> bool:
    """Whether the mapping says how Xero is told of the key."""
    return mapping.tax_rule_for(key) is not None


def key_to_json(key: TaxKey) -> dict[str, Any]:
    """A tax key as it is stored; rates as text."""
    taxes = [[title, plain(rate), collected] for title, rate, collected in key.taxes]
    return {"taxes": taxes, "country": key.country, "kind": key.kind.value}


def key_from_json(stored: dict[str, Any]) -> TaxKey:
    """What key_to_json wrote."""
    taxes = tuple((title, Decimal(rate), collected) for title, rate, collected in stored["taxes"])
    return TaxKey(taxes=taxes, country=stored["country"], kind=LineKind(stored["kind"]))


def _lines(order: Order) -> list[SaleLine]:
    return [line for agreement in order.agreements for line in agreement.lines]
