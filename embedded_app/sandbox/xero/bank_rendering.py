"""Bank transactions, overpayments, bank transfers and manual journals as Xero's JSON."""

from embedded_app.sandbox.xero.bank_records import BankTransaction, BankTransfer, JournalLine, ManualJournal
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import Contact, Document
from embedded_app.sandbox.xero.rendering import (
    allocations_json,
    days_json,
    line_json,
    payments_json,
    tracking_json,
)
from embedded_app.sandbox.xero.wire import JsonObject, ms_moment


def _contact(contact: Contact | None) -> JsonObject:
    return {} if contact is None else {"Contact": {"ContactID": contact.contact_id, "Name": contact.name}}


def _account(organisation: Organisation, code: str) -> JsonObject:
    account = organisation.accounts[code]
    return {"AccountID": account.account_id, "Code": account.code, "Name": account.name}


def bank_transaction_json(
    transaction: BankTransaction, organisation: Organisation, *, unit_places: int = 2, summary: bool = False
) -> JsonObject:
    """Money spent or received. `summary` leaves out the lines."""
    shown: JsonObject = {
        "BankTransactionID": transaction.transaction_id,
        "Type": transaction.type,
        "BankAccount": _account(organisation, transaction.account_code),
        **_contact(transaction.contact),
        "IsReconciled": False,
        "Reference": transaction.reference,
        **days_json("Date", transaction.day),
        "Status": transaction.status,
        "LineAmountTypes": transaction.line_amount_types,
        "SubTotal": transaction.total - transaction.total_tax,
        "TotalTax": transaction.total_tax,
        "Total": transaction.total,
        "CurrencyCode": transaction.currency,
        "CurrencyRate": transaction.rate,
        "HasAttachments": False,
        "UpdatedDateUTC": ms_moment(transaction.updated_at),
    }
    if transaction.url:
        shown["Url"] = transaction.url
    if transaction.overpayment_id:
        shown["OverpaymentID"] = transaction.overpayment_id
    if not summary:
        shown["LineItems"] = [line_json(line, unit_places) for line in transaction.lines]
    return shown


def overpayment_json(overpayment: Document, *, unit_places: int = 2, summary: bool = False) -> JsonObject:
    """Credit that an overpayment left, with what became of it. `summary` leaves out lines and settlements."""
    shown: JsonObject = {
        "OverpaymentID": overpayment.document_id,
        "Type": overpayment.kind.type,
        **_contact(overpayment.contact),
        **days_json("Date", overpayment.day),
        "Status": overpayment.status,
        "LineAmountTypes": overpayment.line_amount_types,
        "SubTotal": overpayment.sub_total,
        "TotalTax": overpayment.total_tax,
        "Total": overpayment.total,
        "CurrencyCode": overpayment.currency,
        "CurrencyRate": overpayment.rate,
        "RemainingCredit": overpayment.due,
        "AppliedAmount": overpayment.allocated + overpayment.paid,
        "HasAttachments": False,
        "UpdatedDateUTC": ms_moment(overpayment.updated_at),
    }
    if not summary:
        shown["LineItems"] = [line_json(line, unit_places) for line in overpayment.lines]
        shown["Payments"] = payments_json(overpayment)
        shown["Allocations"] = allocations_json(overpayment)
    return shown


def bank_transfer_json(transfer: BankTransfer, organisation: Organisation) -> JsonObject:
    """Money moved between two bank accounts, with the ids of its two sides."""
    return {
        "BankTransferID": transfer.transfer_id,
        "FromBankAccount": _account(organisation, transfer.spent.account_code),
        "ToBankAccount": _account(organisation, transfer.received.account_code),
        "Amount": transfer.amount,
        **days_json("Date", transfer.day),
        "CurrencyRate": transfer.rate,
        "FromBankTransactionID": transfer.spent.transaction_id,
        "ToBankTransactionID": transfer.received.transaction_id,
        "FromIsReconciled": False,
        "ToIsReconciled": False,
        "Reference": transfer.reference,
        "Status": transfer.status,
        "HasAttachments": False,
        "CreatedDateUTC": ms_moment(transfer.created_at),
    }


def journal_json(journal: ManualJournal, *, summary: bool = False) -> JsonObject:
    """A manual journal. `summary` leaves out the lines."""
    shown: JsonObject = {
        "ManualJournalID": journal.journal_id,
        "Narration": journal.narration,
        **days_json("Date", journal.day),
        "LineAmountTypes": journal.line_amount_types,
        "Status": journal.status,
        "ShowOnCashBasisReports": journal.on_cash_basis,
        "HasAttachments": False,
        "UpdatedDateUTC": ms_moment(journal.updated_at),
    }
    if journal.url:
        shown["Url"] = journal.url
    if not summary:
        shown["JournalLines"] = [_journal_line_json(line) for line in journal.lines]
    return shown


def _journal_line_json(line: JournalLine) -> JsonObject:
    return {
        "LineAmount": line.line_amount,
        "AccountCode": line.account_code,
        "AccountID": line.account_id,
        "Description": line.description,
        "TaxType": line.tax_type,
        "TaxAmount": line.tax_amount,
        "Tracking": tracking_json(line.tracking),
        "IsBlank": False,
    }
