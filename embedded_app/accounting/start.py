"""Orders placed before the merchant's start date: not posted themselves, for the books before it have them.

What happens to them later is a setting: money is posted against an account of the merchant's choice ("account"), left
to be entered on the old invoice ("invoice"), or left out ("skip"). Changes without money are nothing to the new books.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embedded_app.accounting.basis import Basis, next_role
from embedded_app.accounting.currency import wrong_account_currency
from embedded_app.accounting.documents import Decision, Document, Held, History
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.accounting.money import Money
from embedded_app.accounting.money_documents import Movement, moved
from embedded_app.accounting.order import Order, Tender, TenderKind
from embedded_app.accounting.tenders import changed_tenders, net_tenders, posted_amounts, tender_problems

BEFORE_START = "The order was placed before the start date, and so was everything that happened to it since."
NO_MONEY_SINCE = "The order was placed before the start date; what changed since moved no money."
ALL_POSTED = "The order was placed before the start date; all its money since is posted."


def is_before_start(order: Order, mapping: Mapping, history: History) -> bool:
    """Whether only later money of the order concerns these books; what was posted first settles it for good."""
    if history.documents:
        return history.documents[0].role.startswith("M")
    return mapping.start_date is not None and order.local_day(order.placed_at) < mapping.start_date


def post_before_start(basis: Basis, history: History) -> Decision:
    """What to post of an order placed before the start date: its money since then, by the setting."""
    order, mapping = basis.order, basis.mapping
    posted = posted_amounts(history.documents, ())
    tenders, _ = net_tenders(order)
    changed = changed_tenders(order, tenders, posted)
    if changed:
        return Decision(held=changed)
    since = [one for one in tenders_since_start(order, mapping, history) if one.id not in posted]
    if not since:
        return Decision(nothing=_why_nothing(order, mapping, posted=bool(posted)))
    if mapping.before_start == "skip":
        moves = ", ".join(_text(order, tender) for tender in since)
        return Decision(nothing=f"The order was placed before the start date; left out by your setting: {moves}.")
    if mapping.before_start == "invoice":
        return Decision(held=tuple(_for_old_invoice(order, tender, mapping) for tender in since))
    problems = _problems(basis, since)
    if problems:
        return Decision(held=problems)
    return Decision(documents=_documents(basis, since, history))


def tenders_since_start(order: Order, mapping: Mapping, history: History) -> list[Tender]:
    """The order's money that falls to these books, net of change."""
    start = mapping.start_date or min((one.event_day for one in history.documents), default=None)
    tenders, _ = net_tenders(order)
    return [one for one in tenders if start is None or order.local_day(one.processed_at) >= start]


def _documents(basis: Basis, tenders: Sequence[Tender], history: History) -> tuple[Document, ...]:
    mapping = basis.mapping
    against = mapping.special[SpecialAccount.BEFORE_START]
    documents: list[Document] = []
    for tender in tenders:
        movement = Movement(
            role=next_role("M", (one.role for one in (*history.documents, *documents))),
            tender=tender,
            amount=tender.amount if tender.kind is TenderKind.RECEIVED else -tender.amount,
            account=mapping.gateways[tender.gateway],
            against=against,
            what=f"{tender.kind.value.capitalize()} for {basis.order.name}, placed before the start date",
            rule=f"money of orders placed before the start date goes to account {against}",
        )
        documents.append(moved(basis, movement))
    return tuple(documents)


def _problems(basis: Basis, since: Sequence[Tender]) -> tuple[Held, ...]:
    order, mapping, base = basis.order, basis.mapping, basis.books.base_currency
    problems = list(tender_problems(order, since, mapping.gateways))
    if SpecialAccount.BEFORE_START not in mapping.special:
        sentence = (
            f"{order.name} was placed before the start date and money moved since, which has no account yet. Choose "
            "the account for orders placed before the start date in the mapping."
        )
        problems.append(Held(cause="unmapped account", subject=SpecialAccount.BEFORE_START, sentence=sentence))
    if order.currency != base:
        sentence = (
            f"{order.name} was placed before the start date and is in {order.currency}, but the books are in {base}. "
            "Enter its later money in Xero by hand, or choose to leave such orders out in the mapping."
        )
        problems.append(Held(cause="foreign currency", subject=order.currency, sentence=sentence))
    else:
        first = {one.gateway: one for one in reversed(since) if one.gateway in mapping.gateways}
        wrong = [one for one in first.values() if not basis.takes_money_on(mapping.gateways[one.gateway])]
        problems += [replace(wrong_account_currency(basis, one), tender_id=None) for one in wrong]
    return tuple(problems)


def _for_old_invoice(order: Order, tender: Tender, mapping: Mapping) -> Held:
    """The old invoice is no document of ours, so nothing can be settled on it: the merchant does, knowing which."""
    invoice = mapping.before_start_invoices.get(order.name)
    step = (
        f"Enter it in Xero on invoice {invoice}"
        if invoice
        else f"Name the invoice of {order.name} in the mapping, or enter it in Xero on that invoice"
    )
    sentence = f"{_text(order, tender)} on {order.name}, which was placed before the start date. {step}."
    return Held(cause="placed before start date", subject=tender.id, sentence=sentence)


def _why_nothing(order: Order, mapping: Mapping, *, posted: bool) -> str:
    if posted:
        return ALL_POSTED
    start = mapping.start_date
    changed = any(start is None or order.local_day(one.happened_at) >= start for one in order.agreements)
    return NO_MONEY_SINCE if changed else BEFORE_START


def _text(order: Order, tender: Tender) -> str:
    return f"{Money(tender.amount, order.currency)} {tender.kind.value} by {tender.gateway}"
