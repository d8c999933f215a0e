"""The parts of the mapping that Setup does not ask for: tracking, and how things are posted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from embedded_app.accounting.choices import account_choices
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.pipeline.setting_up import NotSaved, known_chart
from embedded_app.web.mapping_pages import Shown
from embedded_app.web.mapping_words import OPTIONS
from embedded_app.web.setup_forms import grouped
from embedded_app.web.words import SPECIALS

Form = MultiDict[str, str]
_BEFORE_START = SpecialAccount.BEFORE_START.value


def show_tracking(page: Shown, given: dict[str, Any]) -> dict[str, Any]:
    """An option for each tracking category that the organisation has."""
    chosen = dict(given.get("tracking", page.mapping.tracking))
    return {"categories": categories(page, chosen)}


def read_tracking(form: Form, page: Shown) -> dict[str, Any]:
    """The options chosen."""
    return {"tracking": chosen_tracking(form, page)}


def categories(page: Shown, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The organisation's tracking categories with their options, and what is chosen of each.

    One that Xero no longer has is shown while it is chosen, so that it can be taken away.
    """
    chart = known_chart(page.store)
    offered = {one.name: list(one.options) for one in chart.tracking} if chart else {}
    for name, option in chosen.items():
        if option not in offered.setdefault(name, []):
            offered[name].append(option)
    return [
        {"name": name, "field": f"tracking.{name}", "options": options, "chosen": chosen.get(name, "")}
        for name, options in offered.items()
    ]


def chosen_tracking(form: Form, page: Shown) -> list[list[str]]:
    """(category, option) of each category of which an option is chosen."""
    names = [one["name"] for one in categories(page, dict(page.mapping.tracking))]
    chosen = [[name, form.get(f"tracking.{name}", "")] for name in names]
    return [pair for pair in chosen if pair[1]]


def show_options(page: Shown, given: dict[str, Any]) -> dict[str, Any]:
    """Each setting with its words, the start date, and the account of what came before it."""
    mapping, document = page.mapping, {**page.document, **given}
    chosen = {name: document.get(name, getattr(mapping, name)) for name in OPTIONS}
    chart = known_chart(page.store)
    field = f"special.{_BEFORE_START}"
    accounts = account_choices(chart, ())[field] if chart else ()
    return {
        "options": [(name, label, words, chosen[name]) for name, (label, words) in OPTIONS.items()],
        "start_date": document.get("start_date") or "",
        "row": {
            "field": field,
            "label": SPECIALS[SpecialAccount.BEFORE_START],
            "groups": grouped(accounts),
            "chosen": document.get("special", {}).get(_BEFORE_START, ""),
            "why": None,
        },
    }


def read_options(form: Form, page: Shown) -> dict[str, Any]:
    """The settings chosen. Raises NotSaved."""
    told = form.get("start_date", "").strip()
    try:
        start = date.fromisoformat(told).isoformat() if told else None
    except ValueError:
        raise NotSaved({"start_date": _("Choose the first day whose orders are posted.")}) from None
    special = {name: account for name, account in page.document.get("special", {}).items() if name != _BEFORE_START}
    account = form.get(f"special.{_BEFORE_START}", "")
    if form.get("before_start") == "account" and start and not account:
        raise NotSaved({f"special.{_BEFORE_START}": _("Choose the account of what was placed before the start date.")})
    return {
        **{name: form.get(name, next(iter(words))) for name, (_label, words) in OPTIONS.items()},
        "start_date": start,
        "special": special | ({_BEFORE_START: account} if account else {}),
    }


SHOWN: dict[str, Callable[[Shown, dict[str, Any]], dict[str, Any]]] = {
    "tracking": show_tracking,
    "options": show_options,
}
READERS: dict[str, Callable[[Form, Shown], dict[str, Any]]] = {"tracking": read_tracking, "options": read_options}
