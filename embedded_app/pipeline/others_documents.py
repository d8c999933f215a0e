"""Documents that another app, or a person, made in Xero for the orders of an import: found before anything is posted.

A document is taken to be an order's where it carries the store's long id of it; where its number or reference names
the order and its day or amount fits; or else where amount and day are the order's, each document for one order at most.
What Crossfoot wrote itself is known by Xero's id or by our number. The look goes page by page through all that was
created or modified in Xero since the import's first day, with the calls left to an import, and goes on where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from embedded_app.accounting.money import plain
from embedded_app.clock import now
from embedded_app.models import (
    Document,
    Import,
    ImportOrder,
    ImportOrderState,
    ImportState,
    OrderFacts,
    Organisation,
    Outcome,
    Priority,
    Store,
)
from embedded_app.pipeline import calls_left, credentials
from embedded_app.pipeline.import_estimate import keep_ahead, keep_money_only
from embedded_app.pipeline.import_listing import first_moment, zone_of
from embedded_app.pipeline.import_rows import give_up, locked, put_off
from embedded_app.xero.client import XeroApi
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, RetryLater
from embedded_app.xero.foreign import Foreign, ForeignKind, ForeignPage, read_page

KINDS = tuple(ForeignKind)
# Xero's clock and the store's may differ.
EARLIER = timedelta(days=1)
WAIT_SECONDS = 60.0
# A document that names an order and has another amount is the order's if it is not dated long after.
_DATED_WITHIN = (timedelta(days=-1), timedelta(days=60))
_ONE_DAY = timedelta(days=1)
# Of shorter names ("#7") the amount must agree as well.
_TELLING_DIGITS = 3
_DIGITS = re.compile(r"[0-9]+")
_LONG_ID_DIGITS = 8
_DATES = re.compile(r"\b(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4})\b")

log = structlog.get_logger(__name__)


class Why(IntEnum):
    """By what a document is taken to be an order's; the higher, the surer."""

    AMOUNT = 1
    NAME = 2
    ID = 3


@dataclass(frozen=True, slots=True)
class _Looking:
    """Orders of one import, by what documents may carry of them."""

    zone: ZoneInfo
    by_number: Mapping[str, Sequence[ImportOrder]]
    by_id: Mapping[str, ImportOrder]
    by_total: Mapping[tuple[str, str], Sequence[ImportOrder]]


def look(session: Session, store: Store, row: Import) -> bool:
    """Read one page of what stands in Xero, and note whose it is; True where the next may follow at once. Commits."""
    import_id, organisation = row.id, store.organisation
    if organisation is None or organisation.paused:
        put_off(session, import_id, WAIT_SECONDS)
        return False
    until = calls_left.closed_until(session, organisation, Priority.IMPORT, now=now())
    if until is not None:
        put_off(session, import_id, (until - now()).total_seconds())
        return False
    at, since = dict(row.look_at), first_moment(session, store, row) - EARLIER
    kind, page, seen = KINDS[at.get("kind", 0)], at.get("page", 1), at.get("seen", 0)
    try:
        read = _page(session, organisation, kind, since=since, page=page, seen=seen)
    except RetryLater as later:
        calls_left.put_off(session, organisation, later, now=now())
        if later.scope == "maintenance":
            _stand_at(session, import_id, {"kind": KINDS.index(kind)})  # its pages may have shifted: from the first on
        put_off(session, import_id, later.seconds)
        return False
    except NeedsReconnect as lost:
        organisation.paused = lost.sentence
        session.commit()
        put_off(session, import_id, WAIT_SECONDS)
        return False
    except NeedsMerchant as refused:  # of this reading alone: what is posted goes on
        current = locked(session, import_id, ImportState.LOOKING)
        if current is not None:
            give_up(session, current, refused.sentence)
        session.commit()
        return False
    return _take(session, store, import_id, read, kind=kind, page=page)


def _page(
    session: Session, organisation: Organisation, kind: ForeignKind, *, since: datetime, page: int, seen: int
) -> ForeignPage:
    """One page, with what its answer says of the calls left. A token that may only be stale is refreshed once."""
    api = credentials.xero_api(session, organisation, now=now())
    try:
        return _noted(session, organisation, api, kind, since=since, page=page, seen=seen)
    except NeedsReconnect as lost:
        if not lost.refresh_first:
            raise
    api = credentials.xero_api(session, organisation, now=now(), refresh=True)
    return _noted(session, organisation, api, kind, since=since, page=page, seen=seen)


def _noted(session: Session, organisation: Organisation, api: XeroApi, kind: ForeignKind, **place: Any) -> ForeignPage:
    try:
        return read_page(api, kind, **place)
    finally:
        calls_left.note(session, organisation, api.limits, now=now())
        session.commit()


def _stand_at(session: Session, import_id: int, place: dict[str, int]) -> None:
    current = locked(session, import_id, ImportState.LOOKING)
    if current is not None:
        current.look_at = place
    session.commit()


def _take(session: Session, store: Store, import_id: int, read: ForeignPage, *, kind: ForeignKind, page: int) -> bool:
    """Note whose the documents of a page are, with the place to go on at in one transaction; False at the end."""
    current = locked(session, import_id, ImportState.LOOKING)
    if current is None:
        session.commit()
        return False
    others = _others(session, store, read.documents)
    _match(session, store, import_id, others)
    at = KINDS.index(kind)
    if not read.is_last:
        current.look_at = {"kind": at, "page": page + 1, "seen": read.seen}
    elif at + 1 < len(KINDS):
        current.look_at = {"kind": at + 1}
    else:
        current.state, current.looked_at, current.look_at = ImportState.READY, now(), {}
        keep_ahead(session, current)
        keep_money_only(session, current)
        log.info("looked for documents of others", store=store.id)
    session.commit()
    return current.state is ImportState.LOOKING


def _others(session: Session, store: Store, documents: Sequence[Foreign]) -> list[Foreign]:
    """Those that Crossfoot did not write, for whichever store of this organisation."""
    ids, numbers = [one.xero_id for one in documents], [one.number for one in documents if one.number]
    own = select(Document.xero_id, Document.number).join(Store, Store.id == Document.store_id)
    own = own.where(Store.organisation_id == store.organisation_id)
    known = set(session.scalars(own.with_only_columns(Document.xero_id).where(Document.xero_id.in_(ids))))
    # One that was sent and whose answer never came has no id with us yet.
    named = set(session.scalars(own.with_only_columns(Document.number).where(Document.number.in_(numbers))))
    return [one for one in documents if one.xero_id not in known and one.number not in named]


def _match(session: Session, store: Store, import_id: int, documents: Sequence[Foreign]) -> None:
    """Note each order's document, the surest there is. Flushes."""
    if not documents:
        return
    looking = _candidates(session, store, import_id, documents)
    nameless = [document for document in documents if not _match_named(looking, document)]
    for document in nameless:
        _match_amount(looking, document)
    session.flush()


def _candidates(session: Session, store: Store, import_id: int, documents: Sequence[Foreign]) -> _Looking:
    """The orders that some of the documents may belong to; those that are in the books by us are not among them."""
    posted = exists().where(
        OrderFacts.store_id == store.id,
        OrderFacts.external_id == ImportOrder.external_id,
        OrderFacts.outcome == Outcome.RECORDED,
    )
    of_import = select(ImportOrder).where(
        ImportOrder.import_id == import_id, ImportOrder.state == ImportOrderState.DUE, ~posted
    )
    tokens = {token for document in documents for token in _tokens(document)}
    long_ids = [token for token in tokens if len(token) >= _LONG_ID_DIGITS]
    stem = session.scalar(of_import.with_only_columns(ImportOrder.external_id).limit(1)) or ""
    stem = stem[: len(stem) - len(_tail(stem))]
    by_id = {
        _tail(one.external_id): one
        for one in session.scalars(of_import.where(ImportOrder.external_id.in_([f"{stem}{one}" for one in long_ids])))
    }
    by_number: dict[str, list[ImportOrder]] = {}
    for one in session.scalars(of_import.where(ImportOrder.number.in_(tokens), ImportOrder.number != "")):
        by_number.setdefault(one.number, []).append(one)
    days = [document.day for document in documents]
    around = ImportOrder.placed_at.between(min(days) - 2 * _ONE_DAY, max(days) + 2 * _ONE_DAY)
    by_total: dict[tuple[str, str], list[ImportOrder]] = {}
    totals = {document.total for document in documents if document.total}
    for one in session.scalars(
        of_import.where(ImportOrder.total.in_(totals), around).order_by(ImportOrder.placed_at, ImportOrder.id)
    ):
        by_total.setdefault((plain(one.total), one.currency), []).append(one)
    zone = ZoneInfo(zone_of(session, store) or "UTC")
    return _Looking(zone=zone, by_number=by_number, by_id=by_id, by_total=by_total)


def _match_named(looking: _Looking, document: Foreign) -> bool:
    """Whether some order is named on the document; then it is noted with each of them."""
    tokens, is_named = _tokens(document), False
    for order in (looking.by_id[token] for token in tokens if token in looking.by_id):
        _note(order, document, Why.ID)
        is_named = True
    for order in (order for token in tokens for order in looking.by_number.get(token, ())):
        if _same_amount(order, document) or _is_dated_for(looking, order, document):
            _note(order, document, Why.NAME)
            is_named = True
    return is_named


def _match_amount(looking: _Looking, document: Foreign) -> None:
    """Note it with the first order of its amount and day that has no document yet."""
    for order in looking.by_total.get((plain(document.total), document.currency), ()):
        apart = abs(document.day - _day(looking, order))
        if order.document is None and apart <= _ONE_DAY:
            _note(order, document, Why.AMOUNT)
            return


def _note(order: ImportOrder, document: Foreign, why: Why) -> None:
    known = order.document
    if known is not None and (known["why"], known["same"]) >= (why, _same_amount(order, document)):
        return
    order.document = {
        "kind": document.kind.value,
        "id": document.xero_id,
        "number": document.number,
        "day": document.day.isoformat(),
        "total": plain(document.total),
        "currency": document.currency,
        "why": int(why),
        "same": _same_amount(order, document),
    }


def _is_dated_for(looking: _Looking, order: ImportOrder, document: Foreign) -> bool:
    first, last = _DATED_WITHIN
    return len(order.number) >= _TELLING_DIGITS and first <= document.day - _day(looking, order) <= last


def _same_amount(order: ImportOrder, document: Foreign) -> bool:
    return order.total == document.total and order.currency == document.currency


def _day(looking: _Looking, order: ImportOrder) -> date:
    return order.placed_at.astimezone(looking.zone).date()


def _tokens(document: Foreign) -> set[str]:
    """The numbers in its number and reference, without leading zeros; dates left out."""
    found: Iterable[str] = _DIGITS.findall(_DATES.sub(" ", document.text))
    return {one.lstrip("0") for one in found} - {""}


def _tail(external_id: str) -> str:
    """The digits that a channel's id ends with."""
    return external_id[len(external_id.rstrip("0123456789")) :]
