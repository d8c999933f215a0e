"""Product rules: the first that matches wins, so their order matters; moved by drag, by buttons, or without script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from embedded_app.accounting.choices import account_choices
from embedded_app.accounting.mapping import RULE_FIELDS
from embedded_app.db import db
from embedded_app.pipeline import mapping_versions
from embedded_app.pipeline.drafts import ChangedMeanwhile
from embedded_app.pipeline.setting_up import NotSaved, known_chart
from embedded_app.web.admission import merchant
from embedded_app.web.mapping_options import categories, chosen_tracking
from embedded_app.web.mapping_pages import Shown, admit_mapped, changed_meanwhile, shown
from embedded_app.web.mapping_words import CONDITIONS, rule_conditions, rule_outcome
from embedded_app.web.setup_forms import grouped

LONGEST_CONDITION = 255
NEW = 0

Rules = list[dict[str, Any]]

mapping_rules = Blueprint("mapping_rules", __name__, url_prefix="/mapping/rules")
admit_mapped(mapping_rules)


@mapping_rules.get("/")
def show() -> str:
    """The rules in their order."""
    return _list(shown())


@mapping_rules.post("/")
def order() -> Response | tuple[str, int]:
    """Keep the order that the form tells. move: "up:2" moves the second one up first, for whoever has no script."""
    page = shown()
    rules = _rules(page)
    told = request.form.getlist("rule", type=int)
    if sorted(told) != list(range(1, len(rules) + 1)):
        return _list(page, problems=changed_meanwhile()), 409
    moved = _moved(told, request.form.get("move", ""))
    refused = _keep(page, [rules[position - 1] for position in moved])
    if refused is not None:
        return _list(shown(), problems=refused[0]), refused[1]
    return redirect(url_for("mapping_rules.show" if "move" in request.form else "mapping_changes.show"), 303)


@mapping_rules.get("/<int:position>")
def edit(position: int) -> str:
    """One rule, by its place from 1 on; 0 is a new one."""
    page = shown()
    if position > len(page.mapping.rules):
        abort(404)
    return _page(page, position)


@mapping_rules.post("/<int:position>")
def change(position: int) -> Response | tuple[str, int]:
    """Keep one rule, or take it away."""
    page = shown()
    rules = _rules(page)
    if position > len(rules):
        abort(404)
    if "remove" in request.form:
        given: dict[str, Any] = {}
        del rules[max(position, 1) - 1 : position]
        place = position
    else:
        given = _given(request.form, page)
        place = position or len(rules) + 1
        rules[place - 1 : place] = [given]
        if not given["when"] or not given["account"]:
            problem = {"": _("A rule needs at least one condition, and an account.")}
            return _page(page, position, problems=problem, given=given), 422
    refused = _keep(page, rules)
    if refused is not None:
        return _page(shown(), position, problems=_of_rule(refused[0], place), given=given or None), refused[1]
    return redirect(url_for("mapping_rules.show"), 303)


def _rules(page: Shown) -> Rules:
    return [dict(rule) for rule in page.document.get("rules", [])]


def _moved(order: list[int], move: str) -> list[int]:
    way, _colon, told = move.partition(":")
    at = int(told) - 1 if told.isdecimal() else -1
    to = at - 1 if way == "up" else at + 1
    if 0 <= at < len(order) and 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return order


def _given(form: MultiDict[str, str], page: Shown) -> dict[str, Any]:
    """A rule as the form tells it."""
    conditions = {name: form.get(f"when.{name}", "").strip()[:LONGEST_CONDITION] for name in RULE_FIELDS}
    tax_type, tracking = form.get("tax_type", ""), chosen_tracking(form, page)
    return {
        "when": {name: wanted for name, wanted in conditions.items() if wanted},
        "account": form.get("account", ""),
        **({"tax_type": tax_type} if tax_type else {}),
        **({"tracking": tracking} if tracking else {}),
    }


def _keep(page: Shown, rules: Rules) -> tuple[dict[str, str], int] | None:
    """Take the rules into what is being changed; else what is wrong, and the status to answer with."""
    version = request.form.get("version", type=int, default=-1)
    fields = {"rules": rules}
    try:
        mapping_versions.change_fields(
            db.session(), page.store, "rules", fields, version=version, actor=merchant().actor
        )
    except NotSaved as refused:
        db.session.rollback()
        return refused.problems, 422
    except ChangedMeanwhile:
        db.session.rollback()
        return changed_meanwhile(), 409
    return None


def _of_rule(problems: dict[str, str], place: int) -> dict[str, str]:
    """The problems of one rule by the fields of its form; those of others as sentences for the whole."""
    where = f"rules, entry {place}, "
    own = {field.removeprefix(where): told for field, told in problems.items() if field.startswith(where)}
    return own or {"": " ".join(f"{field}: {told}" if field else told for field, told in problems.items())}


def _list(page: Shown, *, problems: dict[str, str] | None = None) -> str:
    rows = [
        {"position": at, "conditions": rule_conditions(rule), "outcome": rule_outcome(rule, page.names)}
        for at, rule in enumerate(page.mapping.rules, start=1)
    ]
    return render_template("mapping_rules.html", rules=rows, problems=problems or {}, **page.words)


def _page(
    page: Shown, position: int, *, problems: dict[str, str] | None = None, given: dict[str, Any] | None = None
) -> str:
    chart = known_chart(page.store)
    accounts = account_choices(chart, ())["accounts.product"] if chart else ()
    classes = {account.account_class for account in accounts}
    rule = given or (_rules(page)[position - 1] if position else {"when": {}, "account": ""})
    return render_template(
        "mapping_rule.html",
        position=position,
        problems=problems or {},
        conditions=[(name, label, rule["when"].get(name, "")) for name, label in CONDITIONS.items()],
        row={
            "field": "account",
            "label": _("Account"),
            "groups": grouped(accounts),
            "chosen": rule["account"],
            "why": None,
        },
        rates=[rate for rate in chart.tax_rates if rate.active and rate.classes & classes] if chart else (),
        tax_type=rule.get("tax_type") or "",
        categories=categories(page, dict(rule.get("tracking", []))),
        **page.words,
    )
