"""How taxes are suggested to be told to Xero: by rate, name, country and kind, and left open where that is a guess."""

from dataclasses import replace
from decimal import Decimal

import pytest

from embedded_app.accounting.chart import Chart, TaxRate
from tests.accounting.charts import (
    AU,
    CA,
    DE,
    NZ,
    UK,
    US,
    an_account,
    with_account,
    with_accounts,
    with_rates,
    without_accounts,
)
from tests.accounting.suggest_cast import sold, suggested, taxed, to

EVERY = frozenset({"ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"})


def rate(tax_type: str, name: str, per_cent: str, **more: object) -> TaxRate:
    """A tax rate for every class of account."""
    one = TaxRate(tax_type=tax_type, name=name, rate=Decimal(per_cent).scaleb(-2), classes=EVERY)
    return replace(one, **more)  # type: ignore[arg-type]


OSS = with_rates(DE, rate("TAX010", "OSS France 20 %", "20"), rate("TAX011", "OSS IT 22 %", "22"))


@pytest.mark.parametrize(
    ("chart", "country", "taxes", "tax_type"),
    [
        (UK, "GB", "VAT 20", "OUTPUT2"),
        (UK, "GB", "VAT 5", "RROUTPUT"),
        (UK, "IM", "VAT 20", "OUTPUT2"),
        (UK, "GB", "Zero rated 0", "ZERORATEDOUTPUT"),
        (AU, "AU", "GST 10", "OUTPUT"),
        (AU, "AU", "GST Free 0", "EXEMPTOUTPUT"),
        (NZ, "NZ", "GST 15", "OUTPUT2"),
        (CA, "CA", "HST 13", "TAX001"),
        (CA, "CA", "GST 5 + PST 7", "TAX004"),
        (CA, "CA", "GST 5 + QST 9.975", "TAX005"),
        (DE, "DE", "MwSt 7", "TAX002"),
        (OSS, "FR", "TVA 20", "TAX010"),
        (OSS, "IT", "IVA 22", "TAX011"),
        (US, "US", "", "NONE"),
        (US, "FR", "", "NONE"),
    ],
)
def test_a_tax_rate_is_suggested_where_only_one_fits(chart: Chart, country: str, taxes: str, tax_type: str) -> None:
    assert list(taxed(chart, country, sold("product", taxes)).values()) == [tax_type]


@pytest.mark.parametrize(
    ("chart", "country", "taxes", "sentence"),
    [
        (UK, "GB", "VAT 17.5", "no tax rate for sales at home is 17.5 %: create one in Xero, then reload."),
        (
            UK,
            "GB",
            "",
            "it could be Zero Rated Income, Exempt Income or No VAT, which are all 0 % but stand in different places",
        ),
        (UK, "GB", "VAT 0", "it could be Zero Rated Income, Exempt Income or No VAT, which are all 0 %"),
        (
            AU,
            "US",
            "",
            "it could be GST Free Income, GST Free Exports, Input Taxed, BAS Excluded or No GST, which are all 0 %",
        ),
        (NZ, "NZ", "", "it could be Zero Rated or No GST, which are all 0 %"),
        (
            DE,
            "AT",
            "",
            "it could be Steuerfrei (EU), Steuerfreie Ausfuhr, Tax on Sales or Tax Exempt, which are all 0 %",
        ),
        (DE, "CH", "", "it could be Steuerfreie Ausfuhr, Tax on Sales or Tax Exempt, which are all 0 %"),
        (UK, "FR", "TVA 20", "if it is the tax of FR, create a tax rate for it in Xero"),
        (DE, "AT", "MwSt 19", "if it is your own country's, choose MwSt 19 %."),
        (OSS, "DE", "MwSt 20", "no tax rate for sales at home is 20 %"),
        (UK, None, "VAT 20", "to an unknown destination: it could be 20% (VAT on Income) if it was sold at home"),
        (replace(UK, country=None), "GB", "VAT 20", "it could be 20% (VAT on Income) if it was sold at home"),
        (UK, "GB", "VAT 20?", "the store does not say who collects it"),
        (UK, "GB", " 20", "it has no title"),
        (UK, "GB", "VAT 200", "or a rate that no tax has"),
        (US, "US", "Parish 4", "No current liability looks like the one ‘Parish’ is owed on"),
    ],
)
def test_what_would_be_a_guess_is_left_open(chart: Chart, country: str | None, taxes: str, sentence: str) -> None:
    suggestion = suggested(chart, to(country, sold("product", taxes)))

    assert suggestion.document["taxes"] == []
    assert sentence in suggestion.open[-1]


def test_a_rate_of_purchases_or_of_another_kind_of_sale_is_not_suggested() -> None:
    more = with_rates(
        UK,
        rate("TAX020", "20% (VAT on Expenses) new", "20"),
        rate("TAX021", "Domestic Reverse Charge @ 20%", "20"),
        rate("TAX022", "20% (VAT on Imports)", "20"),
        rate("TAX023", "OSS Austria 20%", "20"),
        rate("TAX024", "Old 20%", "20", active=False),
    )

    assert taxed(more, "GB", sold("product", "VAT 20")) == {"VAT > GB > product": "OUTPUT2"}


@pytest.mark.parametrize(
    "other",
    [
        rate("TAX020", "20% (VAT on Expenses) new", "20"),
        rate("TAX021", "Domestic Reverse Charge @ 20%", "20"),
        rate("TAX022", "Standard 20%", "20", classes=EVERY - {"REVENUE"}),
    ],
)
def test_a_rate_that_is_not_of_sales_is_not_suggested_even_where_it_is_the_only_one(other: TaxRate) -> None:
    chart = replace(UK, tax_rates=(other,))

    (sentence,) = [one for one in suggested(chart, to("GB", sold("duty", "VAT 20"))).open if "duty" in one]
    assert sentence.endswith("no tax rate for sales at home is 20 %: create one in Xero, then reload.")


def test_taxes_with_lines_of_their_own_need_an_out_of_scope_rate_for_the_sale() -> None:
    narrow = replace(US, tax_rates=(rate("NONE", "Tax Exempt", "0", classes=frozenset({"LIABILITY"})),))

    assert suggested(narrow, to("US", sold("product", "State Tax 6"))).open == (
        "‘State Tax 6 %’ on product to US: Xero does not take Tax Exempt on 200 Sales: choose another account.",
    )


def test_between_rates_of_one_percentage_the_name_of_the_tax_decides() -> None:
    chart = with_rates(CA, rate("TAX020", "GST/RST Manitoba 12%", "12"), rate("TAX021", "Luxury levy 12%", "12"))

    assert taxed(chart, "CA", sold("product", "GST 5 + RST 7")) == {"GST + RST > CA > product": "TAX020"}


def test_then_the_account_s_own_rate_decides_and_else_it_is_a_question() -> None:
    chart = with_rates(UK, rate("TAX020", "20% (VAT on Services)", "20"))

    assert taxed(chart, "GB", sold("product", "VAT 20")) == {"VAT > GB > product": "OUTPUT2"}
    assert suggested(with_account(chart, "200", tax_type="NONE"), to("GB", sold("product", "VAT 20"))).open == (
        "‘VAT 20 %’ on product to GB: it could be 20% (VAT on Income) or 20% (VAT on Services), which are all 20 %: "
        "choose one.",
    )


def test_a_line_without_tax_takes_what_its_account_has_by_itself() -> None:
    suggestion = suggested(UK, to("GB", sold("tip"), sold("product")))

    assert [entry["kinds"] for entry in suggestion.document["taxes"]] == [["tip"]]
    assert suggestion.reasons[-1].why == "‘no tax’ on tip to GB: No VAT, what 210 Tips has in Xero by itself."


def test_an_account_zero_rated_at_home_says_nothing_about_exports() -> None:
    books = with_account(UK, "200", tax_type="ZERORATEDOUTPUT")

    assert taxed(books, "GB", sold("product")) == {"no tax > GB > product": "ZERORATEDOUTPUT"}
    assert taxed(books, "US", sold("product")) == {}


def test_a_shop_outside_tax_is_outside_it_abroad_too() -> None:
    assert taxed(with_account(UK, "200", tax_type="NONE"), "US", sold("product")) == {"no tax > US > product": "NONE"}


def test_a_rate_that_xero_does_not_take_on_the_kind_s_account_is_not_suggested() -> None:
    (sentence,) = suggested(UK, to("GB", sold("duty", "VAT 20"))).open

    assert sentence == (
        "‘VAT 20 %’ on duty to GB: Xero does not take 20% (VAT on Income) on 406 Duties: choose another account."
    )


@pytest.mark.parametrize(
    ("chart", "taxes", "accounts"),
    [
        (US, "State Tax 6! + County Tax 1!", {}),
        (US, "State Tax 6! + County Tax 1", {"County Tax": "822"}),
        (UK, "VAT 20!", {}),
    ],
)
def test_taxes_a_marketplace_collects_go_to_its_account(chart: Chart, taxes: str, accounts: dict[str, str]) -> None:
    document = suggested(chart, to(chart.country, sold("product", taxes))).document

    (entry,) = document["taxes"]
    assert (entry["strategy"], entry["tax_type"], entry["accounts"]) == ("marketplace", "NONE", accounts)
    assert document["special"] == {"marketplace tax": "817"}


def test_taxes_a_marketplace_collects_wait_for_its_account() -> None:
    suggestion = suggested(without_accounts(US, "817"), to("US", sold("product", "State Tax 6!")))

    assert suggestion.document["taxes"] == []
    assert suggestion.open[0].startswith("No account looks like one for taxes a marketplace collects: create one")
    assert suggestion.open[1].endswith("it waits for the account of taxes a marketplace collects: choose that first.")


def test_sales_tax_charged_from_abroad_has_lines_of_its_own_too() -> None:
    chart = with_accounts(UK, an_account("821", "US state tax payable", "CURRLIAB"))
    suggestion = suggested(chart, to("US", sold("product", "US State Tax 6")))

    assert suggestion.document["taxes"][0]["accounts"] == {"US State Tax": "821"}
    assert suggestion.reasons[-1].choice == (
        "No VAT, with lines of their own for US State Tax 6 % on 821 US state tax payable"
    )


@pytest.mark.parametrize(
    ("rates", "no_tax"),
    [
        ((rate("BASEXCLUDED", "BAS Excluded", "0"), rate("NONE", "No GST", "0")), "BASEXCLUDED"),
        ((rate("NONE", "Tax Exempt", "0"), rate("TAX001", "No VAT", "0")), "NONE"),
        ((rate("TAX001", "Out of scope", "0"), rate("TAX002", "Exempt", "0")), "TAX001"),
        ((rate("NONE", "No VAT", "0", active=False), rate("TAX002", "Outside the scope", "0")), "TAX002"),
        ((rate("NONE", "No VAT", "0", classes=frozenset({"REVENUE"})), rate("X", "No tax", "0")), "X"),
    ],
)
def test_lines_outside_tax_take_xeros_own_type_or_one_named_so(rates: tuple[TaxRate, ...], no_tax: str) -> None:
    assert suggested(replace(UK, tax_rates=rates)).document["no_tax"] == no_tax


def test_two_rates_for_lines_outside_tax_are_a_question() -> None:
    rates = rate("TAX001", "No VAT", "0"), rate("TAX002", "Out of scope", "0")

    suggestion = suggested(replace(UK, tax_rates=rates))

    assert "no_tax" not in suggestion.document
    assert suggestion.open == ("Lines outside tax could take No VAT or Out of scope: choose one.",)


def test_keys_treated_alike_are_one_entry_and_no_entry_has_keys_that_were_not_seen() -> None:
    orders = [to("GB", sold("product", "VAT 20"), sold("shipping", "VAT 20")), to("IM", sold("product", "VAT 20"))]

    entries = suggested(UK, *orders, *orders).document["taxes"]

    assert [(entry["countries"], entry["kinds"]) for entry in entries] == [
        (["IM"], ["product"]),
        (["GB"], ["product", "shipping"]),
    ]


def test_several_countries_share_an_entry() -> None:
    chart = with_account(UK, "200", tax_type="NONE")

    (entry,) = suggested(chart, to("US", sold("product")), to("FR", sold("product"))).document["taxes"]

    assert entry["countries"] == ["FR", "US"]
