"""Opening balances: what accounts held on the start date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.balance import check_documents
from embedded_app.accounting.documents import Books, Decision, Document, DocumentKind
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.accounting.opening import NOTHING_OPEN, post_opening
from tests.accounting.shop import BOOKS, MAPPING, causes

START = date(2026, 11, 1)
CHOSEN = replace(
    MAPPING,
    gateways={**MAPPING.gateways, "store_credit": "816", "klarna": "630"},
    special={SpecialAccount.OPENING_DIFFERENCES: "850"},
)
BANKS = replace(BOOKS, bank_accounts=frozenset({"091", "092", "093", "094"}))


def opened(
    balances: dict[str, str], mapping: Mapping = CHOSEN, books: Books = BANKS, number: str = "SH-OPENING"
) -> Decision:
    amounts = {gateway: Decimal(amount) for gateway, amount in balances.items()}
    return post_opening(amounts, START, mapping, books, number)


def entry(document: Document) -> dict[str, Decimal]:
    """Debits (positive) and credits (negative) by account."""
    if document.account is None:
        return {line.account: line.gross for line in document.lines}
    (line,) = document.lines
    sign = 1 if document.kind is DocumentKind.RECEIVE_MONEY else -1
    return {document.account: sign * line.gross, line.account: -sign * line.gross}


def test_each_balance_is_in_the_currency_of_its_account() -> None:
    documents = opened({"paypal": "1.00", "cash": "2.00"}, books=replace(BANKS, account_currencies={"092": "EUR"}))

    assert [(one.account, one.currency, one.rate) for one in documents.documents] == [
        ("093", "GBP", None),
        ("092", "EUR", None),
    ]


@pytest.mark.parametrize(
    ("gateway", "amount", "kind", "debit", "credit"),
    [
        ("paypal", "120.50", DocumentKind.RECEIVE_MONEY, "092", "850"),
        ("paypal", "-3.00", DocumentKind.SPEND_MONEY, "850", "092"),
        ("gift_card", "80.00", DocumentKind.JOURNAL, "850", "815"),
        ("store_credit", "9.00", DocumentKind.JOURNAL, "850", "816"),
        ("klarna", "7.00", DocumentKind.JOURNAL, "630", "850"),
    ],
)
def test_each_balance_stands_on_its_side(
    gateway: str, amount: str, kind: DocumentKind, debit: str, credit: str
) -> None:
    (document,) = opened({gateway: amount}).documents

    assert document.kind is kind
    assert entry(document) == {debit: abs(Decimal(amount)), credit: -abs(Decimal(amount))}
    assert check_documents((document,), ()) == ()


def test_all_are_dated_the_start_date_and_stand_outside_tax() -> None:
    documents = opened({"paypal": "1.00", "cash": "2.00", "gift_card": "0"}).documents

    assert [(one.number, one.date, one.reference) for one in documents] == [
        ("SH-OPENING-1", START, "SH-OPENING-1"),
        ("SH-OPENING-2", START, "SH-OPENING-2"),
    ]
    assert {line.tax_type for one in documents for line in one.lines} == {MAPPING.no_tax}


def test_a_start_date_in_a_closed_period_moves_to_the_first_open_day() -> None:
    (document,) = opened({"paypal": "1.00"}, books=replace(BANKS, lock_date=date(2026, 11, 30))).documents

    assert (document.date, document.event_day) == (date(2026, 12, 1), START)
    assert document.reference.endswith("for 2026-11-01")


def test_a_start_date_in_a_closed_period_is_held_where_the_mapping_says_so() -> None:
    locked = replace(BANKS, lock_date=date(2026, 11, 30))

    decision = opened({"paypal": "1.00"}, replace(CHOSEN, locked="hold"), locked)

    assert (decision.documents, causes(decision.held)) == ((), ["closed period"])


def test_one_that_cannot_be_posted_holds_all_of_them() -> None:
    decision = opened({"paypal": "1.00", "bitpay": "2.00", "cash": "0.005"}, MAPPING)

    assert decision.documents == ()
    assert causes(decision.held) == ["opening balance", "unmapped account", "unmapped gateway"]


def test_balances_of_zero_post_nothing() -> None:
    assert opened({"paypal": "0.00"}, MAPPING) == Decision(nothing=NOTHING_OPEN)
