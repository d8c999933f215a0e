"""The invariants find what is wrong in a decision, and say both figures."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.balance import check, check_documents
from embedded_app.accounting.documents import Decision, Held, History, Settlement, SettlementKind
from embedded_app.accounting.ledgers import store_total_problems
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import AgreementKind, LineKind, Order, StoreTotals
from tests.accounting.shop import (
    BOOKS,
    GROUP,
    MAPPING,
    agreed,
    at,
    causes,
    decided,
    line,
    order,
    paid_back,
    placed,
    posted,
    received,
    refunded,
)

FACTS = order(
    placed(line("12.00", "2.00"), line("5.00")), received("17.00"), refunded(line("-5.00")), paid_back("5.00")
)
CARD_AFTER_START = order(placed(line("12.00", "2.00")), received("5.00", "gift_card", day=25))
FROM_TOMORROW = replace(MAPPING, start_date=date(2026, 11, 24), special={SpecialAccount.BEFORE_START: "260"})
UNPAID = order(placed(line("12.00", "2.00")), refunded(line("-12.00", "-2.00"), day=24))


def checked(decision: Decision, facts: Order = FACTS, history: History | None = None) -> tuple[Held, ...]:
    """What the invariants say about a decision."""
    return check(GROUP, [facts], MAPPING, history or History(), decision, BOOKS)


def with_first(decision: Decision, **changes: object) -> Decision:
    """The decision with its first settlement changed."""
    first, *others = decision.settlements
    return replace(decision, settlements=(replace(first, **changes), *others))  # type: ignore[arg-type]


def test_a_right_decision_has_no_problems() -> None:
    assert checked(decided(FACTS)) == ()


def test_a_decision_that_holds_the_order_has_nothing_to_check() -> None:
    held = Held(cause="unmapped tax", subject="VAT", sentence="Map it.")

    assert checked(Decision(held=(held,))) == ()


def test_a_missing_document_is_found_with_both_figures() -> None:
    decision = decided(FACTS)

    problems = checked(replace(decision, documents=decision.documents[:1], settlements=decision.settlements[:1]))

    (differs,) = (one for one in problems if one.cause == "document totals differ")
    assert "17.00 GBP instead of 12.00 GBP" in differs.sentence


def test_a_cent_moved_from_one_tax_key_to_another_is_found_though_the_totals_agree() -> None:
    decision = decided(FACTS)
    mug, postcard = decision.documents[0].lines
    lines = (
        replace(mug, gross=Decimal("12.01"), unit_amount=Decimal("12.01")),
        replace(postcard, gross=Decimal("4.99"), unit_amount=Decimal("4.99")),
    )

    wrong = replace(decision, documents=(replace(decision.documents[0], lines=lines), *decision.documents[1:]))

    assert causes(checked(wrong)) == ["tax key differs", "tax key differs"]


def test_a_tender_left_out_is_found_and_a_held_one_is_not() -> None:
    decision = decided(FACTS)
    without_refund = replace(decision, settlements=decision.settlements[:1])
    held = Held(cause="refund without document", subject="T2", sentence="Wait.", tender_id="T2")

    assert causes(checked(without_refund)) == ["money differs"]
    assert checked(replace(without_refund, held=(held,))) == ()


def test_a_payment_of_money_the_store_does_not_know_is_found() -> None:
    assert "money differs" in causes(checked(with_first(decided(FACTS), tender_id="T7")))


def test_more_than_is_open_is_found() -> None:
    decision = decided(UNPAID)

    assert causes(checked(with_first(decision, amount=Decimal("12.01")), UNPAID)) == ["open amount exceeded"] * 2


def test_a_step_that_is_too_early_is_found_though_the_end_would_be_right() -> None:
    before = order(placed(line("60.00")), refunded(line("-20.00")))
    history = posted(before)
    removal, payment, allocation = decided(replace_tenders(before), history).settlements

    assert check_documents(history.documents, (*history.settlements, removal, payment, allocation)) == ()
    assert check_documents(history.documents, (*history.settlements, payment, removal, allocation)) != ()


def replace_tenders(facts: Order) -> Order:
    """The order once 50.00 has come in."""
    return order(*facts.agreements, received("50.00", day=24))


def test_an_allocation_taken_back_that_was_never_made_is_found() -> None:
    history = posted(UNPAID)
    (allocation,) = history.settlements
    removal = replace(allocation, kind=SettlementKind.ALLOCATION_REMOVAL)

    assert check_documents(history.documents, (allocation, removal)) == ()
    assert check_documents(history.documents, (allocation, removal, removal)) != ()


def test_voiding_an_invoice_that_money_stands_on_is_found() -> None:
    history = posted(order(placed(line("12.00")), refunded(line("-12.00")), cancelled_at=at(23)))
    payment = Settlement(
        kind=SettlementKind.PAYMENT, role="placed", amount=Decimal(5), date=history.documents[0].date, reference="x"
    )

    assert check_documents(history.documents, ()) == ()
    assert causes(check_documents(history.documents, (payment,))) == ["open amount exceeded"]


def test_a_void_of_another_total_or_tax_than_its_invoice_is_found() -> None:
    invoice, void = posted(order(placed(line("12.00")), refunded(line("-12.00")), cancelled_at=at(23))).documents

    for off in (replace(void, total=Decimal("12.01")), replace(void, total_tax=Decimal("0.01"))):
        assert "lines differ" in causes(check_documents((invoice, off), ()))


def test_lines_that_do_not_add_up_to_their_document_are_found_just_before_sending() -> None:
    (invoice, *_) = posted(FACTS).documents
    off = replace(invoice.lines[0], unit_amount=Decimal("12.0051"))

    assert check_documents((invoice,), ()) == ()
    assert causes(check_documents((replace(invoice, lines=(off, *invoice.lines[1:])),), ())) == ["lines differ"]


@pytest.mark.parametrize("name", ["original", "current", "net_payment"])
def test_a_store_whose_totals_disagree_with_its_entries_is_held_with_both_figures(name: str) -> None:
    right = getattr(FACTS.totals, name)
    facts = replace(FACTS, totals=replace(FACTS.totals, **{name: right + Decimal("0.01")}))

    (problem,) = decided(facts).held

    assert problem.cause == "store totals disagree"
    assert f"{right:.2f} GBP" in problem.sentence and f"{right + Decimal('0.01'):.2f} GBP" in problem.sentence


@pytest.mark.parametrize("current", ["12.00", "10.00", "12.02", "10.02"])
def test_a_store_may_leave_adjustments_and_rounding_out_of_its_total(current: str) -> None:
    goodwill = agreed("agreement/2", AgreementKind.REFUNDED, line("-2.00", kind=LineKind.ADJUSTMENT))
    facts = order(placed(line("12.00"), line("0.02", kind=LineKind.ROUNDING)), goodwill)
    totals = StoreTotals(original=Decimal("12.00"), current=Decimal(current), net_payment=Decimal(0))

    assert store_total_problems(replace(facts, totals=totals)) == ()


OVERPAID = order(placed(line("12.00", "2.00")), received("15.00"), paid_back("3.00"))


@pytest.mark.parametrize(
    ("position", "changes", "cause"),
    [
        (1, {"total": Decimal("3.01")}, "money differs"),
        (1, {"tender_id": "T2"}, "money differs"),
        (1, {"total": Decimal("2.99")}, "open amount exceeded"),
    ],
)
def test_an_overpayment_of_another_amount_or_tender_is_found(
    position: int, changes: dict[str, object], cause: str
) -> None:
    decision = decided(OVERPAID)
    documents = list(decision.documents)
    documents[position] = replace(documents[position], **changes)  # type: ignore[arg-type]

    assert checked(decision, OVERPAID) == ()
    assert cause in causes(checked(replace(decision, documents=tuple(documents)), OVERPAID))


def test_money_led_through_clearing_that_does_not_come_back_is_found() -> None:
    decision = decided(UNPAID)
    (allocation,) = decision.settlements
    leg = replace(allocation, kind=SettlementKind.REFUND, to_role=None, account="092")
    back = replace(leg, kind=SettlementKind.PAYMENT, role="placed")

    assert checked(replace(decision, settlements=(leg, back)), UNPAID) == ()
    assert causes(checked(replace(decision, settlements=(leg,)), UNPAID)) == ["clearing differs"]


def test_a_journal_that_does_not_balance_is_found() -> None:
    (journal,) = decided(CARD_AFTER_START, mapping=FROM_TOMORROW).documents
    off = replace(journal.lines[1], gross=Decimal("-4.99"), unit_amount=Decimal("-4.99"))

    assert check_documents((journal,), ()) == ()
    assert causes(check_documents((replace(journal, lines=(journal.lines[0], off)),), ())) == ["lines differ"]


def test_money_of_an_order_before_the_start_date_that_is_wrong_is_found() -> None:
    decision = decided(CARD_AFTER_START, mapping=FROM_TOMORROW)
    (journal,) = decision.documents
    turned = tuple(replace(one, gross=-one.gross, unit_amount=-one.unit_amount) for one in journal.lines)

    wrong = replace(decision, documents=(replace(journal, lines=turned),))

    assert "money differs" in causes(check(GROUP, [CARD_AFTER_START], FROM_TOMORROW, History(), wrong, BOOKS))


def test_rounding_left_out_is_found_in_all_and_for_its_tax_key() -> None:
    paid = replace(received("11.98", "cash", hour=12), rounding=Decimal("-0.02"))
    facts = order(placed(line("12.00", "2.00")), paid)
    facts = replace(facts, totals=replace(facts.totals, rounding=Decimal("-0.02")))
    decision = decided(facts)
    (invoice,) = decision.documents

    without = replace(invoice, lines=invoice.lines[:1], total=Decimal("12.00"))

    assert causes(checked(replace(decision, documents=(without,)), facts)) == [
        "document totals differ",
        "tax key differs",
    ]


def test_what_moved_on_the_account_in_another_currency_is_checked_too() -> None:
    books = replace(BOOKS, currencies=frozenset({"EUR"}))
    euro = replace(MAPPING, currency="presentment")
    facts = order(placed(line("50.00")), received("50.00"))
    facts = replace(facts, presented=order(placed(line("57.50")), received("57.50"), currency="EUR"))
    decision = decided(facts, mapping=euro, books=books)

    wrong = with_first(decision, bank_amount=Decimal("50.01"))

    assert check(GROUP, [facts], euro, History(), decision, books) == ()
    assert causes(check(GROUP, [facts], euro, History(), wrong, books)) == ["bank amount differs"]
