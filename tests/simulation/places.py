"""The places a world's stores may sell in: market, company at Xero, and the mapping a merchant would make there.

A merchant may change their mind about some accounts; the accounts that may stand for each other are one *family*, which
is what the checker adds up by: which of them is used hangs on when an order was decided, the family does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from embedded_app.sandbox.shopify.markets import MARKETS, Market, Taxes
from embedded_app.sandbox.xero.companies import AU, UK, US
from embedded_app.sandbox.xero.company import Company

# Duties and tips bear no tax; the account of duties is one of expenses, where Xero takes no tax rate of sales.
TAXED_KINDS = ("product", "shipping", "fee", "additional fee", "adjustment")
UNTAXED_KINDS = (*TAXED_KINDS, "duty", "tip")
ACCOUNTS = {
    "product": "200",
    "shipping": "205",
    "tip": "210",
    "gift card": "815",
    "duty": "406",
    "fee": "265",
    "additional fee": "266",
    "adjustment": "260",
}
GATEWAYS = {
    "shopify_payments": "091",
    "paypal": "092",
    "cash": "093",
    "bank_deposit": "094",
    "Cash on Delivery (COD)": "098",
    "gift_card": "815",
    "shopify_store_credit": "816",
}
MARKETPLACE_TAX = "827"
SPECIAL = {"promotions": "405", "breakage": "275", "marketplace tax": MARKETPLACE_TAX}
# What a merchant may change an account to; the key is the family's name.
FAMILIES = {"200": ("201",), "205": ("206",), "092": ("097",)}
ADDED = (
    ("201", "Sales by another name", "REVENUE", "NONE"),
    ("206", "Shipping by another name", "REVENUE", "NONE"),
    ("265", "Return fees", "REVENUE", "NONE"),
    ("266", "Additional fees", "REVENUE", "NONE"),
    ("097", "PayPal, another account", "BANK", "NONE"),
    ("098", "Cash on delivery", "BANK", "NONE"),
    (MARKETPLACE_TAX, "Taxes that marketplaces collect", "CURRLIAB", "NONE"),
)
NO_TAX = "NONE"
_FAMILY = {other: name for name, others in FAMILIES.items() for other in others}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A market, and the company that keeps the books of its stores.

    tax_types: of each set of taxes, by (title, rate) in the market's order. separate: each tax has a line and a
    liability account of its own, by title; then tax types say nothing.
    """

    market: Market
    company: Company
    tax_types: dict[Taxes, str]
    separate: dict[str, str]

    def taxes(self) -> Iterator[dict[str, Any]]:
        """The tax entries of a mapping document."""
        for taxes, tax_type in self.tax_types.items():
            entry: dict[str, Any] = {
                "taxes": [{"title": tax.title, "rate": f"{tax.rate:f}"} for tax in taxes],
                "countries": [self.market.country],
                "kinds": list(TAXED_KINDS if taxes else UNTAXED_KINDS),
                "tax_type": tax_type,
            }
            if taxes and self.separate:
                entry |= {"strategy": "separate", "accounts": self.separate}
            yield entry
            if taxes:
                collected = [tax | {"marketplace": True} for tax in entry["taxes"]]
                yield entry | {"taxes": collected, "strategy": "marketplace", "tax_type": NO_TAX, "accounts": {}}


def family(account: str) -> str:
    """The name of the family an account belongs to."""
    return _FAMILY.get(account, account)


def mapping(place: Place, contact: str, variant: int = 0) -> dict[str, Any]:
    """The merchant's mapping. variant: 0 as at first; each bit stands for a family that goes to its other account."""
    chosen = {name: others[0] for bit, (name, others) in enumerate(FAMILIES.items()) if variant >> bit & 1}
    return {
        "contact": contact,
        "accounts": {kind: chosen.get(code, code) for kind, code in ACCOUNTS.items()},
        "gateways": {gateway: chosen.get(code, code) for gateway, code in GATEWAYS.items()},
        "taxes": list(place.taxes()),
        "no_tax": NO_TAX,
        "special": SPECIAL,
        "contacts_terms": "shared",
    }


def _place(key: str, company: Company, types: dict[str, str], separate: dict[str, str] | None = None) -> Place:
    """types: by the sum of the rates, as it is written."""
    market = MARKETS[key]
    sets = dict.fromkeys((*market.goods, *market.shipping, ()))
    tax_types = {taxes: types[f"{sum(tax.rate for tax in taxes):f}" if taxes else ""] for taxes in sets}
    accounts = replace(company, accounts=(*company.accounts, *ADDED))
    return Place(market=market, company=accounts, tax_types=tax_types, separate=separate or {})


PLACES = {
    "GB": _place("GB", UK, {"0.2": "OUTPUT2", "0.05": "RROUTPUT", "0": "ZERORATEDOUTPUT", "": NO_TAX}),
    "AU": _place("AU", AU, {"0.1": "OUTPUT", "": NO_TAX}),
    "US": _place("US", US, {"0.07": NO_TAX, "": NO_TAX}, {"State tax": "821", "County tax": "822"}),
}
