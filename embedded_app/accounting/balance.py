"""The five invariants: a decision is written, and a document is sent, only if they hold.

    1  signed document totals equal the agreements, in all and per tax key
    2  money settled equals the tenders that are not held
    3  nothing exceeds what is open on its target, at any step in posting order
    4  the store's own totals agree with its ledgers
    5  an agreement booked before has not changed

They are computed from the ledgers and the documents alone, by other means than the decision was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

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
from embedded_app.accounting.facts import agreement_hash
from embedded_app.accounting.mapping import Mapping, tax_key
from embedded_app.accounting.money import ZERO, Money, round_cents
from embedded_app.accounting.order import AgreementKind, LineKind, Order, SaleLine, TenderKind

# Kinds a store may leave out of its totals although its ledger has them; either reading is accepted.
_OUTSIDE_TOTALS = frozenset({LineKind.ADJUSTMENT, LineKind.ROUNDING})


def check(
    group: Group, orders: Sequence[Order], mapping: Mapping, history: History, decision: Decision, books: Books
) -> tuple[Held, ...]:
    """Every invariant the decision would break on top of its history, with both figures; empty where all hold.

    A decision that holds the whole group posts nothing and has nothing to check.
    """
    if any(one.tender_id is None for one in decision.held):
        return ()
    documents = (*history.documents, *decision.documents)
    settlements = (*history.settlements, *decision.settlements)
    problems: list[Held] = []
    for order in orders:
        problems += store_total_problems(order)
        problems += changed_agreement_problems(order, documents)
    problems += _total_problems(group, orders, documents)
    problems += _tax_key_problems(orders, history.documents, decision.documents)
    problems += _money_problems(group, orders, decision, settlements)
    problems += check_documents(documents, settlements)
    return tuple(problems)


def check_documents(documents: Sequence[Document], settlements: Sequence[Settlement]) -> tuple[Held, ...]:
    """Invariant 3 and each document's own arithmetic, for a group's documents and settlements in posting order."""
    return (*_arithmetic_problems(documents), *_open_amount_problems(documents, settlements))


def store_total_problems(order: Order) -> tuple[Held, ...]:
    """Invariant 4: where the store's own totals and its ledgers disagree, with both figures."""
    every = [line for agreement in order.agreements for line in agreement.lines]
    placed = [
        line for agreement in order.agreements if agreement.kind is AgreementKind.PLACED for line in agreement.lines
    ]
    money = sum((_signed(tender.kind) * tender.amount for tender in order.tenders), ZERO)
    compared = (
        ("original total", order.totals.original, _readings(placed)),
        ("current total", order.totals.current, _readings(every)),
        ("net payment", order.totals.net_payment, (money,)),
    )
    return tuple(
        Held(
            cause="store totals disagree",
            subject=f"{order.id} {name}",
            sentence=(
                f"The store gives {Money(total, order.currency)} as {name} of {order.name}, but its entries add up to "
                f"{Money(readings[0], order.currency)}. Nothing is posted until the two agree; it is tried again when "
                "the order changes."
            ),
        )
        for name, total, readings in compared
        if total not in readings
    )


def changed_agreement_problems(order: Order, documents: Iterable[Document]) -> tuple[Held, ...]:
    """Invariant 5: agreements that were booked and are now different, or gone."""
    now = {agreement.id: agreement for agreement in order.agreements}
    problems = {}
    for document in documents:
        for agreement_id, booked_hash in document.agreements.items():
            agreement = now.get(agreement_id)
            if agreement is not None and agreement_hash(agreement) == booked_hash:
                continue
            what = "was removed from" if agreement is None else "was changed in"
            problems[agreement_id] = Held(
                cause="changed past agreement",
                subject=agreement_id,
                sentence=(
                    f"What {document.number} was posted for {what} the store afterwards. Correct it in Xero by hand; "
                    "until the two agree again, the order stays held."
                ),
            )
    return tuple(problems.values())


def _total_problems(group: Group, orders: Sequence[Order], documents: Sequence[Document]) -> tuple[Held, ...]:
    sold = sum((agreement.gross for order in orders for agreement in order.agreements), ZERO)
    posted = sum((document.sign * document.total for document in documents), ZERO)
    return _unequal("document totals differ", group.number, "The documents", posted, sold, group.currency)


def _tax_key_problems(orders: Sequence[Order], past: Sequence[Document], new: Sequence[Document]) -> tuple[Held, ...]:
    """Invariant 1 per tax key, over what is booked now; the past was checked under the facts of its own time."""
    booked_now = {agreement_id for document in new for agreement_id in document.agreements}
    difference: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for order in orders:
        for agreement in order.agreements:
            for line in agreement.lines if agreement.id in booked_now else ():
                sums = difference[tax_key(order, line).text]
                sums[0] -= line.gross
                sums[1] -= line.tax
    invoices = {document.role: document for document in (*past, *new)}
    for document in new:
        # A void has no lines of its own: it takes back those of its invoice.
        lines = document.lines if document.reverses is None else invoices[document.reverses].lines
        for posted in lines:
            difference[posted.tax_key][0] += document.sign * posted.gross
            difference[posted.tax_key][1] += document.sign * posted.tax
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
    group: Group, orders: Sequence[Order], decision: Decision, settlements: Sequence[Settlement]
) -> tuple[Held, ...]:
    held = {one.tender_id for one in decision.held}
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for order in orders:
        for tender in order.tenders:
            owner = str(tender.parent_id) if tender.kind is TenderKind.CHANGE else tender.id
            if not {owner, tender.id} & held:
                moved[owner] += _signed(tender.kind) * tender.amount
    settled: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for settlement in settlements:
        if settlement.tender_id is not None:
            sign = 1 if settlement.kind is SettlementKind.PAYMENT else -1
            settled[settlement.tender_id] += sign * settlement.amount
    problems: list[Held] = []
    for tender_id in sorted({*moved, *settled}):
        what = f"Payment {tender_id} of {group.number}"
        problems += _unequal("money differs", tender_id, what, settled[tender_id], moved[tender_id], group.currency)
    return tuple(problems)


def _arithmetic_problems(documents: Sequence[Document]) -> tuple[Held, ...]:
    by_role = {document.role: document for document in documents}
    problems: list[Held] = []
    for document in documents:
        if document.reverses is None:
            lines = document.lines
            gross = sum((line.gross for line in lines), ZERO)
            units = sum((round_cents(line.quantity * line.unit_amount) for line in lines), ZERO)
            tax = sum((line.tax for line in lines), ZERO)
        else:
            gross = units = by_role[document.reverses].total
            tax = by_role[document.reverses].total_tax
        for total, figure in ((document.total, gross), (document.total, units), (document.total_tax, tax)):
            what = f"Document {document.number}, by its lines,"
            problems += _unequal("lines differ", document.number, what, figure, total, document.currency)
    return tuple(problems)


def _open_amount_problems(documents: Sequence[Document], settlements: Sequence[Settlement]) -> tuple[Held, ...]:
    opened = {document.role: document for document in documents if document.kind is not DocumentKind.VOID}
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


def _readings(lines: Sequence[SaleLine]) -> tuple[Decimal, ...]:
    """What the lines add up to: all of them, or without kinds a store may leave out of its totals."""
    every = sum((line.gross for line in lines), ZERO)
    outside = {kind: sum((line.gross for line in lines if line.kind is kind), ZERO) for kind in _OUTSIDE_TOTALS}
    return every, *(every - amount for amount in outside.values()), every - sum(outside.values(), ZERO)


def _signed(kind: TenderKind) -> int:
    return 1 if kind is TenderKind.RECEIVED else -1
