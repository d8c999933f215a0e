"""Any legal order: every invariant holds, and what was posted first never matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded_app.accounting.balance import check
from embedded_app.accounting.documents import Books, Decision, DocumentKind, History, SettlementKind
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.money import CENT
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post
from tests.accounting.orders_strategy import GROUP, MAPPING, Story, stories

OPEN = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)
# No deadline: a machine under load is not a mistake of the rules.
PROFILE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def decide(facts: Sequence[Order], books: Books, *, mapping: Mapping = MAPPING) -> History:
    """The books after deciding upon each of these facts, one on top of the other; nothing is held."""
    history, held = decide_or_hold(facts, books, mapping=mapping)
    assert not held
    return history


def decide_or_hold(facts: Sequence[Order], books: Books, *, mapping: Mapping = MAPPING) -> tuple[History, set[str]]:
    """The books after deciding upon each of these facts, and which tenders wait in the end."""
    history, held = History(), set[str]()
    for order in facts:
        decision = post(GROUP, [order], mapping, history, books)
        assert all(one.tender_id is not None for one in decision.held)
        history, held = after(history, decision), {str(one.tender_id) for one in decision.held}
    return history, held


def after(history: History, decision: Decision) -> History:
    """The history with a decision posted."""
    return History(
        documents=(*history.documents, *decision.documents),
        settlements=(*history.settlements, *decision.settlements),
    )


def open_amounts(history: History) -> dict[str, Decimal]:
    """What is open on each document as Xero would have it, which refuses whatever exceeds it."""
    totals = {one.number: one.total for one in history.documents if one.kind in OPEN}
    numbers = {one.role: one.number for one in history.documents}
    is_open = dict(totals)
    for settlement in history.settlements:
        amount = settlement.amount if settlement.kind is not SettlementKind.ALLOCATION_REMOVAL else -settlement.amount
        for role in filter(None, (settlement.role, settlement.to_role)):
            is_open[numbers[role]] -= amount
            assert 0 <= is_open[numbers[role]] <= totals[numbers[role]]
    for document in history.documents:
        if document.kind is DocumentKind.VOID:
            assert is_open.pop(document.number) == document.total
    return is_open


def money_by_account(history: History) -> dict[str, Decimal]:
    """What came into each clearing or liability account."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for document in history.documents:
        if document.kind is DocumentKind.OVERPAYMENT:
            sums[str(document.account)] += document.total
    for settlement in history.settlements:
        if settlement.account is not None:
            sums[settlement.account] += settlement.amount * (1 if settlement.kind is SettlementKind.PAYMENT else -1)
    return sums


def by_tax_key(history: History) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Signed gross and tax booked for each tax key and account, what is voided taken off."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    roles = {one.role: one for one in history.documents}
    for document in (one for one in history.documents if one.kind is not DocumentKind.OVERPAYMENT):
        for line in roles[document.reverses].lines if document.reverses else document.lines:
            gross, tax = sums[line.tax_key, line.account]
            sums[line.tax_key, line.account] = gross + document.sign * line.gross, tax + document.sign * line.tax
    return sums


@PROFILE
@given(stories())
def test_the_documents_of_any_legal_order_equal_its_ledgers(story: Story) -> None:
    history = decide([story.order], story.books)

    owed = sum(one.sign * one.total for one in history.documents if one.kind is not DocumentKind.OVERPAYMENT)
    tax = sum(document.sign * document.total_tax for document in history.documents)
    assert owed == story.order.totals.current
    assert tax == sum(line.tax for agreement in story.order.agreements for line in agreement.lines)
    assert sum(money_by_account(history).values()) == story.order.totals.net_payment
    assert open_amounts(history).keys() <= {document.number for document in history.documents}


@PROFILE
@given(stories(), st.data())
def test_what_was_posted_first_does_not_matter(story: Story, data: st.DataObject) -> None:
    earlier = [facts for facts in story.facts[:-1] if data.draw(st.booleans())]

    at_once = decide([story.order], story.books)
    step_by_step = decide([*earlier, story.order], story.books)

    assert open_amounts(step_by_step) == open_amounts(at_once)
    assert money_by_account(step_by_step) == money_by_account(at_once)
    assert by_tax_key(step_by_step) == by_tax_key(at_once)


@PROFILE
@given(stories(early=True), st.data())
def test_what_was_posted_first_does_not_matter_where_money_has_to_wait(story: Story, data: st.DataObject) -> None:
    earlier = [facts for facts in story.facts[:-1] if data.draw(st.booleans())]

    at_once, held_at_once = decide_or_hold([story.order], story.books)
    step_by_step, held = decide_or_hold([*earlier, story.order], story.books)

    assert held == held_at_once
    assert open_amounts(step_by_step) == open_amounts(at_once)
    assert money_by_account(step_by_step) == money_by_account(at_once)


@settings(PROFILE, max_examples=75)
@given(stories(early=True), st.data())
def test_what_was_posted_first_does_not_matter_where_orders_wait_until_they_are_paid(
    story: Story, data: st.DataObject
) -> None:
    earlier = [facts for facts in story.facts[:-1] if data.draw(st.booleans())]
    when_paid = replace(MAPPING, post_when="paid")

    at_once, held_at_once = decide_or_hold([story.order], story.books, mapping=when_paid)
    step_by_step, held = decide_or_hold([*earlier, story.order], story.books, mapping=when_paid)

    assert held == held_at_once
    assert open_amounts(step_by_step) == open_amounts(at_once)
    assert money_by_account(step_by_step) == money_by_account(at_once)


@PROFILE
@given(stories())
def test_deciding_again_over_what_was_decided_adds_nothing(story: Story) -> None:
    history = decide([story.order], story.books)

    again = post(GROUP, [story.order], MAPPING, history, story.books)

    assert (again.documents, again.settlements, again.held) == ((), (), ())
    assert again.nothing is not None


@settings(PROFILE, max_examples=75)
@given(stories(), st.data())
def test_a_cent_wrong_anywhere_is_found(story: Story, data: st.DataObject) -> None:
    decision = post(GROUP, [story.order], MAPPING, History(), story.books)
    planted = data.draw(st.sampled_from(one_cent_wrong(decision)))

    assert check(GROUP, [story.order], MAPPING, History(), planted, story.books)


def one_cent_wrong(decision: Decision) -> list[Decision]:
    """The decision with one of its figures a cent off, in every place there is."""
    wrong = []
    for position, document in enumerate(decision.documents):
        changed = [
            replace(document, total=document.total + CENT),
            replace(document, total_tax=document.total_tax - CENT),
        ]
        for at, line in enumerate(document.lines):
            for off in (replace(line, gross=line.gross + CENT), replace(line, tax=line.tax - CENT)):
                changed.append(replace(document, lines=(*document.lines[:at], off, *document.lines[at + 1 :])))
        for one in changed:
            documents = (*decision.documents[:position], one, *decision.documents[position + 1 :])
            wrong.append(replace(decision, documents=documents))
    for position, settlement in enumerate(decision.settlements):
        if settlement.tender_id is not None:
            off_by_one = replace(settlement, amount=settlement.amount - CENT)
            settlements = (*decision.settlements[:position], off_by_one, *decision.settlements[position + 1 :])
            wrong.append(replace(decision, settlements=settlements))
    return wrong
