"""Xero's books in memory, strict, for tests of the pure core: written apart from what decides what is posted.

It takes documents and settlements in posting order and refuses what Xero refuses: closed periods, amounts beyond what
is open, wrong statuses, currencies, accounts and tax types, figures with too many decimals, taken numbers. Each line is
reckoned by Xero's own arithmetic from what is sent (quantity, unit amount, tax type, TaxAmount), never from what the
core says it comes to; where the two differ, `differences` tells it, as Xero's answer would.
Where Xero's behaviour is not known for sure, the strict reading is taken.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Settlement, SettlementKind
from tests.books_lines import Organisation, Refused, check_amount, round2

ZERO = Decimal(0)
SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
CREDIT = (DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)
MONEY = (DocumentKind.SPEND_MONEY, DocumentKind.RECEIVE_MONEY)
PAYABLE = (*SALES, DocumentKind.OVERPAYMENT)


@dataclass(kw_only=True)
class Entry:
    """A document as the books keep it.

    open: what may still be paid, refunded or allocated, in its own currency; open_base: the same on receivables, in the
    base currency. reckoned: each line with its amount and tax as Xero makes them. moves, taxes: what it did to the
    accounts (debit positive) and to the tax types, in base currency.
    """

    document: Document
    open: Decimal = ZERO
    open_base: Decimal = ZERO
    voided: bool = False
    reckoned: list[tuple[DocumentLine, Decimal, Decimal]] = field(default_factory=list)
    moves: list[tuple[str, Decimal]] = field(default_factory=list)
    taxes: list[tuple[str, Decimal]] = field(default_factory=list)


class BooksModel:
    """One organisation's books. Amounts by account are in base currency, debits positive.

    accounts: balances. tax: owed by tax type. money: what payments, overpayments and bank transactions brought to each
    account, in its own currency. differences: documents whose total or tax comes out otherwise than the core said.
    """

    def __init__(self, chart: Chart, day_rates: dict[str, Decimal] | None = None) -> None:
        self.organisation = Organisation(chart, day_rates or {})
        self.lock_date = chart.lock_date
        self.accounts: dict[str, Decimal] = defaultdict(Decimal)
        self.tax: dict[str, Decimal] = defaultdict(Decimal)
        self.money: dict[str, Decimal] = defaultdict(Decimal)
        self.differences: list[str] = []
        self.entries: dict[tuple[str, str], Entry] = {}
        self._names: set[tuple[str, str]] = set()
        # With what it took of the invoice, and gave of the credit, in base currency.
        self._allocations: dict[tuple[str, str, str, int], tuple[Settlement, Decimal, Decimal]] = {}

    def post(self, group: str, document: Document) -> None:
        """Take one document of a group. Raises Refused."""
        self._check_day(document.date)
        if document.kind is DocumentKind.VOID:
            self._void(self._entry(group, document.reverses or ""), document)
            return
        self._check_heading(document)
        entry = Entry(document=document)
        if document.kind is DocumentKind.JOURNAL:
            self._journal(entry)
        elif document.kind is DocumentKind.OVERPAYMENT:
            self._overpayment(entry)
        else:
            self._sale_or_money(entry)
        if (group, document.role) in self.entries:
            raise Refused(f"{group} has a document {document.role} already")
        self._book(entry)
        self.entries[group, document.role] = entry

    def settle(self, group: str, settlement: Settlement) -> None:
        """Take one payment, refund, allocation or removal of an allocation. Raises Refused."""
        check_amount(settlement.amount, settlement.reference)
        entry = self._open_entry(group, settlement.role)
        if settlement.kind is SettlementKind.ALLOCATION_REMOVAL:
            self._remove(group, entry, settlement)
            return
        self._check_day(settlement.date)
        if settlement.date < entry.document.date:
            raise Refused(f"{settlement.reference} is dated before {entry.document.number}")
        if settlement.kind is SettlementKind.ALLOCATION:
            self._allocate(group, entry, settlement)
        else:
            self._pay(entry, settlement)

    def open_amounts(self) -> dict[str, Decimal]:
        """What is open by number: positive on invoices, negative on credit; settled and voided ones left out."""
        sides = {one.document.number: 1 if one.document.kind is DocumentKind.INVOICE else -1 for one in self._payable()}
        return {one.document.number: sides[one.document.number] * one.open for one in self._payable() if one.open}

    def balances(self) -> dict[str, Decimal]:
        """Balances by account, zeros left out."""
        return {account: amount for account, amount in self.accounts.items() if amount}

    def taxes(self) -> dict[str, Decimal]:
        """Tax owed by tax type, zeros left out."""
        return {tax_type: amount for tax_type, amount in self.tax.items() if amount}

    def gateways(self) -> dict[str, Decimal]:
        """Money by clearing or liability account, zeros left out."""
        return {account: amount for account, amount in self.money.items() if amount}

    def standing(self) -> list[Settlement]:
        """The allocations that were made and not removed."""
        return [made for made, _, _ in self._allocations.values()]

    def _check_heading(self, document: Document) -> None:
        if document.kind in SALES:
            self._take_name("number", document.number)
        else:
            self._take_name("reference", document.reference)
        self.organisation.check_heading(document)

    def _sale_or_money(self, entry: Entry) -> None:
        document = entry.document
        side = 1 if document.kind in (DocumentKind.INVOICE, DocumentKind.RECEIVE_MONEY) else -1
        total = total_tax = total_base = ZERO
        for line in document.lines:
            amount, tax = self.organisation.line(document, line)
            entry.reckoned.append((line, amount, tax))
            net, tax_base = self.organisation.base(document, amount - tax), self.organisation.base(document, tax)
            entry.moves.append((line.account, -side * net))
            if tax:
                entry.moves.append((self.organisation.system("GST"), -side * tax_base))
                entry.taxes.append((line.tax_type, side * tax_base))
            total, total_tax, total_base = total + amount, total_tax + tax, total_base + net + tax_base
        if total < 0 or (document.kind in MONEY and total == 0):
            raise Refused(f"{document.number} comes to {total}")
        if (total, total_tax) != (document.total, document.total_tax):
            ours, xeros = f"{document.total} / {document.total_tax}", f"{total} / {total_tax}"
            self.differences.append(f"{document.number}: {ours} was said, Xero says {xeros}")
        if document.kind in MONEY:
            account = self.organisation.bank(document.account)
            if document.currency != self.organisation.currency(account):
                raise Refused(f"{document.number} is in another currency than account {document.account}")
            entry.moves.append((document.account or "", side * total_base))
            self.money[document.account or ""] += side * total
        else:
            entry.moves.append((self.organisation.system("DEBTORS"), side * total_base))
            entry.open, entry.open_base = total, total_base

    def _overpayment(self, entry: Entry) -> None:
        document = entry.document
        account = self.organisation.bank(document.account)
        if document.currency != self.organisation.currency(account):
            raise Refused(f"{document.number} is in another currency than account {document.account}")
        (line,) = document.lines
        amount = round2(line.quantity * line.unit_amount)
        if amount <= 0 or amount != document.total or line.account:
            raise Refused(f"overpayment {document.number} of {amount} on account {line.account!r}")
        base = self.organisation.base(document, amount)
        entry.moves += [(document.account or "", base), (self.organisation.system("DEBTORS"), -base)]
        entry.open, entry.open_base = amount, base
        self.money[document.account or ""] += amount

    def _journal(self, entry: Entry) -> None:
        document = entry.document
        if len(document.lines) < 2 or sum(line.gross for line in document.lines) != 0:
            raise Refused(f"The total debits must equal total credits in {document.number}")
        if document.currency != self.organisation.base_currency:
            raise Refused(f"journal {document.number} is in {document.currency}")
        for line in document.lines:
            account = self.organisation.journalled(line.account, document.number)
            check_amount(abs(line.gross), document.number)
            entry.moves.append((line.account, line.gross))
            if not account.system and account.takes_payments:  # a gateway's liability, which the store keeps too
                self.money[line.account] += line.gross

    def _void(self, entry: Entry, void: Document) -> None:
        document = entry.document
        if document.kind is not DocumentKind.INVOICE or entry.voided:
            raise Refused(f"{document.number} is no invoice that can be voided")
        if entry.open != document.total:
            raise Refused(f"{document.number} cannot be voided: it has payments or credit notes allocated to it")
        if self._is_locked(document.date):
            raise Refused(f"{document.number} lies in a closed period and cannot be voided")
        if void.total != document.total or void.number != document.number:
            raise Refused(f"the void of {document.number} says {void.total} for {void.number}")
        entry.moves = [(account, -amount) for account, amount in entry.moves]
        entry.taxes = [(tax_type, -amount) for tax_type, amount in entry.taxes]
        self._book(entry)
        entry.open, entry.voided = ZERO, True

    def _book(self, entry: Entry) -> None:
        assert not sum(amount for _, amount in entry.moves), "the model itself is out of balance"
        for account, amount in entry.moves:
            self.accounts[account] += amount
        for tax_type, amount in entry.taxes:
            self.tax[tax_type] += amount

    def _pay(self, entry: Entry, settlement: Settlement) -> None:
        is_payment = settlement.kind is SettlementKind.PAYMENT
        if is_payment != (entry.document.kind is DocumentKind.INVOICE):
            raise Refused(f"{settlement.reference}: a {settlement.kind} cannot go to {entry.document.number}")
        self._take_name(f"payment of {entry.document.number}", settlement.reference)
        account = self.organisation.paid_from(settlement.account)
        moved, moved_base = self._moved(entry, settlement, account)
        side, owed_base = (1 if is_payment else -1), self._take(entry, settlement.amount)
        self.money[settlement.account or ""] += side * moved
        self.accounts[settlement.account or ""] += side * moved_base
        self.accounts[self.organisation.system("DEBTORS")] -= side * owed_base
        self._gain(side * (moved_base - owed_base))

    def _moved(self, entry: Entry, settlement: Settlement, account: Account) -> tuple[Decimal, Decimal]:
        """What moves on the account: in its own currency, and in base currency."""
        document, banked = entry.document, settlement.bank_amount
        if self.organisation.currency(account) == document.currency:
            if banked not in (None, settlement.amount):
                raise Refused(f"{settlement.reference}: BankAmount {banked} for {settlement.amount} in one currency")
            return settlement.amount, self.organisation.base(document, settlement.amount)
        if banked is None or self.organisation.currency(account) != self.organisation.base_currency:
            raise Refused(f"{settlement.reference}: A currency rate must be specified")
        check_amount(banked, settlement.reference)
        return banked, banked

    def _allocate(self, group: str, entry: Entry, settlement: Settlement) -> None:
        other = self._open_entry(group, settlement.to_role or "")
        credit, invoice = entry.document, other.document
        if credit.kind not in CREDIT or invoice.kind is not DocumentKind.INVOICE:
            raise Refused(f"{credit.number} cannot be allocated to {invoice.number}")
        if (credit.contact, credit.currency) != (invoice.contact, invoice.currency):
            raise Refused(f"{credit.number} and {invoice.number} have not the same contact and currency")
        if settlement.date < invoice.date:
            raise Refused(f"allocation {settlement.reference} is dated before {invoice.number}")
        key = group, settlement.role, settlement.to_role or "", settlement.ordinal
        if key in self._allocations:
            raise Refused(f"allocation {settlement.reference} was made already")
        taken, given = self._take(other, settlement.amount), self._take(entry, settlement.amount)
        self._exchange(given - taken)
        self._allocations[key] = settlement, taken, given

    def _remove(self, group: str, entry: Entry, settlement: Settlement) -> None:
        other = self._open_entry(group, settlement.to_role or "")
        key = group, settlement.role, settlement.to_role or "", settlement.ordinal
        if key not in self._allocations or self._allocations[key][0].amount != settlement.amount:
            raise Refused(f"there is no allocation {settlement.reference} of {settlement.amount} to remove")
        made, taken, given = self._allocations.pop(key)
        if self._is_locked(made.date):
            raise Refused(f"allocation {settlement.reference} lies in a closed period")
        for one, base in ((other, taken), (entry, given)):
            one.open, one.open_base = one.open + settlement.amount, one.open_base + base
        self._exchange(taken - given)

    def _take(self, entry: Entry, amount: Decimal) -> Decimal:
        """Take an amount from what is open; returns what that is on receivables, in base currency."""
        if amount > entry.open:
            raise Refused(f"{amount} exceeds the amount outstanding on {entry.document.number}, {entry.open}")
        base = entry.open_base if amount == entry.open else self.organisation.base(entry.document, amount)
        entry.open -= amount
        entry.open_base -= base
        return base

    def _exchange(self, amount: Decimal) -> None:
        """What receivables gain by giving credit of one rate to a debt of another."""
        self.accounts[self.organisation.system("DEBTORS")] += amount
        self._gain(amount)

    def _gain(self, amount: Decimal) -> None:
        """Exchange gains are income, so a credit."""
        if amount:
            self.accounts[self.organisation.system("REALISEDCURRENCYGAIN")] -= amount

    def _entry(self, group: str, role: str) -> Entry:
        if (group, role) not in self.entries:
            raise Refused(f"{group} has no document {role} in Xero yet")
        return self.entries[group, role]

    def _open_entry(self, group: str, role: str) -> Entry:
        entry = self._entry(group, role)
        if entry.voided or entry.document.kind not in PAYABLE:
            raise Refused(f"Payments can only be made against Authorised documents, not {entry.document.number}")
        return entry

    def _payable(self) -> list[Entry]:
        return [one for one in self.entries.values() if one.document.kind in PAYABLE]

    def _check_day(self, day: datetime.date) -> None:
        if self._is_locked(day):
            raise Refused(f"The document date {day} cannot be before the period lock date, set at {self.lock_date}")

    def _is_locked(self, day: datetime.date) -> bool:
        return self.lock_date is not None and day <= self.lock_date

    def _take_name(self, kind: str, name: str) -> None:
        if (kind, name) in self._names:
            raise Refused(f"{kind} {name} must be unique")
        self._names.add((kind, name))
