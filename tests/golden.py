"""Golden cases: tests/cases/*.txt, text a bookkeeper can read, as facts to decide upon and the books they must make.

load_cases(), load_case(name)    the cases
played(case)                     the case decided upon, step by step
seen_document, seen_settlement   what was decided, in the terms of the text

The books that documents and settlements make are in golden_books.py.
"""

from __future__ import annotations

from pathlib import Path

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Held, History, Settlement
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.accounting.money import is_cents
from embedded_app.accounting.posting import post
from tests.golden_case import Case, ExpectedDocument, ExpectedSettlement
from tests.golden_text import read_case

CASES = Path(__file__).parent / "cases"
_SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.VOID)

# Cases the core decides and whose documents, books or facts do not yet go the whole way from store to Xero.
NOT_YET_SENT: tuple[str, ...] = ()


def load_cases() -> list[Case]:
    """Every case under tests/cases, by file name."""
    return [load_case(path.stem) for path in sorted(CASES.glob("[a-z]_*.txt"))]


def load_case(name: str) -> Case:
    """One case by its file name without suffix."""
    return read_case(CASES / f"{name}.txt")


def played(case: Case) -> tuple[History, tuple[Held, ...]]:
    """The case's books, every step decided on top of the steps before it, and what the last step holds."""
    mapping = parse_mapping(case.mapping, version=1)
    history, held = History(), ()
    for order in case.steps:
        decision = post(case.group, [order], mapping, history, case.books)
        held = decision.held
        history = History(
            documents=(*history.documents, *decision.documents),
            settlements=(*history.settlements, *decision.settlements),
        )
    return history, held


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
