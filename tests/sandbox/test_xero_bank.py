"""Money spent, received and moved between bank accounts in the sandbox's Xero, outside documents."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, decode, line, messages

D = Decimal
TAXED = {"account": "429", "tax_type": "INPUT2"}


def test_a_fee_leaves_the_clearing_account(xero: XeroCaller) -> None:
    (fee,) = xero.put("BankTransactions", xero.money("SPEND", Reference="payout 77 fees"))

    assert (fee["Status"], fee["Total"], fee["Reference"]) == ("AUTHORISED", D("0.70"), "payout 77 fees")
    assert xero.organisation.balances() == {"091": D("-0.70"), "404": D("0.70")}


def test_a_fee_given_back_comes_in(xero: XeroCaller) -> None:
    xero.put("BankTransactions", xero.money("RECEIVE"))

    assert xero.organisation.balances() == {"091": D("0.70"), "404": D("-0.70")}


def test_tax_on_money_spent_is_claimed_back(xero: XeroCaller) -> None:
    xero.put("BankTransactions", xero.money("SPEND", line("12.00", **TAXED)))

    assert xero.organisation.balances() == {"091": D("-12.00"), "429": D("10.00"), "820": D("2.00")}
    total = xero.organisation.vat()["INPUT2"]
    assert (total.net, total.tax) == (D("-10.00"), D("-2.00"))


def test_tax_comes_on_top_of_exclusive_lines(xero: XeroCaller) -> None:
    spent = xero.money("SPEND", line("10.00", **TAXED), line("-1.00", **TAXED), LineAmountTypes="Exclusive")

    (answer,) = xero.put("BankTransactions", spent)

    assert (answer["SubTotal"], answer["TotalTax"], answer["Total"]) == (D("9.00"), D("1.80"), D("10.80"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Type": "SPEND-PREPAYMENT"}, "The Type 'SPEND-PREPAYMENT' of the BankTransaction must be one of: "),
        ({"Type": None}, "The Type '' of the BankTransaction must be one of: "),
        ({"BankAccount": None}, "A bank transaction must name a BankAccount."),
        ({"BankAccount": {"Code": "200"}}, "The BankAccount '200' is not a bank account."),
        ({"BankAccount": {"Code": "999"}}, "Account could not be found: '999' is not an active account."),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Contact": {"Name": "Shopify"}}, "The Contact must be named by its ContactID."),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"LineItems": [line("0.00", "404", "NONE")]}, "The total of the bank transaction must be greater than zero."),
        ({"LineItems": [line("-1.00", "404", "NONE")]}, "The total of the bank transaction must be greater than zero."),
        ({"LineItems": [line("1.00", "091", "NONE")]}, "Account code '091' is not a valid code for this document."),
        ({"LineItems": [line("1.00", "610", "NONE")]}, "Account code '610' is not a valid code for this document."),
        ({"LineItems": [line("1.00", "404", "OUTPUT2")]}, "The TaxType code 'OUTPUT2' cannot be used with account"),
        ({"LineAmountTypes": None}, "The LineAmountTypes of the bank transaction must be specified."),
        ({"Date": None}, "The transaction Date must be specified."),
        ({"Date": "2026-10-31"}, "The transaction date cannot be before the period lock date, currently set at 31 "),
        ({"CurrencyCode": "EUR", "CurrencyRate": 1}, "The CurrencyCode must be that of the BankAccount, which is kept"),
        ({"CurrencyRate": 2}, "The CurrencyRate in base currency must be 1."),
        ({"IsReconciled": True}, "The field 'IsReconciled' is not accepted on the BankTransaction."),
        ({"Reference": "x" * 256}, "The length of the field Reference must be at most 255 characters."),
        ({"Url": "https://go.xero.com/1"}, "The Url must be an absolute http(s) address and must not contain 'xero'."),
    ],
)
def test_it_refuses_a_bank_transaction_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    xero.organisation.period_lock = date(2026, 10, 31)

    (answer,) = xero.put("BankTransactions", {**xero.money("SPEND"), **fields})

    assert any(message.startswith(sentence) for message in messages(answer)), messages(answer)
    assert xero.organisation.bank_transactions() == []


def test_a_summarised_batch_with_one_bad_element_leaves_no_trace(xero: XeroCaller) -> None:
    bad = {**xero.money("SPEND"), "Date": None}
    body = {"BankTransactions": [xero.money("SPEND"), xero.overpayment("5.00"), bad]}

    answer = xero.call("PUT", "/BankTransactions", body)

    assert (answer.status_code, len(answer.json()["Elements"])) == (400, 1)
    assert xero.organisation.bank_transactions() == xero.organisation.overpayments() == []
    assert xero.organisation.balances() == {}


def test_a_bank_transaction_is_deleted_once_and_leaves_the_ledger(xero: XeroCaller) -> None:
    (fee,) = xero.put("BankTransactions", xero.money("SPEND"))
    path, body = f"/BankTransactions/{fee['BankTransactionID']}", {"Status": "DELETED"}

    first, second = xero.call("POST", path, body), xero.call("POST", path, body)

    assert first.json()["BankTransactions"][0]["Status"] == "DELETED"
    assert messages(second.json()["Elements"][0]) == ["Bank transaction not of valid status for modification"]
    assert xero.organisation.balances() == {}


def test_a_deletion_is_found_again_by_what_changed(xero: XeroCaller) -> None:
    (fee,) = xero.put("BankTransactions", xero.money("SPEND"))
    made = decode(xero.transfer("1.00"))["BankTransfers"][0]
    xero.clock.advance(60)
    for path in (f"/BankTransactions/{fee['BankTransactionID']}", f"/BankTransfers/{made['BankTransferID']}"):
        xero.call("POST", path, {"Status": "DELETED"})

    found = xero.get("/BankTransactions", If_Modified_Since="2026-11-24T12:00:30")["BankTransactions"]

    assert [item["Status"] for item in found] == ["DELETED"] * 3


def test_an_archived_account_is_out_of_use(xero: XeroCaller) -> None:
    xero.organisation.accounts["091"].status = "ARCHIVED"

    (answer,) = xero.put("BankTransactions", xero.money("SPEND"))

    assert messages(answer) == ["Account could not be found: '091' is not an active account."]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"Status": "VOIDED"}, "A bank transaction cannot be changed in this sandbox: the only Status accepted is"),
        ({"Status": "DELETED"}, "The transaction date cannot be before the period lock date"),
        (
            {"Status": "DELETED", "BankTransactionID": "00000000-0000-4000-8000-000000000000"},
            "The BankTransactionID in the body is not the one in the address.",
        ),
    ],
)
def test_it_refuses_a_deletion_with_a_sentence(xero: XeroCaller, body: dict[str, str], sentence: str) -> None:
    (fee,) = xero.put("BankTransactions", xero.money("SPEND"))
    xero.organisation.period_lock = date(2026, 11, 24)

    answer = xero.call("POST", f"/BankTransactions/{fee['BankTransactionID']}", body)

    assert messages(answer.json()["Elements"][0])[0].startswith(sentence)


def test_bank_transactions_are_found_again_by_what_changed(xero: XeroCaller) -> None:
    xero.put("BankTransactions", xero.money("SPEND", Reference="first"))
    xero.clock.advance(60)
    (made,) = xero.put("BankTransactions", xero.money("SPEND", line("1.3333", "404", "NONE", Quantity=3)))

    path = "/BankTransactions?page=1&unitdp=4"
    (found,) = xero.get(path, If_Modified_Since="2026-11-24T12:00:30")["BankTransactions"]

    assert (found["BankTransactionID"], found["Total"]) == (made["BankTransactionID"], D("4.00"))
    assert found["LineItems"][0]["UnitAmount"] == D("1.3333")
    assert "LineItems" not in xero.get("/BankTransactions")["BankTransactions"][0]


def test_one_bank_transaction_is_read_by_its_id(xero: XeroCaller) -> None:
    (fee,) = xero.put("BankTransactions", xero.money("SPEND"))

    (found,) = xero.get(f"/BankTransactions/{fee['BankTransactionID']}?unitdp=4")["BankTransactions"]

    assert found["LineItems"] == fee["LineItems"]
    assert xero.call("GET", "/BankTransactions/00000000-0000-4000-8000-000000000000").status_code == 404


def test_a_payout_is_transferred_to_the_bank(xero: XeroCaller) -> None:
    (transfer,) = decode(xero.transfer("23.30", Reference="payout 77"))["BankTransfers"]

    assert (transfer["Amount"], transfer["Reference"], transfer["Status"]) == (D("23.30"), "payout 77", "AUTHORISED")
    assert xero.organisation.balances() == {"091": D("-23.30"), "090": D("23.30")}


def test_the_two_sides_of_a_transfer_show_among_the_bank_transactions(xero: XeroCaller) -> None:
    (transfer,) = decode(xero.transfer("23.30"))["BankTransfers"]

    sides = {item["BankTransactionID"]: item["Type"] for item in xero.get("/BankTransactions")["BankTransactions"]}

    assert sides == {
        transfer["FromBankTransactionID"]: "SPEND-TRANSFER",
        transfer["ToBankTransactionID"]: "RECEIVE-TRANSFER",
    }


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"FromBankAccount": None}, "A bank transfer must name a FromBankAccount."),
        ({"ToBankAccount": {"Code": "815"}}, "The ToBankAccount '815' is not a bank account."),
        (
            {"ToBankAccount": {"Code": "091"}},
            "The FromBankAccount and the ToBankAccount must not be the same account.",
        ),
        (
            {"ToBankAccount": {"Code": "096"}},
            "A bank transfer between accounts in different currencies is not supported.",
        ),
        ({"Amount": D("0")}, "The Amount of the bank transfer must be greater than zero."),
        ({"Amount": D("1.005")}, "The Amount of the BankTransfer must have at most 2 decimals."),
        ({"Date": None}, "The transfer Date must be specified."),
        (
            {"Date": "2026-10-31"},
            "The transfer date cannot be before the period lock date, currently set at 31 October 2026.",
        ),
        ({"CurrencyRate": 1}, "The field 'CurrencyRate' is not accepted on the BankTransfer."),
    ],
)
def test_it_refuses_a_transfer_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    xero.organisation.period_lock = date(2026, 10, 31)

    answer = xero.transfer("23.30", **fields)

    assert answer.status_code == 400
    assert sentence in messages(answer.json()["Elements"][0])
    assert xero.organisation.bank_transfers() == []


def test_transfers_know_no_summarize_errors(xero: XeroCaller) -> None:
    body: dict[str, Any] = {"BankTransfers": [{}]}

    assert xero.call("PUT", "/BankTransfers?summarizeErrors=false", body).status_code == 400


def test_a_deleted_transfer_is_listed_only_when_asked_for(xero: XeroCaller) -> None:
    (transfer,) = decode(xero.transfer("23.30"))["BankTransfers"]
    path = f"/BankTransfers/{transfer['BankTransferID']}"

    xero.call("POST", path, {"Status": "DELETED"})

    assert xero.get("/BankTransfers")["BankTransfers"] == []
    assert xero.get("/BankTransfers?includeDeleted=true") == xero.get(path)
    assert xero.organisation.balances() == {}


def test_transfers_are_found_again_by_when_they_were_made(xero: XeroCaller) -> None:
    xero.transfer("1.00")
    xero.clock.advance(60)
    xero.transfer("2.00")

    found = xero.get("/BankTransfers", If_Modified_Since="2026-11-24T12:00:30")["BankTransfers"]

    assert [transfer["Amount"] for transfer in found] == [D("2.00")]
