"""Each golden case, decided upon step by step, makes the documents, settlements, balances and taxes of its text."""

import pytest

from embedded_app.accounting.documents import History
from embedded_app.accounting.mapping import parse_mapping
from embedded_app.accounting.posting import post
from tests.golden import balances, load_cases, seen_document, seen_settlement, tax_by_type
from tests.golden_case import Case


def decide(case: Case) -> History:
    """The case's books: every step decided on top of the steps before it."""
    mapping = parse_mapping(case.mapping, version=1)
    history = History()
    for order in case.steps:
        decision = post(case.group, [order], mapping, history, case.books)
        assert decision.held == ()
        history = History(
            documents=(*history.documents, *decision.documents),
            settlements=(*history.settlements, *decision.settlements),
        )
    return history


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_a_golden_case_makes_the_documents_and_settlements_of_its_text(case: Case) -> None:
    history = decide(case)

    assert tuple(seen_document(document) for document in history.documents) == case.documents
    assert tuple(seen_settlement(settlement) for settlement in history.settlements) == case.settlements


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_a_golden_case_makes_the_balances_and_taxes_of_its_text(case: Case) -> None:
    history = decide(case)

    assert balances(history.documents, history.settlements) == case.balances
    assert tax_by_type(history.documents) == case.vat


def test_every_case_of_this_slice_has_its_text() -> None:
    letters = {case.name.split("_")[0] for case in load_cases()}

    assert letters >= set("abdegij")
