"""The mapping after Setup: a change is prepared, shown by a dry run, and saved as the next version, or discarded.

A store has one change at a time, which all its people share. Saved versions are never altered: to go back to one is to
prepare a change that equals it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import models
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.mapping_changes import Change, changes
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.clock import now
from embedded_app.models import AuditEntry, DryRun, DryRunState, Store
from embedded_app.pipeline import drafts, dry_running
from embedded_app.pipeline.drafts import ChangedMeanwhile, latest_mapping
from embedded_app.pipeline.setting_up import NotSaved, free_held, known_chart, save_version, split_problem
from embedded_app.pipeline.surveying import shop_currency

MOST_VERSIONS = 200
# The beginnings of the fields that each part asks for.
_FIELDS = {
    "accounts": ("accounts", "special"),
    "rules": ("rules",),
    "taxes": ("taxes", "no_tax"),
    "gateways": ("gateways",),
    "tracking": ("tracking",),
    "options": (
        *("post_when", "discounts", "adjustments", "contacts_", "currency", "locked", "start_date", "before_start"),
        *("special.before start", "special.discounts"),
    ),
}
OTHER_CHANGE = "There are changes that are not saved yet: save or discard them first."
SAVED_MEANWHILE = (
    "Another version was saved since these changes were begun, and saving them would undo it. Discard them, and make "
    "them again on top of it."
)
NOT_SHOWN = "See first what the changes come to: run the dry run, or stop it once you have seen enough."


def open_change(session: Session, store: Store) -> DryRun | None:
    """The store's change that is neither saved nor discarded."""
    wanted = select(DryRun).where(DryRun.store_id == store.id, DryRun.closed_at.is_(None))
    return session.scalar(wanted.execution_options(populate_existing=True))


def change_fields(
    session: Session, store: Store, part: str, fields: Mapping[str, Any], *, version: int, actor: str
) -> None:
    """Take these fields of the mapping document into the store's change, which begins with it if need be. Commits.

    version: of the change they were given on, 0 where there was none. Raises NotSaved with what is wrong in this part,
    or ChangedMeanwhile; then nothing is kept.
    """
    latest = latest_mapping(session, store)
    change = open_change(session, store)
    if latest is None or (change.version if change else 0) != version:
        raise ChangedMeanwhile
    document = {**(change.document if change else latest.document), **fields}
    readable(document)
    found = {
        field: sentence
        for field, sentence in problems(session, store, document).items()
        if field.startswith(_FIELDS[part]) or not field
    }
    if found:
        raise NotSaved(found)
    if change is None:
        _begin(session, store, latest, document, actor=actor)
    else:
        _update(session, change, document, actor=actor)
    session.commit()


def restore(session: Session, store: Store, version: int, *, actor: str) -> None:
    """Begin a change that equals a saved version. Commits. Raises NotSaved, ChangedMeanwhile."""
    latest, wanted = latest_mapping(session, store), saved_version(session, store, version)
    if latest is None or wanted is None:
        raise NotSaved({"": "This version is not there any more: choose another."})
    if open_change(session, store) is not None:
        raise NotSaved({"": OTHER_CHANGE})
    _begin(session, store, latest, wanted.document, actor=actor)
    session.commit()


def run(session: Session, store: Store, *, version: int) -> None:
    """Begin the dry run of the store's change. Commits. Raises NotSaved, ChangedMeanwhile."""
    change = _locked(session, store, version)
    readable(change.document)
    dry_running.begin(session, store, change)
    session.commit()


def stop(session: Session, store: Store, *, version: int) -> None:
    """End the dry run where it is; what was added up so far stays. Commits. Raises ChangedMeanwhile."""
    change = _locked(session, store, version)
    if change.state is DryRunState.RUNNING:
        change.state = DryRunState.STOPPED
    session.commit()


def discard(session: Session, store: Store, *, version: int, actor: str) -> None:
    """Forget the store's change. Commits. Raises ChangedMeanwhile."""
    change = _locked(session, store, version)
    change.closed_at = now()
    session.add(AuditEntry(store_id=store.id, at=now(), actor=actor, act="discarded a change of the mapping"))
    session.commit()


def save(session: Session, store: Store, *, version: int, applies_from: date | None, actor: str) -> int:
    """Save the store's change as the next mapping version; returns which. Commits. Raises NotSaved, ChangedMeanwhile.

    applies_from: the first day whose orders go by it, None for all that is decided from now on. What is posted stays as
    it is; what was held for want of the mapping is tried again.
    """
    change = _locked(session, store, version)
    latest = latest_mapping(session, store)
    if latest is None or latest.version != change.base_version:
        raise NotSaved({"": SAVED_MEANWHILE})
    if change.state not in (DryRunState.DONE, DryRunState.STOPPED):
        raise NotSaved({"": NOT_SHOWN})
    saved = save_version(session, store, change.document, actor=actor, applies_from=applies_from)
    change.closed_at, change.saved_version = now(), saved
    drafts.follow(session, store, parse_mapping(change.document, saved))
    session.commit()
    free_held(session, store, actor=actor)
    session.commit()
    return saved


def part_of(field: str) -> str:
    """The part that asks for a field."""
    return next((part for part, beginnings in _FIELDS.items() if field.startswith(beginnings)), "options")


def versions(session: Session, store: Store) -> Sequence[models.Mapping]:
    """The saved versions, the latest first."""
    row = models.Mapping
    wanted = select(row).where(row.store_id == store.id, row.document != {}).order_by(row.version.desc())
    return session.scalars(wanted.limit(MOST_VERSIONS)).all()


def saved_version(session: Session, store: Store, version: int) -> models.Mapping | None:
    """One saved version."""
    row = models.Mapping
    return session.scalar(select(row).where(row.store_id == store.id, row.version == version, row.document != {}))


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between two mapping documents; nothing where one of them cannot be read."""
    try:
        return changes(parse_mapping(dict(old), 0), parse_mapping(dict(new), 0))
    except MappingError:
        return ()


def readable(document: Mapping[str, Any]) -> AccountMapping:
    """The mapping that a document makes. Raises NotSaved, whatever part of it is wrong."""
    try:
        return parse_mapping(dict(document), 0)
    except MappingError as error:
        raise NotSaved(dict(split_problem(problem) for problem in error.problems)) from None


def problems(session: Session, store: Store, document: Mapping[str, Any]) -> dict[str, str]:
    """What keeps the document from being saved: a sentence by field."""
    try:
        mapping = readable(document)
    except NotSaved as refused:
        return refused.problems
    chart = known_chart(store)
    if chart is None:
        return {"": "Xero has not been read yet: connect it in Setup."}
    found = check(mapping, chart, shop_currency=shop_currency(session, store))
    return dict(split_problem(problem) for problem in reversed(found))


def _begin(session: Session, store: Store, latest: models.Mapping, document: Mapping[str, Any], *, actor: str) -> None:
    begun = (
        insert(DryRun)
        .values(store_id=store.id, base_version=latest.version, document=dict(document), author=actor, changed_at=now())
        .on_conflict_do_nothing(index_elements=["store_id"], index_where=text("closed_at IS NULL"))
        .returning(DryRun.id)
    )
    if session.scalar(begun) is None:
        raise ChangedMeanwhile


def _update(session: Session, change: DryRun, document: Mapping[str, Any], *, actor: str) -> None:
    """Change the change; what its dry run has come to is no longer true."""
    changed = session.execute(
        update(DryRun)
        .where(DryRun.id == change.id, DryRun.version == change.version, DryRun.closed_at.is_(None))
        .values(
            version=change.version + 1,
            document=dict(document),
            author=actor,
            changed_at=now(),
            state=DryRunState.EDITING,
            result={},
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise ChangedMeanwhile


def _locked(session: Session, store: Store, version: int) -> DryRun:
    """The store's change as this page knows it, so that nobody else does anything to it meanwhile."""
    wanted = select(DryRun).where(DryRun.store_id == store.id, DryRun.version == version, DryRun.closed_at.is_(None))
    change = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if change is None:
        raise ChangedMeanwhile
    return change
