"""Foreign currency in the sandbox's Xero: rates, payments into accounts of either currency, and realised gains."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, allocation, decode, line, messages, payment

D = Decimal
EURO = {"CurrencyCode": "EUR", "CurrencyRate": D("1.15")}
EURO_ACCOUNT = {"Account": {"Code": "095"}}


def euro_invoice(xero: XeroCaller, amount: str = "57.50", **fields: Any) -> dict[str, Any]:
    """Case K: 57.50 euros at 1.15 to the pound, 50.00 in the books."""
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line(amount, tax_type="NONE"), **{**EURO, **fields}))
    return answer


def balances(xero: XeroCaller) -> dict[str, Decimal]:
    """Account balances, zeros left out; they must sum to zero."""
    found = xero.organisation.balances()
    assert sum(found.values()) == 0
    return {code: amount for code, amount in found.items() if amount}


def test_a_document_is_booked_at_its_own_rate(xero: XeroCaller) -> None:
    invoice = euro_invoice(xero)

    assert (invoice["CurrencyCode"], invoice["CurrencyRate"], invoice["Total"]) == ("EUR", D("1.15"), D("57.50"))
    assert balances(xero) == {"610": D("50.00"), "200": D("-50.00")}


def test_a_payment_in_base_currency_realises_a_loss(xero: XeroCaller) -> None:
    (paid,) = xero.put("Payments", payment(euro_invoice(xero), "57.50", BankAmount=D("49.00")))

    assert (paid["Amount"], paid["BankAmount"], paid["CurrencyRate"]) == (D("57.50"), D("49.00"), D("1.173469"))
    assert balances(xero) == {"091": D("49.00"), "200": D("-50.00"), "499": D("1.00")}


def test_a_payment_in_base_currency_may_state_its_rate(xero: XeroCaller) -> None:
    (paid,) = xero.put("Payments", payment(euro_invoice(xero), "57.50", CurrencyRate=D("1.1")))

    assert paid["BankAmount"] == D("52.27")
    assert balances(xero) == {"091": D("52.27"), "200": D("-50.00"), "499": D("-2.27")}


def test_a_payment_into_a_euro_account_keeps_euros_there(xero: XeroCaller) -> None:
    xero.put("Payments", payment(euro_invoice(xero), "57.50", CurrencyRate=D("1.1"), **EURO_ACCOUNT))

    assert balances(xero) == {"095": D("52.27"), "200": D("-50.00"), "499": D("-2.27")}
    assert xero.organisation.bank_balances() == {"095": D("57.50")}


def test_a_refund_at_another_rate_realises_its_difference(xero: XeroCaller) -> None:
    (note,) = xero.put("CreditNotes", xero.credit_note("SH-1-R1", line("11.50", tax_type="NONE"), **EURO))

    xero.put("Payments", payment(note, "11.50", BankAmount=D("10.40")))

    assert balances(xero) == {"200": D("10.00"), "091": D("-10.40"), "499": D("0.40")}


def test_parts_of_a_payment_leave_no_cent_on_receivables(xero: XeroCaller) -> None:
    invoice = euro_invoice(xero, "10.00", CurrencyRate=D("1.17"))

    xero.put("Payments", *(payment(invoice, amount, BankAmount=D(amount)) for amount in ("3.33", "3.33", "3.34")))

    assert balances(xero) == {"091": D("10.00"), "200": D("-8.55"), "499": D("-1.45")}


def test_a_deleted_payment_takes_its_gain_with_it(xero: XeroCaller) -> None:
    (paid,) = xero.put("Payments", payment(euro_invoice(xero), "57.50", BankAmount=D("49.00")))

    xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    assert balances(xero) == {"610": D("50.00"), "200": D("-50.00")}


def test_what_was_taken_back_settles_nothing_of_what_comes_after(xero: XeroCaller) -> None:
    invoice = euro_invoice(xero)
    (wrong,) = xero.put("Payments", payment(invoice, "50.00", BankAmount=D("40.00")))
    xero.call("POST", f"/Payments/{wrong['PaymentID']}", {"Status": "DELETED"})

    xero.put("Payments", payment(invoice, "57.50", BankAmount=D("50.00")))

    assert balances(xero) == {"091": D("50.00"), "200": D("-50.00")}


def test_an_allocation_between_two_rates_realises_their_difference(xero: XeroCaller) -> None:
    invoice = euro_invoice(xero)
    second = xero.credit_note("SH-1-R1", line("57.50", tax_type="NONE"), CurrencyCode="EUR", CurrencyRate=D("1.25"))
    (note,) = xero.put("CreditNotes", second)

    xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation(invoice, "57.50"))

    assert balances(xero) == {"200": D("-4.00"), "499": D("4.00")}
    (row,) = xero.organisation.account_transactions("499", date(2026, 11, 24), date(2026, 11, 24))
    assert (row.source, row.debit) == ("ALLOCATION", D("4.00"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "A currency rate must be specified"),
        (EURO_ACCOUNT, "A currency rate must be specified"),
        ({"BankAmount": D("0")}, "The BankAmount of the payment must be greater than zero."),
        ({"BankAmount": D("1.005")}, "The BankAmount of the Payment must have at most 2 decimals."),
        ({"BankAmount": D("49"), "CurrencyRate": D("1.1")}, "A payment takes BankAmount or CurrencyRate, not both."),
        ({"CurrencyRate": D("1.1234567")}, "The CurrencyRate of the Payment must have at most 6 decimals."),
        ({"CurrencyRate": D("0")}, "The CurrencyRate of the Payment must be greater than zero."),
        (
            {**EURO_ACCOUNT, "CurrencyRate": D("1.1"), "BankAmount": D("49")},
            "The BankAmount of a payment in the currency of its account must be its Amount.",
        ),
    ],
)
def test_it_refuses_a_payment_in_euros_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    (answer,) = xero.put("Payments", {**payment(euro_invoice(xero), "57.50"), **fields})

    assert sentence in messages(answer)
    assert xero.organisation.payments() == []


def test_dollars_do_not_go_through_a_euro_account(xero: XeroCaller) -> None:
    xero.organisation.currencies.add("USD")
    invoice = euro_invoice(xero, CurrencyCode="USD")

    (answer,) = xero.put("Payments", payment(invoice, "57.50", CurrencyRate=D("1.2"), **EURO_ACCOUNT))

    sentence = "A payment in USD cannot go through account code '095', which is kept in EUR."
    assert sentence in messages(answer)


def test_pounds_do_not_go_through_a_euro_account(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))

    (answer,) = xero.put("Payments", payment(invoice, "24.00", **EURO_ACCOUNT))

    sentence = "A payment in GBP cannot go through account code '095', which is kept in EUR."
    assert sentence in messages(answer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"BankAmount": D("23")}, "The BankAmount of a payment in the currency of its account must be its Amount."),
        ({"CurrencyRate": D("1.1")}, "The CurrencyRate of a payment in base currency must be 1."),
    ],
)
def test_a_payment_in_base_currency_knows_no_other_amount(
    xero: XeroCaller, fields: dict[str, Any], sentence: str
) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1"))

    (answer,) = xero.put("Payments", payment(invoice, "24.00", **fields))

    assert messages(answer) == [sentence]


def test_credit_stays_in_its_currency(xero: XeroCaller) -> None:
    invoice, (note,) = euro_invoice(xero), xero.put("CreditNotes", xero.credit_note("SH-1-R1"))

    (answer,) = xero.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation(invoice, "24.00"))

    assert messages(answer) == ["The currency of the credit note and of the invoice must be the same."]


def test_fees_and_overpayments_on_a_euro_account_are_in_euros(xero: XeroCaller) -> None:
    account = {"BankAccount": {"Code": "095"}, "CurrencyRate": D("1.15")}
    fee, over = xero.money("SPEND", line("1.15", "404", "NONE"), **account), xero.overpayment("11.50", **account)

    made = xero.put("BankTransactions", fee, over)
    xero.put("Payments", payment(made[1], "11.50", Date="2026-11-24", CurrencyRate=D("1.25"), **EURO_ACCOUNT))

    assert [item["CurrencyCode"] for item in made] == ["EUR", "EUR"]
    assert balances(xero) == {"404": D("1.00"), "095": D("-0.20"), "499": D("-0.80")}
    assert xero.organisation.bank_balances() == {"095": D("-1.15")}


def test_a_fee_in_euros_needs_a_rate(xero: XeroCaller) -> None:
    (answer,) = xero.put("BankTransactions", xero.money("SPEND", BankAccount={"Code": "095"}))

    assert messages(answer) == ["A currency rate must be specified"]


def test_whatever_is_in_euros_and_sends_no_rate_takes_that_of_the_day(xero: XeroCaller) -> None:
    xero.organisation.day_rates["EUR"] = D("1.25")
    account = {"BankAccount": {"Code": "095"}}
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1", line("50.00", tax_type="NONE"), CurrencyCode="EUR"))
    (over,) = xero.put("BankTransactions", xero.overpayment("10.00", **account))

    (paid,) = xero.put("Payments", payment(invoice, "50.00", **EURO_ACCOUNT))

    assert [one["CurrencyRate"] for one in (invoice, over, paid)] == [D("1.25")] * 3
    assert balances(xero) == {"095": D("48.00"), "200": D("-40.00"), "610": D("-8.00")}


def test_a_payment_into_pounds_states_its_rate_whatever_the_day(xero: XeroCaller) -> None:
    xero.organisation.day_rates["EUR"] = D("1.25")

    (answer,) = xero.put("Payments", payment(euro_invoice(xero), "57.50"))

    assert messages(answer) == ["A currency rate must be specified"]


def test_a_transfer_of_euros_takes_the_rate_of_the_day(xero: XeroCaller) -> None:
    xero.organisation.day_rates["EUR"] = D("1.25")

    answer = xero.transfer("10.00", FromBankAccount={"Code": "095"}, ToBankAccount={"Code": "096"})

    assert decode(answer)["BankTransfers"][0]["CurrencyRate"] == D("1.25")
    assert balances(xero) == {"095": D("-8.00"), "096": D("8.00")}
    assert xero.organisation.bank_balances() == {"095": D("-10.00"), "096": D("10.00")}


def test_yen_are_kept_with_two_decimals_like_everything_else(xero: XeroCaller) -> None:
    xero.organisation.currencies.add("JPY")
    yen = xero.invoice("SH-1", line("1980", tax_type="NONE"), CurrencyCode="JPY", CurrencyRate=D("188.571428"))

    (answer,) = xero.put("Invoices", yen)

    assert (messages(answer), answer["Total"]) == ([], D("1980.00"))
    assert balances(xero) == {"610": D("10.50"), "200": D("-10.50")}


def test_a_third_decimal_of_a_dinar_is_refused(xero: XeroCaller) -> None:
    xero.organisation.currencies.add("KWD")
    dinars = {"CurrencyCode": "KWD", "CurrencyRate": D("0.4")}
    lines = line("1.234"), line("1.234", LineAmount=D("1.234")), line("1.25")

    unit, total, taken = xero.put(
        "Invoices", *(xero.invoice(f"SH-{number}", one, **dinars) for number, one in enumerate(lines))
    )

    assert messages(unit) == ["The line total 1.234 must have at most 2 decimals."]
    assert "The LineAmount of the line item must have at most 2 decimals." in messages(total)
    (payment_of_a_third,) = xero.put("Payments", payment(taken, "1.234", BankAmount=D("3.00")))
    assert messages(payment_of_a_third) == ["The Amount of the Payment must have at most 2 decimals."]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_settled_in_full_leaves_receivables_empty(xero: XeroCaller, seed: int) -> None:
    """Invoices of several taxed lines at random rates, each paid in random parts, at random values of the money."""
    chance = random.Random(seed)
    for number in range(8):
        lines = [line(str(D(chance.randint(1, 9999)) / 100)) for _ in range(chance.randint(1, 4))]
        rate = D(chance.randint(700_000, 1_500_000)) / 1_000_000
        invoice = xero.invoice(f"SH-{number}", *lines, CurrencyCode="EUR", CurrencyRate=rate)
        (made,) = xero.put("Invoices", invoice)
        first = max(D("0.01"), (made["Total"] * chance.randint(1, 99) / 100).quantize(D("0.01")))
        parts = [part for part in (first, made["Total"] - first) if part]
        worths = [D(chance.randint(1, 9999)) / 100 for _ in parts]
        paid = [payment(made, str(part), BankAmount=worth) for part, worth in zip(parts, worths, strict=True)]
        assert [messages(answer) for answer in xero.put("Payments", *paid)] == [[] for _ in parts], f"seed {seed}"

    assert balances(xero).get("610") is None, f"seed {seed}"
    assert xero.organisation.receivables(date(2026, 11, 30)) == {}
