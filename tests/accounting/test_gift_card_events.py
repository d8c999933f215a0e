"""Gift cards and store credit beyond orders: issued by hand, expired, cashed out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.balance import check_documents
from embedded_app.accounting.documents import Document, DocumentKind
from embedded_app.accounting.giftcards import GiftCardEvent, GiftCardEventKind, post_gift_card
from embedded_app.accounting.mapping import SpecialAccount
from tests.accounting.shop import BOOKS, MAPPING, causes

CHOSEN = replace(
    MAPPING,
    gateways={**MAPPING.gateways, "store_credit": "816"},
    special={SpecialAccount.PROMOTIONS: "405", SpecialAccount.BREAKAGE: "275"},
)
ISSUED = GiftCardEvent(
    id="gid://shopify/GiftCard/9",
    number="SH-GC-9",
    kind=GiftCardEventKind.ISSUED,
    name="Gift card …7H2K",
    gateway="gift_card",
    amount=Decimal("50.00"),
    currency="GBP",
    day=date(2026, 11, 23),
)
CASHED_OUT = replace(ISSUED, kind=GiftCardEventKind.CASHED_OUT, paid_through="paypal")
EXPIRED = replace(ISSUED, kind=GiftCardEventKind.EXPIRED)


def posted(event: GiftCardEvent) -> Document:
    """The one document of an event."""
    decision = post_gift_card(event, CHOSEN, BOOKS)
    (document,) = decision.documents
    assert decision.held == () and check_documents(decision.documents, ()) == ()
    return document


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (ISSUED, [("405", 50), ("815", -50)]),
        (replace(EXPIRED, was_sold=True), [("815", 50), ("275", -50)]),
        (EXPIRED, [("815", 50), ("405", -50)]),
        (replace(ISSUED, gateway="store_credit"), [("405", 50), ("816", -50)]),
    ],
    ids=["issued by hand", "sold and expired", "given and expired", "store credit given"],
)
def test_what_moves_no_money_is_a_journal(event: GiftCardEvent, lines: list[tuple[str, int]]) -> None:
    document = posted(event)

    assert [(one.account, one.gross) for one in document.lines] == lines
    assert (document.kind, document.total, document.total_tax) == (DocumentKind.JOURNAL, 50, 0)
    assert (document.number, document.reference) == ("SH-GC-9", "SH-GC-9")


def test_cashing_out_of_an_account_in_another_currency_is_held() -> None:
    (held,) = post_gift_card(CASHED_OUT, CHOSEN, replace(BOOKS, account_currencies={"092": "EUR"})).held

    assert held.cause == "account currency"
    assert "cashed out in GBP through paypal, whose account 092 is kept in EUR" in held.sentence


def test_cashing_out_spends_money_of_the_gateway_that_paid() -> None:
    document = posted(CASHED_OUT)

    assert (document.kind, document.account, document.total) == (DocumentKind.SPEND_MONEY, "092", 50)
    assert [(one.account, one.tax_type) for one in document.lines] == [("815", "NONE")]


@pytest.mark.parametrize(
    ("event", "cause", "words"),
    [
        (replace(ISSUED, gateway="points"), "unmapped gateway", "‘points’ has no Xero account yet"),
        (replace(CASHED_OUT, paid_through="cheque"), "unmapped gateway", "‘cheque’ has no Xero account yet"),
        (replace(CASHED_OUT, paid_through=None), "gift card cash out", "the store does not say how"),
        (replace(CASHED_OUT, paid_through="gift_card"), "not a bank account", "Choose a bank account for it"),
        (replace(ISSUED, amount=Decimal("-1")), "gift card amount", "Check it in the store"),
        (replace(ISSUED, currency="EUR"), "foreign currency", "Enter it in Xero by hand"),
    ],
)
def test_what_cannot_be_posted_is_held_with_what_to_do(event: GiftCardEvent, cause: str, words: str) -> None:
    decision = post_gift_card(event, CHOSEN, BOOKS)

    assert decision.documents == () and causes(decision.held) == [cause]
    assert words in decision.held[0].sentence


@pytest.mark.parametrize("event", [ISSUED, EXPIRED, replace(EXPIRED, was_sold=True)])
def test_it_is_held_while_its_special_account_is_not_chosen(event: GiftCardEvent) -> None:
    assert causes(post_gift_card(event, MAPPING, BOOKS).held) == ["unmapped account"]


def test_a_closed_period_moves_it_or_holds_it_by_setting() -> None:
    books = replace(BOOKS, lock_date=date(2026, 11, 30))

    (document,) = post_gift_card(ISSUED, CHOSEN, books).documents
    held = post_gift_card(ISSUED, replace(CHOSEN, locked="hold"), books).held

    assert (document.date, document.reference) == (date(2026, 12, 1), "SH-GC-9 for 2026-11-23")
    assert causes(held) == ["closed period"]
