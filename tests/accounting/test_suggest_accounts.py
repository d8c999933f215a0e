"""Which accounts are suggested: by type and name, in several languages, and never where two serve equally well."""

from decimal import Decimal

import pytest

from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.suggest_accounts import Found, account_for, clearing_account, tax_account
from embedded_app.accounting.suggest_words import KINDS, SPECIALS
from tests.accounting.charts import DE, UK, US, an_account, with_account, with_accounts, without_accounts
from tests.accounting.suggest_cast import KINDS as NAMED
from tests.accounting.suggest_cast import paid_by, sold, suggested, to


def bare(*accounts: Account) -> Chart:
    """A British chart with these accounts alone."""
    return with_accounts(without_accounts(UK, *(str(one.code) for one in UK.accounts)), *accounts)


def chosen(found: Found | str) -> str:
    """The code of what was found, or the sentence."""
    return found if isinstance(found, str) else str(found.account.code)


@pytest.mark.parametrize(
    ("kind", "name", "type"),
    [
        ("product", "Online Sales", "REVENUE"),
        ("product", "Umsatzerlöse", "REVENUE"),
        ("product", "Ventes de produits", "SALES"),
        ("product", "Turnover", "REVENUE"),
        ("product", "Candle workshop takings", "REVENUE"),  # the only ordinary revenue account
        ("shipping", "Freight recovered", "REVENUE"),
        ("shipping", "Versandkostenerlöse", "OTHERINCOME"),
        ("shipping", "Frais de livraison", "REVENUE"),
        ("tip", "Trinkgelder", "CURRLIAB"),
        ("duty", "Zölle", "EXPENSE"),
        ("duty", "Import duty collected", "CURRLIAB"),
        ("fee", "Restocking fees", "REVENUE"),
        ("fee", "Other Revenue", "OTHERINCOME"),
        ("additional fee", "Surcharges", "REVENUE"),
        ("adjustment", "Sales adjustments", "REVENUE"),
        ("adjustment", "Sales returns and allowances", "REVENUE"),
    ],
)
def test_it_knows_an_account_by_its_name_and_type(kind: str, name: str, type: str) -> None:
    assert chosen(account_for(KINDS[NAMED[kind]], bare(an_account("300", name, type)))) == "300"


@pytest.mark.parametrize(
    ("kind", "name", "type", "more"),
    [
        ("product", "Sales", "REVENUE", {"active": False}),
        ("product", "Sales tax", "REVENUE", {}),
        ("product", "Salesforce subscription", "EXPENSE", {}),
        ("product", "Sales", "REVENUE", {"system": "GST"}),
        ("product", "Sales discounts", "REVENUE", {}),
        ("product", "Shipping sales", "REVENUE", {}),
        ("product", "Interest income", "REVENUE", {}),
        ("product", "Other sales", "REVENUE", {}),
        ("product", "Erlöse aus Anlageverkäufen", "REVENUE", {}),
        ("shipping", "Freight & Courier", "OVERHEADS", {}),
        ("shipping", "Shipping and duties", "REVENUE", {}),
        ("tip", "Tipping shed rental", "REVENUE", {}),
        ("adjustment", "Stock adjustments", "REVENUE", {}),
        ("adjustment", "Historical adjustment", "REVENUE", {}),
        ("gift card", "Gift cards bought", "EXPENSE", {"takes_payments": True}),
        ("gift card", "Income in advance", "CURRLIAB", {"takes_payments": True}),
    ],
)
def test_it_does_not_fall_for_a_name_or_a_type(kind: str, name: str, type: str, more: dict) -> None:
    sentence = account_for(KINDS[NAMED[kind]], bare(an_account("300", name, type, **more)))

    assert f"No account looks like one for {KINDS[NAMED[kind]].label}: create" in str(sentence)


def test_an_account_that_says_nothing_else_goes_before_one_that_says_more() -> None:
    chart = bare(an_account("300", "Sales of candles in Wales", "REVENUE"), an_account("301", "Shop sales", "REVENUE"))

    assert chosen(account_for(KINDS[NAMED["product"]], chart)) == "301"


def test_two_accounts_that_serve_equally_are_a_question() -> None:
    chart = with_accounts(UK, an_account("206", "Freight income", "REVENUE"))

    assert chosen(account_for(KINDS[NAMED["shipping"]], chart)) == (
        "Shipping could go to 205 Shipping income or 206 Freight income: choose one."
    )


def test_a_gift_card_liability_that_takes_no_payments_is_named() -> None:
    chart = with_account(UK, "815", takes_payments=False)

    assert chosen(account_for(KINDS[NAMED["gift card"]], chart)) == (
        "815 Gift card liability could hold gift cards, but takes no payments: switch on ‘Enable payments to this "
        "account’ in Xero, then reload."
    )


def test_between_accounts_by_tax_rate_the_orders_decide() -> None:
    sevens = to("DE", sold("product", "MwSt 7"), sold("product", "MwSt 7"), sold("product", "MwSt 19"))

    suggestion = suggested(DE, sevens)

    assert suggestion.document["accounts"] == {"product": "8300"}
    assert suggestion.reasons[0].why == (
        "Sales of goods: 8300 Erlöse 7 %, of 2 accounts named so the one with 7 % in Xero, what most was sold with."
    )
    assert suggestion.open == (
        "Sales of goods with 19 % may belong on 8400 Erlöse 19 %: if so, add a product rule for them.",
    )


@pytest.mark.parametrize(
    ("special", "code"),
    [
        (SpecialAccount.DISCOUNTS, "220"),
        (SpecialAccount.PROMOTIONS, "405"),
        (SpecialAccount.BREAKAGE, "275"),
        (SpecialAccount.MARKETPLACE_TAX, "817"),
    ],
)
def test_special_accounts_are_known_by_their_names(special: SpecialAccount, code: str) -> None:
    assert chosen(account_for(SPECIALS[special], UK)) == code


def test_a_discount_is_no_question_where_no_account_is_named_so() -> None:
    discounted = to("GB", sold("product", "VAT 20", discount=Decimal("1.00")))

    assert suggested(UK, discounted).document["special"] == {"discounts": "220"}
    assert suggested(without_accounts(UK, "220"), discounted).open == ()


def test_a_gift_card_sold_below_its_value_needs_an_account_of_what_was_given_away() -> None:
    cheap = to("GB", sold("gift card", face_value=Decimal("12.00")))

    assert suggested(UK, cheap).document["special"]["promotions"] == "405"
    (sentence,) = suggested(without_accounts(UK, "405"), cheap).open
    assert sentence.startswith("No account looks like one for gift cards given away: create one in Xero")


@pytest.mark.parametrize(
    ("gateway", "name"),
    [
        ("shopify_payments", "Shopify Payments clearing"),
        ("shopify_payments", "Verrechnung Shopify"),
        ("PayPal Express Checkout", "PayPal GBP"),
        ("paypal", "Pay Pal clearing account"),
        ("amazon_payments", "Amazon Pay"),
        ("Klarna - Pay later", "Klarna"),
        ("afterpay", "Clearpay clearing"),
        ("cash", "Till"),
        ("cash", "Kasse"),
        ("Cash on Delivery (COD)", "Cash on delivery"),
        ("Bank Deposit", "Bank deposit clearing"),
    ],
)
def test_a_gateway_s_clearing_account_is_named_after_it(gateway: str, name: str) -> None:
    assert chosen(clearing_account(gateway, bare(an_account("090", name, "BANK")))) == "090"


@pytest.mark.parametrize(
    ("gateway", "name", "more"),
    [
        ("shopify_payments", "Shopify Balance", {}),
        ("shopify_payments", "Payments clearing", {}),
        ("bank_deposit", "Business Bank Account", {}),
        ("credit_card", "Credit card", {}),
        ("cash", "Petty cash", {}),
        ("Cash App", "Cash clearing", {}),
        ("Cash on Delivery (COD)", "Cash clearing", {}),
        ("PayPal", "PayPal clearing", {"active": False}),
        ("PayPal", "PayPal fees", {"type": "EXPENSE", "account_class": "EXPENSE"}),
        ("PayPal", "PayPal", {"type": "REVENUE", "account_class": "REVENUE", "takes_payments": True}),
        ("PayPal Express Checkout", "Check clearing", {}),
    ],
)
def test_a_bank_account_of_something_else_is_no_clearing_account(gateway: str, name: str, more: dict) -> None:
    sentence = clearing_account(gateway, bare(an_account("090", name, "BANK", **more)))

    assert "No BANK account looks like a clearing account for" in str(sentence)


def test_a_missing_clearing_account_is_named_in_the_merchants_words() -> None:
    assert clearing_account("shopify_payments", bare()) == (
        "No BANK account looks like a clearing account for Shopify Payments: create one in Xero, for example ‘Shopify "
        "Payments clearing’, then reload."
    )


def test_two_clearing_accounts_are_a_question() -> None:
    chart = with_accounts(UK, an_account("097", "PayPal holding", "BANK"))

    assert clearing_account("paypal", chart) == (
        "Money paid by PayPal could wait on 092 PayPal clearing or 097 PayPal holding: choose one."
    )


def test_an_account_called_clearing_goes_before_one_that_is_not() -> None:
    chart = with_accounts(UK, an_account("097", "PayPal", "BANK"))

    assert chosen(clearing_account("paypal", chart)) == "092"


def test_a_bank_account_goes_before_another_that_takes_payments() -> None:
    other = an_account("619", "PayPal clearing", "CURRENT", takes_payments=True)

    assert chosen(clearing_account("paypal", with_accounts(UK, other))) == "092"
    assert chosen(clearing_account("paypal", bare(other))) == "619"


def test_a_clearing_account_that_takes_no_payments_is_named() -> None:
    sentence = clearing_account("paypal", bare(an_account("619", "PayPal clearing", "CURRENT")))

    assert "619 PayPal clearing looks like a clearing account for PayPal, but takes no payments" in str(sentence)


def test_a_clearing_account_in_another_currency_is_named() -> None:
    sentence = clearing_account("stripe", bare(an_account("098", "Stripe", "BANK", currency="EUR")))

    assert sentence == (
        "098 Stripe looks like a clearing account for Stripe, but is kept in EUR: create one in GBP in Xero, then "
        "reload."
    )


def test_a_clearing_account_is_in_the_stores_currency() -> None:
    pounds, euro = an_account("097", "Stripe", "BANK"), an_account("098", "Stripe EUR", "BANK", currency="EUR")

    assert chosen(clearing_account("stripe", bare(pounds, euro), currency="EUR")) == "098"
    assert clearing_account("stripe", bare(pounds), currency="EUR") == (
        "097 Stripe looks like a clearing account for Stripe, but is kept in GBP: create one in EUR in Xero, then "
        "reload."
    )


def test_an_account_without_a_code_is_named_by_its_id() -> None:
    chart = bare(an_account("", "PayPal", "BANK", code=None, id="8f1e"))

    assert suggested(chart, paid_by("paypal")).document["gateways"] == {"paypal": "8f1e"}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("State Tax", "821"),
        ("California State Tax", "821"),
        ("Los Angeles County Tax", "822"),
        ("City", "823"),
    ],
)
def test_a_tax_is_owed_on_the_liability_named_like_it(title: str, code: str) -> None:
    assert chosen(tax_account(title, US)) == code


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("Texas state tax payable", {}),
        ("State income tax payable", {}),
        ("Payroll taxes payable", {}),
        ("State tax payable", {"system": "GST"}),
        ("State tax payable", {"active": False}),
        ("State tax", {"type": "EXPENSE", "account_class": "EXPENSE"}),
        ("State funds held", {}),
    ],
)
def test_a_tax_is_not_owed_on_an_account_of_another(name: str, more: dict) -> None:
    assert "No current liability looks like the one ‘California State Tax’ is owed on" in str(
        tax_account("California State Tax", bare(an_account("821", name, "CURRLIAB", **more)))
    )


def test_the_liability_that_says_most_of_a_tax_goes_before_a_general_one() -> None:
    chart = with_accounts(US, an_account("829", "California state tax payable", "CURRLIAB"))

    assert chosen(tax_account("California State Tax", chart)) == "829"
    assert "‘City’ could be owed on 823 City tax payable or 828 City tax: choose one." == chosen(
        tax_account("City", with_accounts(US, an_account("828", "City tax", "CURRLIAB")))
    )
