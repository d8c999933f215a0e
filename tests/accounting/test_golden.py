"""Each golden case, decided upon step by step, makes the documents, settlements, balances and taxes of its text."""

import json
from dataclasses import replace

import pytest

from embedded_app.accounting.document_json import document_from_json, document_to_json
from tests.golden import load_cases, played, seen_document, seen_settlement
from tests.golden_books import balances, tax_by_type
from tests.golden_case import Case


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_a_golden_case_makes_the_documents_and_settlements_of_its_text(case: Case) -> None:
    history, held = played(case)

    assert tuple(seen_document(document) for document in history.documents) == case.documents
    assert tuple(seen_settlement(settlement) for settlement in history.settlements) == case.settlements
    assert tuple((one.cause, one.sentence) for one in held) == case.held


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_a_golden_case_makes_the_balances_and_taxes_of_its_text(case: Case) -> None:
    history, _ = played(case)

    assert balances(history.documents, history.settlements) == case.balances
    assert tax_by_type(history.documents) == case.vat


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_a_golden_case_makes_the_same_books_when_everything_is_known_at_once(case: Case) -> None:
    history, held = played(replace(case, steps=case.steps[-1:]))

    assert balances(history.documents, history.settlements) == case.balances
    assert tax_by_type(history.documents) == case.vat
    assert tuple((one.cause, one.sentence) for one in held) == case.held


def test_every_case_of_this_slice_has_its_text() -> None:
    letters = {case.name.split("_")[0] for case in load_cases()}

    assert letters >= set("abcdefghijklmnopqrs")


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_the_documents_of_a_golden_case_come_back_from_storage(case: Case) -> None:
    for document in played(case)[0].documents:
        stored = json.loads(json.dumps(document_to_json(document)))

        assert document_from_json(stored) == document
