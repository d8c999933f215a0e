"""Organisations in Xero and mappings of a merchant, drawn: every option the core has, for a store in any market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from embedded_app.accounting.chart import Account, Chart, TaxRate, TrackingCategory
from embedded_app.accounting.documents import Books
from embedded_app.accounting.mapping import Mapping, ProductRule, SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.order import LineKind
from embedded_app.sandbox.shopify.goods import TaxRate as StoreRate
from embedded_app.sandbox.shopify.markets import Market

NO_TAX = "NONE"
ANY = frozenset({"ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"})
INCOME = frozenset({"EQUITY", "LIABILITY", "REVENUE"})
CLASSES = {"BANK": "ASSET", "CURRENT": "ASSET", "CURRLIAB": "LIABILITY", "EXPENSE": "EXPENSE", "REVENUE": "REVENUE"}
ROWS = """
091 BANK Shopify Payments clearing
092 BANK PayPal clearing
093 BANK Cash clearing
094 BANK Bank deposits
095 BANK Cash on delivery
200 REVENUE Sales
201 REVENUE Kitchen sales
202 REVENUE Gift sales
205 REVENUE Shipping
210 REVENUE Tips
220 REVENUE Discounts given
260 REVENUE Adjustments
265 REVENUE Fees
275 REVENUE Breakage
405 EXPENSE Promotions
406 EXPENSE Duties
499 EXPENSE Realised currency gains
500 REVENUE Currency differences
610 CURRENT Accounts receivable
815 CURRLIAB Gift cards
816 CURRLIAB Store credit
817 CURRLIAB Marketplace tax
820 CURRLIAB Tax
821 CURRLIAB First tax payable
822 CURRLIAB Second tax payable
850 CURRLIAB Before the start
860 CURRLIAB Rounding
"""
SYSTEM = {"499": "REALISEDCURRENCYGAIN", "610": "DEBTORS", "820": "GST", "860": "ROUNDING"}
LIABILITIES = ("815", "816")
BANKS = ("091", "092", "093", "094", "095")
ABROAD = "CHF"  # no market's currency
ACCOUNTS = {
    LineKind.PRODUCT: "200",
    LineKind.SHIPPING: "205",
    LineKind.TIP: "210",
    LineKind.GIFT_CARD: "815",
    LineKind.DUTY: "406",
    LineKind.FEE: "265",
    LineKind.ADDITIONAL_FEE: "265",
    LineKind.ADJUSTMENT: "260",
}
GATEWAYS = {
    "shopify_payments": "091",
    "paypal": "092",
    "cash": "093",
    "bank_deposit": "094",
    "Cash on Delivery (COD)": "095",
    "gift_card": "815",
    "shopify_store_credit": "816",
}
SPECIAL = {
    SpecialAccount.DISCOUNTS: "220",
    SpecialAccount.PROMOTIONS: "405",
    SpecialAccount.BREAKAGE: "275",
    SpecialAccount.CURRENCY_GAINS: "500",
    SpecialAccount.BEFORE_START: "850",
    SpecialAccount.MARKETPLACE_TAX: "817",
}
RULES = (
    ProductRule(when=(("product_type", "kitchen"),), account="201", tracking=(("Region", "Abroad"),)),
    ProductRule(when=(("tag", "Gift"), ("vendor", "東京商店")), account="202"),
)
TRACKING = (TrackingCategory(name="Region", options=("Home", "Abroad")),)


def chart_of(market: Market, base_currency: str | None = None, foreign: dict[str, str] | None = None) -> Chart:
    """The chart of an organisation that posts for the market's stores.

    base_currency: None for the stores' own. foreign: bank accounts kept in another currency than that.
    """
    base = base_currency or market.currency
    currencies = {base, market.currency} | ({market.presentment.currency} if market.presentment else set())
    return Chart(
        country=market.country,
        base_currency=base,
        currencies=frozenset(currencies),
        accounts=tuple(replace(one, currency=(foreign or {}).get(str(one.code))) for one in _accounts()),
        tax_rates=tuple(_tax_rates(market)),
        tracking=TRACKING,
    )


@st.composite
def charts(draw: st.DrawFn, market: Market) -> Chart:
    """An organisation in the stores' currency; now and then one in another, or with an account in another.

    Clearing accounts are in the stores' currency, but for some now and then. Xero keeps no other accounts in a foreign
    one.
    """
    base = draw(st.sampled_from([market.currency] * 5 + [ABROAD]))
    foreign = {} if base == market.currency else dict.fromkeys(BANKS, market.currency)
    if draw(st.sampled_from([False] * 5 + [True])):
        other = market.presentment.currency if market.presentment else ABROAD
        for account in draw(st.sets(st.sampled_from(BANKS), min_size=1)):
            foreign[account] = draw(st.sampled_from([other, base]))
    foreign = {account: currency for account, currency in foreign.items() if currency != base}
    chart = chart_of(market, base, foreign)
    return replace(chart, currencies=chart.currencies | set(foreign.values()))


def books_of(chart: Chart) -> Books:
    """What the core is told of a chart."""
    return Books(
        base_currency=chart.base_currency,
        rates={one.tax_type: one.rate for one in chart.tax_rates},
        lock_date=chart.lock_date,
        rounding_account="860",
        currencies=chart.currencies,
        bank_accounts=frozenset(one.code for one in chart.accounts if one.type == "BANK" and one.code),
        account_currencies={str(one.code): one.currency for one in chart.accounts if one.currency},
    )


@st.composite
def mappings(draw: st.DrawFn, market: Market) -> Mapping:
    """A merchant's mapping for a store in the market: complete, but for one entry now and then."""
    strategies = draw(st.sampled_from(["rate", "rate", "separate", "by kind"]))
    choices: dict[str, list[Any]] = {
        "adjustments": ["as stated", "price reduction"],
        "discounts": ["net", "full price"],
        "post_when": ["placed", "placed", "placed", "placed", "paid", "fulfilled"],
        "contacts_retail": ["shared", "customer"],
        "contacts_terms": ["shared", "customer"],
        "locked": ["first open day"] * 5 + ["hold"],
        "before_start": ["account", "account", "skip", "invoice"],
        "currency": ["shop", "presentment"],
        "tracking": [(), (("Region", "Home"),)],
        "rules": [(), RULES],
    }
    options: dict[str, Any] = {name: draw(st.sampled_from(values)) for name, values in choices.items()}
    mapping = Mapping(
        version=1,
        contact="Shopify customers",
        accounts=ACCOUNTS,
        gateways=GATEWAYS,
        taxes=dict(_tax_rules(market, strategies)),
        no_tax=NO_TAX,
        special=SPECIAL,
        **options,
    )
    return draw(st.sampled_from([mapping] * 15 + [_without_something(mapping, draw)]))


def _accounts() -> Iterator[Account]:
    for row in ROWS.strip().splitlines():
        code, kind, name = row.split(" ", 2)
        yield Account(
            id=f"account-{code}",
            code=code,
            name=name,
            type=kind,
            account_class=CLASSES[kind],
            system=SYSTEM.get(code),
            takes_payments=code in LIABILITIES,
        )


def _tax_sets(market: Market) -> list[tuple[StoreRate, ...]]:
    return list(dict.fromkeys((*market.goods, *market.shipping, ())))


def _tax_type(taxes: tuple[StoreRate, ...]) -> str:
    """Two-part taxes are one rate in Xero; zero-rated, and without any tax, are two."""
    return f"TAX{sum(tax.rate for tax in taxes):f}" if taxes else "UNTAXED"


def _tax_rates(market: Market) -> Iterator[TaxRate]:
    yield TaxRate(tax_type=NO_TAX, name="No tax", rate=Decimal(0), classes=ANY)
    yield TaxRate(tax_type="UNTAXED", name="Free of tax", rate=Decimal(0), classes=ANY)
    for taxes in _tax_sets(market):
        if taxes:
            rate = sum((tax.rate for tax in taxes), Decimal(0))
            yield TaxRate(tax_type=_tax_type(taxes), name=f"{rate:%}", rate=rate, classes=INCOME)


def _tax_rules(market: Market, strategies: str) -> Iterator[tuple[TaxKey, TaxRule]]:
    for taxes in _tax_sets(market):
        for kind in ACCOUNTS:
            separate = strategies == "separate" or (strategies == "by kind" and kind is not LineKind.PRODUCT)
            for marketplace in (False, True):
                yield _key(market, taxes, kind, marketplace), _rule(taxes, separate=separate, marketplace=marketplace)


def _key(market: Market, taxes: tuple[StoreRate, ...], kind: LineKind, marketplace: bool) -> TaxKey:
    told = sorted((tax.title, tax.rate, marketplace) for tax in taxes)
    return TaxKey(taxes=tuple(told), country=market.country, kind=kind)


def _rule(taxes: tuple[StoreRate, ...], *, separate: bool, marketplace: bool) -> TaxRule:
    if taxes and marketplace:
        return TaxRule(strategy="marketplace", tax_type=NO_TAX)
    if taxes and separate:
        accounts = {tax.title: code for tax, code in zip(taxes, ("821", "822"), strict=False)}
        return TaxRule(strategy="separate", tax_type=NO_TAX, accounts=accounts)
    return TaxRule(tax_type=_tax_type(taxes))


def _without_something(mapping: Mapping, draw: st.DrawFn) -> Mapping:
    """The mapping of a merchant who has forgotten one thing."""
    name = draw(st.sampled_from(["accounts", "gateways", "taxes", "special"]))
    entries: dict[Any, Any] = dict(getattr(mapping, name))
    del entries[draw(st.sampled_from(list(entries)))]
    forgotten: dict[str, Any] = {name: entries}
    return replace(mapping, **forgotten)
