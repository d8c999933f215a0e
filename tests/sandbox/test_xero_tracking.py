"""Tracking categories in the sandbox's Xero: listed, used on lines, refused where they are unknown or archived."""

from typing import Any

import pytest

from embedded_app.sandbox.xero.bank_records import TrackingCategory, TrackingOption
from tests.sandbox.xero_caller import XeroCaller, line, messages

ONLINE = {"Name": "Channel", "Option": "Online store"}
EUROPE = {"Name": "Region", "Option": "Europe"}


def test_a_line_carries_two_options(xero: XeroCaller) -> None:
    (made,) = xero.put("Invoices", xero.invoice("SH-1", line(Tracking=[ONLINE, EUROPE])))

    tracking = made["LineItems"][0]["Tracking"]
    assert [(item["Name"], item["Option"]) for item in tracking] == [("Channel", "Online store"), ("Region", "Europe")]
    assert xero.get("/Invoices/SH-1")["Invoices"][0]["LineItems"][0]["Tracking"] == tracking


def test_an_option_may_be_named_by_its_id(xero: XeroCaller) -> None:
    channel = xero.organisation.tracking[0]
    named = {
        "TrackingCategoryID": channel.category_id,
        "TrackingOptionID": channel.options[2].option_id,
    }

    (made,) = xero.put("Invoices", xero.invoice("SH-1", line(Tracking=[named])))

    assert made["LineItems"][0]["Tracking"][0]["Option"] == "Wholesale"


@pytest.mark.parametrize(
    ("tracking", "sentence"),
    [
        ([{"Name": "Colour", "Option": "Red"}], "The TrackingCategory 'Colour' does not exist or is not active."),
        (
            [{"Name": "Region", "Option": "Mars"}],
            "The TrackingOption 'Mars' does not exist in 'Region' or is archived.",
        ),
        ([{"Name": "Region"}], "The TrackingOption '' does not exist in 'Region' or is archived."),
        ([{"Name": "Old", "Option": "Any"}], "The TrackingCategory 'Old' does not exist or is not active."),
        (
            [{"Name": "Region", "Option": "Home"}],
            "The TrackingOption 'Home' does not exist in 'Region' or is archived.",
        ),
        ([ONLINE, ONLINE], "A line can have one option only of each tracking category."),
        ([ONLINE, EUROPE, ONLINE], "A line can have at most 2 tracking categories."),
        ("Online store", "The Tracking must be an array."),
        ([{**ONLINE, "Colour": "red"}], "The field 'Colour' is not accepted on the Tracking."),
    ],
)
def test_it_refuses_tracking_with_a_sentence(xero: XeroCaller, tracking: Any, sentence: str) -> None:
    archive(xero)

    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line(Tracking=tracking)))

    assert sentence in messages(answer)


def archive(xero: XeroCaller) -> None:
    """Archive a category, and the option Home of Region."""
    options = [TrackingOption(option_id="1", name="Any")]
    xero.organisation.tracking.append(TrackingCategory(category_id="2", name="Old", options=options, status="ARCHIVED"))
    xero.organisation.tracking[1].options[0].status = "ARCHIVED"


def test_archived_tracking_is_listed_only_when_asked_for(xero: XeroCaller) -> None:
    archive(xero)

    active = xero.get("/TrackingCategories")["TrackingCategories"]
    everything = xero.get("/TrackingCategories?includeArchived=true")["TrackingCategories"]

    assert [category["Name"] for category in active] == ["Channel", "Region"]
    assert [option["Name"] for option in active[1]["Options"]] == ["Europe", "Rest of the world"]
    assert [category["Name"] for category in everything] == ["Channel", "Region", "Old"]
    assert len(everything[1]["Options"]) == 3


@pytest.mark.parametrize("envelope", ["BankTransactions", "ManualJournals"])
def test_bank_transactions_and_journals_are_tracked_too(xero: XeroCaller, envelope: str) -> None:
    journal = {
        "Narration": "COGS of 24 November",
        "Date": "2026-11-24",
        "JournalLines": [
            {"LineAmount": 5, "AccountCode": "310", "Tracking": [ONLINE]},
            {"LineAmount": -5, "AccountCode": "635", "Tracking": [ONLINE]},
        ],
    }
    spent = xero.money("SPEND", line("0.70", "404", "NONE", Tracking=[ONLINE]))

    (made,) = xero.put(envelope, spent if envelope == "BankTransactions" else journal)

    lines = made["LineItems" if envelope == "BankTransactions" else "JournalLines"]
    assert {item["Tracking"][0]["Option"] for item in lines} == {"Online store"}
