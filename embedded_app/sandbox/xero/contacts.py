"""The rules for contacts: names and numbers are unique among the active ones."""

import re
from datetime import datetime
from typing import Any

from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import Contact

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", re.ASCII)
_ALLOWED = frozenset({"Name", "ContactNumber", "AccountNumber", "FirstName", "LastName", "EmailAddress"})


def create(organisation: Organisation, given: Any, *, now: datetime) -> Contact:
    """Create one contact from one element of a PUT, or raise Invalid."""
    fields = Fields(given, _ALLOWED, what="Contact")
    name, number = fields.text("Name", longest=255), fields.text("ContactNumber", longest=50)
    active = [contact for contact in organisation.records.contacts.values() if contact.status == "ACTIVE"]
    if not name:
        fields.refuse("The contact Name must be specified.")
    for field in ("Name", "ContactNumber", "AccountNumber", "FirstName", "LastName"):
        _check_spelling(fields, field)
    if any(contact.name.casefold() == name.casefold() for contact in active):
        fields.refuse(
            f"The contact name {name} is already assigned to another contact. The contact name must be unique across "
            "all active contacts."
        )
    if number and any(contact.number == number for contact in organisation.records.contacts.values()):
        fields.refuse(f"The ContactNumber {number} is already assigned to another contact.")
    email = fields.text("EmailAddress", longest=255)
    if email and (not email.isascii() or not _EMAIL.fullmatch(email)):
        fields.refuse("Email address must be valid.")
    contact = Contact(
        contact_id=organisation.new_id(),
        name=name,
        updated_at=now,
        number=number,
        account_number=fields.text("AccountNumber", longest=50),
        first_name=fields.text("FirstName", longest=255),
        last_name=fields.text("LastName", longest=255),
        email=email,
    )
    fields.check()
    organisation.records.contacts[contact.contact_id] = contact
    return contact


def _check_spelling(fields: Fields, name: str) -> None:
    """Engineers report these rules of names; that they hold for the numbers as well is the strict reading."""
    value = fields.given.get(name)
    if isinstance(value, str) and (value != " ".join(value.split()) or "<" in value or ">" in value):
        fields.refuse(f"The contact {name} must have no leading, trailing or repeated spaces and no < or >.")
