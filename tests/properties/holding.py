"""Whether a decision to hold is true: each cause judged again, from the order, the mapping and the books alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from embedded_app.accounting.documents import DocumentKind, Held, SettlementKind
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import Order, SaleLine, TenderKind
from tests.books_lines import places
from tests.books_model import CREDIT
from tests.properties import ledgers
from tests.properties.ledgers import OUTSIDE_TAX
from tests.properties.lives import ZERO
from tests.properties.posted import TRAILING, Posted

CENT = Decimal("0.01")


def check_holds(done: Posted) -> None:
    """Every reason given is true, and nothing was posted that must not be. Fails with the reason that is not."""
    for one in done.last.held:
        judge = (TENDER_CAUSES if one.tender_id else ORDER_CAUSES).get(one.cause)
        assert judge is not None, f"an order of this store cannot be held for this: {one}"
        assert judge(done, one), f"this is not true: {one}"
        assert one.sentence.endswith(".") and one.subject
    if not (done.held or done.last.waiting or done.last.nothing or done.life.order.test or done.is_before_start):
        order = ledgers.booked(done.life)
        lines = [one for one in ledgers.sale_lines(order) if ledgers.books_something(one, done.life.mapping)]
        assert not any(_unclear_collector(line) for line in lines)
        assert not _is_tax_far_off(done, order)


def _unclear_collector(line: SaleLine) -> bool:
    return line.kind not in OUTSIDE_TAX and any(tax.marketplace is None for tax in line.taxes)


def _is_unmapped_tax(done: Posted, held: Held) -> bool:
    order, mapping = ledgers.booked(done.life), done.life.mapping
    return any(
        line.kind not in OUTSIDE_TAX and ledgers.key_of(order, line) not in mapping.taxes
        for line in ledgers.sale_lines(order)
    )


def _is_marketplace_unclear(done: Posted, held: Held) -> bool:
    lines = list(ledgers.sale_lines(ledgers.booked(done.life)))
    collected = any(tax.marketplace for line in lines for tax in line.taxes)
    return any(_unclear_collector(line) for line in lines) or (collected and _is_unmapped_tax(done, held))


def _is_unmapped_account(done: Posted, held: Held) -> bool:
    mapping, order = done.life.mapping, ledgers.booked(done.life)
    lines = list(ledgers.sale_lines(order))
    needed = {
        SpecialAccount.DISCOUNTS: any(ledgers.shown_discount(line, mapping) for line in lines),
        SpecialAccount.PROMOTIONS: any(line.face_value not in (None, line.gross) for line in lines),
        SpecialAccount.MARKETPLACE_TAX: any(tax.marketplace for line in lines for tax in line.taxes),
        SpecialAccount.BEFORE_START: done.is_before_start,
        SpecialAccount.CURRENCY_GAINS: order is not done.life.order,
    }
    for special, is_needed in needed.items():
        if held.subject == special.value:
            return is_needed and special not in mapping.special
    kinds = {line.kind.value for line in lines} - {kind.value for kind in mapping.accounts}
    return held.subject in kinds


def _is_unmapped_gateway(done: Posted, held: Held) -> bool:
    used = {tender.gateway for tender in done.life.order.tenders}
    return held.subject in used - set(done.life.mapping.gateways)


def _is_fraction(done: Posted, held: Held) -> bool:
    lines = ledgers.sale_lines(ledgers.booked(done.life))
    return any(places(amount) > 2 for line in lines for amount in (line.gross, line.tax))


def _is_separate_fraction(done: Posted, held: Held) -> bool:
    lines = ledgers.sale_lines(ledgers.booked(done.life))
    return any(places(tax.amount) > 2 for line in lines for tax in line.taxes)


def _is_tender_fraction(done: Posted, held: Held) -> bool:
    return any(places(tender.amount) > 2 for tender in ledgers.booked(done.life).tenders)


def _is_foreign(done: Posted, held: Held) -> bool:
    """A currency the organisation does not use, or one whose rate nothing in the order tells.

    No store tells a rate between two currencies that are both foreign, nor what money without a document is worth.
    """
    order, books, shop = ledgers.booked(done.life), done.life.books, done.life.order
    is_rate_told = any(line.gross or line.discount for line in ledgers.sale_lines(order))
    is_shop_foreign = shop.currency != books.base_currency and (order is not shop or done.is_before_start)
    return order.currency not in books.currencies | {books.base_currency} or is_shop_foreign or not is_rate_told


def _is_account_foreign(done: Posted, held: Held) -> bool:
    """A gateway's account is kept in a currency the order is not told in."""
    assert done.is_before_start or held.tender_id, "only the payment waits"
    account = done.life.mapping.gateways[held.subject]
    if done.is_before_start:
        return done.life.books.currency_of(account) != done.life.order.currency
    return not ledgers.takes_money_on(done.life, account)


def _is_settled_nothing(done: Posted, held: Held) -> bool:
    """A payment moved less of the shop's money than a cent for each document there is."""
    tender = next(one for one in ledgers.booked(done.life).tenders if one.id == held.tender_id)
    return tender.settled is not None and tender.settled <= CENT * len(done.history.documents)


def _is_discount_fraction(done: Posted, held: Held) -> bool:
    return any(places(line.discount) > 2 for line in ledgers.sale_lines(ledgers.booked(done.life)))


def _is_above_value(done: Posted, held: Held) -> bool:
    lines = ledgers.sale_lines(ledgers.booked(done.life))
    return any(line.face_value is not None and abs(line.face_value) < abs(line.gross) for line in lines)


def _is_without_customer(done: Posted, held: Held) -> bool:
    order = done.life.order
    return order.terms is not None and order.customer is None and done.life.mapping.contacts_terms == "customer"


def _is_closed(done: Posted, held: Held) -> bool:
    """The setting is to hold, and something of the order lies in the closed period."""
    order, lock_date = done.life.order, done.life.chart.lock_date
    moments = [one.happened_at for one in order.agreements] + [one.processed_at for one in order.tenders]
    is_closed = lock_date is not None and any(order.local_day(moment) <= lock_date for moment in moments)
    return is_closed and done.life.mapping.locked == "hold"


def _is_old_invoice(done: Posted, held: Held) -> bool:
    return done.is_before_start and done.life.mapping.before_start == "invoice"


def _has_locked_pair(done: Posted, held: Held) -> bool:
    """Credit would go to an invoice in a closed period, and no money tells an account to lead it through."""
    lock_date, order = done.life.chart.lock_date, done.life.order
    accounts = [done.life.mapping.gateways.get(one.gateway) for one in order.tenders]
    through = [one for one in accounts if one and ledgers.takes_money_on(done.life, one)]
    return lock_date is not None and not through


def _is_tax_far_off(done: Posted, held: Held | Order) -> bool:
    """Some agreement's tax, on one side of it, is off Xero's by more than a smallest unit for each tax of each unit.

    Only what is told to Xero at a rate counts, on either side of the comparison.
    """
    order, mapping = ledgers.booked(done.life), done.life.mapping
    whole = all(places(line.gross) == 0 for line in ledgers.sale_lines(order)) and order.currency == "JPY"
    for agreement in order.agreements:
        for sign in (1, -1):
            off, rounded = ZERO, 0
            for line in (one for one in agreement.lines if one.gross * sign > 0):
                if line.kind in OUTSIDE_TAX or ledgers.is_price_reduction(line, mapping):
                    continue
                if ledgers.rule_of(order, line, mapping).strategy == "rate":
                    rates = [tax.rate for tax in line.taxes if tax.rate]
                    net = (line.gross / (1 + sum(rates, ZERO))).quantize(CENT, ROUND_HALF_UP)
                    off += abs(line.tax - (line.gross - net))
                    rounded += max(1, abs(line.quantity)) * len(rates)
            if off > rounded * (1 if whole else CENT):
                return True
    return False


def _is_received_beyond(done: Posted, held: Held) -> bool:
    """All that is unpaid, or could be again, is less than came, and the account cannot keep an overpayment."""
    order = ledgers.booked(done.life)
    tender = next(one for one in order.tenders if one.id == held.tender_id)
    account = done.life.mapping.gateways[tender.gateway]
    keeps_it = account in (done.life.books.bank_accounts or ()) and order is done.life.order
    return not keeps_it and _left(done, DocumentKind.INVOICE) - _pinned(done) < _amount(done, held)


def _is_paid_back_beyond(done: Posted, held: Held) -> bool:
    """All credit there is, that already allocated included, is less than what was paid back."""
    return _left(done, *CREDIT) < _amount(done, held)


def _is_locked_away(done: Posted, held: Held) -> bool:
    """Without what is allocated within the closed period, the credit is less than what was paid back."""
    return _left(done, *CREDIT) - _pinned(done) < _amount(done, held) <= _left(done, *CREDIT)


def _is_gain_unmapped(done: Posted, held: Held) -> bool:
    mapping = done.life.mapping
    return mapping.currency == "presentment" and SpecialAccount.CURRENCY_GAINS not in mapping.special


def _is_bare_change(done: Posted, held: Held) -> bool:
    tenders = done.life.order.tenders
    change = next(one for one in tenders if one.id == held.tender_id)
    return change.parent_id not in {one.id for one in tenders if one.kind is TenderKind.RECEIVED}


def _is_rounding_unclear(done: Posted, held: Held) -> bool:
    """Cash was rounded, and an agreement is so close to a payment that nobody knows what it was to pay for."""
    order = ledgers.booked(done.life)
    return any(one.rounding for one in order.tenders) and any(
        abs(one.processed_at - agreement.happened_at) <= TRAILING
        for one in order.tenders
        for agreement in order.agreements[1:]
    )


def _left(done: Posted, *kinds: DocumentKind) -> Decimal:
    """What money left open on documents of these kinds, allocations left aside, as they can be taken back.

    But not what an overpayment gave to an invoice of the next moment: that is as if it had been paid there.
    """
    roles = {role: one for (_, role), one in done.model.entries.items() if one.document.kind in kinds}
    total = sum((one.document.total for one in roles.values() if not one.voided), ZERO)
    money = (SettlementKind.PAYMENT, SettlementKind.REFUND)
    moved = [one.amount for one in done.history.settlements if one.kind in money and one.role in roles]
    moved += [one.amount for one in done.given_at_once if {one.role, one.to_role} & roles.keys()]
    return total - sum(moved, ZERO)


def _pinned(done: Posted) -> Decimal:
    """What is allocated within the closed period, where it cannot be taken back."""
    lock_date = done.life.chart.lock_date
    locked = (one for one in done.model.standing() if lock_date and one.date <= lock_date)
    return sum((one.amount for one in locked if one not in done.given_at_once), ZERO)


def _amount(done: Posted, held: Held) -> Decimal:
    return abs(ledgers.moved(done.life, ledgers.booked(done.life), set())[str(held.tender_id)])


Judge = Callable[[Posted, Held], bool]
ORDER_CAUSES: dict[str, Judge] = {
    "unmapped tax": _is_unmapped_tax,
    "unmapped account": _is_unmapped_account,
    "unmapped gateway": _is_unmapped_gateway,
    "marketplace tax": _is_marketplace_unclear,
    "fraction of a cent": _is_fraction,
    "tax of its own": _is_separate_fraction,
    "tender amount": _is_tender_fraction,
    "foreign currency": _is_foreign,
    "account currency": _is_account_foreign,
    "discount": _is_discount_fraction,
    "gift card above its value": _is_above_value,
    "no customer": _is_without_customer,
    "closed period": _is_closed,
    "placed before start date": _is_old_invoice,
    "locked allocation": _has_locked_pair,
    "cash rounding": _is_rounding_unclear,
    "tax differs": _is_tax_far_off,
}
TENDER_CAUSES: dict[str, Judge] = {
    "account currency": _is_account_foreign,
    "settled nothing": _is_settled_nothing,
    "received beyond what is open": _is_received_beyond,
    "refund without document": _is_paid_back_beyond,
    "locked allocation": _is_locked_away,
    "unmapped account": _is_gain_unmapped,
    "change without payment": _is_bare_change,
}
