"""What stands at the head of several sorts of records: contact, day, currency, web address, bank account."""

from datetime import date
from decimal import Decimal

from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import ONE, Contact

RATE_WANTED = "A currency rate must be specified"


def read_contact(organisation: Organisation, fields: Fields) -> Contact | None:
    """The contact by ContactID. Xero takes other fields too and then changes the contact; here they are refused."""
    inner = fields.inner("Contact", frozenset({"ContactID"}))
    if inner is None:
        return None
    contact_id = inner.uuid("ContactID")
    contact = organisation.records.contacts.get(contact_id)
    if not contact_id:
        # At Xero a bare Name finds or creates a contact: never what somebody meant who has chosen one.
        fields.refuse("The Contact must be named by its ContactID.")
    elif contact is None:
        fields.refuse(f"The contact with ContactID '{contact_id}' could not be found.")
    elif contact.status != "ACTIVE":
        fields.refuse(f"The contact status '{contact.status}' is not valid for contacts on this document.")
    return contact


def read_required_day(organisation: Organisation, fields: Fields, subject: str) -> date | None:
    """A Date that must be sent and must not be locked. Xero takes today where none is sent: a day nobody chose."""
    day = fields.day("Date")
    if fields.given.get("Date") is None:
        fields.refuse(f"The {subject} Date must be specified.")
    elif day is not None and (message := organisation.lock_message(day, subject)):
        fields.refuse(message)
    return day


def read_currency(organisation: Organisation, fields: Fields, default: str) -> tuple[str, Decimal]:
    """CurrencyCode and CurrencyRate. Foreign currency needs a rate: its own, or the organisation's of the day.

    Xero's specification: "If no rate is specified, the XE.com day rate is used."
    """
    currency = fields.text("CurrencyCode", longest=3) or default
    rate = fields.rate("CurrencyRate")
    if currency not in organisation.currencies:
        fields.refuse(f"Organisation is not subscribed to currency {currency}")
    elif currency == organisation.base_currency:
        if rate not in (None, ONE):
            fields.refuse("The CurrencyRate in base currency must be 1.")
    else:
        rate = organisation.day_rates.get(currency) if rate is None else rate
        if rate is None:
            # The sandbox knows no rates of any day unless it is told one: nobody gets books at a rate nobody chose.
            fields.refuse(RATE_WANTED)
    return currency, ONE if rate is None else rate


def read_url(fields: Fields) -> str:
    """The address of the source document."""
    url = fields.text("Url", longest=2000)
    if url and (not url.startswith(("http://", "https://")) or "xero" in url.lower()):
        fields.refuse("The Url must be an absolute http(s) address and must not contain 'xero'.")
    return url


def read_account(organisation: Organisation, fields: Fields, name: str) -> Account | None:
    """The active account named by Code or AccountID in the object `name`."""
    inner = fields.inner(name, frozenset({"AccountID", "Code"}))
    if inner is None:
        article = "an" if name[0] in "AEIOU" else "a"
        fields.refuse(f"A {_spoken(fields.what)} must name {article} {name}.")
        return None
    code, account_id = inner.text("Code", longest=10), inner.uuid("AccountID")
    account = organisation.accounts.get(code) if code else organisation.account_by_id(account_id)
    if account is None or account.status != "ACTIVE":
        fields.refuse(f"Account could not be found: '{code or account_id}' is not an active account.")
        return None
    return account


def read_bank_account(organisation: Organisation, fields: Fields, name: str) -> Account | None:
    """An active account of type BANK."""
    account = read_account(organisation, fields, name)
    if account is not None and account.type != "BANK":
        fields.refuse(f"The {name} '{account.code}' is not a bank account.")
        return None
    return account


def _spoken(what: str) -> str:
    """BankTransaction as bank transaction."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in what).strip()
