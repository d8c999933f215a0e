"""Mapping: what goes where, part by part, what of it is new, and the versions that were saved.

What is changed is kept aside until it is saved: see mapping_changes.py. Accounts, taxes and gateways are the forms of
Setup.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from embedded_app.accounting.mapping import Mapping
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Seen, SeenAs
from embedded_app.pipeline import drafts, mapping_versions, seen, surveying
from embedded_app.pipeline.drafts import ChangedMeanwhile
from embedded_app.pipeline.rules import in_force, versions_of
from embedded_app.pipeline.seen import Known
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.web import mapping_options, setup_forms
from embedded_app.web.admission import merchant
from embedded_app.web.mapping_links import PARTS, announced, url_of
from embedded_app.web.mapping_pages import Shown, admit_mapped, changed_meanwhile, shown
from embedded_app.web.mapping_words import PART_NAMES, tax_told

# Shown and read by the forms of Setup.
OF_SETUP = ("accounts", "taxes", "gateways")
MOST_SEEN = 100

mapping = Blueprint("mapping", __name__, url_prefix="/mapping")
admit_mapped(mapping)


@mapping.get("/")
def show() -> str:
    """The parts, what is new, what is not saved yet, and the versions."""
    page = shown()
    session = db.session()
    today = in_force(versions_of(session, page.store), now().date()).mapping.version
    return render_template(
        "mapping.html",
        parts_of_it=[(part, PART_NAMES[part], counted(page.mapping)[part]) for part in PARTS],
        versions=mapping_versions.versions(session, page.store),
        in_force=today,
        zone=surveying.zone(session, page.store),
        new=announced(session, page.store),
        saved=request.args.get("saved", type=int),
        **page.words,
    )


@mapping.get("/<part>")
def edit(part: str) -> str:
    """One part, as it is or as it is being changed. field: what to show first of it, as a hold names it."""
    if part not in PARTS:
        abort(404)
    return _page(shown(), part)


@mapping.post("/<part>")
def change(part: str) -> Response | tuple[str, int]:
    """Take the answers into what is being changed; or the part again with a sentence at each field."""
    page = shown()
    if part not in PARTS:
        abort(404)
    fields: dict[str, Any] = {}
    try:
        fields = _read(page, part)
        version = request.form.get("version", type=int, default=-1)
        mapping_versions.change_fields(db.session(), page.store, part, fields, version=version, actor=merchant().actor)
    except NotSaved as refused:
        db.session.rollback()
        return _page(shown(), part, problems=refused.problems, given=fields), 422
    except ChangedMeanwhile:
        db.session.rollback()
        return _page(shown(), part, problems=changed_meanwhile()), 409
    return redirect(url_for("mapping_changes.show"), 303)


@mapping.get("/seen", endpoint="seen")
def seen_before() -> str:
    """The taxes and gateways that the store's orders have had: where last, how often, and where they go."""
    page = shown()
    session = db.session()
    taxes, gateways = (seen.all_seen(session, page.store, one) for one in (SeenAs.TAX, SeenAs.GATEWAY))
    return render_template(
        "mapping_seen.html",
        taxes=[_seen(page, row) for row in taxes[:MOST_SEEN]],
        gateways=[_seen(page, row) for row in gateways[:MOST_SEEN]],
        more=max(len(taxes) - MOST_SEEN, 0) + max(len(gateways) - MOST_SEEN, 0),
        **page.words,
    )


def counted(of: Mapping) -> dict[str, int]:
    """How much there is of each part."""
    return {
        "accounts": len(of.accounts) + len(of.special),
        "rules": len(of.rules),
        "taxes": len(of.taxes),
        "gateways": len(of.gateways),
        "tracking": len(of.tracking),
        "options": 0,
    }


def _seen(page: Shown, row: Seen) -> dict[str, Any]:
    thing = seen.thing_of(row)
    name = thing if isinstance(thing, str) else thing.text
    if row.seen_as is SeenAs.GATEWAY:
        account = page.saved.gateways.get(name)
        told = None if account is None else page.names.get(account, account)
    else:
        found = None if isinstance(thing, str) else page.saved.tax_rule_for(thing)
        told = None if found is None else tax_told(found[0], page.names)
    return {"row": row, "name": name, "told": told, "url": url_of(row)}


def _known(page: Shown, each: bool) -> Known:
    return seen.known(db.session(), page.store, page.mapping, each=each)


def _read(page: Shown, part: str) -> dict[str, Any]:
    """The fields of the mapping document that a form says. Raises NotSaved for what is missing."""
    if part not in OF_SETUP:
        return mapping_options.READERS[part](request.form, page)
    answers = drafts.answers_of(page.mapping)
    given = setup_forms.READERS[part](request.form, _known(page, "each" in request.form), answers)
    return drafts.mapping_document({**answers, part: given}, page.document)


def _page(
    page: Shown, part: str, *, problems: dict[str, str] | None = None, given: dict[str, Any] | None = None
) -> str:
    each, field = "each" in request.values, request.args.get("field", "")
    known = _known(page, each)
    words: dict[str, Any] = {
        "part": part,
        "part_name": PART_NAMES[part],
        "problems": problems or {},
        "known": known,
        "each": each,
        "field": field,
        "action": url_for("mapping.change", part=part),
        "save_words": _("Keep this and see what it changes"),
        **page.words,
    }
    if part not in OF_SETUP:
        template = f"mapping_{part}.html"
        return render_template(template, **words, **mapping_options.SHOWN[part](page, given or {}))
    answers = drafts.answers_of(page.mapping)
    if given:
        answers = _as_given(page, answers, part, given)
    return render_template(
        f"setup_{part}.html",
        layout="mapping_edit.html",
        **words,
        **setup_forms.SHOWN[part](page.store, known, answers),
    )


def _as_given(page: Shown, answers: drafts.Answers, part: str, given: dict[str, Any]) -> drafts.Answers:
    """The answers with those of one part that could not be kept, so that nobody has to choose them twice."""
    try:
        refused = mapping_versions.readable({**page.document, **given})
    except NotSaved:
        return answers
    return {**answers, part: drafts.answers_of(refused)[part]}
