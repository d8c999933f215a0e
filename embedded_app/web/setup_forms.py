"""What the steps of Setup show, and what their forms say: a function each way for every step.

Reading a form refuses only what cannot be read or is missing; what Xero takes is checked when the step is saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from embedded_app.accounting.chart import Account
from embedded_app.accounting.choices import ASKED_KINDS
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import LineKind
from embedded_app.clock import now
from embedded_app.models import Store
from embedded_app.pipeline.drafts import Answers
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.pipeline.surveying import Survey
from embedded_app.web import setup_taxes
from embedded_app.web.words import CLASSES, KINDS, SPECIALS, amount_told
from embedded_app.web.words import amount as written_amount

Form = MultiDict[str, str]

SHARED_CONTACT = "Online customers"
LONGEST_TEXT = 255
LARGEST_BALANCE = Decimal(10) ** 12
# Xero takes any text in a number; these are what people can read out, search for and type.
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,15}")
# Asked for among the accounts; the other special accounts have steps of their own.
_ACCOUNT_SPECIALS = (
    SpecialAccount.DISCOUNTS,
    SpecialAccount.PROMOTIONS,
    SpecialAccount.BREAKAGE,
    SpecialAccount.CURRENCY_GAINS,
    SpecialAccount.MARKETPLACE_TAX,
)


def show_posting(store: Store, known: Survey, answers: Answers) -> dict[str, Any]:
    """How to post: when, under which numbers, to which contacts."""
    chosen = answers.get("posting", {})
    first = "" if chosen.get("contact_id") else SHARED_CONTACT
    return {
        "chosen": {
            "post_when": "placed",
            "contacts_retail": "shared",
            "contacts_terms": "customer",
            "contact_name": first,
            "prefix": store.prefix,
            **chosen,
        }
    }


def read_posting(form: Form, known: Survey, answers: Answers) -> dict[str, Any]:
    """Its answers, with contact_name, create and prefix for whoever looks the contact up."""
    before = answers.get("posting", {})
    name, prefix = " ".join(form.get("contact_name", "").split()), form.get("prefix", "").strip()
    problems = {}
    if not name and not before.get("contact_id"):
        problems["contact"] = _("Name the contact in Xero that retail sales are made out to.")
    if len(name) > LONGEST_TEXT or "<" in name or ">" in name:
        problems["contact"] = _("Xero takes names of up to 255 characters without < and >.")
    if not is_prefix(prefix):
        problems["prefix"] = prefix_problem()
    if problems:
        raise NotSaved(problems)
    return {
        **{name: before[name] for name in ("contact_id", "contact_name") if name in before},
        "post_when": form.get("post_when", "placed"),
        "contacts_retail": form.get("contacts_retail", "shared"),
        "contacts_terms": form.get("contacts_terms", "customer"),
        "contact_name": name,
        "create": "create" in form,
        "prefix": prefix,
    }


def is_prefix(text: str) -> bool:
    """Whether document numbers may begin so."""
    return _PREFIX.fullmatch(text) is not None


def prefix_problem() -> str:
    """What to do about one that is no prefix."""
    return str(_("Use up to 16 letters, digits and - . / _, beginning with a letter or a digit."))


def show_accounts(store: Store, known: Survey, answers: Answers) -> dict[str, Any]:
    """An account for each kind of line and each special purpose: those the last orders need first."""
    given = answers.get("accounts")
    choices = known.choices(())
    suggested = known.suggestion.document if known.suggestion else {}
    parts = [("accounts", kind.value, KINDS[kind], kind in known.kinds) for kind in ASKED_KINDS]
    wanted = suggested.get("special", {})
    parts += [("special", one.value, SPECIALS[one], one.value in wanted) for one in _ACCOUNT_SPECIALS]
    rows = []
    for part, name, label, seen in parts:
        field = f"{part}.{name}"
        proposed = suggested.get(part, {}).get(name, "")
        chosen = proposed if given is None else given.get(part, {}).get(name, "")
        rows.append(_row(field, label, choices.get(field, ()), chosen, known) | {"seen": seen or bool(chosen)})
    return {"rows": rows, "open_questions": known.suggestion.open if known.suggestion else ()}


def read_accounts(form: Form, known: Survey, answers: Answers) -> dict[str, Any]:
    """The accounts chosen; those of what was sold must all be."""
    accounts = {kind.value: form.get(f"accounts.{kind.value}", "") for kind in ASKED_KINDS}
    special = {one.value: form.get(f"special.{one.value}", "") for one in _ACCOUNT_SPECIALS}
    missing = [kind for kind in ASKED_KINDS if kind in known.kinds and not accounts[kind.value]]
    if missing:
        raise NotSaved(
            {f"accounts.{kind.value}": _("Your last orders have this: choose an account.") for kind in missing}
        )
    return {"accounts": _chosen(accounts), "special": _chosen(special)}


def show_gateways(store: Store, known: Survey, answers: Answers) -> dict[str, Any]:
    """A clearing account for each way the store is paid."""
    given = answers.get("gateways")
    suggested = (known.suggestion.document if known.suggestion else {}).get("gateways", {})
    gateways = tuple(dict.fromkeys([*known.gateways, *(given or {}).get("gateways", {})]))
    choices = known.choices(gateways)
    rows = []
    for gateway in gateways:
        field = f"gateways.{gateway}"
        chosen = suggested.get(gateway, "") if given is None else given.get("gateways", {}).get(gateway, "")
        rows.append(_row(field, gateway, choices.get(field, ()), chosen, known))
    return {"rows": rows}


def read_gateways(form: Form, known: Survey, answers: Answers) -> dict[str, Any]:
    """The accounts chosen; each gateway of the last orders must have one."""
    before = answers.get("gateways", {}).get("gateways", {})
    wanted = dict.fromkeys([*known.gateways, *before])
    gateways = {gateway: form.get(f"gateways.{gateway}", "") for gateway in wanted}
    missing = [gateway for gateway in known.gateways if not gateways[gateway]]
    if missing:
        raise NotSaved(
            {f"gateways.{one}": _("Your last orders were paid by this: choose an account.") for one in missing}
        )
    return {"gateways": _chosen(gateways)}


def show_start(store: Store, known: Survey, answers: Answers) -> dict[str, Any]:
    """From which day on orders are posted, and what becomes of older ones' money."""
    chosen = answers.get("start", {})
    today = _today(known)
    first = today.replace(day=1)
    lock = known.chart.lock_date if known.chart else None
    proposed = first if lock is None or first > lock else lock + timedelta(days=1)
    field = "special.before start"
    return {
        "chosen": {"start_date": proposed.isoformat(), "before_start": "account", **chosen},
        "row": _row(
            field, SPECIALS[SpecialAccount.BEFORE_START], known.choices(())[field], chosen.get("account") or "", known
        ),
        "lock_date": lock,
        "today": today.isoformat(),
    }


def read_start(form: Form, known: Survey, answers: Answers) -> dict[str, Any]:
    """The start date, and the account or setting for what was placed before it."""
    told, before_start = form.get("start_date", ""), form.get("before_start", "account")
    account = form.get("special.before start", "")
    problems = {}
    try:
        start = date.fromisoformat(told)
    except ValueError:
        raise NotSaved({"start_date": _("Choose the first day whose orders are posted.")}) from None
    if start > _today(known) + timedelta(days=366):
        problems["start_date"] = _("This is more than a year ahead: choose an earlier day.")
    if before_start == "account" and not account:
        problems["special.before start"] = _("Choose an account, or leave such money out.")
    if problems:
        raise NotSaved(problems)
    return {"start_date": start.isoformat(), "before_start": before_start, "account": account or None}


def show_opening(store: Store, known: Survey, answers: Answers) -> dict[str, Any]:
    """What each clearing account held at the start; optional."""
    chosen = answers.get("opening", {})
    field = "special.opening differences"
    gateways = answers.get("gateways", {}).get("gateways", {})
    return {
        "gateways": gateways,
        "balances": chosen.get("balances", {}),
        "row": _row(
            field,
            SPECIALS[SpecialAccount.OPENING_DIFFERENCES],
            known.choices(())[field],
            chosen.get("account") or "",
            known,
        ),
        "start_date": answers.get("start", {}).get("start_date"),
    }


def read_opening(form: Form, known: Survey, answers: Answers) -> dict[str, Any]:
    """The balances by gateway and the account they stand against; none at all is an answer, too."""
    account, balances, problems = form.get("special.opening differences", ""), {}, {}
    for gateway in answers.get("gateways", {}).get("gateways", {}):
        told = form.get(f"balance.{gateway}", "").strip()
        if not told:
            continue
        amount = amount_told(told)
        if amount is None or abs(amount) >= LARGEST_BALANCE or amount != amount.quantize(Decimal("0.01")):
            example = written_amount(Decimal("120.50"))
            problems[f"balance.{gateway}"] = _(
                "Give an amount such as %(example)s, or leave it empty.", example=example
            )
        elif amount:
            balances[gateway] = f"{amount:f}"
    if balances and not account:
        problems["special.opening differences"] = _("Choose the account these balances stand against.")
    if problems:
        raise NotSaved(problems)
    return {"balances": balances, "account": account or None}


def read_preview(form: Form, known: Survey, answers: Answers) -> dict[str, Any]:
    """That the preview was seen."""
    return {"seen": True}


SHOWN: dict[str, Callable[[Store, Survey, Answers], dict[str, Any]]] = {
    "posting": show_posting,
    "accounts": show_accounts,
    "taxes": setup_taxes.show,
    "gateways": show_gateways,
    "start": show_start,
    "opening": show_opening,
}
READERS: dict[str, Callable[[Form, Survey, Answers], dict[str, Any]]] = {
    "posting": read_posting,
    "accounts": read_accounts,
    "taxes": setup_taxes.read,
    "gateways": read_gateways,
    "start": read_start,
    "opening": read_opening,
    "preview": read_preview,
}


def _row(field: str, label: Any, accounts: tuple[Account, ...], chosen: str, known: Survey) -> dict[str, Any]:
    """One account to choose: the choices by class, and why one is suggested."""
    reason = known.reasons.get(field)
    return {
        "field": field,
        "label": label,
        "groups": grouped(accounts),
        "chosen": chosen,
        "why": reason.why if reason else None,
    }


def grouped(accounts: tuple[Account, ...]) -> list[tuple[Any, list[Account]]]:
    """Accounts by class, in the order a chart lists them."""
    order = list(CLASSES)
    ranked = sorted(accounts, key=lambda one: (order.index(one.account_class), one.code or "~", one.name))
    return [(CLASSES[name], list(some)) for name, some in groupby(ranked, key=lambda one: one.account_class)]


def _chosen(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: account for name, account in answers.items() if account}


def _today(known: Survey) -> date:
    """The store's own day; UTC's before any order tells its time zone."""
    zone = known.orders[0].timezone if known.orders else "UTC"
    return now().astimezone(ZoneInfo(zone)).date()


assert set(KINDS) == set(ASKED_KINDS) and LineKind.ROUNDING not in KINDS, "every kind that is asked for has a name"
