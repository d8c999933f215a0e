"""The taxes that orders show, for a person to confirm."""

from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.charged_taxes import charged_taxes, key_id
from embedded_app.accounting.mapping import TaxKey
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_taxes import Surroundings
from tests.accounting.charts import UK
from tests.accounting.suggest_cast import sold, to

AROUND = Surroundings(
    chart=UK,
    no_tax=next(rate for rate in UK.tax_rates if rate.tax_type == "NONE"),
    accounts={LineKind.PRODUCT: next(one for one in UK.accounts if one.code == "200")},
)


def test_each_tax_is_counted_once_an_order_the_most_frequent_first() -> None:
    often = replace(to("GB", sold("product", "VAT 20"), sold("product", "VAT 20")), id="1")
    again = replace(to("GB", sold("product", "VAT 20")), id="2")
    seldom = replace(to("GB", sold("product", "VAT 5")), id="3")

    found = charged_taxes([seldom, often, again], AROUND)

    assert [(one.title, one.orders) for one in found] == [("VAT 20 %", 2), ("VAT 5 %", 1)]
    assert found[0].suggestion is not None and found[0].suggestion.tax_type == "OUTPUT2"
    assert "20 %" in found[0].why


def test_what_nobody_can_tell_is_a_question_and_no_suggestion() -> None:
    (found,) = charged_taxes([to("FR", sold("product", "TVA 20"))], AROUND)

    assert found.suggestion is None
    assert "FR" in found.why


def test_test_orders_and_gift_cards_show_no_tax() -> None:
    test_order = replace(to("GB", sold("product", "VAT 20")), test=True)

    assert charged_taxes([test_order, to("GB", sold("gift card"))], AROUND) == ()


def test_a_key_keeps_its_name_however_its_rate_is_written() -> None:
    def key(rate: str, country: str | None = "GB") -> TaxKey:
        return TaxKey(taxes=(("VAT", Decimal(rate), False),), country=country, kind=LineKind.PRODUCT)

    assert key_id(key("0.2")) == key_id(key("0.200"))
    assert len({key_id(key("0.2")), key_id(key("0.05")), key_id(key("0.2", None))}) == 3
