"""Contacts in the sandbox's Xero: which names and numbers they may have, and that documents take their ids only."""

from typing import Any

import pytest

from tests.sandbox.xero_caller import XeroCaller, messages

SPELLING = "must have no leading, trailing or repeated spaces and no < or >."


def test_a_contact_keeps_every_field_it_was_given(xero: XeroCaller) -> None:
    given = {
        "Name": "Jörg Müller & Söhne 🕯",
        "ContactNumber": "SH-77",
        "AccountNumber": "A 7",
        "FirstName": "Jörg",
        "LastName": "Müller",
        "EmailAddress": "joerg@example.com",
    }

    (made,) = xero.put("Contacts", given)

    assert {name: made[name] for name in given} == given
    assert xero.get(f"/Contacts?IDs={made['ContactID']}")["Contacts"][0]["Name"] == given["Name"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Name": "x" * 256}, "The length of the field Name must be at most 255 characters."),
        ({"Name": "🕯" * 128}, "The length of the field Name must be at most 255 characters."),
        ({"Name": " Acme"}, f"The contact Name {SPELLING}"),
        ({"Name": "Acme\nLtd"}, f"The contact Name {SPELLING}"),
        ({"Name": "Acme <b>"}, f"The contact Name {SPELLING}"),
        ({"Name": "Acme\x00"}, "The Name of the Contact holds a control character."),
        ({"ContactNumber": "x" * 51}, "The length of the field ContactNumber must be at most 50 characters."),
        ({"ContactNumber": "SH-1"}, "The ContactNumber SH-1 is already assigned to another contact."),
        ({"ContactNumber": "SH- 1 "}, f"The contact ContactNumber {SPELLING}"),
        ({"AccountNumber": "x" * 51}, "The length of the field AccountNumber must be at most 50 characters."),
        ({"FirstName": "<i>"}, f"The contact FirstName {SPELLING}"),
        ({"EmailAddress": "nobody"}, "Email address must be valid."),
        ({"EmailAddress": "a@b@example.com"}, "Email address must be valid."),
        ({"EmailAddress": "a b@example.com"}, "Email address must be valid."),
        ({"EmailAddress": "a@example"}, "Email address must be valid."),
        ({"Name": 7}, "The Name of the Contact must be a string."),
    ],
)
def test_it_refuses_a_contact_with_a_sentence(xero: XeroCaller, fields: dict[str, Any], sentence: str) -> None:
    xero.put("Contacts", {"Name": "First", "ContactNumber": "SH-1"})

    (answer,) = xero.put("Contacts", {"Name": "Acme Ltd", **fields})

    assert sentence in messages(answer)
    assert len(xero.organisation.records.contacts) == 2


def test_the_name_of_an_archived_contact_is_free_again(xero: XeroCaller) -> None:
    xero.organisation.contact("Online customers").status = "ARCHIVED"

    (made,) = xero.put("Contacts", {"Name": "Online customers"})

    assert messages(made) == []


def test_the_number_of_an_archived_contact_stays_taken(xero: XeroCaller) -> None:
    (first,) = xero.put("Contacts", {"Name": "Acme Ltd", "ContactNumber": "SH-1"})
    xero.organisation.records.contacts[first["ContactID"]].status = "ARCHIVED"

    (second,) = xero.put("Contacts", {"Name": "Acme Ltd", "ContactNumber": "SH-1"})

    assert messages(second) == ["The ContactNumber SH-1 is already assigned to another contact."]


def test_two_contacts_of_one_name_in_a_batch_are_judged_in_order(xero: XeroCaller) -> None:
    first, second = xero.put("Contacts", {"Name": "Acme Ltd"}, {"Name": "ACME ltd"})

    assert messages(first) == []
    assert messages(second)[0].startswith("The contact name ACME ltd is already assigned to another contact.")


@pytest.mark.parametrize(
    ("contact", "sentence"),
    [
        ({"Name": "Online customers"}, "The Contact must be named by its ContactID."),
        ({"Name": "Online customers"}, "The field 'Name' is not accepted on the Contact."),
        (
            {"ContactID": "00000000-0000-4000-8000-000000000000"},
            "The contact with ContactID '00000000-0000-4000-8000-000000000000' could not be found.",
        ),
        ({}, "The Contact must be named by its ContactID."),
    ],
)
def test_a_document_names_its_contact_by_id_only(xero: XeroCaller, contact: dict[str, str], sentence: str) -> None:
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", Contact=contact))

    assert sentence in messages(answer)


def test_an_archived_contact_is_unusable(xero: XeroCaller) -> None:
    xero.organisation.contact("Online customers").status = "ARCHIVED"

    (answer,) = xero.put("Invoices", xero.invoice("SH-1"))

    assert messages(answer) == ["The contact status 'ARCHIVED' is not valid for contacts on this document."]
