"""Facts survive storage, and hashes change exactly with what is booked."""

import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings

from embedded_app.accounting.document_json import document_from_json, document_to_json
from embedded_app.accounting.documents import History
from embedded_app.accounting.facts import agreement_hash, facts_hash, from_facts, to_facts
from embedded_app.accounting.order import Order
from embedded_app.accounting.posting import post
from tests.accounting.orders_strategy import GROUP, MAPPING, Story, stories
from tests.accounting.shop import at, line, order, placed, posted, received, refunded

FACTS = order(placed(line("8600.0", "1433.33")), received("8600.0"), location="Shop", channel="pos")


def stored(facts: Order) -> Order:
    """The order as it comes back out of a JSON column."""
    return from_facts(json.loads(json.dumps(to_facts(facts))))


def test_an_order_comes_back_from_storage_as_it_was() -> None:
    facts = replace(FACTS, cancelled_at=at(24))

    assert stored(facts) == facts


@settings(deadline=None, max_examples=50)
@given(stories())
def test_any_order_and_its_documents_come_back_from_storage(story: Story) -> None:
    documents = post(GROUP, [story.order], MAPPING, History(), story.books).documents

    assert stored(story.order) == story.order
    assert tuple(document_from_json(json.loads(json.dumps(document_to_json(one)))) for one in documents) == documents


def test_unchanged_ledgers_hash_alike_whenever_they_were_read() -> None:
    assert facts_hash(replace(FACTS, updated_at=at(30))) == facts_hash(FACTS)


def test_amounts_hash_alike_however_many_zeros_the_store_writes() -> None:
    other = order(placed(line("8600.00", "1433.330")), received("8600"), location="Shop", channel="pos")

    assert facts_hash(other) == facts_hash(FACTS)
    assert agreement_hash(other.agreements[0]) == agreement_hash(FACTS.agreements[0])


def test_any_other_fact_changes_the_hash() -> None:
    changed = [
        replace(FACTS, cancelled_at=at(24)),
        replace(FACTS, country="FR"),
        replace(FACTS, tenders=(replace(FACTS.tenders[0], amount=Decimal("8600.01")),)),
        replace(FACTS, agreements=(placed(line("8600.00", "1433.34")),)),
    ]

    assert len({facts_hash(one) for one in (FACTS, *changed)}) == 5


def test_a_product_renamed_or_tagged_does_not_change_a_past_agreement() -> None:
    agreement = placed(line("12.00", "2.00"))
    renamed = placed(line("12.00", "2.00", title="Cup", tags=("sale",), vendor="Clay"))

    assert agreement_hash(renamed) == agreement_hash(agreement)


def test_the_order_in_which_a_store_lists_lines_does_not_change_a_past_agreement() -> None:
    one, two = line("12.00", "2.00", id="1"), line("5.00", id="2")

    assert agreement_hash(placed(one, two)) == agreement_hash(placed(two, one))


def test_anything_that_is_booked_changes_an_agreements_hash() -> None:
    agreements = [
        placed(line("12.00", "2.00")),
        placed(line("12.01", "2.00")),
        placed(line("12.00", "2.01")),
        placed(line("12.00")),
        placed(line("12.00", "2.00", quantity=2)),
        placed(line("12.00", "2.00"), day=24),
        refunded(line("12.00", "2.00"), number=1),
    ]

    assert len({agreement_hash(one) for one in agreements}) == len(agreements)


def test_a_void_comes_back_from_storage() -> None:
    facts = order(placed(line("12.00")), refunded(line("-12.00")), cancelled_at=at(23))
    void = posted(facts).documents[1]

    assert document_from_json(document_to_json(void)) == void
