"""The rules for payments: money received on invoices, paid back on credit notes and overpayments, and taken back.

Xero checks amounts in posting order, not in date order: each payment is judged by what is open at its moment. A payment
on a document in a foreign currency goes through an account of that currency or of base currency.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.heading import RATE_WANTED, read_account, read_required_day
from embedded_app.sandbox.xero.ledger import in_base
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import CREDIT_NOTE, INVOICE, ONE, OVERPAYMENT, ZERO, Document, Payment
from embedded_app.sandbox.xero.wire import Invalid

_KINDS = (INVOICE, CREDIT_NOTE, OVERPAYMENT)
_ALLOWED = frozenset({"Account", "Date", "Amount", "BankAmount", "Reference", "CurrencyRate"})
_RATE_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a payment moves on its account: in the account's currency and in base currency, and at which rate."""

    bank_amount: Decimal
    base_amount: Decimal
    rate: Decimal


def create(organisation: Organisation, given: Any, *, now: datetime) -> Payment:
    """Create one payment from one element of a PUT, or raise Invalid."""
    fields = Fields(given, _ALLOWED | {kind.name for kind in _KINDS}, what="Payment")
    document = _read_document(organisation, fields)
    account = _read_account(organisation, fields)
    amount = fields.number("Amount", places=2)
    if amount is None or amount <= 0:
        fields.refuse("The payment amount must be greater than zero.")
    reference = fields.text("Reference", longest=255)
    day = read_required_day(organisation, fields, "payment")
    worth = None
    if document is not None:
        _check_document(fields, document, day=day, amount=amount or ZERO)
        if account is not None and amount is not None:
            worth = _read_worth(organisation, fields, document=document, account=account, amount=amount)
    fields.check()
    if document is None or account is None or day is None or amount is None or worth is None:
        raise AssertionError("A payment passed its checks without document, account, day, amount or worth.")
    payment = Payment(
        payment_id=organisation.new_id(),
        document=document,
        account_code=account.code,
        account_id=account.account_id,
        day=day,
        amount=amount.quantize(ZERO),
        bank_amount=worth.bank_amount.quantize(ZERO),
        base_amount=worth.base_amount.quantize(ZERO),
        rate=worth.rate,
        reference=reference,
        updated_at=now,
    )
    organisation.records.payments[payment.payment_id] = payment
    document.settlements.append(payment)
    document.settle_status(now)
    return payment


def _read_document(organisation: Organisation, fields: Fields) -> Document | None:
    kinds = [kind for kind in _KINDS if fields.given.get(kind.name) is not None]
    if len(kinds) != 1:
        fields.refuse("A payment must name exactly one Invoice, CreditNote or Overpayment.")
        return None
    (kind,) = kinds
    inner = fields.inner(kind.name, frozenset({kind.id_field, kind.number_field} - {""}))
    named = "" if inner is None else inner.uuid(kind.id_field)
    if not named and inner is not None and kind.number_field:
        named = inner.text(kind.number_field)
    document = organisation.find(kind, named) if named else None
    if document is None:
        fields.refuse(f"The {kind.name} of the payment could not be found.")
    return document


def _read_account(organisation: Organisation, fields: Fields) -> Account | None:
    account = read_account(organisation, fields, "Account")
    if account is not None and account.type != "BANK" and not account.enable_payments:
        fields.refuse(f"Account code '{account.code}' is not a valid code for this document.")
        return None
    return account


def _check_document(fields: Fields, document: Document, *, day: date | None, amount: Decimal) -> None:
    if document.status not in ("AUTHORISED", "PAID"):
        fields.refuse("Payments can only be made against Authorised documents")
    elif amount > document.due:
        fields.refuse("Payment amount exceeds the amount outstanding on this document")
    # Whether Xero takes a payment dated before its document is not known for sure: the strict reading.
    if day is not None and day < document.day:
        fields.refuse("The payment date cannot be before the date of the document it pays.")


def _read_worth(
    organisation: Organisation, fields: Fields, *, document: Document, account: Account, amount: Decimal
) -> Worth | None:
    base, rate = organisation.base_currency, fields.rate("CurrencyRate")
    bank_amount = fields.number("BankAmount", places=2)
    if bank_amount is not None and bank_amount <= 0:
        fields.refuse("The BankAmount of the payment must be greater than zero.")
        return None
    if account.currency not in (base, document.currency):
        fields.refuse(
            f"A payment in {document.currency} cannot go through account code '{account.code}', which is kept in "
            f"{account.currency}."
        )
        return None
    if account.currency == document.currency and bank_amount not in (None, amount):
        fields.refuse("The BankAmount of a payment in the currency of its account must be its Amount.")
    if document.currency == base:
        if rate not in (None, ONE):
            fields.refuse("The CurrencyRate of a payment in base currency must be 1.")
        return Worth(bank_amount=amount, base_amount=amount, rate=ONE)
    if account.currency == base and bank_amount is not None:
        if rate is not None:
            # Xero prefers BankAmount; a rate it would not look at is one somebody believes in: the strict reading.
            fields.refuse("A payment takes BankAmount or CurrencyRate, not both.")
        rate = (amount / bank_amount).quantize(_RATE_PLACES, ROUND_HALF_UP)
        return Worth(bank_amount=bank_amount, base_amount=bank_amount, rate=rate)
    if rate is None and account.currency == document.currency:
        rate = organisation.day_rates.get(document.currency)
    if rate is None:
        fields.refuse(RATE_WANTED)
        return None
    worth = in_base(amount, rate)
    return Worth(bank_amount=worth if account.currency == base else amount, base_amount=worth, rate=rate)


def delete(organisation: Organisation, given: Any, *, payment: Payment, now: datetime) -> None:
    """Take a payment back as POST /Payments/{id} `{"Status": "DELETED"}` asks, or raise Invalid."""
    fields = Fields(given, frozenset({"Status", "PaymentID"}), what="Payment")
    if fields.text("Status") != "DELETED":
        fields.refuse("A payment cannot be changed: the only Status accepted is DELETED.")
    if fields.uuid("PaymentID") not in ("", payment.payment_id):
        fields.refuse("The PaymentID in the body is not the one in the address.")
    fields.check()
    if payment.deleted:
        raise Invalid("Payment not of valid status for modification")
    if message := organisation.lock_message(payment.day, "payment"):
        raise Invalid(message)
    payment.status = "DELETED"
    payment.updated_at = now
    payment.document.settle_status(now)
