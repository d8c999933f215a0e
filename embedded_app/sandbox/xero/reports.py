"""What tests and pages read of the ledger: trial balance, account transactions, tax by rate, receivables by contact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.sandbox.xero.ledger import Entry
from embedded_app.sandbox.xero.records import ZERO


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """Net and tax of one tax type in base currency; sales positive."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One movement of one account in base currency; `own` is its amount in the account's currency, debits positive."""

    day: date
    source: str
    name: str
    contact: str
    debit: Decimal
    credit: Decimal
    own: Decimal


def balances(entries: Iterable[Entry], *, on: date = date.max) -> dict[str, Decimal]:
    """Account code → balance at the end of a day, debits positive; accounts that nothing touched are left out."""
    accounts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if entry.day <= on:
            for posting in entry.postings:
                accounts[posting.account_code] += posting.amount
    return dict(accounts)


def own_balances(entries: Iterable[Entry], codes: set[str]) -> dict[str, Decimal]:
    """Account code → balance of these accounts, each in its own currency."""
    accounts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        for posting in entry.postings:
            if posting.account_code in codes:
                accounts[posting.account_code] += posting.own
    return dict(accounts)


def account_transactions(entries: Iterable[Entry], code: str, first: date, last: date) -> list[AccountRow]:
    """The movements of one account from the first day to the last."""
    return [
        AccountRow(
            day=entry.day,
            source=entry.source,
            name=entry.name,
            contact="" if entry.contact is None else entry.contact.name,
            debit=max(posting.amount, ZERO),
            credit=max(-posting.amount, ZERO),
            own=posting.own,
        )
        for entry in entries
        if first <= entry.day <= last
        for posting in entry.postings
        if posting.account_code == code
    ]


def tax_totals(entries: Iterable[Entry], first: date = date.min, last: date = date.max) -> dict[str, TaxTotal]:
    """Tax type → totals of a period on accrual basis, by the days of the documents."""
    totals: dict[str, TaxTotal] = {}
    for entry in entries:
        if first <= entry.day <= last:
            for taxed in entry.taxes:
                before = totals.get(taxed.tax_type, TaxTotal(ZERO, ZERO))
                totals[taxed.tax_type] = TaxTotal(before.net + taxed.net, before.tax + taxed.tax)
    return totals


def receivables(entries: Iterable[Entry], debtors: str, on: date) -> dict[str, Decimal]:
    """Contact name → what stands on receivables at the end of a day; contacts that owe nothing are left out."""
    contacts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if entry.day <= on and entry.contact is not None:
            for posting in entry.postings:
                if posting.account_code == debtors:
                    contacts[entry.contact.name] += posting.amount
    return {name: amount for name, amount in contacts.items() if amount}
