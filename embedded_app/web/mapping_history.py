"""The versions of the mapping that were saved: what each changed, and going back to one."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from embedded_app.db import db
from embedded_app.pipeline import mapping_versions as saved
from embedded_app.pipeline.drafts import ChangedMeanwhile
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.web.admission import merchant
from embedded_app.web.mapping_pages import admit_mapped, changed_meanwhile, shown
from embedded_app.web.mapping_words import change_rows

mapping_versions = Blueprint("mapping_versions", __name__, url_prefix="/mapping/versions")
admit_mapped(mapping_versions)


@mapping_versions.get("/<int:version>")
def show(version: int) -> str:
    """What a version changed of another one: of the one before it, unless `against` names one."""
    return _page(version)


@mapping_versions.post("/<int:version>")
def restore(version: int) -> Response | tuple[str, int]:
    """Begin a change that equals the version; its dry run comes before it is saved."""
    try:
        saved.restore(db.session(), shown().store, version, actor=merchant().actor)
    except NotSaved as refused:
        db.session.rollback()
        return _page(version, problems=refused.problems), 422
    except ChangedMeanwhile:
        db.session.rollback()
        return _page(version, problems=changed_meanwhile()), 409
    return redirect(url_for("mapping_changes.show"), 303)


def _page(version: int, *, problems: dict[str, str] | None = None) -> str:
    page, session = shown(), db.session()
    this = saved.saved_version(session, page.store, version)
    if this is None:
        abort(404)
    others = [one for one in saved.versions(session, page.store) if one.version != version]
    against = request.args.get("against", type=int)
    other = next((one for one in others if one.version == against), None)
    if against is None:
        other = next((one for one in others if one.version < version), None)
    return render_template(
        "mapping_version.html",
        this=this,
        other=other,
        others=others,
        is_latest=version == page.latest.version,
        differences=change_rows(saved.compared(other.document, this.document), page.names) if other else None,
        problems=problems or {},
        **page.words,
    )
