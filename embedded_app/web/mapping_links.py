"""Where the mapping mends what is held: from a cause and its subject to the field of a page."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import LineKind
from embedded_app.models import Seen, SeenAs, Store
from embedded_app.pipeline import seen
from embedded_app.web.words import KINDS

# The parts of the mapping that are edited each on a page of its own, in the order they are shown.
PARTS = ("accounts", "rules", "taxes", "gateways", "tracking", "options")
# By what something is held that a part of the mapping mends.
_MENDED_BY = {
    "unmapped account": "accounts",
    "unmapped tax": "taxes",
    "inactive tax type": "taxes",
    "tax rate differs": "taxes",
    "tax differs": "taxes",
    "marketplace tax": "taxes",
    "unmapped gateway": "gateways",
    "not a bank account": "gateways",
    "no start date": "options",
    "placed before start date": "options",
}
_SEEN = {SeenAs.TAX: "unmapped tax", SeenAs.GATEWAY: "unmapped gateway", SeenAs.KIND: "unmapped account"}


def field_url(cause: str, subject: str) -> str | None:
    """The address of the field that frees what is held by this cause for this subject; None where none does."""
    part = _MENDED_BY.get(cause)
    if part is None:
        return None
    if subject == SpecialAccount.BEFORE_START:
        part = "options"
    return url_for("mapping.edit", part=part, field=subject)


def url_of(row: Seen) -> str | None:
    """The address of the field that says where something goes that orders had."""
    return field_url(_SEEN[row.seen_as], name_of(row))


def name_of(row: Seen) -> str:
    """What it is called in the mapping: a tax key as text, a gateway, a kind of line."""
    thing = seen.thing_of(row)
    return thing if isinstance(thing, str) else thing.text


def announced(session: Session, store: Store) -> list[dict[str, Any]]:
    """What orders had and the saved mapping has no place for, with where to give it one."""
    return [
        {
            "row": row,
            "name": KINDS[LineKind(row.key)] if row.seen_as is SeenAs.KIND else name_of(row),
            "url": url_of(row),
        }
        for row in seen.unmapped(session, store)
    ]
