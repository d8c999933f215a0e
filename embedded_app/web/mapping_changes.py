"""What is being changed in the mapping, what the last orders come to under it, and whether it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from embedded_app.accounting.dry_run import Comparison, Row
from embedded_app.accounting.effects import Dimension, Figure, Place
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import DryRunState
from embedded_app.pipeline import dry_running, mapping_versions, surveying
from embedded_app.pipeline.drafts import ChangedMeanwhile
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.web.admission import merchant
from embedded_app.web.mapping_pages import Shown, admit_mapped, changed_meanwhile, shown
from embedded_app.web.mapping_words import change_rows
from embedded_app.web.words import RATE, money

SHOWN_HELD = 5

mapping_changes = Blueprint("mapping_changes", __name__, url_prefix="/mapping/changes")
admit_mapped(mapping_changes)


@mapping_changes.get("/")
def show() -> str:
    """The change field by field, its dry run, and the ways to end it."""
    return _page(shown())


@mapping_changes.post("/run")
def run() -> Response | tuple[str, int]:
    """Look at the last 90 days under the change."""
    return _act(lambda page, version: mapping_versions.run(db.session(), page.store, version=version))


@mapping_changes.post("/stop")
def stop() -> Response | tuple[str, int]:
    """End that where it is."""
    return _act(lambda page, version: mapping_versions.stop(db.session(), page.store, version=version))


@mapping_changes.post("/discard")
def discard() -> Response | tuple[str, int]:
    """Forget the change."""
    actor = merchant().actor
    return _act(
        lambda page, version: mapping_versions.discard(db.session(), page.store, version=version, actor=actor),
        then="mapping.show",
    )


@mapping_changes.post("/save")
def save() -> Response | tuple[str, int]:
    """Save the change as the next version, from now on or from a day on."""
    page, version = shown(), _version()
    try:
        saved = mapping_versions.save(
            db.session(), page.store, version=version, applies_from=_applies_from(page), actor=merchant().actor
        )
    except NotSaved as refused:
        db.session.rollback()
        return _page(shown(), problems=refused.problems), 422
    except ChangedMeanwhile:
        db.session.rollback()
        return _page(shown(), problems=changed_meanwhile()), 409
    return redirect(url_for("mapping.show", saved=saved), 303)


def _act(act: Any, then: str = "mapping_changes.show") -> Response | tuple[str, int]:
    try:
        act(shown(), _version())
    except NotSaved as refused:
        db.session.rollback()
        return _page(shown(), problems=refused.problems), 422
    except ChangedMeanwhile:
        db.session.rollback()
        return _page(shown(), problems=changed_meanwhile()), 409
    return redirect(url_for(then), 303)


def _version() -> int:
    return request.form.get("version", type=int, default=-1)


def _applies_from(page: Shown) -> date | None:
    """The first day whose orders go by the version; None for all that is decided from now on. Raises NotSaved."""
    chosen = request.form.get("applies", "now")
    if chosen == "now":
        return None
    if chosen == "tomorrow":
        return tomorrow(page)
    try:
        return date.fromisoformat(request.form.get("applies_from", ""))
    except ValueError:
        raise NotSaved({"applies_from": _("Choose the first day whose orders go by this mapping.")}) from None


def tomorrow(page: Shown) -> date:
    """The day after the store's own today, by the time zone of its last order."""
    return now().astimezone(surveying.zone(db.session(), page.store)).date() + timedelta(days=1)


def _page(page: Shown, *, problems: dict[str, str] | None = None) -> str:
    change = page.change
    if change is None:
        return render_template("mapping_changes.html", problems=problems or {}, **page.words)
    base = mapping_versions.saved_version(db.session(), page.store, change.base_version)
    is_over = change.state in (DryRunState.DONE, DryRunState.STOPPED)
    result = Comparison.from_json(change.result)
    waits = page.latest.applies_from
    tables = [_table(page, result, dimension) for dimension in Dimension]
    return render_template(
        "mapping_changes.html",
        problems=problems or {},
        differences=change_rows(mapping_versions.compared(base.document if base else {}, change.document), page.names),
        left=_left(page),
        state=change.state.value,
        is_over=is_over,
        percent=round(100 * change.looked_at / change.orders) if change.orders else 100,
        result=result if change.state is not DryRunState.EDITING else None,
        tables=tables,
        order_url=_order_urls(page, tables, result),
        shown_held=SHOWN_HELD,
        tomorrow=tomorrow(page),
        waits=page.latest if waits is not None and waits > now().date() else None,
        is_outdated=page.latest.version != change.base_version,
        **page.words,
    )


def _left(page: Shown) -> list[tuple[str, str, str]]:
    """What keeps the change from being saved: part, field and sentence."""
    found = mapping_versions.problems(db.session(), page.store, page.document)
    return [(mapping_versions.part_of(field), field, told) for field, told in found.items()]


def _order_urls(page: Shown, tables: list[dict[str, Any]], result: Comparison) -> Callable[[str], str]:
    """Where an order of a dry run is told of, by its name: its story, or a preview where it was never decided."""
    names = {name for table in tables for row in table["rows"] for name, _told in row["largest"]}
    for held in (*result.held.values(), *result.freed.values()):
        names |= set(held.names[:SHOWN_HELD])
    ids = dry_running.decided_orders(db.session(), page.store.id, names)
    return lambda name: (
        url_for("story.show", order_id=ids[name]) if name in ids else url_for("preview.show", order=name)
    )


def _table(page: Shown, result: Comparison, dimension: Dimension) -> dict[str, Any]:
    rows = [_row(page, place, row) for place, row in result.differences(dimension)]
    return {"dimension": dimension.value, "rows": rows}


def _row(page: Shown, place: Place, row: Row) -> dict[str, Any]:
    named = f"{RATE}{place.name}" if place.dimension is Dimension.TAX else place.name
    return {
        "name": page.names.get(named, place.name),
        "old": _told(place, row.old),
        "new": _told(place, row.new),
        "difference": _told(place, row.difference),
        "orders": row.orders,
        "largest": [(name, _told(place, figure)) for name, figure in row.largest],
        "more": row.orders - len(row.largest),
    }


def _told(place: Place, figure: Figure) -> list[str]:
    """A figure as a page shows it: of an account with its side, else what was sold and its tax."""
    if place.dimension is Dimension.ACCOUNT:
        return [with_side(figure.amount, place.currency)]
    return [money(figure.amount, place.currency), money(figure.tax, place.currency)]


def with_side(amount: Decimal, currency: str) -> str:
    """An amount on an account with the side it stands on: "£12.00 Dr"."""
    if not amount:
        return money(amount, currency)
    told = money(abs(amount), currency)
    return str(_("%(amount)s Dr", amount=told) if amount > 0 else _("%(amount)s Cr", amount=told))
