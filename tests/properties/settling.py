"""The rules by which money goes to documents: oldest invoice first, newest credit first, what is left is allocated."""

from __future__ import annotations

from datetime import UTC, datetime

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.accounting.order import AgreementKind
from tests.books_model import PAYABLE
from tests.properties import ledgers
from tests.properties.posted import Posted

Moment = tuple[datetime, int]


def check_order_of_money(done: Posted) -> None:
    """Each payment leaves no older invoice open that was there, each refund no newer credit; at once, from nothing."""
    since, paid_at = _moments(done), _paid_at(done)
    documents = {role: entry.document for (_, role), entry in done.model.entries.items() if role in since}
    left = {role: one.total for role, one in documents.items()}
    for given in done.given_at_once:  # as if it had been paid there
        left[given.role] -= given.amount
        left[str(given.to_role)] -= given.amount
    for settlement in done.history.settlements:
        if settlement.tender_id is None or settlement.kind not in (SettlementKind.PAYMENT, SettlementKind.REFUND):
            continue
        left[settlement.role] -= settlement.amount
        is_payment = settlement.kind is SettlementKind.PAYMENT
        for role, document in documents.items():
            is_invoice = document.kind is DocumentKind.INVOICE
            if is_invoice is not is_payment or since[role] >= paid_at[settlement.tender_id]:
                continue
            older = since[role] < since[settlement.role]
            passed_over = older if is_payment else not older and since[role] != since[settlement.role]
            assert not (passed_over and left[role]), f"{settlement.reference} passed over {document.number}"


def check_all_is_allocated(done: Posted) -> None:
    """An order never has open credit beside an open invoice, but where a closed period forbids it."""
    is_open = done.model.open_amounts().values()
    both = any(amount > 0 for amount in is_open) and any(amount < 0 for amount in is_open)
    assert not both or done.held


def _moments(done: Posted) -> dict[str, Moment]:
    """Since when there was each document that money can go to, by role."""
    agreements = {one.id: one for one in ledgers.booked(done.life).agreements}
    found = {}
    for (_, role), entry in done.model.entries.items():
        document = entry.document
        happened = [agreements[one] for one in document.agreements]
        if entry.voided or document.kind not in PAYABLE:
            continue
        if any(one.kind is AgreementKind.PLACED for one in happened):  # a checkout takes money before there is an order
            found[role] = datetime.min.replace(tzinfo=UTC), 0
        elif happened:
            found[role] = min(one.happened_at for one in happened), 0
        else:
            found[role] = _paid_at(done)[str(document.tender_id)]
    return found


def _paid_at(done: Posted) -> dict[str, Moment]:
    """When each tender moved, told apart where the store tells one moment for several."""
    tenders = enumerate(ledgers.booked(done.life).tenders, start=1)
    return {tender.id: (tender.processed_at, position) for position, tender in tenders}
