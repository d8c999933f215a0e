"""One organisation of the sandbox: its chart, rates, settings and records, and how to find things in them."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from embedded_app.sandbox.xero import ledger, reports
from embedded_app.sandbox.xero.bank_records import (
    BankTransaction,
    BankTransfer,
    ManualJournal,
    TrackingCategory,
    TrackingOption,
)
from embedded_app.sandbox.xero.companies import Account, Company, TaxRate, open_accounts, open_tax_rates
from embedded_app.sandbox.xero.records import (
    OVERPAYMENT,
    Allocation,
    Contact,
    Document,
    DocumentKind,
    Payment,
)


@dataclass(slots=True)
class Records:
    """Everything the API writes in one organisation; copied and put back where a refused batch must leave no trace."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    allocations: dict[str, Allocation] = field(default_factory=dict)
    overpayments: dict[str, Document] = field(default_factory=dict)
    bank_transactions: dict[str, BankTransaction] = field(default_factory=dict)
    bank_transfers: dict[str, BankTransfer] = field(default_factory=dict)
    journals: dict[str, ManualJournal] = field(default_factory=dict)


class Organisation:
    """The books of one tenant.

    Settings are plain attributes that tests may change: `period_lock`, `year_lock` (the last locked day or None),
    `currencies` (subscribed, base included), `day_rates` (what Xero looks up where no rate is sent: units of a currency
    per unit of base currency, the same on all days; none unless set), and the statuses of accounts, tax rates, tracking
    and contacts.
    """

    def __init__(self, company: Company, *, new_id: Callable[[], str], now: datetime) -> None:
        self.new_id = new_id
        self.tenant_id = new_id()
        self.organisation_id = self.tenant_id
        self.company = company
        self.name = company.name
        self.base_currency = company.base_currency
        self.currencies = {company.base_currency, *company.currencies}
        self.day_rates: dict[str, Decimal] = {}
        self.period_lock: date | None = None
        self.year_lock: date | None = None
        self.sales_tax_basis = company.sales_tax_basis
        self.short_code = "!" + self.tenant_id[:5].upper()
        self.created_at = now
        self.accounts: dict[str, Account] = {account.code: account for account in open_accounts(company)}
        for account in self.accounts.values():
            account.account_id = new_id()
            account.currency = account.currency or company.base_currency
        self.tax_rates: dict[str, TaxRate] = {rate.tax_type: rate for rate in open_tax_rates(company)}
        self.tracking = [_open_tracking(name, options, new_id) for name, options in company.tracking]
        self.records = Records()
        for name in company.contacts:
            self.add_contact(name, now=now)

    def add_contact(self, name: str, *, now: datetime, status: str = "ACTIVE") -> Contact:
        """Add a contact by hand, as the bookkeeper would."""
        contact = Contact(contact_id=self.new_id(), name=name, updated_at=now, status=status)
        self.records.contacts[contact.contact_id] = contact
        return contact

    def contact(self, name: str) -> Contact:
        """The first contact of this name. Raises LookupError."""
        for contact in self.records.contacts.values():
            if contact.name == name:
                return contact
        raise LookupError(f"{self.name} has no contact named {name!r}.")

    def document(self, number: str) -> Document:
        """The invoice or credit note with this number. Raises LookupError."""
        for kind in ("Invoice", "CreditNote"):
            found = self.records.numbers.get((kind, number))
            if found:
                return self.records.documents[found]
        raise LookupError(f"{self.name} has no invoice or credit note numbered {number!r}.")

    def documents(self) -> list[Document]:
        """Every invoice and credit note, in posting order, drafts and voided ones included."""
        return list(self.records.documents.values())

    def payments(self) -> list[Payment]:
        """Every payment in posting order, deleted ones included."""
        return list(self.records.payments.values())

    def allocations(self) -> list[Allocation]:
        """Every allocation in posting order, deleted ones included."""
        return list(self.records.allocations.values())

    def overpayments(self) -> list[Document]:
        """Every overpayment in posting order."""
        return list(self.records.overpayments.values())

    def bank_transactions(self) -> list[BankTransaction]:
        """Every bank transaction in posting order, overpayments, sides of transfers and deleted ones included."""
        return list(self.records.bank_transactions.values())

    def bank_transfers(self) -> list[BankTransfer]:
        """Every bank transfer in posting order, deleted ones included."""
        return list(self.records.bank_transfers.values())

    def journals(self) -> list[ManualJournal]:
        """Every manual journal in posting order, drafts and voided ones included."""
        return list(self.records.journals.values())

    def entries(self) -> list[ledger.Entry]:
        """The general ledger: one balanced entry for everything that stands, in order of days."""
        return ledger.entries(self)

    def balances(self) -> dict[str, Decimal]:
        """Account code → balance in base currency, debits positive; only accounts that moved. They sum to zero."""
        return reports.balances(self.entries())

    def trial_balance(self, on: date) -> dict[str, Decimal]:
        """The balances at the end of a day."""
        return reports.balances(self.entries(), on=on)

    def bank_balances(self) -> dict[str, Decimal]:
        """Bank account code → balance in the account's own currency; only accounts that moved."""
        banks = {account.code for account in self.accounts.values() if account.type == "BANK"}
        return reports.own_balances(self.entries(), banks)

    def account_transactions(self, code: str, first: date, last: date) -> list[reports.AccountRow]:
        """Everything on one account from the first day to the last, in order of days."""
        return reports.account_transactions(self.entries(), code, first, last)

    def vat(self) -> dict[str, reports.TaxTotal]:
        """Tax type → net and tax of all that stands, sales positive, credits and purchases negative, in base."""
        return reports.tax_totals(self.entries())

    def vat_report(self, first: date, last: date) -> dict[str, reports.TaxTotal]:
        """The same for a period, by the documents' dates (accrual basis)."""
        return reports.tax_totals(self.entries(), first, last)

    def receivables(self, on: date) -> dict[str, Decimal]:
        """Contact name → what it owes at the end of a day in base currency; they sum to the receivables' balance."""
        return reports.receivables(self.entries(), self.system_codes()["DEBTORS"], on)

    def system_codes(self) -> dict[str, str]:
        """SystemAccount → account code: DEBTORS, GST, ROUNDING and the others."""
        return {account.system: account.code for account in self.accounts.values() if account.system}

    def find(self, kind: DocumentKind, id_or_number: str) -> Document | None:
        """The document of this kind by id or by number."""
        if kind == OVERPAYMENT:
            return self.records.overpayments.get(id_or_number.lower())
        known = self.records.numbers.get((kind.name, id_or_number), id_or_number.lower())
        document = self.records.documents.get(known)
        return document if document is not None and document.kind == kind else None

    def account_by_id(self, account_id: str) -> Account | None:
        """The account with this AccountID."""
        for account in self.accounts.values():
            if account.account_id == account_id:
                return account
        return None

    def lock_message(self, day: date, subject: str = "document") -> str | None:
        """Xero's sentence when `day` lies on or before a lock date, else None."""
        for name, lock in (("period lock date", self.period_lock), ("end of year lock date", self.year_lock)):
            if lock is not None and day <= lock:
                stated = f"{lock.day} {lock:%B %Y}"
                return f"The {subject} date cannot be before the {name}, currently set at {stated}."
        return None

    def locked(self, day: date) -> bool:
        """True when `day` lies on or before a lock date."""
        return self.lock_message(day) is not None


def _open_tracking(name: str, options: tuple[str, ...], new_id: Callable[[], str]) -> TrackingCategory:
    opened = [TrackingOption(option_id=new_id(), name=option) for option in options]
    return TrackingCategory(category_id=new_id(), name=name, options=opened)


def id_source(seed: int | None) -> Callable[[], str]:
    """A source of version 4 UUIDs: the same ones in the same order for the same seed, unpredictable for None."""
    source = random.Random(seed)  # ids of a sandbox, not secrets
    return lambda: str(uuid.UUID(int=source.getrandbits(128), version=4))
