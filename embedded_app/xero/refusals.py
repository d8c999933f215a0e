"""Xero's validation messages, turned into a cause and a sentence that says what to do: pure.

Wordings are those of Xero's reference and of engineers' reports; an unknown wording is passed on as it is, never
dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_LONGEST_MESSAGE = 1000
_LONGEST_SUBJECT = 100


class Cause(StrEnum):
    """Why an element was refused.

    NUMBER_TAKEN may be our own document or contact from an earlier attempt: look it up first. NAME_TAKEN is of a
    contact: the same with a suffix will pass.
    """

    LOCK_DATE = "lock date"
    NUMBER_TAKEN = "number taken"
    NAME_TAKEN = "name taken"
    TAX_TYPE = "tax type"
    ACCOUNT = "account"
    CURRENCY = "currency"
    RATE = "rate"
    TRACKING = "tracking"
    TOTALS = "totals"
    AMOUNT = "amount"
    STATUS = "status"
    CONTACT = "contact"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Xero did not take it.

    code: by which the held are grouped. subject: the account, tax type, … in question, so that one action frees all of
    its kind; empty where Xero names none. sentence: what to do. original: Xero's own words.
    """

    code: Cause
    subject: str
    sentence: str
    original: str


# The first pattern found decides, so the narrower ones come first: a message on a tax type may name an account too,
# and a contact may be called anything.
_PATTERNS: tuple[tuple[Cause, re.Pattern[str]], ...] = tuple(
    (cause, re.compile(pattern, re.IGNORECASE))
    for cause, pattern in (
        (Cause.NAME_TAKEN, r"^the contact name .* is already assigned"),
        (Cause.NUMBER_TAKEN, r"^the contact ?number .* already assigned"),
        (Cause.LOCK_DATE, r"lock date|locked period"),
        (Cause.NUMBER_TAKEN, r"(#|number) must be unique|number.* already (exists|in use|been used)"),
        (Cause.TOTALS, r"total debits"),
        (Cause.TRACKING, r"tracking"),
        (Cause.RATE, r"(currency|exchange) ?rate"),
        (Cause.TAX_TYPE, r"tax ?type|tax ?rate"),
        (Cause.STATUS, r"authorised documents|valid status|cannot be edited|allocated to it|has been voided"),
        (Cause.AMOUNT, r"exceeds|outstanding|line total|greater than|less than|\bamount\b"),
        (Cause.CURRENCY, r"currency|currencies"),
        (Cause.CONTACT, r"contact"),
        (Cause.ACCOUNT, r"account"),
    )
)

_ADVICE: dict[Cause, str] = {
    Cause.LOCK_DATE: "The books in Xero are closed on this date. Move the lock date in Xero, or retry to date it on "
    "the first open day.",
    Cause.NUMBER_TAKEN: "Xero already has another document or contact with this number. Look at it in Xero, choose "
    "another prefix if it is not from this store, then retry.",
    Cause.NAME_TAKEN: "Xero already has another contact with this name. Rename that one in Xero, then retry.",
    Cause.TAX_TYPE: "Xero does not accept this tax rate here. Choose another under Mapping, then retry.",
    Cause.ACCOUNT: "Xero does not accept this account here. Choose another under Mapping, then retry.",
    Cause.CURRENCY: "Xero does not accept this currency here. Add it to the organisation in Xero, or choose an account "
    "in this currency under Mapping, then retry.",
    Cause.RATE: "Xero has no exchange rate for this day and account. Choose a clearing account in the document's "
    "currency under Mapping, then retry.",
    Cause.TRACKING: "Xero does not know this tracking category or option. Restore it in Xero or choose another under "
    "Mapping, then retry.",
    Cause.TOTALS: "This journal does not balance, which is a mistake of Crossfoot's. Ask for support before you retry.",
    Cause.AMOUNT: "The amount does not fit what is open in Xero. Look there for payments or changes made by hand, then "
    "retry.",
    Cause.STATUS: "The document was changed, paid or allocated in Xero meanwhile. Look at it there, then retry "
    "or skip it.",
    Cause.CONTACT: "Xero does not accept this contact. Restore it in Xero or choose another under Mapping, then retry.",
    Cause.OTHER: "Xero refused this. Mend what it says, then retry.",
}


# Their messages quote a customer's name or number, which is nobody's group.
_OF_A_CONTACT = (Cause.NAME_TAKEN, Cause.NUMBER_TAKEN)


def explain(messages: list[str]) -> Refused:
    """The refusal that validation messages make: at least one, in Xero's order. The first understood decides."""
    deciding = next((message for message in messages if _cause(message) is not Cause.OTHER), messages[0])
    cause = _cause(deciding)
    quoted = re.search(r"'([^']+)'|\bcurrency ([A-Z]{3})\b", deciding)
    original = " ".join(messages)[:_LONGEST_MESSAGE]
    return Refused(
        code=cause,
        subject=(quoted.group(1) or quoted.group(2))[:_LONGEST_SUBJECT]
        if quoted and cause not in _OF_A_CONTACT
        else "",
        sentence=f"{_ADVICE[cause]} Xero says: “{original}”",
        original=original,
    )


def _cause(message: str) -> Cause:
    return next((cause for cause, pattern in _PATTERNS if pattern.search(message)), Cause.OTHER)
