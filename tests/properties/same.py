"""What was posted first never matters: two ways to post one life, compared."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import event

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from tests.properties import ledgers
from tests.properties.lives import ZERO
from tests.properties.posted import Posted

RECEIVABLES = "610"
EXCHANGE = (RECEIVABLES, "499", "500")  # gains are told by the rates of the documents that money and credit go to


def check_same(at_once: Posted, looked_at: Posted) -> None:
    """A life looked at more often makes the same books as one decided upon at once, to the cent.

    Where each look saw all that the store had recorded by then, that holds down to which payments wait and what is open
    on each document. `event` counts what is compared how, and the exceptions:

    Credit of several rates that was allocated part by part may leave a cent on receivables instead of exchange gains.
    Where a look parted a payment from the agreement of its moment, its cash rounding stands on a document of its own.
    A refund seen before its credit note, which the store wrote within seconds of it, stands on older credit.
    An entry heard of late may find its room taken, so that another payment waits or another document stays open; and an
    order that looked paid meanwhile stays posted. All accounts are then the same, counting in what waits; under several
    rates money and receivables in one sum, as a payment of another document is another base amount.
    """
    is_late = looked_at.is_out_of_order
    assert bool(at_once.held) is bool(looked_at.held)
    if at_once.held:  # what was posted before the reason came stands until it is mended
        event("same: held")
        return
    is_waiting, was_waiting = at_once.last.waiting is not None, looked_at.last.waiting is not None
    if is_late and is_waiting and not was_waiting:
        event("same: heard of late, looked paid meanwhile")
        return
    assert is_waiting is was_waiting
    assert at_once.model.taxes() == looked_at.model.taxes()
    if (is_late or looked_at.parts_a_refund) and ledgers.booked(at_once.life) is not at_once.life.order:
        _check_same_but_for_money(at_once, looked_at)
    else:
        assert _as_if_nothing_waited(at_once) == _as_if_nothing_waited(looked_at)
    if is_late:
        _tell_what_differs(at_once, looked_at, "heard of late")
    elif looked_at.parts_a_refund and _refunds(at_once) != _refunds(looked_at):
        _tell_what_differs(at_once, looked_at, "refund seen before its credit note")
    elif at_once.rounded_apart != looked_at.rounded_apart:
        _tell_what_differs(at_once, looked_at, "rounding seen apart")
    else:
        _check_same_by_document(at_once, looked_at)


def _check_same_but_for_money(at_once: Posted, looked_at: Posted) -> None:
    """All accounts but those of money and receivables, and those in one sum; where the same payments wait, both alone.

    Alone they are in the documents' currency, in which no rate moves a cent.
    """
    if at_once.held_tenders == looked_at.held_tenders:
        assert at_once.model.gateways() == looked_at.model.gateways()
        assert sum(_open_amounts(at_once).values(), ZERO) == sum(_open_amounts(looked_at).values(), ZERO)
    mine, theirs = _as_if_nothing_waited(at_once), _as_if_nothing_waited(looked_at)
    money = {RECEIVABLES, *at_once.life.mapping.gateways.values()}
    for books in (mine, theirs):
        books[RECEIVABLES] = sum((books.pop(account, ZERO) for account in money), ZERO)
    assert ledgers.without_zeros(mine) == ledgers.without_zeros(theirs)


def _check_same_by_document(at_once: Posted, looked_at: Posted) -> None:
    assert at_once.held_tenders == looked_at.held_tenders
    assert at_once.model.gateways() == looked_at.model.gateways()
    if ledgers.booked(at_once.life) is not at_once.life.order and _allocates(looked_at):
        event(f"same: {'equal' if at_once.model.balances() == looked_at.model.balances() else 'other'} exchange gains")
    else:
        assert at_once.model.balances() == looked_at.model.balances()
    event("same: by document")
    assert _open_amounts(at_once) == _open_amounts(looked_at)


def _tell_what_differs(at_once: Posted, looked_at: Posted, why: str) -> None:
    """Count how often it changes what waits, or what is open on which document."""
    others_wait = at_once.held_tenders != looked_at.held_tenders
    differs = _open_amounts(at_once) != _open_amounts(looked_at)
    event(f"same: {why}, {'others wait' if others_wait else 'documents differ' if differs else 'by document'}")


def _allocates(done: Posted) -> bool:
    return any(one.kind is SettlementKind.ALLOCATION for one in done.history.settlements)


def _refunds(done: Posted) -> set[tuple[str | None, str, Decimal]]:
    """Which money went back from which document; an overpayment is known by its payment."""
    names = {role: one.document.tender_id or role for (_, role), one in done.model.entries.items()}
    refunds = (one for one in done.history.settlements if one.kind is SettlementKind.REFUND)
    return {(one.tender_id, names[one.role], one.amount) for one in refunds}


def _open_amounts(done: Posted) -> dict[str, Decimal]:
    """What is open by document; an overpayment is known by its payment, as another may have become one before it."""
    names = {
        one.document.number: str(one.document.tender_id)
        for one in done.model.entries.values()
        if one.document.kind is DocumentKind.OVERPAYMENT
    }
    return {names.get(number, number): amount for number, amount in done.model.open_amounts().items()}


def _as_if_nothing_waited(done: Posted) -> dict[str, Decimal]:
    """Balances by account if the payments that wait stood on them, too; where rates differ, exchange as one figure."""
    life, balances = done.life, dict(done.model.balances())
    waiting = ledgers.money_by_account(life, {one.id for one in life.order.tenders} - done.held_tenders)
    for account, amount in waiting.items():
        balances[account] = balances.get(account, ZERO) + amount
        balances[RECEIVABLES] = balances.get(RECEIVABLES, ZERO) - amount
    if ledgers.booked(life) is not life.order:
        balances[RECEIVABLES] = sum((balances.pop(account, ZERO) for account in EXCHANGE), ZERO)
    return ledgers.without_zeros(balances)
