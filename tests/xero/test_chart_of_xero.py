"""An organisation's lists as the chart that mappings are checked against."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.chart import Account, TaxRate, TrackingCategory
from embedded_app.xero.chart import read_chart, read_day
from tests.xero.cast import ACCOUNT_ID

ORGANISATION: dict[str, Any] = {
    "BaseCurrency": "GBP",
    "CountryCode": "GB",
    "PeriodLockDate": "/Date(1793404800000+0000)/",
    "EndOfYearLockDate": "/Date(1774915200000+0000)/",
}
BANK: dict[str, Any] = {
    "AccountID": ACCOUNT_ID.upper(),
    "Code": "",
    "Name": "PayPal clearing",
    "Status": "ACTIVE",
    "Type": "BANK",
    "TaxType": "NONE",
    "Class": "ASSET",
    "EnablePaymentsToAccount": False,
    "CurrencyCode": "EUR",
    "SystemAccount": "",
}
GIFT_CARDS: dict[str, Any] = {
    "AccountID": "2bb15054-3868-4f85-a9c6-0402ec8c1201",
    "Code": "820",
    "Name": "Gift cards",
    "Status": "ARCHIVED",
    "Type": "CURRLIAB",
    "Class": "LIABILITY",
    "EnablePaymentsToAccount": True,
}
VAT: dict[str, Any] = {
    "Name": "20% (VAT on Income)",
    "TaxType": "OUTPUT2",
    "Status": "ACTIVE",
    "EffectiveRate": Decimal("20.0000"),
    "CanApplyToRevenue": True,
    "CanApplyToLiabilities": True,
    "CanApplyToAssets": False,
}
TRACKING: list[dict[str, Any]] = [
    {
        "Name": "Region",
        "Status": "ACTIVE",
        "Options": [{"Name": "North", "Status": "ACTIVE"}, {"Name": "Moon", "Status": "ARCHIVED"}],
    },
    {"Name": "Era", "Status": "ARCHIVED", "Options": [{"Name": "Old", "Status": "ACTIVE"}]},
]


def test_accounts_are_read_as_a_mapping_sees_them() -> None:
    chart = read_chart(ORGANISATION, [BANK, GIFT_CARDS], [], [], [])

    assert chart.accounts == (
        Account(
            id=ACCOUNT_ID,
            code=None,
            name="PayPal clearing",
            type="BANK",
            account_class="ASSET",
            tax_type="NONE",
            currency="EUR",
        ),
        Account(
            id="2bb15054-3868-4f85-a9c6-0402ec8c1201",
            code="820",
            name="Gift cards",
            type="CURRLIAB",
            account_class="LIABILITY",
            takes_payments=True,
            active=False,
        ),
    )


def test_an_account_in_base_currency_and_a_system_account_are_told() -> None:
    rounding = {**GIFT_CARDS, "SystemAccount": "ROUNDING"}

    in_base, system = read_chart(ORGANISATION, [{**BANK, "CurrencyCode": "GBP"}, rounding], [], [], []).accounts

    assert in_base.currency is None
    assert system.system == "ROUNDING"


def test_a_rate_is_an_exact_fraction_and_says_where_it_may_be_used() -> None:
    (rate,) = read_chart(ORGANISATION, [], [VAT], [], []).tax_rates

    assert rate == TaxRate(
        tax_type="OUTPUT2",
        name="20% (VAT on Income)",
        rate=Decimal("0.2"),
        classes=frozenset({"REVENUE", "LIABILITY"}),
    )


@pytest.mark.parametrize(
    ("effective", "fraction"), [(Decimal("8.8750"), "0.08875"), (15, "0.15"), ("12.5000", "0.125"), (0, "0")]
)
def test_no_digit_of_a_rate_is_lost(effective: object, fraction: str) -> None:
    (rate,) = read_chart(ORGANISATION, [], [{**VAT, "EffectiveRate": effective}], [], []).tax_rates

    assert rate.rate == Decimal(fraction)


def test_a_deleted_rate_is_marked_and_one_without_a_rate_left_out() -> None:
    deleted, pending = {**VAT, "Status": "DELETED"}, {**VAT, "TaxType": "NEW", "EffectiveRate": None}

    rates = read_chart(ORGANISATION, [], [deleted, pending], [], []).tax_rates

    assert [(rate.tax_type, rate.active) for rate in rates] == [("OUTPUT2", False)]


def test_only_active_tracking_can_be_chosen() -> None:
    chart = read_chart(ORGANISATION, [], [], TRACKING, [])

    assert chart.tracking == (TrackingCategory(name="Region", options=("North",)),)


def test_the_base_currency_is_among_the_subscribed_ones() -> None:
    chart = read_chart(ORGANISATION, [], [], [], [{"Code": "EUR", "Description": "Euro"}])

    assert (chart.base_currency, chart.currencies) == ("GBP", frozenset({"GBP", "EUR"}))


@pytest.mark.parametrize(
    ("locks", "locked"),
    [
        ({}, date(2026, 10, 31)),
        ({"EndOfYearLockDate": "/Date(1796083200000)/"}, date(2026, 12, 1)),
        ({"PeriodLockDate": None}, date(2026, 3, 31)),
        ({"PeriodLockDate": None, "EndOfYearLockDate": None}, None),
    ],
)
def test_the_later_of_both_lock_dates_counts(locks: dict[str, Any], locked: date | None) -> None:
    assert read_chart({**ORGANISATION, **locks}, [], [], [], []).lock_date == locked


def test_a_day_may_be_written_as_iso() -> None:
    assert read_day("2026-10-31T00:00:00") == date(2026, 10, 31)


def test_what_is_not_as_xero_describes_it_is_refused() -> None:
    with pytest.raises(ValueError):
        read_day("last autumn")
    with pytest.raises(ValueError, match="OUTPUT2"):
        read_chart(ORGANISATION, [], [{**VAT, "EffectiveRate": "a fifth"}], [], [])
    with pytest.raises(ValueError):
        read_chart({}, [], [], [], [])
