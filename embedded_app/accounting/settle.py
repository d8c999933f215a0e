"""Which tender settles which document: payments, refunds, overpayments, and what credit is allocated to.

Unposted tenders are taken moment by moment, each with the documents there were when it moved; one that has to wait is
tried again whenever a later document makes room. So what was posted first does not matter for what stays open.
Payments, refunds and overpayments stay where they are; allocations follow from what is left (allocations.py).

A store writes an agreement up to a second or so after the money of the same act. What was received beyond what was open
goes to an invoice of the next moment, as a payment or, where it had become an overpayment, as an allocation that stays
like one; and a refund for which there is credit takes its own credit note of the next moment before older ones.
A store tells whole seconds: what was received and refunded in the second of an invoice is taken as if it came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from embedded_app.accounting.allocations import (
    Pair,
    allocation_changes,
    pinned_allocations,
    standing_allocations,
    take,
    wanted_allocations,
)
from embedded_app.accounting.basis import Basis, next_role
from embedded_app.accounting.beyond import Beyond, given_for_good, is_of_next_moment
from embedded_app.accounting.currency import base_amount, settled_amounts, settled_nothing, wrong_account_currency
from embedded_app.accounting.days import TRAILING, first_open_day
from embedded_app.accounting.documents import Document, DocumentKind, Held, History, Settlement, SettlementKind
from embedded_app.accounting.ledgers import SINCE_EVER, moments_of
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.money import ZERO
from embedded_app.accounting.money_documents import currency_difference, overpayment, tender_reference
from embedded_app.accounting.order import Tender, TenderKind
from embedded_app.accounting.tenders import (
    changed_tenders,
    is_bank,
    net_tenders,
    no_account_for_gains,
    overpaid,
    posted_amounts,
    refund_of_locked_credit,
    refund_without_document,
)

_CREDIT = (DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What to settle now, in posting order; documents go before settlements.

    documents: overpayments and currency differences. held: with a tender_id that tender waits, else the whole order.
    """

    documents: tuple[Document, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    held: tuple[Held, ...] = ()


def settle(basis: Basis, documents: Sequence[Document], history: History) -> Settled:
    """Settle an order's documents (all of them, in order of decision) on top of what was settled before.

    The mapping must have an account for the gateway of every tender that is not posted yet.
    """
    tenders, held = net_tenders(basis.order)
    posted = posted_amounts(documents, history.settlements)
    changed = changed_tenders(basis.order, tenders, posted)
    if changed:
        return Settled(held=changed)
    desk = _Desk(basis, documents, history)
    waiting = desk.take_in([tender for tender in tenders if tender.id not in posted])
    held += [desk.why_it_waits(tender) for tender in waiting]
    removals, made, locked = desk.allocate()
    return Settled(documents=tuple(desk.made), settlements=(*removals, *desk.money, *made), held=(*held, *locked))


class _Desk:
    """An order's open documents while its tenders are taken in.

    due, credit: what is open on invoices and on credit, before allocations that can be taken back. moments: since when
    each document can be paid or refunded; arrived: the last of them so far. beyond: what was received beyond what was
    open and is no overpayment yet. given: what overpayments gave to invoices of the next moment. refunded: out of which
    credit. made, money: to come.
    """

    def __init__(self, basis: Basis, documents: Sequence[Document], history: History) -> None:
        self.basis, self.settled = basis, history.settlements
        self.documents = {one.role: one for one in documents if one.kind is not DocumentKind.VOID}
        voided = {one.reverses for one in documents if one.kind is DocumentKind.VOID}
        self.due = {
            role: one.total
            for role, one in self.documents.items()
            if one.kind is DocumentKind.INVOICE and role not in voided
        }
        self.credit = {role: one.total for role, one in self.documents.items() if one.kind in _CREDIT}
        for settlement in self.settled:
            if settlement.kind is SettlementKind.PAYMENT:
                self.due[settlement.role] -= settlement.amount
            elif settlement.kind is SettlementKind.REFUND:
                self.credit[settlement.role] -= settlement.amount
        self.standing = standing_allocations(self.settled)
        self.moments = moments_of(basis.order, self.documents.values())
        given = given_for_good(self.standing, self.documents, self.moments)
        pinned = pinned_allocations(self.standing, self.documents, basis.books)
        self.pinned = {pair: amount for pair, amount in pinned.items() if pair not in given}
        for (credit, invoice), amount in (given | pinned).items():
            self.credit[credit] -= amount
            self.due[invoice] -= amount
            del self.standing[credit, invoice]
        self.beyond = Beyond()
        self.given: dict[Pair, Decimal] = {}
        self.refunded: list[tuple[str, Decimal]] = []
        self.settled_amounts = settled_amounts(basis.order, basis.shop)
        self.made: list[Document] = []
        self.money: list[Settlement] = []
        self.reasons: dict[str, Held] = {}
        self.arrived = SINCE_EVER

    def take_in(self, tenders: Sequence[Tender]) -> list[Tender]:
        """Place each tender, oldest first; returns those that have to wait."""
        arrivals = sorted(set(self.moments.values()), reverse=True)
        waiting: list[Tender] = []
        for tender in tenders:
            while arrivals and arrivals[-1] < tender.processed_at:
                waiting = self.arrive(arrivals.pop(), waiting)
            if not self.place(tender, now=tender.processed_at):
                waiting.append(tender)
            elif tender.kind is TenderKind.RECEIVED:  # what was too much is credit, which another may have waited for
                waiting = self.still_waiting(waiting, now=tender.processed_at)
        while arrivals:
            waiting = self.arrive(arrivals.pop(), waiting)
        self.keep_beyond()
        return waiting

    def arrive(self, now: datetime, waiting: Sequence[Tender]) -> list[Tender]:
        """What came to be at a moment takes up who waits, then what was received beyond what was open just before."""
        self.arrived = now
        left = self.still_waiting(waiting, now=now)
        for invoice in [role for role in self.due if self.moments[role] == now]:
            for credit in self.oldest_first(self.credit):
                amount = min(self.credit[credit], self.due[invoice])
                if amount > 0 and is_of_next_moment(now, self.moments[credit], self.documents[credit].kind):
                    self.credit[credit] -= amount
                    self.due[invoice] -= amount
                    self.given[credit, invoice] = amount
            for tender, amount in self.beyond.take(self.due[invoice], now):
                self.due[invoice] -= amount
                self.money.append(self.settlement(tender, invoice, amount, None))
        return left

    def keep_beyond(self) -> None:
        """Make overpayments of what was received beyond what was open."""
        for tender, over in self.beyond.take_all():
            role = next_role("O", self.documents)
            self.add(overpayment(self.basis, tender, over, role))
            self.credit[role], self.moments[role] = over, tender.processed_at

    def still_waiting(self, tenders: Sequence[Tender], *, now: datetime) -> list[Tender]:
        return [tender for tender in tenders if not self.place(tender, now=now)]

    def place(self, tender: Tender, *, now: datetime) -> bool:
        """Settle a tender with the documents there are at a moment; whether there was room for all of it."""
        if not self.basis.takes_money_on(self.account_of(tender)):
            self.reasons[tender.id] = wrong_account_currency(self.basis, tender)
            return False
        if tender.kind is TenderKind.RECEIVED:
            return self.receive(tender)
        if self.credit_at(now) + self.beyond.total < tender.amount:
            return False
        self.keep_beyond()
        return self.pay_back(tender, self.refundable(tender, now))

    def credit_at(self, now: datetime) -> Decimal:
        """What credit there was at a moment, less what refunds before it took from credit notes of the next one."""
        there = sum((amount for role, amount in self.credit.items() if self.moments[role] <= now), ZERO)
        return there - sum((taken for role, taken in self.refunded if self.moments[role] > now), ZERO)

    def receive(self, tender: Tender) -> bool:
        """Pay the invoices that have arrived, oldest first, and keep what is beyond them where Xero can."""
        roles = [role for role in self.oldest_first(self.due) if self.moments[role] <= self.arrived]
        over = tender.amount - sum((self.due[role] for role in roles), ZERO)
        if over > 0 and not self.takes_overpayments(tender):
            return False
        parts = take(dict(self.due), roles, tender.amount)
        bank_amounts = self.bank_amounts(tender, parts)
        if any(one is not None and one <= 0 for one in bank_amounts):
            self.reasons[tender.id] = settled_nothing(self.basis, tender, self.moved_in_shop(tender) or ZERO)
            return False
        for (role, amount), bank_amount in zip(parts, bank_amounts, strict=True):
            self.due[role] -= amount
            self.money.append(self.settlement(tender, role, amount, bank_amount))
        if over > 0:
            self.beyond.add(tender, over)
        return True

    def bank_amounts(self, tender: Tender, parts: Sequence[tuple[str, Decimal]]) -> list[Decimal | None]:
        """What each part of a payment moved on its account, in all what was settled; None in the account's currency.

        The last gets what rounding left, or the largest where that is nothing, of which Xero takes no payment.
        """
        settled = self.moved_in_shop(tender)
        if settled is None:
            return [None] * len(parts)
        shares = [self.in_base(role, amount) for role, amount in parts]
        left = settled - sum(shares, ZERO)
        shares[-1 if shares[-1] + left > 0 else shares.index(max(shares))] += left
        return list(shares)

    def pay_back(self, tender: Tender, roles: Sequence[str]) -> bool:
        parts = take(dict(self.credit), roles, tender.amount)
        settled = self.moved_in_shop(tender)
        if settled is not None and settled <= 0:
            self.reasons[tender.id] = settled_nothing(self.basis, tender, settled)
            return False
        gains = self.basis.mapping.special.get(SpecialAccount.CURRENCY_GAINS)
        in_base = [None if settled is None else self.in_base(role, amount) for role, amount in parts]
        difference = ZERO if settled is None else sum((one or ZERO for one in in_base), ZERO) - settled
        if difference and gains is None:
            self.reasons[tender.id] = no_account_for_gains(self.basis.order, tender)
            return False
        for (role, amount), bank_amount in zip(parts, in_base, strict=True):
            self.credit[role] -= amount
            self.refunded.append((role, amount))
            self.money.append(self.settlement(tender, role, amount, bank_amount))
        if difference and gains is not None:
            role = next_role("G", self.documents)
            self.add(currency_difference(self.basis, tender, difference, role, against=gains))
        return True

    def allocate(self) -> tuple[list[Settlement], list[Settlement], list[Held]]:
        """What to take back, what to allocate, and what of it is held, once all tenders are placed."""
        due = {role: self.due[role] for role in self.oldest_first(self.due)}
        credit = {role: self.credit[role] for role in self.oldest_first(self.credit)}
        wanted = wanted_allocations(due, credit) | self.given
        return allocation_changes(self.basis, self.documents, self.settled, self.standing, wanted)

    def why_it_waits(self, tender: Tender) -> Held:
        if tender.id in self.reasons:
            return self.reasons[tender.id]
        order, lock_date = self.basis.order, self.basis.books.lock_date
        if tender.kind is TenderKind.RECEIVED:
            return overpaid(order, tender, sum(self.due.values(), ZERO), foreign=self.basis.shop is not None)
        left = sum(self.credit.values(), ZERO)
        if lock_date is not None and left < tender.amount <= left + sum(self.pinned.values(), ZERO):
            return refund_of_locked_credit(order, tender, lock_date)
        return refund_without_document(order, tender, left)

    def oldest_first(self, open_amounts: dict[str, Decimal]) -> list[str]:
        return sorted(open_amounts, key=self.moments.__getitem__)  # stable: ties keep the order of decision

    def refundable(self, tender: Tender, now: datetime) -> list[str]:
        """Credit as a refund takes it: newest first of what was written by the next moment, then what is there now."""
        roles = self.oldest_first(self.credit)
        known = [role for role in roles if self.moments[role] <= tender.processed_at + TRAILING]
        return known[::-1] + [role for role in roles[len(known) :] if self.moments[role] <= now]

    def takes_overpayments(self, tender: Tender) -> bool:
        """Xero keeps an overpayment on a bank account, in that account's currency (RECEIVE-OVERPAYMENT)."""
        return self.basis.shop is None and is_bank(self.account_of(tender), self.basis.mapping, self.basis.books)

    def account_of(self, tender: Tender) -> str:
        return self.basis.mapping.gateways[tender.gateway]

    def moved_in_shop(self, tender: Tender) -> Decimal | None:
        """What a tender moved on its account in the shop's currency; None on one in the documents' own currency."""
        kept_in = self.basis.books.currency_of(self.account_of(tender))
        return None if kept_in == self.basis.order.currency else self.settled_amounts.get(tender.id)

    def in_base(self, role: str, amount: Decimal) -> Decimal:
        return base_amount(amount, self.documents[role])

    def add(self, document: Document) -> None:
        self.documents[document.role] = document
        self.made.append(document)

    def settlement(self, tender: Tender, role: str, amount: Decimal, bank_amount: Decimal | None) -> Settlement:
        day, document = self.basis.order.local_day(tender.processed_at), self.documents[role]
        kind = SettlementKind.PAYMENT if tender.kind is TenderKind.RECEIVED else SettlementKind.REFUND
        return Settlement(
            kind=kind,
            role=role,
            amount=amount,
            date=first_open_day(max(day, document.date), self.basis.books),
            reference=tender_reference(document.number, tender, day, self.basis),
            tender_id=tender.id,
            account=self.account_of(tender),
            bank_amount=bank_amount,
        )
