"""Golden cases: tests/cases/*.txt, text a bookkeeper can read, as facts to decide upon and the books they must make.

load_cases(), load_case(name)    the cases
played(case.steps)               the case decided upon, step by step
seen_document, seen_settlement   what was decided, in the terms of the text

The books that documents and settlements make are in golden_books.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from embedded_app.accounting.documents import (
    Decision,
    Document,
    DocumentKind,
    DocumentLine,
    Held,
    History,
    Settlement,
)
from embedded_app.accounting.giftcard_facts import events
from embedded_app.accounting.giftcards import post_gift_card
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.accounting.money import is_cents
from embedded_app.accounting.opening import post_opening
from embedded_app.accounting.posting import post
from tests.golden_case import Case, ExpectedDocument, ExpectedSettlement, Step
from tests.golden_text import read_case

CASES = Path(__file__).parent / "cases"
_SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.VOID)


def load_cases() -> list[Case]:
    """Every case under tests/cases, by file name."""
    return [load_case(path.stem) for path in sorted(CASES.glob("[a-z]_*.txt"))]


@cache
def load_case(name: str) -> Case:
    """One case by its file name without suffix."""
    return read_case(CASES / f"{name}.txt")


@dataclass(frozen=True, slots=True)
class Posted:
    """What stands after a case, by group, and what its last step holds."""

    histories: dict[str, History]
    held: tuple[Held, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents, group by group in the order the groups were begun."""
        return tuple(document for history in self.histories.values() for document in history.documents)

    @property
    def settlements(self) -> tuple[Settlement, ...]:
        """All settlements, group by group."""
        return tuple(settlement for history in self.histories.values() for settlement in history.settlements)


def played(steps: Sequence[Step]) -> Posted:
    """The books after these steps, each decided on top of the ones before."""
    histories: dict[str, History] = defaultdict(History)
    held: tuple[Held, ...] = ()
    for step in steps:
        held = ()
        for key, decide in _decisions(step):
            before = histories[key]
            decision = decide(before)
            held += decision.held
            histories[key] = History(
                documents=(*before.documents, *decision.documents),
                settlements=(*before.settlements, *decision.settlements),
            )
    return Posted(dict(histories), held)


def _decisions(step: Step) -> Iterator[tuple[str, Callable[[History], Decision]]]:
    """How each group that a step knows is decided, by its key; what is beyond orders is posted once."""
    mapping, books = parse_mapping(step.mapping, version=1), step.books
    for group, order in step.orders[:-1] if step.deleted else step.orders:
        yield group.key, partial(post, group, [order], mapping, books=books)
    for card in step.cards:
        assert step.today is not None, "what happened to gift cards is decided on a day"
        for event in events(card.facts, step.today, "SH-"):
            yield event.id, partial(_once, partial(post_gift_card, event, mapping, books))
    if step.opening:
        assert mapping.start_date is not None, "balances are opened on a start date"
        opening = partial(post_opening, step.opening, mapping.start_date, mapping, books, "SH-OPENING")
        yield "opening", partial(_once, opening)


def _once(decide: Callable[[], Decision], history: History) -> Decision:
    return Decision(nothing="posted already") if history.documents else decide()


def seen_document(document: Document) -> ExpectedDocument:
    """Our document in the text's terms."""
    return ExpectedDocument(
        kind=document.kind.value,
        role=document.role,
        number=document.number,
        date=document.date,
        total=document.total,
        tax=document.total_tax,
        reference=document.reference,
        lines=tuple(_seen_line(line) for line in document.lines),
        tax_difference=document.tax_difference,
        account="" if document.kind in _SALES else document.account or "",
        due=document.due_date,
        rate=document.rate,
        contact=document.contact if document.contact.startswith("customer:") else "",
    )


def seen_settlement(settlement: Settlement) -> ExpectedSettlement:
    """Our settlement in the text's terms."""
    return ExpectedSettlement(
        kind=settlement.kind.value,
        role=settlement.role,
        amount=settlement.amount,
        date=settlement.date,
        target=settlement.account or settlement.to_role or "",
        reference=settlement.reference,
        banked=settlement.bank_amount,
    )


def _seen_line(line: DocumentLine) -> tuple[str, ...]:
    unit_amount = f"{line.unit_amount:.2f}" if is_cents(line.unit_amount) else f"{line.unit_amount.normalize():f}"
    return (
        f"{line.quantity:f} × {unit_amount}",
        line.description,
        f"{line.gross:.2f}",
        line.account or "-",
        line.tax_type,
        f"{line.tax:.2f}",
        "" if line.tax_amount is None else "sent",
        ", ".join(f"{category}: {option}" for category, option in line.tracking),
    )
