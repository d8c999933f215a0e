"""Manual journals in the sandbox's Xero: they balance, and some accounts are out of bounds."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, messages

D = Decimal


def side(amount: str, account: str, **fields: Any) -> dict[str, Any]:
    """A line of a journal; debits are positive."""
    return {"LineAmount": D(amount), "AccountCode": account, **fields}


def journal(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A posted journal of 24 November: a gift card of 50.00 issued by hand, unless told otherwise."""
    given = {
        "Narration": "Gift card GC-7 issued by hand",
        "Date": "2026-11-24",
        "Status": "POSTED",
        "JournalLines": list(lines or (side("50.00", "405"), side("-50.00", "815"))),
        **fields,
    }
    return {name: value for name, value in given.items() if value is not None}


def test_a_gift_card_issued_by_hand_moves_promotion_to_liability(xero: XeroCaller) -> None:
    (made,) = xero.put("ManualJournals", journal())

    assert (made["Status"], made["LineAmountTypes"]) == ("POSTED", "NoTax")
    assert xero.organisation.balances() == {"405": D("50.00"), "815": D("-50.00")}
    assert xero.organisation.vat() == {}


def test_a_journal_without_a_status_is_a_draft(xero: XeroCaller) -> None:
    (made,) = xero.put("ManualJournals", journal(Status=None))

    assert made["Status"] == "DRAFT"
    assert xero.organisation.balances() == {}


def test_a_journal_with_tax_balances_with_its_tax(xero: XeroCaller) -> None:
    lines = side("-100.00", "200", TaxType="OUTPUT2"), side("120.00", "815")

    xero.put("ManualJournals", journal(*lines, LineAmountTypes="Exclusive"))

    assert xero.organisation.balances() == {"200": D("-100.00"), "820": D("-20.00"), "815": D("120.00")}
    total = xero.organisation.vat()["OUTPUT2"]
    assert (total.net, total.tax) == (D("100.00"), D("20.00"))


def test_an_inclusive_journal_holds_its_tax(xero: XeroCaller) -> None:
    lines = side("-120.00", "200", TaxType="OUTPUT2"), side("120.00", "815")

    xero.put("ManualJournals", journal(*lines, LineAmountTypes="Inclusive"))

    assert xero.organisation.balances() == {"200": D("-100.00"), "820": D("-20.00"), "815": D("120.00")}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([side("50.00", "405")], "A manual journal must have at least 2 journal lines."),
        (
            [side("50.00", "405"), side("-49.99", "815")],
            "The total debits (50.00) must equal total credits (-49.99)",
        ),
        ([side("50.00", "405"), side("-50.00", "091")], "Account code '091' is not a valid code for this document."),
        ([side("50.00", "610"), side("-50.00", "405")], "Account code '610' is not a valid code for this document."),
        ([side("50.00", "800"), side("-50.00", "405")], "Account code '800' is not a valid code for this document."),
        ([side("50.00", "960"), side("-50.00", "405")], "Account code '960' is not a valid code for this document."),
        ([side("50.00", "820"), side("-50.00", "405")], "Account code '820' is not a valid code for this document."),
        ([side("50.00", "860"), side("-50.00", "405")], "Account code '860' cannot be used in manual journals."),
        ([side("50.00", "630"), side("-50.00", "310")], "Account code '630' cannot be used in manual journals."),
        ([side("50.00", "999"), side("-50.00", "405")], "Account code '999' is not a valid code for this document."),
        ([side("0.00", "405"), side("0.00", "815")], "A journal line must have a LineAmount other than zero."),
        (
            [side("50.005", "405"), side("-50.005", "815")],
            "The LineAmount of the journal line must have at most 2 decimals.",
        ),
        (
            [side("50.00", "405", TaxAmount=1), side("-50.00", "815")],
            "The TaxAmount 1 cannot be used on a journal line without tax.",
        ),
    ],
)
def test_it_refuses_lines_with_a_sentence(xero: XeroCaller, lines: list[dict[str, Any]], sentence: str) -> None:
    (answer,) = xero.put("ManualJournals", journal(*lines))

    assert sentence in messages(answer)
    assert xero.organisation.journals() == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Narration": None}, "The Narration must be specified."),
        ({"Date": None}, "The journal Date must be specified."),
        ({"Date": "2026-10-31"}, "The journal date cannot be before the period lock date, currently set at 31 "),
        ({"Status": "VOIDED"}, "The Status 'VOIDED' of the ManualJournal must be one of: DRAFT, POSTED."),
        ({"Reference": "x"}, "The field 'Reference' is not accepted on the ManualJournal."),
        ({"ShowOnCashBasisReports": "no"}, "The ShowOnCashBasisReports of the ManualJournal must be true or false."),
    ],
)
def test_it_refuses_a_journal_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    xero.organisation.period_lock = date(2026, 10, 31)

    (answer,) = xero.put("ManualJournals", journal(**fields))

    assert any(message.startswith(sentence) for message in messages(answer)), messages(answer)


def test_a_journal_is_voided_once_with_its_narration(xero: XeroCaller) -> None:
    (made,) = xero.put("ManualJournals", journal())
    path, body = f"/ManualJournals/{made['ManualJournalID']}", {"Narration": made["Narration"], "Status": "VOIDED"}

    bare = xero.call("POST", path, {"Status": "VOIDED"})
    first, second = xero.call("POST", path, body), xero.call("POST", path, body)

    sentence = "The Narration must be sent, and it cannot be changed in this sandbox."
    assert messages(bare.json()["Elements"][0]) == [sentence]
    assert first.json()["ManualJournals"][0]["Status"] == "VOIDED"
    assert messages(second.json()["Elements"][0]) == ["Manual journal not of valid status for modification"]
    assert xero.organisation.balances() == {}


def test_a_draft_is_deleted_and_a_posted_journal_is_not(xero: XeroCaller) -> None:
    drafted, posted = xero.put("ManualJournals", journal(Status="DRAFT"), journal())
    body = {"Narration": drafted["Narration"], "Status": "DELETED"}
    xero.clock.advance(60)

    answers = [xero.call("POST", f"/ManualJournals/{one['ManualJournalID']}", body) for one in (drafted, posted)]

    assert [answer.status_code for answer in answers] == [200, 400]
    (changed,) = xero.get("/ManualJournals", If_Modified_Since="2026-11-24T12:00:30")["ManualJournals"]
    assert (changed["ManualJournalID"], changed["Status"]) == (drafted["ManualJournalID"], "DELETED")


@pytest.mark.parametrize("tax", ["20.00", "-120.01"])
def test_the_stated_tax_of_a_journal_line_must_fit_its_amount(xero: XeroCaller, tax: str) -> None:
    lines = side("-120.00", "200", TaxType="OUTPUT2", TaxAmount=D(tax)), side("120.00", "815")

    (answer,) = xero.put("ManualJournals", journal(*lines, LineAmountTypes="Inclusive"))

    assert messages(answer)[0].endswith("must have the sign of the LineAmount -120.0 and not be greater.")


def test_a_journal_line_may_state_its_tax(xero: XeroCaller) -> None:
    lines = side("-120.00", "200", TaxType="OUTPUT2", TaxAmount=D("-19.99")), side("120.00", "815")

    xero.put("ManualJournals", journal(*lines, LineAmountTypes="Inclusive"))

    assert xero.organisation.balances()["820"] == D("-19.99")


def test_a_journal_in_a_locked_period_is_not_voided(xero: XeroCaller) -> None:
    (made,) = xero.put("ManualJournals", journal())
    xero.organisation.year_lock = date(2026, 11, 24)
    body = {"Narration": made["Narration"], "Status": "VOIDED"}

    answer = xero.call("POST", f"/ManualJournals/{made['ManualJournalID']}", body)

    assert messages(answer.json()["Elements"][0])[0].startswith("The journal date cannot be before the end of year")


def test_journals_are_listed_with_their_lines_by_page(xero: XeroCaller) -> None:
    xero.put("ManualJournals", journal(), journal(Narration="second", Url="https://shop.example/2"))

    (found,) = xero.get("/ManualJournals?page=2&pageSize=1")["ManualJournals"]

    assert (found["Narration"], found["Url"]) == ("second", "https://shop.example/2")
    assert [item["LineAmount"] for item in found["JournalLines"]] == [D("50.00"), D("-50.00")]
    assert "JournalLines" not in xero.get("/ManualJournals")["ManualJournals"][0]
    assert xero.get(f"/ManualJournals/{found['ManualJournalID']}")["ManualJournals"] == [found]
