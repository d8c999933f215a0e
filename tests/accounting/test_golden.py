"""Each golden case, decided upon step by step, makes the documents, settlements, balances and taxes of its text."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from embedded_app.accounting.document_json import document_from_json, document_to_json
from embedded_app.accounting.documents import Document, Settlement
from tests.golden import CASES, Posted, load_cases, played, seen_document, seen_settlement
from tests.golden_books import balances, tax_by_type
from tests.golden_case import Case

README = Path(__file__).parents[2] / "README.md"
every_case = pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)


@every_case
def test_a_golden_case_makes_the_documents_and_settlements_of_its_text(case: Case) -> None:
    posted = played(case.steps)

    assert tuple(seen_document(document) for document in posted.documents) == case.documents
    assert tuple(seen_settlement(settlement) for settlement in posted.settlements) == case.settlements
    assert tuple((one.cause, one.sentence) for one in posted.held) == case.held


@every_case
def test_a_golden_case_makes_the_balances_and_taxes_of_its_text(case: Case) -> None:
    posted = played(case.steps)

    assert _summed(posted, partial(balances, day_rates=case.day_rates)) == case.balances
    assert _summed(posted, lambda documents, _: tax_by_type(documents, day_rates=case.day_rates)) == case.vat
    assert sum(case.balances.values()) == 0


@pytest.mark.parametrize("case", [case for case in load_cases() if case.once], ids=lambda case: case.name)
def test_a_golden_case_makes_the_same_books_when_everything_is_known_at_once(case: Case) -> None:
    posted = played(case.steps[-1:])

    assert _summed(posted, partial(balances, day_rates=case.day_rates)) == case.balances
    assert _summed(posted, lambda documents, _: tax_by_type(documents, day_rates=case.day_rates)) == case.vat
    assert tuple((one.cause, one.sentence) for one in posted.held) == case.held


def test_every_kind_of_case_has_its_texts() -> None:
    letters = {case.name.split("_")[0] for case in load_cases()}

    assert letters == set("abcdefghijklmnopqrstuvw")


def test_the_readme_lists_every_case_with_a_link() -> None:
    section = README.read_text(encoding="utf-8").partition("## Cases\n")[2].partition("\n## ")[0]

    listed = re.findall(r"^- \[(.+)\]\(tests/cases/(.+)\.txt\)$", section, re.MULTILINE)

    assert listed == [(case.title, case.name) for case in load_cases()]
    assert len(list(CASES.glob("*.txt"))) == len(listed) + len(list(CASES.glob("*_books.txt")))


@every_case
def test_the_documents_of_a_golden_case_come_back_from_storage(case: Case) -> None:
    for document in played(case.steps).documents:
        stored = json.loads(json.dumps(document_to_json(document)))

        assert document_from_json(stored) == document


def _summed(
    posted: Posted, books: Callable[[tuple[Document, ...], tuple[Settlement, ...]], dict[str, Decimal]]
) -> dict[str, Decimal]:
    """What all groups' documents and settlements come to together, zeros left out."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for history in posted.histories.values():
        for name, amount in books(history.documents, history.settlements).items():
            total[name] += amount
    return {name: amount for name, amount in total.items() if amount}
