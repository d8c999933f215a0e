"""Any legal order under the options of the mapping: discounts at full price, price reductions, taxes on own lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded_app.accounting.documents import DocumentKind
from embedded_app.accounting.mapping import Mapping, SpecialAccount, TaxRule
from embedded_app.accounting.money import round_cents
from embedded_app.accounting.order import Agreement, LineKind, Order, SaleLine
from tests.accounting.orders_strategy import MAPPING, Story, stories
from tests.accounting.test_any_legal_order import by_tax_key, decide, open_amounts

PROFILE = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.VOID)


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    """The strategy's mapping with options of its own."""
    mapping = replace(
        MAPPING,
        special={SpecialAccount.DISCOUNTS: "220"},
        discounts=draw(st.sampled_from(["net", "full price"])),
        adjustments=draw(st.sampled_from(["as stated", "price reduction"])),
    )
    if draw(st.booleans()):
        return mapping
    separate = TaxRule(strategy="separate", tax_type="NONE", accounts={"VAT": "826"})
    return replace(mapping, taxes={key: separate if key.rate else rule for key, rule in mapping.taxes.items()})


def discounted(story: Story) -> Story:
    """The story where a tenth more had been asked for everything and taken off again."""
    return replace(story, facts=tuple(_discounted_order(facts) for facts in story.facts))


def _discounted_order(order: Order) -> Order:
    return replace(order, agreements=tuple(_discounted_agreement(one) for one in order.agreements))


def _discounted_agreement(agreement: Agreement) -> Agreement:
    return replace(agreement, lines=tuple(_discounted_line(line) for line in agreement.lines))


def _discounted_line(line: SaleLine) -> SaleLine:
    sold = line.kind in (LineKind.PRODUCT, LineKind.SHIPPING)
    return replace(line, discount=round_cents(line.gross / 10)) if sold else line


@PROFILE
@given(stories().map(discounted), mappings())
def test_whatever_the_options_the_documents_equal_the_ledgers(story: Story, mapping: Mapping) -> None:
    documents = decide([story.order], story.books, mapping=mapping).documents

    booked = [one for one in documents if one.kind in SALES]
    roles = {one.role: one for one in booked}
    tax = sum(
        (one.sign * line.stated_tax for one in booked for line in (roles[one.reverses] if one.reverses else one).lines),
        Decimal(0),
    )
    assert sum(one.sign * one.total for one in booked) == story.order.totals.current
    assert tax == sum(line.tax for agreement in story.order.agreements for line in agreement.lines)


@PROFILE
@given(stories().map(discounted), mappings(), st.data())
def test_whatever_the_options_what_was_posted_first_does_not_matter(
    story: Story, mapping: Mapping, data: st.DataObject
) -> None:
    earlier = [facts for facts in story.facts[:-1] if data.draw(st.booleans())]

    at_once = decide([story.order], story.books, mapping=mapping)
    step_by_step = decide([*earlier, story.order], story.books, mapping=mapping)

    assert open_amounts(step_by_step) == open_amounts(at_once)
    assert by_tax_key(step_by_step) == by_tax_key(at_once)
