"""The rules for bank transfers: money moved between two bank accounts of one currency, and taking that back."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.bank_records import BankTransaction, BankTransfer
from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.heading import read_bank_account, read_required_day
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import ONE, ZERO
from embedded_app.sandbox.xero.wire import Invalid

_ALLOWED = frozenset({"FromBankAccount", "ToBankAccount", "Amount", "Date", "Reference"})


def create(organisation: Organisation, given: Any, *, now: datetime) -> BankTransfer:
    """Create one transfer from one element of a PUT, or raise Invalid."""
    fields = Fields(given, _ALLOWED, what="BankTransfer")
    source = read_bank_account(organisation, fields, "FromBankAccount")
    target = read_bank_account(organisation, fields, "ToBankAccount")
    amount, day = fields.number("Amount", places=2), read_required_day(organisation, fields, "transfer")
    reference = fields.text("Reference", longest=255)
    if amount is None or amount <= 0:
        fields.refuse("The Amount of the bank transfer must be greater than zero.")
    if source is not None and target is not None:
        if source is target:
            fields.refuse("The FromBankAccount and the ToBankAccount must not be the same account.")
        elif source.currency != target.currency:
            fields.refuse("A bank transfer between accounts in different currencies is not supported.")
    fields.check()
    if source is None or target is None or amount is None or day is None:
        raise AssertionError("A bank transfer passed its checks without accounts, amount or day.")
    amount = amount.quantize(ZERO)
    spent, received = (
        _side(organisation, type_, account, amount=amount, day=day, reference=reference, now=now)
        for type_, account in (("SPEND-TRANSFER", source), ("RECEIVE-TRANSFER", target))
    )
    transfer = BankTransfer(
        transfer_id=organisation.new_id(),
        spent=spent,
        received=received,
        day=day,
        amount=amount,
        rate=spent.rate,
        reference=reference,
        created_at=now,
    )
    organisation.records.bank_transfers[transfer.transfer_id] = transfer
    return transfer


def _side(
    organisation: Organisation,
    type_: str,
    account: Account,
    *,
    amount: Decimal,
    day: date,
    reference: str,
    now: datetime,
) -> BankTransaction:
    """One side of a transfer, as it shows among the bank transactions. It takes Xero's rate of the day."""
    side = BankTransaction(
        transaction_id=organisation.new_id(),
        type=type_,
        contact=None,
        day=day,
        reference=reference,
        url="",
        account_code=account.code,
        account_id=account.account_id,
        currency=account.currency,
        rate=organisation.day_rates.get(account.currency, ONE),
        line_amount_types="NoTax",
        lines=(),
        updated_at=now,
        transferred=amount,
    )
    organisation.records.bank_transactions[side.transaction_id] = side
    return side


def delete(organisation: Organisation, given: Any, *, transfer: BankTransfer, now: datetime) -> None:
    """Take a transfer back as POST /BankTransfers/{id} `{"Status": "DELETED"}` asks, or raise Invalid."""
    fields = Fields(given, frozenset({"Status", "BankTransferID"}), what="BankTransfer")
    if fields.text("Status") != "DELETED":
        fields.refuse("A bank transfer cannot be changed: the only Status accepted is DELETED.")
    if fields.uuid("BankTransferID") not in ("", transfer.transfer_id):
        fields.refuse("The BankTransferID in the body is not the one in the address.")
    fields.check()
    if transfer.status != "AUTHORISED":
        raise Invalid("Bank transfer not of valid status for modification")
    if message := organisation.lock_message(transfer.day, "transfer"):
        raise Invalid(message)
    transfer.status = "DELETED"
    for side in (transfer.spent, transfer.received):
        side.status = "DELETED"
        side.updated_at = now
