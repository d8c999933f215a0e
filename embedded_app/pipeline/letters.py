"""What the mails say, written from the rows as they are at that moment; the page shows the same letters before any is
sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from embedded_app.clock import now
from embedded_app.models import AlertKind, Outcome, Store
from embedded_app.pipeline import alerting, summing_up
from embedded_app.pipeline.stopped import what_stopped

PAGE = "/notifications/"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str


def letter(session: Session, store: Store, kind: AlertKind, causes: Sequence[str], *, app: str) -> Letter | None:
    """The letter that tells of these causes, in the language in force; None where there is no more to tell.

    app: where Crossfoot stands in the store's admin.
    """
    told = _TOLD[kind](session, store, causes)
    return None if told is None else write(kind, store, told, app=app)


def write(kind: AlertKind, store: Store, told: dict[str, Any], *, app: str) -> Letter:
    """The letter of this kind; `told` is what its template needs: see told_of_… below."""
    text = render_template(f"mail/{kind.value}.txt", shop=store.external_id, app=app, page=PAGE, **told)
    subject, _, body = text.strip().partition("\n")
    return Letter(" ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", body).strip() + "\n")


def told_of_held(session: Session, store: Store, causes: Sequence[str]) -> dict[str, Any] | None:
    """groups: what is held by these causes; all_held: how much is held altogether."""
    held = summing_up.held_together(session, store)
    groups = [one for one in held if one.cause in causes]
    return {"groups": groups, "all_held": sum(one.count for one in held)} if groups else None


def told_of_stopped(session: Session, store: Store, causes: Sequence[str]) -> dict[str, Any] | None:
    """side: which of the two is shut; sentence: what it said, perhaps ""."""
    stopped = what_stopped(store)
    return {"side": stopped[0], "sentence": stopped[1]} if stopped else None


def told_of_backlog(session: Session, store: Store, causes: Sequence[str]) -> dict[str, Any] | None:
    """backlog: what is owed. put_off: until when Xero hears nobody, None where it does."""
    backlog = alerting.backlog(session, store)
    until = store.organisation.not_before if store.organisation else None
    if backlog is None:
        return None
    return {
        "backlog": backlog,
        "since": alerting.local(session, store, backlog.since),
        "put_off": alerting.local(session, store, until) if until is not None and until > now() else None,
    }


def told_of_day(session: Session, store: Store, causes: Sequence[str]) -> dict[str, Any] | None:
    """day: the digest's. figures: of that day, by currency. standing: how the books stand now. None for a quiet day."""
    day = date.fromisoformat(max(causes))
    standing = summing_up.standing(session, store, until=day, days=1, count_recorded=False)
    figures = []
    for one in standing.figures:
        (of_day,) = standing.day_figures(one.currency)
        if of_day.sold or of_day.in_xero:
            figures.append(summing_up.Figures(currency=one.currency, sold=of_day.sold, in_xero=of_day.in_xero))
    waiting = standing.orders.get(Outcome.WAITING, 0)
    if not figures and not standing.held and not standing.on_the_way and not standing.unread:
        return None
    return {"day": day, "figures": figures, "standing": standing, "waiting": waiting}


def told_of_test(session: Session, store: Store, causes: Sequence[str]) -> dict[str, Any] | None:
    """Nothing but that mail arrives."""
    return {}


_TOLD = {
    AlertKind.HELD: told_of_held,
    AlertKind.STOPPED: told_of_stopped,
    AlertKind.BACKLOG: told_of_backlog,
    AlertKind.DIGEST: told_of_day,
    AlertKind.TEST: told_of_test,
}
