"""The row of a store's import: read, locked, put off, ended.

Whoever changes it holds it, so that a word of the merchant and the work under way never overwrite each other.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from embedded_app.clock import now
from embedded_app.models import Import, ImportState, Store
from embedded_app.pipeline import asking
from embedded_app.queue import wake_at

JOB = "import_orders"
QUEUE = "gather"
OVER = (ImportState.STOPPED, ImportState.DONE)
WORKING = (ImportState.LISTING, ImportState.LOOKING, ImportState.RUNNING)
# Longer than nobody is put off at a time: a moment further off was written by a clock that has been set back since.
LONGEST_SECONDS = 600.0


def open_import(session: Session, store_id: int) -> Import | None:
    """The store's import that is not over, None where there is none."""
    return session.scalar(select(Import).where(Import.store_id == store_id, Import.state.not_in(OVER)))


def stores_importing() -> Select[tuple[int]]:
    """The stores whose import can go on now."""
    return (
        select(Import.store_id)
        .join(Store, Store.id == Import.store_id)
        .where(Import.state.in_(WORKING), asking.is_due(Import.not_before))
        .where(Store.paused.is_(None), asking.is_due(Store.not_before))
    )


def locked(session: Session, import_id: int, *states: ImportState) -> Import | None:
    """The import's row, held until the caller commits; None where it is in none of these states (any more)."""
    wanted = select(Import).where(Import.id == import_id, Import.state.in_(states)).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def put_off(session: Session, import_id: int, seconds: float) -> None:
    """Go on with the import after some seconds; its job is woken then. Commits."""
    row = locked(session, import_id, *WORKING)
    if row is not None:
        row.not_before = now() + timedelta(seconds=min(seconds, LONGEST_SECONDS))
        wake_at(session, JOB, row.store_id, row.not_before, queue=QUEUE)
    session.commit()


def give_up(session: Session, row: Import, sentence: str) -> None:
    """End an import that cannot go on, with a sentence that says why. Commits."""
    row.state, row.problem, row.ended_at, row.ended_by = ImportState.STOPPED, sentence, now(), "Crossfoot"
    session.commit()
