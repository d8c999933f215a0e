"""Preview: any order, what would be posted of it now and why, as an accountant reads it. Nothing is written."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from embedded_app.channels import ChannelError, Unreadable
from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.pipeline import drafts, previewing, setting_up
from embedded_app.web.admission import admit, the_store
from embedded_app.web.words import account_names

RECENT = 12
LONGEST_NAME = 64

preview = Blueprint("preview", __name__)
admit(preview)


@preview.get("/preview")
def show() -> str | tuple[str, int]:
    """The order named in the search, or a list of the last ones to choose from."""
    store, session = the_store(), db.session()
    name = request.args.get("order", "").strip()[:LONGEST_NAME]
    rulebook = previewing.saved_rulebook(session, store) or _draft_rulebook(session, store)
    page = {
        "name": name,
        "rulebook": rulebook,
        "names": account_names(store.organisation),
        "recent": previewing.last_orders(session, store, RECENT),
        "seen": None,
        "problem": None,
    }
    if not name or rulebook is None:
        return render_template("preview.html", **page)
    try:
        order = previewing.find_order(session, store, name)
    except ChannelError as problem:
        return render_template("preview.html", **page | {"problem": problem.sentence}), 503
    if order is None:
        problem = _("The store has no order %(name)s. Search by the name it has there, such as #1001.", name=name)
        return render_template("preview.html", **page | {"problem": problem}), 404
    if isinstance(order, Unreadable):
        return render_template("preview.html", **page | {"problem": order.sentence}), 409
    rulebook = previewing.saved_rulebook(session, store, order) or rulebook
    seen = previewing.preview(session, store, order, rulebook)
    return render_template("preview.html", **page | {"seen": seen})


def _draft_rulebook(session: Session, store: Store) -> previewing.Rulebook | None:
    answers, _version = drafts.draft_of(session, store)
    return setting_up.draft_rulebook(session, store, answers)
