"""What all pages of the mapping share: the mapping they show, saved or not yet, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from embedded_app import models
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.db import db
from embedded_app.models import DryRun, Store
from embedded_app.pipeline import mapping_versions
from embedded_app.pipeline.drafts import latest_mapping
from embedded_app.pipeline.rules import is_mapped
from embedded_app.web.admission import admit, the_store
from embedded_app.web.words import account_names


@dataclass(frozen=True)
class Shown:
    """The mapping that a page shows: as it is being changed, or as it was saved last."""

    store: Store
    latest: models.Mapping
    change: DryRun | None

    @property
    def document(self) -> dict[str, Any]:
        """Its document."""
        return self.change.document if self.change else self.latest.document

    @property
    def version(self) -> int:
        """Of the change, which a form names; 0 where there is none."""
        return self.change.version if self.change else 0

    @cached_property
    def mapping(self) -> Mapping:
        """The mapping it makes."""
        return parse_mapping(self.document, self.latest.version)

    @cached_property
    def saved(self) -> Mapping:
        """The mapping as it was saved last."""
        return parse_mapping(self.latest.document, self.latest.version)

    @cached_property
    def names(self) -> dict[str, str]:
        """What accounts and tax rates are called."""
        return account_names(self.store.organisation)

    @property
    def words(self) -> dict[str, Any]:
        """What every template of these pages is given."""
        return {
            "change": self.change,
            "version": self.version,
            "store": self.store,
            "organisation": self.store.organisation,
            "names": self.names,
        }


def admit_mapped(blueprint: Blueprint) -> None:
    """Let only a store's own people in, and send those to Setup whose store has no mapping yet."""
    admit(blueprint)
    blueprint.before_request(_to_setup)


def shown() -> Shown:
    """The mapping of this request's store."""
    store, session = the_store(), db.session()
    latest = latest_mapping(session, store)
    assert latest is not None, "a store without a mapping was sent to Setup"
    return Shown(store, latest, mapping_versions.open_change(session, store))


def changed_meanwhile() -> dict[str, str]:
    """What a form is answered that was filled in on something else than what is there now."""
    return {"": str(_("This was changed in another window meanwhile. Look at it again, then save."))}


def _to_setup() -> Response | None:
    store = the_store()
    chart = store.organisation.chart if store.organisation else None
    if chart is not None and is_mapped(db.session(), store):
        return None
    return redirect(url_for("setup.begin"), 303)
