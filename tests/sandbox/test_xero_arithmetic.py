"""Xero's arithmetic in the sandbox: lines, taxes, totals, and the double entry behind them."""

from decimal import Decimal
from typing import Any

import pytest

from embedded_app.sandbox.xero.arithmetic import line_tax, round2
from tests.sandbox.xero_caller import QUIET, XeroCaller, line, payment

D = Decimal


@pytest.mark.parametrize(
    ("amount", "rate", "types", "tax"),
    [
        ("19.98", "20", "Inclusive", "3.33"),
        ("4.95", "20", "Inclusive", "0.82"),
        ("9.99", "20", "Inclusive", "1.66"),
        ("-9.99", "20", "Inclusive", "-1.66"),
        ("10.83", "20", "Exclusive", "2.17"),
        ("-10.83", "20", "Exclusive", "-2.17"),
        ("100.00", "20", "NoTax", "0.00"),
        ("119.00", "19", "Inclusive", "19.00"),
    ],
)
def test_the_tax_of_a_line_is_xeros(amount: str, rate: str, types: str, tax: str) -> None:
    assert line_tax(D(amount), D(rate), types) == D(tax)


def test_half_a_cent_rounds_away_from_zero() -> None:
    assert [round2(D("2.165")), round2(D("-2.165"))] == [D("2.17"), D("-2.17")]


def case_a(xero: XeroCaller) -> dict[str, Any]:
    """Mug 2 × 9.99 and shipping 4.95, whose tax the store says is 0.83."""
    mugs = line("9.99", Quantity=2)
    return xero.put("Invoices", xero.invoice("SH-1001", mugs, line("4.95", "205", TaxAmount=D("0.83"))))[0]


def test_case_a_has_the_stores_totals_and_balances(xero: XeroCaller) -> None:
    invoice = case_a(xero)
    xero.put("Payments", payment(invoice, "24.93"))

    assert (invoice["Total"], invoice["TotalTax"], invoice["SubTotal"]) == (D("24.93"), D("4.16"), D("20.77"))
    assert xero.organisation.balances() == {
        "200": D("-16.65"),
        "205": D("-4.12"),
        "820": D("-4.16"),
        "610": D("0.00"),
        "091": D("24.93"),
    }


def test_case_b_refunds_one_mug_of_case_a(xero: XeroCaller) -> None:
    xero.put("Payments", payment(case_a(xero), "24.93"))
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1001-R1", line("9.99", TaxAmount=D("1.67"))))
    xero.put("Payments", payment(note, "9.99"))

    assert (note["Total"], note["TotalTax"]) == (D("9.99"), D("1.67"))
    assert xero.organisation.balances() == {
        "200": D("-8.33"),
        "205": D("-4.12"),
        "820": D("-2.49"),
        "610": D("0.00"),
        "091": D("14.94"),
    }
    totals = xero.organisation.vat()["OUTPUT2"]
    assert (totals.net, totals.tax) == (D("12.45"), D("2.49"))


def test_every_document_keeps_the_trial_balance_at_zero(xero: XeroCaller) -> None:
    exclusive = xero.invoice("SH-1", line("10.83"), line("5.00", "815", "NONE"), LineAmountTypes="Exclusive")
    no_tax = xero.invoice("SH-2", line("7.77"), LineAmountTypes="NoTax")
    euro = xero.invoice("SH-3", line("57.50"), CurrencyCode="EUR", CurrencyRate=D("1.170732"))

    answers = xero.put("Invoices", exclusive, no_tax, euro)

    assert [answer["Total"] for answer in answers] == [D("18.00"), D("7.77"), D("57.50")]
    assert sum(xero.organisation.balances().values()) == 0


def test_an_omitted_tax_type_takes_the_accounts_default(xero: XeroCaller) -> None:
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line(tax_type=None), line(account="815", tax_type=None)))

    assert [item["TaxType"] for item in answer["LineItems"]] == ["OUTPUT2", "NONE"]
    assert answer["TotalTax"] == D("4.00")


def test_a_stated_tax_may_be_as_much_as_the_unit_amount(xero: XeroCaller) -> None:
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line("24.00", TaxAmount=D("24.00"))))

    assert answer["TotalTax"] == D("24.00")


def test_omitted_line_amount_types_are_exclusive(xero: XeroCaller) -> None:
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", LineAmountTypes=None))

    assert (answer["LineAmountTypes"], answer["Total"]) == ("Exclusive", D("28.80"))


@pytest.mark.parametrize(
    ("query", "unit", "total"), [(QUIET, "1.3333", "4.00"), ("?summarizeErrors=false", "1.33", "3.99")]
)
def test_unit_amounts_have_two_decimals_unless_four_are_asked_for(
    xero: XeroCaller, query: str, unit: str, total: str
) -> None:
    body = {"Invoices": [xero.invoice("SH-1", line("1.3333", Quantity=3))]}

    answer = xero.call("PUT", f"/Invoices{query}", body).json()["Invoices"][0]

    assert (D(str(answer["LineItems"][0]["UnitAmount"])), D(str(answer["Total"]))) == (D(unit), D(total))


def test_amounts_travel_as_exact_json_numbers(xero: XeroCaller) -> None:
    body = {"Invoices": [xero.invoice("SH-1", line("0.10"), line("0.20"), line("24.63"))]}

    text = xero.call("PUT", f"/Invoices{QUIET}", body).text

    assert '"Total":24.93,' in text
