"""The step of Setup for taxes: each tax the store has charged, how often, and how Xero is to be told of it.

A suggestion is only ever shown; a person confirms, and what appeared since the page was opened is shown again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from embedded_app.accounting.charged_taxes import ChargedTax, key_id
from embedded_app.accounting.chart import Account, Chart, TaxRate
from embedded_app.accounting.choices import liability_choices, no_tax_choices, rate_choices
from embedded_app.accounting.mapping import Mapping, SpecialAccount, Strategy, TaxRule
from embedded_app.accounting.order import LineKind
from embedded_app.models import Store
from embedded_app.pipeline.drafts import Answers, tax_answer
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.pipeline.surveying import Survey
from embedded_app.web.words import KINDS

_RATE = "rate:"
# Of taxes on one page: some stores charge those of hundreds of counties.
PAGE = 30


def show(store: Store, known: Survey, answers: Answers) -> dict[str, Any]:
    """The taxes of the last orders with what was chosen for each, or is suggested."""
    if known.chart is None:
        return {"rows": (), "no_tax_rates": (), "no_tax": "", "confirmed": False, "pages": 1}
    given = answers.get("taxes")
    mapping = _mapping(known, answers)
    suggested = known.suggestion.document.get("no_tax", "") if known.suggestion else ""
    no_tax = given["no_tax"] if given else suggested
    rates = no_tax_choices(known.chart, mapping)
    by_key = {one["id"]: one for one in given["taxes"]} if given else {}
    choices = _Choices(known.chart, replace(mapping, no_tax=no_tax or "-"))
    charged = _charged(known, answers, no_tax or suggested)
    pages = max(1, -(-len(charged) // PAGE))
    page = min(_page(charged), pages)
    here = range((page - 1) * PAGE, page * PAGE)
    return {
        "rows": [_row(choices, tax, by_key) for at, tax in enumerate(charged) if at in here],
        "page": page,
        "pages": pages,
        "elsewhere": [key_id(tax.keys[0]) for at, tax in enumerate(charged) if at not in here],
        "no_tax_rates": rates,
        "no_tax": no_tax,
        "no_tax_why": known.reasons.get("no_tax"),
        "confirmed": bool(given and given.get("confirmed")),
    }


def read(form: MultiDict[str, str], known: Survey, answers: Answers) -> dict[str, Any]:
    """How each tax shown is told to Xero. Raises NotSaved with the row's name for what is missing.

    Those of other pages stay as they are told, and where one is not told yet, all of it is not confirmed yet.
    """
    no_tax, problems, told = form.get("no_tax", ""), {}, []
    elsewhere, left = set(form.getlist("elsewhere")), []
    if not no_tax:
        problems["no_tax"] = _("Choose the tax rate of lines outside tax.")
    for tax in _charged(known, answers, no_tax):
        row = key_id(tax.keys[0])
        if not _is_told(tax):
            continue
        if row in elsewhere and f"tax.{row}" not in form:
            left += [key_id(key) for key in tax.keys]
            continue
        rule = _rule(form, row, tax, no_tax)
        if rule is None:
            problems[row] = _("Choose how Xero is told of this tax.")
            continue
        told += [tax_answer(key, rule) for key in tax.keys]
    if "confirmed" not in form:
        problems["confirmed"] = _("Look at each tax rate above, then tick this box.")
    if problems:
        raise NotSaved(problems)
    shown = {one["id"] for one in told}
    kept = [one for one in answers.get("taxes", {}).get("taxes", []) if one["id"] not in shown]
    return {"no_tax": no_tax, "taxes": [*told, *kept], "confirmed": {one["id"] for one in kept}.issuperset(left)}


def page_after(form: MultiDict[str, str]) -> int | None:
    """The page of taxes that follows the one the form was of; None after the last."""
    page, pages = (form.get(name, type=int, default=1) for name in ("page", "pages"))
    return page + 1 if page < pages else None


def _page(charged: tuple[ChargedTax, ...]) -> int:
    """Which page is asked for: by its number, or by the tax that a hold names."""
    field = request.args.get("field", "")
    named = (at for at, tax in enumerate(charged) if any(field in (key.text, key_id(key)) for key in tax.keys))
    at = next(named, None) if field else None
    if at is not None:
        return at // PAGE + 1
    return max(1, request.values.get("page", type=int, default=1))


def _charged(known: Survey, answers: Answers, no_tax: str) -> tuple[ChargedTax, ...]:
    accounts = answers.get("accounts", {})
    return known.taxes(accounts.get("accounts", {}), accounts.get("special", {}), no_tax)


def _is_told(tax: ChargedTax) -> bool:
    """Whether it can be told at all: not where the store does not say who collects it, or what it is."""
    return all(title.strip() and collected is not None for title, _rate, collected in tax.taxes)


@dataclass(slots=True)
class _Choices:
    """What can be chosen for taxes. Each is found once, for it is the same for all of one percentage and kind."""

    chart: Chart
    mapping: Mapping
    _rates: dict[object, tuple[TaxRate, ...]] = field(default_factory=dict)
    _liabilities: tuple[Account, ...] | None = None

    def rates(self, tax: ChargedTax) -> tuple[TaxRate, ...]:
        """The rates that Xero takes for all keys of the tax."""
        alike = tax.keys[0].rate, tax.kinds
        if alike not in self._rates:
            self._rates[alike] = rate_choices(self.chart, self.mapping, tax.keys)
        return self._rates[alike]

    def liabilities(self, tax: ChargedTax) -> tuple[Account, ...]:
        """The accounts on which any tax can be owed."""
        if self._liabilities is None:
            self._liabilities = liability_choices(self.chart, self.mapping, tax.keys[0])
        return self._liabilities


def _row(choices: _Choices, tax: ChargedTax, by_key: dict[str, dict[str, Any]]) -> dict[str, Any]:
    ids = [key_id(key) for key in tax.keys]
    # A key that was charged only since then makes the whole row a new question.
    chosen = by_key[ids[0]] if all(one in by_key for one in ids) else None
    suggestion = tax.suggestion
    if chosen is not None:
        choice = _choice(chosen.get("strategy", "rate"), chosen["tax_type"])
        accounts = chosen.get("accounts", {})
    elif suggestion is not None:
        choice, accounts = _choice(suggestion.strategy, suggestion.tax_type), dict(suggestion.accounts)
    else:
        choice, accounts = "", {}
    owed = [title for title, _rate, collected in tax.taxes if not collected]
    return {
        "id": ids[0],
        "names": [*ids, *(key.text for key in tax.keys)],
        "title": tax.title,
        "kinds": [KINDS[kind] for kind in tax.kinds],
        "countries": tax.countries,
        "orders": tax.orders,
        "rates": () if tax.collected else choices.rates(tax),
        "may_separate": bool(tax.taxes) and not tax.collected,
        "collected": tax.collected,
        "is_told": _is_told(tax),
        "choice": choice,
        "owed": [
            {
                "title": title,
                "chosen": accounts.get(title, ""),
                "accounts": choices.liabilities(tax),
            }
            for title in owed
        ],
        "why": tax.why[:1].upper() + tax.why[1:],
        "suggested": suggestion.choice if suggestion else None,
    }


def _choice(strategy: str, tax_type: str) -> str:
    return f"{_RATE}{tax_type}" if strategy == "rate" else strategy


def _rule(form: MultiDict[str, str], row: str, tax: ChargedTax, no_tax: str) -> TaxRule | None:
    """What a row's fields say, None where they say nothing."""
    choice = form.get(f"tax.{row}", "")
    if choice.startswith(_RATE) and not tax.collected:
        return TaxRule(tax_type=choice.removeprefix(_RATE))
    strategy: Strategy | None = {"separate": "separate", "marketplace": "marketplace"}.get(choice)  # type: ignore[assignment]
    if strategy is None or (strategy == "marketplace") != tax.collected:
        return None
    owed = [title for title, _rate, collected in tax.taxes if not collected]
    accounts = {title: form.get(f"tax.{row}.account.{title}", "") for title in owed}
    if not all(accounts.values()):
        return None
    return TaxRule(strategy=strategy, tax_type=no_tax, accounts=accounts)


def _mapping(known: Survey, answers: Answers) -> Mapping:
    """The accounts chosen before, which decide what rates Xero takes on them."""
    chosen = answers.get("accounts", {})
    return Mapping(
        version=0,
        contact="",
        accounts={LineKind(kind): account for kind, account in chosen.get("accounts", {}).items()},
        special={SpecialAccount(one): account for one, account in chosen.get("special", {}).items()},
        gateways={},
        taxes={},
        no_tax="-",
    )
