"""The import that a merchant may make of what was sold before Crossfoot was installed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from sqlalchemy import func, select

from embedded_app import models
from embedded_app.db import db
from embedded_app.models import Import, ImportState
from embedded_app.pipeline import importing
from embedded_app.pipeline.import_rows import open_import
from tests.simulation.worlds import Store, World


def begin(world: World, *, shop: str) -> None:
    """The merchant wants all of it in the books."""
    store = world.stores[shop]
    if store.before:
        first_day = min(store.before.values())
        _say(world, store, "begun", lambda row: importing.begin(db.session(), row, first_day, actor="Alice"))


def word(world: World, *, shop: str, what: str) -> None:
    """The merchant confirms, pauses, resumes or stops the import that is under way, where that can be done."""
    store = world.stores[shop]

    def said(row: models.Store) -> None:
        found = open_import(db.session(), row.id)
        if found is None:
            raise importing.NotImported("There is none.")
        if what == "confirm":
            importing.confirm(db.session(), row, found.id, leave_out=True, actor="Alice")
        else:
            WORDS[what](db.session(), row, found.id, actor="Alice")

    _say(world, store, what, said)


def wanted(world: World, store: Store) -> bool:
    """Let the import go on where it waits for its merchant; whether one is under way."""
    with world.app.app_context():
        found = open_import(db.session(), store.store_id)
        state = found.state if found is not None else None
    if state in (ImportState.READY, ImportState.PAUSED):
        word(world, shop=store.plan.name, what="confirm" if state is ImportState.READY else "resume")
    return state is not None


def imported_since(world: World, store: Store) -> date | None:
    """From which day on everything that was sold was imported, None where nothing was to the end."""
    done = select(func.min(Import.first_day)).where(Import.store_id == store.store_id, Import.state == ImportState.DONE)
    with world.app.app_context():
        return db.session.scalar(done)


def _say(world: World, store: Store, what: str, said: Callable[[models.Store], object]) -> None:
    with world.app.app_context(), suppress(importing.NotImported):
        said(db.session.get_one(models.Store, store.store_id))
        world.seams.met[f"import: {what}", "store"] += 1


WORDS: dict[str, Callable[..., None]] = {
    "pause": importing.pause,
    "resume": importing.resume,
    "stop": importing.stop,
}
IMPORTS: dict[str, Callable[..., None]] = {"import": begin, "import word": word}
