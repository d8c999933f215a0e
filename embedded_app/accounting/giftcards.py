"""Gift cards and store credit beyond orders: issued by hand, expired, cashed out.

What an order sells or redeems is a line or a tender of it. These are the store's other changes of what it owes to
holders of gift cards and store credit; with them the liability account equals the store's outstanding balance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from embedded_app.accounting.days import closed_period_problems, first_open_day, true_day_text
from embedded_app.accounting.documents import Books, Decision, Document, DocumentKind, DocumentLine, Held
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.accounting.money import ZERO, is_cents
from embedded_app.accounting.money_documents import untaxed_line
from embedded_app.accounting.tenders import is_bank


class GiftCardEventKind(StrEnum):
    """What happened. ISSUED: given without being sold; EXPIRED: it can no longer be spent; CASHED_OUT: paid out."""

    ISSUED = "issued"
    EXPIRED = "expired"
    CASHED_OUT = "cashed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardEvent:
    """One change of a gift card's, or a store credit account's, balance outside any order.

    id: the store's own. number: ours, unique in the organisation, prefix included. name: what a merchant knows it by
    ("gift card …7H2K"; no personal data). gateway: through which it is redeemed, whose account is its liability.
    amount: positive. was_sold: whether it had been sold, not given. paid_through: the gateway that paid a card out.
    maybe_returned: it may have ended because it was returned, which its order books, and the store does not tell.
    """

    id: str
    number: str
    kind: GiftCardEventKind
    name: str
    gateway: str
    amount: Decimal
    currency: str
    day: date
    was_sold: bool = False
    paid_through: str | None = None
    maybe_returned: bool = False


def post_gift_card(event: GiftCardEvent, mapping: Mapping, books: Books) -> Decision:
    """What to post for one event: a journal, or money spent from a clearing account; held where an account is missing.

    Issued: promotions to liability. Expired: liability to breakage income where it had been sold, back to promotions
    where it was given. Cashed out: liability, out of the clearing account of the gateway that paid.
    """
    if mapping.locked == "hold" and books.lock_date is not None:
        decision = _post(event, mapping, replace(books, lock_date=None))
        closed = closed_period_problems(event.name, decision.documents, (), books.lock_date)
        return Decision(held=closed) if closed else decision
    return _post(event, mapping, books)


def _post(event: GiftCardEvent, mapping: Mapping, books: Books) -> Decision:
    liability = mapping.gateways.get(event.gateway)
    other = _other_account(event, mapping)
    problems = _problems(event, books)
    if liability is None:
        problems.append(_unmapped(event, event.gateway))
    if isinstance(other, Held):
        problems.append(other)
    if problems or liability is None or isinstance(other, Held):
        return Decision(held=tuple(problems))
    if event.kind is not GiftCardEventKind.CASHED_OUT:
        is_issue = event.kind is GiftCardEventKind.ISSUED
        debit, credit = (other, liability) if is_issue else (liability, other)
        legs = _line(event, debit, event.amount, mapping), _line(event, credit, -event.amount, mapping)
        return Decision(documents=(_document(event, DocumentKind.JOURNAL, legs, None, mapping, books),))
    if not is_bank(other, mapping, books):
        sentence = (
            f"{event.name} was cashed out through {event.paid_through}, whose account {other} is no bank account, so "
            "no money can leave it in Xero. Choose a bank account for it in the mapping."
        )
        return Decision(held=(Held(cause="not a bank account", subject=other, sentence=sentence),))
    kept_in = books.currency_of(other)
    if kept_in != event.currency:
        sentence = (
            f"{event.name} was cashed out in {event.currency} through {event.paid_through}, whose account {other} is "
            f"kept in {kept_in}. Choose an account in {event.currency} for it in the mapping."
        )
        return Decision(held=(Held(cause="account currency", subject=str(event.paid_through), sentence=sentence),))
    lines = (_line(event, liability, event.amount, mapping),)
    return Decision(documents=(_document(event, DocumentKind.SPEND_MONEY, lines, other, mapping, books),))


def _other_account(event: GiftCardEvent, mapping: Mapping) -> str | Held:
    """The account beside the liability: promotions, breakage income, or the clearing account that paid."""
    if event.kind is GiftCardEventKind.CASHED_OUT:
        if event.paid_through is None:
            sentence = f"{event.name} was cashed out, but the store does not say how. Enter it in Xero by hand."
            return Held(cause="gift card cash out", subject=event.id, sentence=sentence)
        return mapping.gateways.get(event.paid_through) or _unmapped(event, event.paid_through)
    expired_sold = event.kind is GiftCardEventKind.EXPIRED and event.was_sold
    special = SpecialAccount.BREAKAGE if expired_sold else SpecialAccount.PROMOTIONS
    account = mapping.special.get(special)
    if account is not None:
        return account
    sentence = (
        f"{event.name} was {event.kind.value}, but {special.value} has no Xero account yet. Choose one in the mapping."
    )
    return Held(cause="unmapped account", subject=special.value, sentence=sentence)


def _problems(event: GiftCardEvent, books: Books) -> list[Held]:
    problems = []
    if event.maybe_returned:
        sentence = (
            f"{event.name} was deactivated with {event.amount:f} {event.currency}. Some of the cards bought with it "
            "were returned, and the store does not say which. Enter it in Xero by hand if this one was not."
        )
        problems.append(Held(cause="gift card return", subject=event.id, sentence=sentence))
    if event.amount <= 0 or not is_cents(event.amount):
        sentence = (
            f"{event.name} was {event.kind.value} with {event.amount:f} {event.currency}, which Xero cannot hold. "
            "Check it in the store, then retry."
        )
        problems.append(Held(cause="gift card amount", subject=event.id, sentence=sentence))
    if event.currency != books.base_currency:
        sentence = (
            f"{event.name} is in {event.currency}, but the organisation keeps its books in {books.base_currency}, and "
            "journals know no other currency in Xero. Enter it in Xero by hand."
        )
        problems.append(Held(cause="foreign currency", subject=event.currency, sentence=sentence))
    return problems


def _unmapped(event: GiftCardEvent, gateway: str) -> Held:
    sentence = (
        f"{event.name} was {event.kind.value}, but payment gateway ‘{gateway}’ has no Xero account yet. Choose one in "
        "the mapping."
    )
    return Held(cause="unmapped gateway", subject=gateway, sentence=sentence)


def _line(event: GiftCardEvent, account: str, amount: Decimal, mapping: Mapping) -> DocumentLine:
    return untaxed_line(
        f"{event.name} {event.kind.value}",
        amount,
        account=account,
        tax_type=mapping.no_tax,
        sources=(event.id,),
        rule=f"{event.kind.value}: account {account}",
    )


def _document(
    event: GiftCardEvent,
    kind: DocumentKind,
    lines: tuple[DocumentLine, ...],
    account: str | None,
    mapping: Mapping,
    books: Books,
) -> Document:
    day = first_open_day(event.day, books)
    return Document(
        role=event.kind.value,
        kind=kind,
        number=event.number,
        generation=1,
        date=day,
        due_date=day,
        event_day=event.day,
        contact=mapping.contact,
        currency=event.currency,
        reference=f"{event.number}{true_day_text(event.day, books)}",
        lines=lines,
        total=sum((line.gross for line in lines if line.gross > 0), ZERO),
        total_tax=ZERO,
        account=account,
    )
