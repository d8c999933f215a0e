"""A chart kept as JSON and read again."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.chart import Account, Chart, TaxRate, TrackingCategory
from embedded_app.accounting.chart_json import chart_from_json, chart_to_json

CHART = Chart(
    country="GB",
    base_currency="GBP",
    currencies=frozenset({"GBP", "EUR"}),
    accounts=(
        Account(id="a-1", code="200", name="Sales", type="REVENUE", account_class="REVENUE", tax_type="OUTPUT2"),
        Account(
            id="a-2",
            code=None,
            name="PayPal EUR",
            type="BANK",
            account_class="ASSET",
            system="BANKCURRENCYGAIN",
            takes_payments=True,
            active=False,
            currency="EUR",
        ),
    ),
    tax_rates=(
        TaxRate(tax_type="OUTPUT2", name="20 %", rate=Decimal("0.2"), classes=frozenset({"REVENUE", "ASSET"})),
        TaxRate(tax_type="TAX001", name="NY", rate=Decimal("0.08875"), classes=frozenset(), active=False),
    ),
    tracking=(TrackingCategory(name="Region", options=("North", "South")),),
    lock_date=date(2026, 10, 31),
)


@pytest.mark.parametrize("chart", [CHART, replace(CHART, country=None, lock_date=None, tracking=())])
def test_a_chart_comes_back_as_it_was_kept(chart: Chart) -> None:
    assert chart_from_json(json.loads(json.dumps(chart_to_json(chart)))) == chart


def test_equal_charts_are_equal_texts() -> None:
    sales, ny = CHART.tax_rates
    again = replace(CHART, tax_rates=(replace(sales, rate=Decimal("0.200000")), ny))

    assert again == CHART
    assert json.dumps(chart_to_json(again)) == json.dumps(chart_to_json(CHART))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(KeyError):
        chart_from_json({"country": "GB"})
