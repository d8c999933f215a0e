"""The five invariants: a decision is written, and a document is sent, only if they hold.

    1  signed document totals equal the agreements and declared cash rounding, in all and per tax key
    2  money settled, overpayments included, equals the tenders that are not held
    3  nothing exceeds what is open on its target, at any step in posting order
    4  the store's own totals agree with its ledgers
    5  an agreement booked before has not changed

They are computed from the ledgers and the documents alone, by other means than the decision was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from decimal import Decimal

from embedded_app.accounting.currency import booked_order, settled_amounts
from embedded_app.accounting.documents import (
    Books,
    Decision,
    Document,
    DocumentKind,
    Group,
    Held,
    History,
    Settlement,
    SettlementKind,
)
from embedded_app.accounting.ledgers import changed_agreement_problems, store_total_problems, tender_sign
from embedded_app.accounting.mapping import Mapping, tax_key
from embedded_app.accounting.money import ZERO, Money, round_cents
from embedded_app.accounting.order import Order, TenderKind
from embedded_app.accounting.rounding import as_moved, unbooked_rounding, with_rounding
from embedded_app.accounting.start import is_before_start
from embedded_app.accounting.tenders import TENDER_ROLES

_SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.VOID)
_OPEN = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)


def check(
    group: Group, orders: Sequence[Order], mapping: Mapping, history: History, decision: Decision, books: Books
) -> tuple[Held, ...]:
    """Every invariant the decision would break on top of its history, with both figures; empty where all hold.

    A decision that holds the whole group posts nothing and has nothing to check.
    """
    if decision.waiting or any(one.tender_id is None for one in decision.held):
        return ()
    documents = (*history.documents, *decision.documents)
    settlements = (*history.settlements, *decision.settlements)
    problems: list[Held] = []
    booked: list[Order] = []
    for order in orders:
        if is_before_start(order, mapping, history):
            before = with_rounding(order)
            if isinstance(before, Held):
                return (before,)
            problems += _money_problems(group, before, decision, documents, settlements, before_start=True)
            continue
        in_currency = booked_order(order, mapping, history, books)
        if isinstance(in_currency, Held):
            return (in_currency,)
        problems += store_total_problems(in_currency)
        problems += changed_agreement_problems(in_currency, history.documents)
        moved = as_moved(in_currency, order)
        if isinstance(moved, Held):
            return (moved,)
        told, shop = moved
        booked.append(told)
        problems += _money_problems(group, told, decision, documents, settlements)
        if shop is not None:
            problems += store_total_problems(order)
            in_shop = [one for one in settlements if books.currency_of(str(one.account)) != told.currency]
            problems += _bank_problems(group, told, shop, documents, in_shop, new=_tenders(decision))
    if booked:
        problems += _total_problems(group, booked, documents)
        problems += _tax_key_problems(booked, history.documents, decision.documents)
    problems += _clearing_problems(group, settlements)
    problems += check_documents(documents, settlements)
    return tuple(problems)


def check_documents(documents: Sequence[Document], settlements: Sequence[Settlement]) -> tuple[Held, ...]:
    """Invariant 3 and each document's own arithmetic, for a group's documents and settlements in posting order."""
    return (*_arithmetic_problems(documents), *_open_amount_problems(documents, settlements))


def _total_problems(group: Group, orders: Sequence[Order], documents: Sequence[Document]) -> tuple[Held, ...]:
    sold = sum((agreement.gross for order in orders for agreement in order.agreements), ZERO)
    sold += sum((tender.rounding for order in orders for tender in order.tenders), ZERO)
    posted = sum((document.sign * document.total for document in documents if document.kind in _SALES), ZERO)
    return _unequal("document totals differ", group.number, "The documents", posted, sold, orders[0].currency)


def _tax_key_problems(orders: Sequence[Order], past: Sequence[Document], new: Sequence[Document]) -> tuple[Held, ...]:
    """Invariant 1 per tax key, over what is booked now; the past was checked under the facts of its own time."""
    booked_now = {agreement_id for document in new for agreement_id in document.agreements}
    difference: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for order in orders:
        sold = [line for one in order.agreements if one.id in booked_now for line in one.lines]
        sold += [line for _, line in unbooked_rounding(order, past)]
        for line in sold:
            sums = difference[tax_key(order, line).text]
            sums[0] -= line.gross
            sums[1] -= line.tax
    invoices = {document.role: document for document in (*past, *new)}
    for document in (one for one in new if one.kind in _SALES):
        # A void has no lines of its own: it takes back those of its invoice.
        lines = document.lines if document.reverses is None else invoices[document.reverses].lines
        for posted in lines:
            difference[posted.tax_key][0] += document.sign * posted.gross
            difference[posted.tax_key][1] += document.sign * posted.stated_tax
    return tuple(
        Held(
            cause="tax key differs",
            subject=text,
            sentence=(
                f"For ‘{text}’ the documents differ from the store by {gross:f} in amount and {tax:f} in tax. "
                "Nothing was posted: this is a mistake of ours, please report it."
            ),
        )
        for text, (gross, tax) in difference.items()
        if gross or tax
    )


def _money_problems(
    group: Group,
    order: Order,
    decision: Decision,
    documents: Sequence[Document],
    settlements: Sequence[Settlement],
    *,
    before_start: bool = False,
) -> tuple[Held, ...]:
    """Invariant 2, tender by tender; of an order placed before the start date for what is posted of it."""
    held = {one.tender_id for one in decision.held}
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for tender in order.tenders:
        owner = str(tender.parent_id) if tender.kind is TenderKind.CHANGE else tender.id
        if not {owner, tender.id} & held:
            moved[owner] += tender_sign(tender.kind) * tender.amount
    settled: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for document in documents:
        if document.tender_id is not None and document.role[0] in TENDER_ROLES:
            settled[document.tender_id] += _money_sign(document) * document.total
    for settlement in settlements:
        if settlement.tender_id is not None:
            settled[settlement.tender_id] += _received_sign(settlement) * settlement.amount
    problems: list[Held] = []
    for tender_id in sorted(settled.keys() if before_start else {*moved, *settled}):
        what = f"Payment {tender_id} of {group.number}"
        problems += _unequal("money differs", tender_id, what, settled[tender_id], moved[tender_id], order.currency)
    return tuple(problems)


def _bank_problems(
    group: Group,
    booked: Order,
    shop: Order,
    documents: Sequence[Document],
    settlements: Sequence[Settlement],
    *,
    new: Set[str],
) -> tuple[Held, ...]:
    """Invariant 2 in the shop's currency, for an order booked in another: what moved on the account, by tender.

    settlements: those on accounts that are not in the order's currency. new: the tenders of which something is posted
    now; of the others the store may state since then that they were settled otherwise.
    """
    kinds = {tender.id: tender_sign(tender.kind) for tender in booked.tenders}
    banked: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for settlement in settlements:
        if settlement.tender_id is not None:
            banked[settlement.tender_id] += _received_sign(settlement) * (settlement.bank_amount or ZERO)
    for document in documents:
        if document.tender_id in banked and document.kind not in _OPEN:
            banked[str(document.tender_id)] += _money_sign(document) * document.total
    problems: list[Held] = []
    amounts = settled_amounts(booked, shop)
    for tender_id, amount in banked.items():
        what = f"Payment {tender_id} of {group.number}, on its account,"
        stated = kinds.get(tender_id, 1) * amounts.get(tender_id, ZERO)
        if tender_id in new:
            problems += _unequal("bank amount differs", tender_id, what, amount, stated, shop.currency)
        elif amount != stated:
            sentence = (
                f"{what} was posted with {Money(amount, shop.currency)}, and the store now states "
                f"{Money(stated, shop.currency)}. Correct the payment in Xero by hand, then leave the order out."
            )
            problems.append(Held(cause="changed tender", subject=tender_id, sentence=sentence))
    return tuple(problems)


def _tenders(decision: Decision) -> Set[str]:
    ids = *(one.tender_id for one in decision.documents), *(one.tender_id for one in decision.settlements)
    return {tender_id for tender_id in ids if tender_id is not None}


def _clearing_problems(group: Group, settlements: Sequence[Settlement]) -> tuple[Held, ...]:
    """What was led through a clearing account without a tender went in and out of it in equal amounts."""
    led: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for settlement in settlements:
        if settlement.account is not None and settlement.tender_id is None:
            led[settlement.account] += _received_sign(settlement) * settlement.amount
    problems: list[Held] = []
    for account, amount in led.items():
        what = f"What was led through account {account} for {group.number}"
        problems += _unequal("clearing differs", account, what, amount, ZERO, group.currency)
    return tuple(problems)


def _received_sign(settlement: Settlement) -> int:
    return 1 if settlement.kind is SettlementKind.PAYMENT else -1


def _money_sign(document: Document) -> int:
    """+1 where the document brings money to its account; a journal's first line is that account."""
    if document.kind is DocumentKind.JOURNAL:
        return 1 if document.lines[0].gross > 0 else -1
    return -1 if document.kind is DocumentKind.SPEND_MONEY else 1


def _arithmetic_problems(documents: Sequence[Document]) -> tuple[Held, ...]:
    by_role = {document.role: document for document in documents}
    problems: list[Held] = []
    for document in documents:
        lines = document.lines
        if document.kind is DocumentKind.JOURNAL:
            both = sum((line.gross for line in lines), ZERO)
            what = f"Journal {document.number}, debits less credits,"
            problems += _unequal("lines differ", document.number, what, both, ZERO, document.currency)
            lines = tuple(line for line in lines if line.gross > 0)
        if document.reverses is None:
            gross = sum((line.gross for line in lines), ZERO)
            units = sum((round_cents(line.quantity * line.unit_amount) for line in lines), ZERO)
            tax = sum((line.tax for line in lines), ZERO)
        else:
            gross = units = by_role[document.reverses].total
            tax = by_role[document.reverses].total_tax
        for total, figure in ((document.total, gross), (document.total, units), (document.total_tax, tax)):
            if total != figure:
                what = f"Document {document.number}, by its lines,"
                problems += _unequal("lines differ", document.number, what, figure, total, document.currency)
    return tuple(problems)


def _open_amount_problems(documents: Sequence[Document], settlements: Sequence[Settlement]) -> tuple[Held, ...]:
    opened = {document.role: document for document in documents if document.kind in _OPEN}
    open_amounts = {role: document.total for role, document in opened.items()}
    problems: list[Held] = []
    for settlement in settlements:
        sign = -1 if settlement.kind is SettlementKind.ALLOCATION_REMOVAL else 1
        for role in filter(None, (settlement.role, settlement.to_role)):
            open_amounts[role] -= sign * settlement.amount
            if not ZERO <= open_amounts[role] <= opened[role].total:
                over = Money(settlement.amount, opened[role].currency)
                problems.append(_exceeded(opened[role], over, open_amounts[role] + sign * settlement.amount))
    for document in documents:
        if document.reverses is not None and open_amounts[document.reverses] != document.total:
            total = Money(document.total, document.currency)
            problems.append(_exceeded(document, total, open_amounts[document.reverses]))
    return tuple(problems)


def _exceeded(document: Document, amount: Money, open_amount: Decimal) -> Held:
    sentence = (
        f"{amount} was to be settled on {document.number}, where {Money(open_amount, amount.currency)} is open. "
        "Nothing was posted: this is a mistake of ours, please report it."
    )
    return Held(cause="open amount exceeded", subject=document.number, sentence=sentence)


def _unequal(cause: str, subject: str, what: str, ours: Decimal, stores: Decimal, currency: str) -> tuple[Held, ...]:
    if ours == stores:
        return ()
    sentence = (
        f"{what} would come to {Money(ours, currency)} instead of {Money(stores, currency)}. Nothing was posted: "
        "this is a mistake of ours, please report it."
    )
    return (Held(cause=cause, subject=subject, sentence=sentence),)
