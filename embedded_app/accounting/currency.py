"""Which currency an order is booked in, and what its documents and payments come to in the shop's.

By default everything is booked in the shop's currency. Where the mapping says so, an order the customer saw in another
currency is booked in that one: cents tie in the document's currency, CurrencyRate tells Xero the base amount, and
payments say what the gateway settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from embedded_app.accounting.basis import Basis
from embedded_app.accounting.documents import Books, Document, Held, History
from embedded_app.accounting.mapping import LIABILITY_GATEWAYS, Mapping
from embedded_app.accounting.money import CENT, ZERO, Money, round_cents
from embedded_app.accounting.order import Order, Tender
from embedded_app.accounting.rounding import rounding_source
from embedded_app.accounting.tenders import net_tenders

RATE = Decimal("0.000001")  # Xero's CurrencyRate has 6 decimals


def booked_order(order: Order, mapping: Mapping, history: History, books: Books) -> Order | Held:
    """The order in the currency it is booked in: its first document's, before that the mapping's choice."""
    currency = history.documents[0].currency if history.documents else None
    if currency is None:
        chosen = order.presented if mapping.currency == "presentment" else None
        booked = order if chosen is None else chosen
    elif currency == order.currency:
        booked = order
    elif order.presented is not None and order.presented.currency == currency:
        booked = order.presented
    else:
        return _held(order, f"was posted in {currency}, which the store no longer tells. Check the order in the store")
    if booked.currency == books.base_currency == order.currency:
        return booked
    return _problem(order, booked, books) or booked


def document_rate(booked: Order, shop: Order | None, sources: Iterable[str]) -> Decimal | None:
    """The CurrencyRate of a document: presented ÷ shop amount of its sale lines, or of the order where those are zero.

    What was given away tells it by its discounts, cash rounding by the payment it was of. None where the document is
    booked in the shop's currency (shop is None), or where nothing tells it.
    """
    if shop is None:
        return None
    ids = set(sources)
    for presented, in_shop in (
        (_sum(booked, ids), _sum(shop, ids)),
        (booked.totals.original, shop.totals.original),
        (_discounts(booked, ids), _discounts(shop, ids)),
        (_rounded(booked, ids), _rounded(shop, ids)),
    ):
        if presented and in_shop:
            return (presented / in_shop).quantize(RATE, ROUND_HALF_UP)
    return None


def rate_problems(booked: Order, documents: Iterable[Document]) -> tuple[Held, ...]:
    """Why documents in a foreign currency cannot be posted: the store gives no amount to tell their rate by."""
    if all(document.rate is not None for document in documents):
        return ()
    return (_held(booked, "has no amount in the shop's currency to tell its rate by. Check the order in the store"),)


def settled_amounts(booked: Order, shop: Order | None) -> dict[str, Decimal]:
    """What each tender moved on its account, in the shop's currency; empty where the order is booked in that."""
    if shop is None:
        return {}
    in_shop = {tender.id: tender.amount for tender in net_tenders(shop)[0]}
    return {
        tender.id: in_shop.get(tender.id, ZERO) if tender.settled is None else tender.settled
        for tender in net_tenders(booked)[0]
    }


def base_amount(amount: Decimal, document: Document) -> Decimal:
    """An amount of a document in the base currency, at the document's rate; a cent at least, as Xero pays no less."""
    return amount if document.rate is None else max(round_cents(amount / document.rate), CENT)


def wrong_account_currency(basis: Basis, tender: Tender) -> Held:
    """Why a tender waits whose gateway's account is kept in a currency in which Xero cannot take its money.

    Xero books a payment in its document's currency, or in base currency at a rate that somebody must tell; a base
    currency document takes neither (Xero's reference, Payments: BankAmount, CurrencyRate).
    """
    account = basis.mapping.gateways[tender.gateway]
    kept_in, wanted = basis.books.currency_of(account), (basis.shop or basis.order).currency
    moved = f"{Money(tender.amount, basis.order.currency)} was {tender.kind.value} by {tender.gateway}"
    if tender.gateway.casefold() in LIABILITY_GATEWAYS:
        sentence = (
            f"{moved} on {basis.order.name}, but its account {account} is kept in {kept_in}, like all in Xero that are "
            "no bank accounts, and the store tells no rate between the two. Enter it in Xero by hand, at the rate you "
            "choose."
        )
    else:
        sentence = (
            f"{moved} on {basis.order.name}, but its account {account} is kept in {kept_in}, and the store tells no "
            f"rate between the two. Choose a bank account in {wanted} for {tender.gateway} in the mapping, then retry."
        )
    return Held(cause="account currency", subject=tender.gateway, sentence=sentence, tender_id=tender.id)


def settled_nothing(basis: Basis, tender: Tender, settled: Decimal) -> Held:
    """Why a tender waits that moved less than a cent of the shop's money for a document it would settle."""
    shop = basis.shop or basis.order
    sentence = (
        f"{Money(tender.amount, basis.order.currency)} was {tender.kind.value} by {tender.gateway} on "
        f"{basis.order.name}, but the store says that it moved {Money(settled, shop.currency)}: less than a cent for "
        "each document it settles, and Xero takes no payment below that. Check it in the store, or enter it in Xero "
        "by hand."
    )
    return Held(cause="settled nothing", subject=tender.id, sentence=sentence, tender_id=tender.id)


def _sum(order: Order, ids: set[str]) -> Decimal:
    lines = (line for agreement in order.agreements for line in agreement.lines)
    return sum((line.gross for line in lines if line.id in ids), ZERO)


def _discounts(order: Order, ids: set[str]) -> Decimal:
    lines = (line for agreement in order.agreements for line in agreement.lines)
    return sum((line.discount for line in lines if line.id in ids), ZERO)


def _rounded(order: Order, ids: set[str]) -> Decimal:
    return sum((tender.amount for tender in order.tenders if rounding_source(tender) in ids), ZERO)


def _problem(order: Order, booked: Order, books: Books) -> Held | None:
    if booked.currency not in books.currencies | {books.base_currency}:
        if booked is order:
            return _held(
                order,
                f"is in {order.currency}, but the organisation keeps its books in {books.base_currency}. Add "
                f"{order.currency} to the organisation's currencies in Xero",
            )
        return _held(
            order,
            f"was sold in {booked.currency}, which the organisation does not use. Add {booked.currency} to its "
            "currencies in Xero, or choose to book in the shop's currency in the mapping",
        )
    if booked is not order and order.currency != books.base_currency:
        return _held(
            order,
            f"was sold in {booked.currency} by a shop in {order.currency}, but the organisation keeps its books in "
            f"{books.base_currency}. Choose to book in the shop's currency in the mapping",
        )
    return None


def _held(order: Order, what: str) -> Held:
    # Subject is the currency: subscribing to it frees every order of its kind.
    subject = order.currency if order.presented is None else order.presented.currency
    return Held(cause="foreign currency", subject=subject, sentence=f"{order.name} {what}, then retry.")
