"""The rules for bank transactions: money spent and received outside documents, and overpayments received.

Prepayments and overpayments spent are not offered: nothing here makes them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.bank_records import BankTransaction
from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.heading import (
    read_bank_account,
    read_contact,
    read_currency,
    read_required_day,
    read_url,
)
from embedded_app.sandbox.xero.lines import read_lines, read_overpayment_line
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import OVERPAYMENT, Document, Line
from embedded_app.sandbox.xero.wire import Invalid

_TYPES = ("SPEND", "RECEIVE", "RECEIVE-OVERPAYMENT")
_ALLOWED = frozenset(
    "Type Contact LineItems BankAccount Date Reference CurrencyCode CurrencyRate Url Status LineAmountTypes".split()
)


def create(organisation: Organisation, given: Any, *, unit_places: int, now: datetime) -> BankTransaction:
    """Create one bank transaction from one element of a PUT, or raise Invalid; an overpayment makes its credit too."""
    fields = Fields(given, _ALLOWED, what="BankTransaction")
    type_ = fields.one_of("Type", _TYPES, "")
    fields.one_of("Status", ("AUTHORISED",), "AUTHORISED")
    account = read_bank_account(organisation, fields, "BankAccount")
    contact, day = read_contact(organisation, fields), read_required_day(organisation, fields, "transaction")
    if fields.given.get("Contact") is None:
        fields.refuse("A Contact must be specified for this type of transaction")
    currency, rate = _read_currency(organisation, fields, account)
    types = _read_line_amount_types(fields, type_)
    lines = _read_lines(organisation, fields, type_, types, unit_places)
    reference = _read_reference(fields, type_)
    url = read_url(fields)
    fields.check()
    if account is None or day is None:
        raise AssertionError("A bank transaction passed its checks without account or day.")
    transaction = BankTransaction(
        transaction_id=organisation.new_id(),
        type=type_,
        contact=contact,
        day=day,
        reference=reference,
        url=url,
        account_code=account.code,
        account_id=account.account_id,
        currency=currency,
        rate=rate,
        line_amount_types=types,
        lines=lines,
        updated_at=now,
    )
    if transaction.total <= 0:
        # Xero's own sentence is not known; neither is whether it takes a total of zero: the strict reading.
        raise Invalid("The total of the bank transaction must be greater than zero.")
    organisation.records.bank_transactions[transaction.transaction_id] = transaction
    if type_ == OVERPAYMENT.type:
        _open_overpayment(organisation, transaction)
    return transaction


def _read_currency(organisation: Organisation, fields: Fields, account: Account | None) -> tuple[str, Decimal]:
    """The bank account's currency, with the rate that a foreign one needs."""
    kept_in = organisation.base_currency if account is None else account.currency
    currency, rate = read_currency(organisation, fields, kept_in)
    if currency != kept_in:
        fields.refuse(f"The CurrencyCode must be that of the BankAccount, which is kept in {kept_in}.")
    return currency, rate


def _read_line_amount_types(fields: Fields, type_: str) -> str:
    """LineAmountTypes must be sent: Xero's texts disagree about what it takes where nothing is sent."""
    types = fields.one_of("LineAmountTypes", ("Exclusive", "Inclusive", "NoTax"), "NoTax")
    if fields.given.get("LineAmountTypes") is None:
        fields.refuse("The LineAmountTypes of the bank transaction must be specified.")
    elif type_ == OVERPAYMENT.type and types != "NoTax":
        # Every overpayment in Xero's own examples is NoTax; whether it takes others is not known for sure.
        fields.refuse("The LineAmountTypes of an overpayment must be NoTax.")
    return types


def _read_lines(
    organisation: Organisation, fields: Fields, type_: str, types: str, unit_places: int
) -> tuple[Line, ...]:
    given = fields.given.get("LineItems")
    if type_ == OVERPAYMENT.type:
        return read_overpayment_line(organisation, given, unit_places=unit_places, messages=fields.messages)
    if not given:
        fields.refuse("One or more line items must be specified")
    return read_lines(organisation, given, types=types, unit_places=unit_places, messages=fields.messages)


def _read_reference(fields: Fields, type_: str) -> str:
    """The description says that Reference is supported for SPEND and RECEIVE only: one that is lost is refused here."""
    reference = fields.text("Reference", longest=255)
    if reference and type_ not in ("SPEND", "RECEIVE"):
        fields.refuse("The Reference is only supported for SPEND and RECEIVE transactions.")
    return reference


def _open_overpayment(organisation: Organisation, transaction: BankTransaction) -> None:
    """The credit an overpayment leaves, with an id of its own."""
    overpayment = Document(
        kind=OVERPAYMENT,
        document_id=organisation.new_id(),
        number="",
        contact=transaction.contact,
        day=transaction.day,
        due_day=None,
        reference="",
        url=transaction.url,
        currency=transaction.currency,
        rate=transaction.rate,
        status="AUTHORISED",
        line_amount_types=transaction.line_amount_types,
        lines=transaction.lines,
        updated_at=transaction.updated_at,
        bank_account_code=transaction.account_code,
    )
    transaction.overpayment_id = overpayment.document_id
    organisation.records.overpayments[overpayment.document_id] = overpayment


def delete(organisation: Organisation, given: Any, *, transaction: BankTransaction, now: datetime) -> None:
    """Take money spent or received back as POST /BankTransactions/{id} `{"Status": "DELETED"}` asks, or raise Invalid.

    Xero's texts offer this for SPEND and RECEIVE; whether an overpayment goes that way too is not known for sure.
    """
    fields = Fields(given, frozenset({"Status", "BankTransactionID"}), what="BankTransaction")
    if fields.text("Status") != "DELETED":
        fields.refuse("A bank transaction cannot be changed in this sandbox: the only Status accepted is DELETED.")
    if fields.uuid("BankTransactionID") not in ("", transaction.transaction_id):
        fields.refuse("The BankTransactionID in the body is not the one in the address.")
    fields.check()
    if transaction.type not in ("SPEND", "RECEIVE"):
        raise Invalid(f"A bank transaction of the Type {transaction.type} cannot be deleted.")
    if transaction.status != "AUTHORISED":
        raise Invalid("Bank transaction not of valid status for modification")
    if message := organisation.lock_message(transaction.day, "transaction"):
        raise Invalid(message)
    transaction.status = "DELETED"
    transaction.updated_at = now
