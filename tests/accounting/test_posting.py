"""What is posted, what is held and why: numbers, dates, contacts, voids, and every sentence a merchant gets."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import DocumentKind, History
from embedded_app.accounting.order import AgreementKind, LineKind, Order, Tax
from embedded_app.accounting.posting import post
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

MUG = line("12.00", "2.00")
RETURNED_MUG = line("-12.00", "-2.00")


def cancelled(day: int = 23, **changes: object) -> Order:
    """An unpaid order of one mug, cancelled."""
    return order(placed(MUG), refunded(RETURNED_MUG, day=day), cancelled_at=at(day, 12), **changes)


def test_it_never_posts_a_test_order() -> None:
    decision = decided(order(placed(MUG), test=True))

    assert decision.nothing == "Test orders are never posted."


def test_it_posts_nothing_for_an_order_of_zero() -> None:
    decision = decided(order(placed(line("0.00", "0.00"))))

    assert (decision.documents, decision.held) == ((), ())
    assert decision.nothing is not None


def test_a_line_given_away_is_left_out_even_where_it_could_not_be_mapped() -> None:
    decision = decided(order(placed(MUG, line("0.00", kind=LineKind.DUTY))))

    assert [one.description for one in decision.documents[0].lines] == ["Mug"]


def test_later_documents_are_numbered_in_the_order_they_were_decided() -> None:
    first = order(placed(MUG), agreed("agreement/2", AgreementKind.EDITED, MUG), refunded(RETURNED_MUG, number=3))
    then = replace(
        first,
        agreements=(*first.agreements, agreed("agreement/4", AgreementKind.RETURNED, RETURNED_MUG, MUG)),
    )

    numbers = [document.number for document in posted(first, then).documents]
    assert numbers == ["SH-1", "SH-1-E1", "SH-1-R1", "SH-1-E2", "SH-1-R2"]


def test_a_group_posted_again_takes_new_numbers() -> None:
    facts = order(placed(MUG), refunded(RETURNED_MUG))

    decision = post(replace(GROUP, generation=2), [facts], MAPPING, History(), BOOKS)

    assert [document.number for document in decision.documents] == ["SH-1.2", "SH-1-R1.2"]


def test_an_order_that_begins_with_credit_keeps_its_first_number_free() -> None:
    facts = order(placed(RETURNED_MUG), agreed("agreement/2", AgreementKind.EDITED, MUG))

    assert [document.role for document in decided(facts).documents] == ["R1", "E1"]


def test_documents_are_dated_by_the_stores_calendar_not_by_utc() -> None:
    late = replace(placed(MUG), happened_at=at(23, 23))

    (document,) = decided(order(late, timezone="Europe/Berlin")).documents

    assert document.date == document.event_day == document.due_date == date(2026, 11, 24)


def test_what_falls_in_a_closed_period_is_dated_the_first_open_day_and_says_the_true_one() -> None:
    books = replace(BOOKS, lock_date=date(2026, 11, 30))

    decision = decided(order(placed(MUG), received("12.00")), books=books)

    assert decision.documents[0].date == decision.settlements[0].date == date(2026, 12, 1)
    assert decision.documents[0].reference == "#1 for 2026-11-23"
    assert decision.settlements[0].reference == "SH-1 T1 for 2026-11-23"


def test_later_documents_keep_the_first_ones_contact() -> None:
    first = order(placed(MUG))
    then = order(placed(MUG), refunded(RETURNED_MUG))

    decision = decided(then, posted(first), mapping=replace(MAPPING, contact="Somebody else"))

    assert [document.contact for document in decision.documents] == ["Shopify customers"]


def test_an_order_cancelled_unpaid_on_the_same_day_is_voided_whenever_it_is_decided() -> None:
    at_once = posted(cancelled())
    later = posted(order(placed(MUG)), cancelled())

    assert [document.kind for document in at_once.documents] == [DocumentKind.INVOICE, DocumentKind.VOID]
    assert later == at_once
    assert (at_once.documents[1].reverses, at_once.documents[1].total) == ("placed", Decimal("12.00"))


@pytest.mark.parametrize(
    "facts",
    [
        cancelled(day=24),
        replace(cancelled(), cancelled_at=None),
        order(placed(MUG), received("12.00"), refunded(RETURNED_MUG), cancelled_at=at(23, 15)),
        order(placed(MUG, line("5.00")), refunded(RETURNED_MUG), cancelled_at=at(23)),
        order(placed(MUG), refunded(line("-12.00", "-1.99")), cancelled_at=at(23)),
        order(placed(MUG), refunded(line("-12.00")), cancelled_at=at(23)),
    ],
    ids=["next day", "not cancelled", "paid", "in part", "with other tax", "under another key"],
)
def test_anything_else_is_a_credit_note(facts: Order) -> None:
    assert [document.kind for document in decided(facts).documents][1:] == [DocumentKind.CREDIT_NOTE]


def test_cash_rounding_down_is_a_negative_line_of_the_invoice() -> None:
    rounding = line("-0.02", kind=LineKind.ROUNDING, quantity=0, title="Cash rounding")

    (document,) = decided(order(placed(line("12.02", "2.00"), rounding), received("12.00", "cash"))).documents

    assert (document.total, document.total_tax) == (Decimal("12.00"), Decimal("2.00"))
    assert [(one.account, one.gross) for one in document.lines] == [
        ("200", Decimal("12.02")),
        ("860", Decimal("-0.02")),
    ]


def test_cash_rounding_that_comes_later_is_its_own_small_document() -> None:
    rounding = agreed("agreement/2", AgreementKind.EDITED, line("-0.02", kind=LineKind.ROUNDING, quantity=0))

    document = decided(order(placed(line("12.02", "2.00")), rounding)).documents[-1]

    assert (document.kind, document.total) == (DocumentKind.CREDIT_NOTE, Decimal("0.02"))


@pytest.mark.parametrize(
    ("facts", "cause", "words"),
    [
        (
            order(placed(line("12.00", taxes=(Tax(title="MwSt", rate=Decimal("0.19"), amount=Decimal("1.92")),)))),
            "unmapped tax",
            "Tax ‘MwSt 19 % · GB · product’ has no Xero tax rate yet",
        ),
        (order(placed(MUG), country=None), "unmapped tax", "destination unknown"),
        (
            order(placed(replace(MUG, taxes=(replace(MUG.taxes[0], marketplace=None),)))),
            "marketplace tax",
            "does not say whether a marketplace collects tax",
        ),
        (order(placed(MUG), received("12.00", "klarna")), "unmapped gateway", "‘klarna’ has no Xero account yet"),
        (order(placed(line("60.00", "9.90"))), "tax differs", "differs by 0.10"),
        (order(placed(MUG), received("12.001")), "tender amount", "12.001 GBP"),
    ],
)
def test_it_holds_the_whole_order_with_a_sentence(facts: Order, cause: str, words: str) -> None:
    decision = decided(facts)

    assert (decision.documents, decision.settlements) == ((), ())
    assert causes(decision.held) == [cause]
    assert words in decision.held[0].sentence


def test_it_holds_a_kind_of_line_without_an_account() -> None:
    key_mapped = replace(MAPPING, accounts={LineKind.PRODUCT: "200"})

    decision = decided(order(placed(line("4.95", "0.83", kind=LineKind.SHIPPING))), mapping=key_mapped)

    assert causes(decision.held) == ["unmapped account"]


def test_it_holds_rounding_where_xero_has_no_rounding_account() -> None:
    facts = order(placed(MUG, line("0.02", kind=LineKind.ROUNDING)))

    assert causes(decided(facts, books=replace(BOOKS, rounding_account=None)).held) == ["no rounding account"]


def test_it_holds_an_order_in_a_foreign_currency() -> None:
    decision = decided(order(placed(MUG)), books=replace(BOOKS, base_currency="AUD"))

    assert causes(decision.held) == ["foreign currency"]


def test_a_group_of_another_currency_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="must be one order in GBP"):
        decided(order(placed(MUG), currency="EUR"))


def test_it_tells_everything_that_holds_an_order_at_once_and_each_thing_once() -> None:
    french = replace(MUG, id="second")
    facts = order(placed(MUG, french), received("10.00", "klarna"), received("2.00", "klarna", id="T2"), country="FR")
    disagreeing = replace(facts, totals=replace(facts.totals, current=Decimal(1)))

    assert causes(decided(disagreeing).held) == ["store totals disagree", "unmapped gateway", "unmapped tax"]


def test_a_held_order_posts_once_its_tax_is_mapped() -> None:
    facts = order(placed(MUG), country="FR")
    keys = {replace(key, country="FR"): tax_type for key, tax_type in MAPPING.taxes.items()}

    decision = decided(facts, mapping=replace(MAPPING, taxes=keys))

    assert (len(decision.documents), decision.held) == (1, ())


def test_a_gateway_taken_off_the_mapping_does_not_hold_what_it_posted_before() -> None:
    history = posted(order(placed(MUG), received("12.00")))
    without = replace(MAPPING, gateways={})

    decision = decided(order(placed(MUG), received("12.00"), refunded(RETURNED_MUG)), history, mapping=without)

    assert (len(decision.documents), decision.held) == (1, ())


def test_a_past_agreement_with_other_content_is_held() -> None:
    decision = decided(order(placed(line("13.00", "2.17"))), posted(order(placed(MUG))))

    assert causes(decision.held) == ["changed past agreement"]
    assert "SH-1 was posted for was changed" in decision.held[0].sentence


def test_a_past_agreement_that_is_gone_is_held() -> None:
    history = posted(order(placed(MUG), refunded(RETURNED_MUG, day=24)))

    assert causes(decided(order(placed(MUG)), history).held) == ["changed past agreement"]


def test_a_refund_without_a_document_holds_that_tender_alone() -> None:
    decision = decided(order(placed(MUG), received("12.00"), paid_back("5.00", day=23)))

    (held,) = decision.held
    assert (held.cause, held.tender_id) == ("refund without document", "T2")
    assert "5.00 GBP was refunded by paypal, but the store records no return or refund of goods" in held.sentence
    assert [one.amount for one in decision.settlements] == [Decimal("12.00")]


def test_a_held_tender_posts_once_there_is_a_document_for_it() -> None:
    before = order(placed(MUG), received("12.00"), paid_back("12.00"))
    history = posted(before)

    decision = decided(order(placed(MUG), received("12.00"), paid_back("12.00"), refunded(RETURNED_MUG)), history)

    assert (len(history.settlements), len(decision.settlements), decision.held) == (1, 1, ())


def test_a_refund_goes_to_the_credit_note_the_store_wrote_a_second_after_the_money() -> None:
    trailing = replace(refunded(RETURNED_MUG), happened_at=at(23, 14) + timedelta(seconds=1))
    older = refunded(RETURNED_MUG, number=3)
    facts = order(placed(MUG, MUG), received("24.00"), older, trailing, paid_back("12.00"))

    refund = decided(facts).settlements[-1]

    assert refund.reference.startswith("SH-1-R2 ")
