"""A mapping against an organisation's chart: a sentence for whatever Xero does not have or does not take."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.chart import Account, Chart, TaxRate, TrackingCategory
from embedded_app.accounting.mapping import Mapping, ProductRule, SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.order import LineKind

INCOME, ANY = frozenset({"REVENUE"}), frozenset({"REVENUE", "EXPENSE", "LIABILITY", "ASSET", "EQUITY"})
CLASSES = {"BANK": "ASSET", "REVENUE": "REVENUE", "CURRLIAB": "LIABILITY", "EXPENSE": "EXPENSE", "CURRENT": "ASSET"}
STATE = TaxKey(taxes=(("State", Decimal("0.06"), False),), country="US", kind=LineKind.PRODUCT)
VAT = TaxKey(taxes=(("VAT", Decimal("0.2"), False),), country="GB", kind=LineKind.PRODUCT)


def account(code: str, name: str, type: str, **more: object) -> Account:
    """One account; its id is made from its code."""
    one = Account(id=f"id-{code}", code=code, name=name, type=type, account_class=CLASSES[type])
    return replace(one, **more)  # type: ignore[arg-type]


CHART = Chart(
    country="GB",
    base_currency="GBP",
    currencies=frozenset({"GBP", "EUR"}),
    lock_date=date(2026, 9, 30),
    accounts=(
        account("091", "Clearing", "BANK"),
        account("095", "Clearing EUR", "BANK", currency="EUR"),
        account("200", "Sales", "REVENUE"),
        account("201", "Old sales", "REVENUE", active=False),
        account("405", "Promotions", "EXPENSE"),
        account("610", "Receivables", "CURRENT", system="DEBTORS"),
        account("700", "Wallet", "CURRENT", takes_payments=True),
        account("815", "Gift cards", "CURRLIAB", takes_payments=True),
        account("816", "Vouchers", "CURRLIAB"),
        account("820", "VAT", "CURRLIAB", system="GST"),
        account("821", "State tax", "CURRLIAB"),
        account("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    ),
    tax_rates=(
        TaxRate(tax_type="OUTPUT2", name="20% on Income", rate=Decimal("0.2"), classes=INCOME),
        TaxRate(tax_type="RROUTPUT", name="5% on Income", rate=Decimal("0.05"), classes=INCOME),
        TaxRate(tax_type="OLD", name="17.5%", rate=Decimal("0.175"), classes=INCOME, active=False),
        TaxRate(tax_type="INCOMEONLY", name="Zero on Income", rate=Decimal(0), classes=INCOME),
        TaxRate(tax_type="NONE", name="No VAT", rate=Decimal("0.000"), classes=ANY),
    ),
    tracking=(TrackingCategory(name="Channel", options=("Online", "Till")),),
)
MAPPING = Mapping(
    version=1,
    contact="c",
    accounts={LineKind.PRODUCT: "200", LineKind.GIFT_CARD: "815"},
    gateways={"paypal": "091", "Gift_Card": "815", "wallet": "700", "by id": "id-091"},
    taxes={
        VAT: TaxRule(tax_type="OUTPUT2"),
        STATE: TaxRule(strategy="separate", tax_type="NONE", accounts={"State": "821"}),
    },
    no_tax="NONE",
    special={SpecialAccount.PROMOTIONS: "405", SpecialAccount.MARKETPLACE_TAX: "816"},
    rules=(ProductRule(when=(("vendor", "A"),), account="200", tracking=(("Channel", "Till"),)),),
    tracking=(("Channel", "Online"),),
    start_date=date(2026, 10, 1),
)


def with_account(kind: LineKind, code: str) -> Mapping:
    """The mapping with another account for a kind of line."""
    return replace(MAPPING, accounts={**MAPPING.accounts, kind: code})


def with_gateway(gateway: str, code: str) -> Mapping:
    """The mapping with another account for a gateway."""
    return replace(MAPPING, gateways={**MAPPING.gateways, gateway: code})


def with_tax(key: TaxKey, tax_type: str = "NONE", **more: object) -> Mapping:
    """The mapping with another rule for a tax key."""
    return replace(MAPPING, taxes={**MAPPING.taxes, key: TaxRule(tax_type=tax_type, **more)})  # type: ignore[arg-type]


def with_rule(**more: object) -> Mapping:
    """The mapping with one product rule changed."""
    return replace(MAPPING, rules=(replace(MAPPING.rules[0], **more),))  # type: ignore[arg-type]


def test_a_mapping_the_organisation_fits_has_no_problems() -> None:
    assert check(MAPPING, CHART) == ()


def test_xeros_rounding_account_may_bear_lines() -> None:
    assert check(with_account(LineKind.TIP, "860"), CHART) == ()


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (with_account(LineKind.TIP, "999"), "accounts.tip: account 999 is not in Xero"),
        (with_account(LineKind.TIP, "201"), "accounts.tip: account 201 Old sales is archived"),
        (with_account(LineKind.TIP, "091"), "accounts.tip: 091 Clearing is a bank account"),
        (with_account(LineKind.TIP, "610"), "accounts.tip: 610 Receivables is kept by Xero itself (DEBTORS)"),
        (with_account(LineKind.GIFT_CARD, "816"), "accounts.gift card: switch on ‘Enable payments"),
        (
            with_account(LineKind.GIFT_CARD, "700"),
            "accounts.gift card: 700 Wallet must be an ordinary current liability",
        ),
        (with_rule(account="091"), "rules, entry 1, account: 091 Clearing is a bank account"),
        (with_rule(account="999"), "rules, entry 1, account: account 999 is not in Xero"),
        (with_rule(tax_type="GONE"), "rules, entry 1, tax_type: tax rate GONE is not in Xero"),
        (with_rule(account="405", tax_type="RROUTPUT"), "Xero does not take 5% on Income on 405 Promotions"),
        (with_gateway("stripe", "999"), "gateways.stripe: account 999 is not in Xero"),
        (with_gateway("stripe", "200"), "gateways.stripe: 200 Sales takes no payments"),
        (with_gateway("store_credit", "091"), "gateways.store_credit: 091 Clearing must be an ordinary current"),
        (replace(MAPPING, special={SpecialAccount.DISCOUNTS: "820"}), "special.discounts: 820 VAT is kept by Xero"),
        (replace(MAPPING, special={SpecialAccount.DISCOUNTS: "9"}), "special.discounts: account 9 is not in Xero"),
        (replace(MAPPING, no_tax="GONE"), "no_tax: tax rate GONE is not in Xero"),
        (replace(MAPPING, no_tax="OUTPUT2"), "no_tax: 20% on Income is 20 %, but it must be 0 %"),
        (with_tax(VAT, "GONE"), "taxes, ‘VAT 20 % · GB · product’: tax rate GONE is not in Xero"),
        (with_tax(VAT, "OLD"), "‘VAT 20 % · GB · product’: tax rate 17.5% (OLD) is not active"),
        (with_tax(VAT, "RROUTPUT"), "5% on Income is 5 % in Xero, but 20 % is needed"),
        (
            with_tax(STATE, strategy="separate", accounts={"State": "820"}),
            "accounts.State: 820 VAT must be an ordinary",
        ),
        (with_tax(STATE, strategy="separate", accounts={"State": "9"}), "accounts.State: account 9 is not in Xero"),
        (with_tax(STATE, "OUTPUT2", strategy="separate"), "20% on Income is 20 % in Xero, but 0 % is needed"),
        (replace(MAPPING, tracking=(("Shop", "London"),)), "tracking: Xero has no active tracking category ‘Shop’"),
        (
            with_rule(tracking=(("Channel", "Post"),)),
            "rules, entry 1, tracking: tracking category ‘Channel’ has no active",
        ),
        (replace(MAPPING, start_date=date(2026, 9, 30)), "start_date 2026-09-30 lies in a period that is closed"),
    ],
)
def test_it_names_the_field_of_what_xero_does_not_take(mapping: Mapping, sentence: str) -> None:
    (problem,) = check(mapping, CHART)

    assert sentence in problem


def test_the_out_of_scope_type_must_be_allowed_on_liabilities() -> None:
    problems = check(replace(MAPPING, no_tax="INCOMEONLY"), CHART)

    assert "no_tax: Xero does not take Zero on Income on 815 Gift cards, an account of class liability" in problems[0]


def test_a_tax_type_is_checked_on_the_accounts_of_its_kind() -> None:
    mapping = replace(with_account(LineKind.PRODUCT, "405"), rules=())

    assert any("Xero does not take 20% on Income on 405 Promotions" in problem for problem in check(mapping, CHART))


@pytest.mark.parametrize(
    ("currencies", "chart", "sentence"),
    [
        ({"EUR", "GBP", "USD"}, CHART, "currency: Xero is not subscribed to USD"),
        (set(), replace(CHART, currencies=frozenset({"GBP"})), "currency: Xero keeps books in GBP alone"),
    ],
)
def test_currencies_customers_pay_in_must_be_subscribed(currencies: set[str], chart: Chart, sentence: str) -> None:
    problems = check(replace(MAPPING, currency="presentment"), chart, currencies)

    assert any(sentence in problem for problem in problems)


def test_a_foreign_clearing_account_is_right_where_orders_are_booked_in_its_currency() -> None:
    mapping = replace(with_gateway("stripe", "095"), currency="presentment")

    assert check(mapping, CHART, {"EUR"}, shop_currency="GBP") == ()


@pytest.mark.parametrize(
    ("shop_currency", "account", "sentence"),
    [
        (
            "GBP",
            "095",
            "gateways.stripe: 095 Clearing EUR is kept in EUR, but orders are booked in GBP: choose an account in GBP, "
            "or create one in Xero.",
        ),
        (
            "EUR",
            "091",
            "gateways.stripe: 091 Clearing is kept in GBP, but orders are booked in EUR: choose a bank account in EUR, "
            "or create one in Xero.",
        ),
        ("USD", "091", "currency: Xero is not subscribed to USD, the store's own currency: add the currency in Xero."),
    ],
)
def test_clearing_accounts_are_in_the_shops_currency(shop_currency: str, account: str, sentence: str) -> None:
    mapping = replace(MAPPING, gateways={"Gift_Card": "815", "stripe": account})

    assert sentence in check(mapping, CHART, shop_currency=shop_currency)


@pytest.mark.parametrize("shop_currency", ["EUR", None])
def test_a_shop_in_another_currency_than_the_books_clears_in_its_own(shop_currency: str | None) -> None:
    mapping = replace(MAPPING, gateways={"Gift_Card": "815", "stripe": "095"})

    assert check(mapping, CHART, shop_currency=shop_currency) == ()


def test_a_shop_in_another_currency_than_the_books_clears_in_its_own_even_as_presented() -> None:
    mapping = replace(MAPPING, currency="presentment", gateways={"stripe": "091"})

    (problem,) = check(mapping, CHART, shop_currency="EUR")

    assert "choose a bank account in EUR" in problem


@pytest.mark.parametrize(
    "change", [lambda one: replace(one, accounts={LineKind.TIP: "9"}, gateways={"x": "8"}, no_tax="Z")]
)
def test_it_tells_every_problem_at_once(change: Callable[[Mapping], Mapping]) -> None:
    assert len(check(change(MAPPING), CHART)) == 3
