"""What can be chosen is exactly what the check of a mapping accepts."""

from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.chart import Account
from embedded_app.accounting.choices import account_choices, liability_choices, no_tax_choices, rate_choices
from embedded_app.accounting.mapping import Mapping, TaxKey
from embedded_app.accounting.order import LineKind
from tests.accounting.charts import UK, US

MAPPING = Mapping(version=1, contact="c", accounts={LineKind.PRODUCT: "200"}, gateways={}, taxes={}, no_tax="NONE")


def codes(accounts: tuple[Account, ...]) -> set[str | None]:
    return {account.code for account in accounts}


def test_sales_never_go_to_a_bank_account_nor_to_one_that_xero_keeps_itself() -> None:
    offered = account_choices(UK, [])["accounts.product"]

    assert "200" in codes(offered)
    assert not [one for one in offered if one.type == "BANK" or one.system is not None]


def test_a_gateway_is_offered_only_accounts_that_take_payments_in_its_currency() -> None:
    euro = replace(next(one for one in UK.accounts if one.type == "BANK"), id="e", code="099", currency="EUR")
    chart = replace(UK, accounts=(*UK.accounts, euro))

    offered = account_choices(chart, ["paypal"], shop_currency="GBP")["gateways.paypal"]

    assert offered
    assert all(one.type == "BANK" or one.takes_payments for one in offered)
    assert "099" not in codes(offered)


def test_gift_cards_are_offered_only_current_liabilities_that_take_payments() -> None:
    choices = account_choices(UK, ["gift_card"])

    for field in ("accounts.gift card", "gateways.gift_card"):
        assert choices[field]
        assert all(one.type == "CURRLIAB" and one.takes_payments for one in choices[field])


def test_an_archived_account_is_not_offered() -> None:
    archived = tuple(replace(one, active=one.code != "200") for one in UK.accounts)

    offered = account_choices(replace(UK, accounts=archived), [])["accounts.product"]

    assert "200" not in codes(offered)


def test_a_tax_is_offered_only_rates_of_its_percentage_that_xero_takes_on_the_account() -> None:
    key = TaxKey(taxes=(("VAT", Decimal("0.2"), False),), country="GB", kind=LineKind.PRODUCT)

    offered = rate_choices(UK, MAPPING, [key])

    assert "OUTPUT2" in {rate.tax_type for rate in offered}
    assert all(rate.rate == Decimal("0.2") and "REVENUE" in rate.classes for rate in offered)


def test_lines_outside_tax_are_offered_rates_of_nothing_alone() -> None:
    offered = no_tax_choices(UK, MAPPING)

    assert "NONE" in {rate.tax_type for rate in offered}
    assert all(rate.rate == 0 for rate in offered)


def test_a_tax_with_a_line_of_its_own_is_offered_ordinary_current_liabilities() -> None:
    key = TaxKey(taxes=(("State", Decimal("0.06"), False),), country="US", kind=LineKind.PRODUCT)

    offered = liability_choices(US, MAPPING, key)

    assert offered
    assert all(one.type == "CURRLIAB" and one.system is None for one in offered)
