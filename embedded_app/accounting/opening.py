"""Opening balances: what gateways' accounts held on the start date, which no order of these books explains.

A clearing account held charges that were not yet paid out; the accounts of gift cards and store credit held what the
store owed. The other side is an account of the merchant's choice, where the balances of the books before are cleared.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnlyMapping
from datetime import date
from decimal import Decimal

from embedded_app.accounting.days import closed_period_problems, first_open_day, true_day_text
from embedded_app.accounting.documents import Books, Decision, Document, DocumentKind, DocumentLine, Held
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.accounting.money import ZERO, is_cents
from embedded_app.accounting.money_documents import untaxed_line
from embedded_app.accounting.tenders import is_bank

# Gateways through which customers spend what the store owes them: their balance is a debt, not money to come.
OWING_GATEWAYS = frozenset({"gift_card", "shopify_store_credit", "store_credit"})
NOTHING_OPEN = "All opening balances are zero."


def post_opening(
    balances: ReadOnlyMapping[str, Decimal], day: date, mapping: Mapping, books: Books, number: str
) -> Decision:
    """What to post for the balances by gateway at the start of `day`; all of them or none.

    A positive balance is money still to be paid out by a clearing account's gateway, or what the store owes on gift
    cards and store credit; negative ones are the opposite. Each is in the currency its gateway's account is kept in; of
    a foreign one Xero takes the base amount at its own rate of the day. number: ours, unique in the organisation,
    prefix included.
    """
    named = {gateway: amount for gateway, amount in sorted(balances.items()) if amount != 0}
    problems = _problems(named, mapping)
    if problems:
        return Decision(held=problems)
    if not named:
        return Decision(nothing=NOTHING_OPEN)
    if mapping.locked == "hold" and books.lock_date is not None and day <= books.lock_date:
        held = _documents(named, day, mapping, books, number, book_date=day)
        return Decision(held=closed_period_problems(number, held, (), books.lock_date))
    return Decision(documents=_documents(named, day, mapping, books, number, book_date=first_open_day(day, books)))


def _problems(balances: ReadOnlyMapping[str, Decimal], mapping: Mapping) -> tuple[Held, ...]:
    problems = []
    for gateway, amount in balances.items():
        if gateway not in mapping.gateways:
            sentence = f"Gateway ‘{gateway}’ has an opening balance, but no Xero account. Choose one in the mapping."
            problems.append(Held(cause="unmapped gateway", subject=gateway, sentence=sentence))
        if not is_cents(amount):
            sentence = f"The opening balance of ‘{gateway}’, {amount:f}, has fractions of a cent. Correct it."
            problems.append(Held(cause="opening balance", subject=gateway, sentence=sentence))
    if balances and SpecialAccount.OPENING_DIFFERENCES not in mapping.special:
        sentence = (
            "Opening balances have no account to stand against yet. Choose one for opening differences in the mapping."
        )
        subject = SpecialAccount.OPENING_DIFFERENCES.value
        problems.append(Held(cause="unmapped account", subject=subject, sentence=sentence))
    return tuple(problems)


def _documents(
    balances: ReadOnlyMapping[str, Decimal], day: date, mapping: Mapping, books: Books, number: str, *, book_date: date
) -> tuple[Document, ...]:
    return tuple(
        _document(position, gateway, amount, day, mapping, books, number, book_date)
        for position, (gateway, amount) in enumerate(balances.items(), start=1)
    )


def _document(
    position: int,
    gateway: str,
    amount: Decimal,
    day: date,
    mapping: Mapping,
    books: Books,
    number: str,
    book_date: date,
) -> Document:
    account, against = mapping.gateways[gateway], mapping.special[SpecialAccount.OPENING_DIFFERENCES]
    in_bank = is_bank(account, mapping, books)
    if in_bank:
        kind = DocumentKind.RECEIVE_MONEY if amount > 0 else DocumentKind.SPEND_MONEY
        lines: tuple[DocumentLine, ...] = (_line(gateway, against, abs(amount), mapping),)
    else:
        kind = DocumentKind.JOURNAL
        debit = -amount if gateway in OWING_GATEWAYS else amount
        lines = _line(gateway, account, debit, mapping), _line(gateway, against, -debit, mapping)
    own_number = f"{number}-{position}"
    return Document(
        role=f"opening {position}",
        kind=kind,
        number=own_number,
        generation=1,
        date=book_date,
        due_date=book_date,
        event_day=day,
        contact=mapping.contact,
        currency=books.currency_of(account),
        reference=f"{own_number}{true_day_text(day, books)}",
        lines=lines,
        total=sum((line.gross for line in lines if line.gross > 0), ZERO),
        total_tax=ZERO,
        account=account if in_bank else None,
    )


def _line(gateway: str, account: str, amount: Decimal, mapping: Mapping) -> DocumentLine:
    return untaxed_line(
        f"Opening balance of {gateway}",
        amount,
        account=account,
        tax_type=mapping.no_tax,
        sources=(gateway,),
        rule=f"opening balance: account {account}",
    )
