"""Whatever a chart looks like, what is suggested from it is a mapping that the organisation's check takes."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.accounting.order import Order
from embedded_app.sandbox.xero.companies import CLASS_OF_TYPE
from tests.accounting.charts import CHARTS
from tests.accounting.suggest_cast import KINDS, paid_by, sold, suggested, to

NAMES = sorted({account.name for chart in CHARTS.values() for account in chart.accounts})
RATES = [rate for chart in CHARTS.values() for rate in chart.tax_rates]
TAXES = ("", "VAT 20", "VAT 0", "VAT 20!", "MwSt 19", "GST 10", "HST 13", "State Tax 6 + County Tax 1", "State Tax 6!")
GATEWAYS = ("shopify_payments", "PayPal", "cash", "bank_deposit", "gift_card", "store_credit", "Klarna")
LACKS_NO_TAX = ("no_tax must be a text that is not empty: fill it in.",)


def typed(account: Account, of_type: str) -> Account:
    """The account with another type."""
    return replace(account, type=of_type, account_class=CLASS_OF_TYPE[of_type])


# What may be otherwise about an account that is named as ever.
CHANGES = [
    *(lambda account, one=of_type: typed(account, one) for of_type in sorted(CLASS_OF_TYPE)),
    *(lambda account, one=tax_type: replace(account, tax_type=one) for tax_type in ("NONE", "OUTPUT2", "TAX001")),
    lambda account: replace(account, active=False),
    lambda account: replace(account, system="GST"),
    lambda account: replace(account, system=None),
    lambda account: replace(account, takes_payments=True),
    lambda account: replace(account, takes_payments=False),
    lambda account: replace(account, currency="EUR"),
    lambda account: replace(account, code=None),
]


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A country's chart in which names mislead: accounts changed or added, tax rates added, changed or not active."""
    chart = CHARTS[draw(st.sampled_from(sorted(CHARTS)))]
    found = list(chart.accounts)
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        found.append(replace(found[0], id=f"added-{len(found)}", code=f"9{len(found):03}", name=name))
    indexes = st.integers(0, len(found) - 1)
    for index, change in draw(st.lists(st.tuples(indexes, st.sampled_from(CHANGES)), max_size=30)):
        found[index] = change(found[index])
    added = draw(st.lists(st.sampled_from(RATES), max_size=4))
    rates = {rate.tax_type: rate for rate in (*chart.tax_rates, *added)}
    for tax_type in draw(st.lists(st.sampled_from(sorted(rates)), max_size=2)):
        rates[tax_type] = replace(rates[tax_type], active=False)
    country = draw(st.sampled_from([chart.country, chart.country, None]))
    return replace(chart, country=country, accounts=tuple(found), tax_rates=tuple(rates.values()))


def everything_to(country: str | None) -> Order:
    """Lines of every kind with every tax, to one country."""
    return to(country, *(sold(kind, taxes) for kind in KINDS if kind != "rounding" for taxes in TAXES))


ORDERS = [*(everything_to(country) for country in ("GB", "DE", "US", None)), paid_by(*GATEWAYS)]


@settings(max_examples=60, deadline=None)
@given(chart=charts())
def test_what_is_suggested_from_any_chart_passes_the_check(chart: Chart) -> None:
    suggestion = suggested(chart, *ORDERS)

    try:
        mapping = parse_mapping(suggestion.document, version=1)
    except MappingError as refused:
        assert refused.problems == LACKS_NO_TAX
        mapping = None
    assert mapping is None or check(mapping, chart) == ()
    assert all(one.active and one.system is None for one in named(suggestion.document, chart))


def named(document: dict, chart: Chart) -> list[Account]:
    """The accounts a document names."""
    parts = [document.get(part, {}) for part in ("accounts", "gateways", "special")]
    keys = {
        key for part in (*parts, *(entry.get("accounts", {}) for entry in document["taxes"])) for key in part.values()
    }
    return [account for account in chart.accounts if (account.code or account.id) in keys]
