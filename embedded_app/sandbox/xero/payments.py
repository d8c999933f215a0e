"""The rules for payments: money received on invoices, money paid back on credit notes, and taking a payment back.

Xero checks amounts in posting order, not in date order: each payment is judged by what is open at its moment.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import CREDIT_NOTE, INVOICE, ZERO, Document, Payment
from embedded_app.sandbox.xero.wire import Invalid

_ALLOWED = frozenset({"Invoice", "CreditNote", "Account", "Date", "Amount", "Reference", "CurrencyRate"})


def create(organisation: Organisation, given: Any, *, now: datetime) -> Payment:
    """Create one payment from one element of a PUT, or raise Invalid."""
    fields = Fields(given, _ALLOWED, what="Payment")
    document = _read_document(organisation, fields)
    account = _read_account(organisation, fields)
    amount = fields.number("Amount", places=2)
    if amount is None or amount <= 0:
        fields.refuse("The payment amount must be greater than zero.")
    if fields.number("CurrencyRate") not in (None, Decimal(1)):
        fields.refuse("The CurrencyRate of a payment in base currency must be 1.")
    reference = fields.text("Reference", longest=255)
    day = fields.day("Date")
    if day is None:
        fields.refuse("The payment Date must be specified.")  # Xero takes today for it: a day nobody chose.
    elif message := organisation.lock_message(day, "payment"):
        fields.refuse(message)
    if document is not None:
        _check_document(organisation, fields, document, day=day, amount=amount or ZERO)
    fields.check()
    if document is None or account is None or day is None or amount is None:
        raise AssertionError("A payment passed its checks without document, account, day or amount.")
    payment = Payment(
        payment_id=organisation.new_id(),
        document=document,
        account_code=account.code,
        account_id=account.account_id,
        day=day,
        amount=amount.quantize(ZERO),
        reference=reference,
        updated_at=now,
    )
    organisation.records.payments[payment.payment_id] = payment
    document.payments.append(payment)
    document.settle_status(now)
    return payment


def _read_document(organisation: Organisation, fields: Fields) -> Document | None:
    kinds = [kind for kind in (INVOICE, CREDIT_NOTE) if fields.given.get(kind.name) is not None]
    if len(kinds) != 1:
        fields.refuse("A payment must name exactly one Invoice or CreditNote.")
        return None
    kind = kinds[0]
    inner = fields.inner(kind.name, frozenset({kind.id_field, kind.number_field}))
    named = "" if inner is None else inner.uuid(kind.id_field) or inner.text(kind.number_field)
    document = organisation.find(kind, named) if named else None
    if document is None:
        fields.refuse(f"The {kind.name} of the payment could not be found.")
    return document


def _read_account(organisation: Organisation, fields: Fields) -> Account | None:
    inner = fields.inner("Account", frozenset({"AccountID", "Code"}))
    if inner is None:
        fields.refuse("A payment must name an Account.")
        return None
    code, account_id = inner.text("Code", longest=10), inner.uuid("AccountID")
    account = organisation.accounts.get(code) if code else organisation.account_by_id(account_id)
    if account is None or account.status != "ACTIVE":
        fields.refuse(f"Account could not be found: '{code or account_id}' is not an active account.")
        return None
    if account.type != "BANK" and not account.enable_payments:
        fields.refuse(f"Account code '{account.code}' is not a valid code for this document.")
        return None
    return account


def _check_document(
    organisation: Organisation, fields: Fields, document: Document, *, day: date | None, amount: Decimal
) -> None:
    if document.currency != organisation.base_currency:
        # A cross-currency payment needs BankAmount and books a currency gain; neither is kept here yet.
        fields.refuse(f"Payments in {document.currency} are not accepted: every account here is in base currency.")
    if document.status not in ("AUTHORISED", "PAID"):
        fields.refuse("Payments can only be made against Authorised documents")
    elif amount > document.due:
        fields.refuse("Payment amount exceeds the amount outstanding on this document")
    # Whether Xero takes a payment dated before its document is not known for sure: the strict reading.
    if day is not None and day < document.day:
        fields.refuse("The payment date cannot be before the date of the document it pays.")


def delete(organisation: Organisation, given: Any, *, payment: Payment, now: datetime) -> None:
    """Take a payment back as POST /Payments/{id} `{"Status": "DELETED"}` asks, or raise Invalid."""
    fields = Fields(given, frozenset({"Status", "PaymentID"}), what="Payment")
    if fields.text("Status") != "DELETED":
        fields.refuse("A payment cannot be changed: the only Status accepted is DELETED.")
    if fields.uuid("PaymentID") not in ("", payment.payment_id):
        fields.refuse("The PaymentID in the body is not the one in the address.")
    fields.check()
    if payment.status == "DELETED":
        raise Invalid("Payment not of valid status for modification")
    if message := organisation.lock_message(payment.day, "payment"):
        raise Invalid(message)
    payment.status = "DELETED"
    payment.updated_at = now
    payment.document.settle_status(now)
