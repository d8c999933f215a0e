"""What a merchant answers in Setup, step by step: kept as a draft, turned into a mapping document and back.

Answers are what was chosen and nothing else; whether an organisation takes them is asked anew each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from embedded_app import models
from embedded_app.accounting.charged_taxes import key_id
from embedded_app.accounting.mapping import Mapping as AccountMapping
from embedded_app.accounting.mapping import SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.accounting.money import plain
from embedded_app.models import SetupDraft, Store

# The steps that have answers, in order; connecting Xero comes before them, switching on after them.
STEPS = ("posting", "accounts", "taxes", "gateways", "start", "opening", "preview")

Answers = dict[str, dict[str, Any]]


def _of_latest(wanted: Any) -> Select[Any]:
    """What is asked of a store's latest mapping."""
    return (
        select(wanted)
        # An empty one was erased with its store.
        .where(models.Mapping.store_id == bindparam("store_id", type_=Integer), models.Mapping.document != {})
        .order_by(models.Mapping.version.desc())
        .limit(1)
    )


# Composed once.
_LATEST = _of_latest(models.Mapping)
_START_DATE = _of_latest(models.Mapping.document["start_date"].astext)


class ChangedMeanwhile(Exception):
    """Another window saved a later version of the draft: what this one shows is no longer what is saved."""


def draft_of(session: Session, store: Store) -> tuple[Answers, int]:
    """The store's answers so far and their version; of a store that was set up elsewhere, those its mapping gives."""
    draft = session.get(SetupDraft, store.id, populate_existing=True)
    if draft is not None:
        return dict(draft.answers), draft.version
    latest = latest_mapping(session, store)
    return ({}, 0) if latest is None else (answers_of(parse_mapping(latest.document, latest.version)), 0)


def latest_mapping(session: Session, store: Store) -> models.Mapping | None:
    """The mapping that the store posts by, None before there is one."""
    return session.scalar(_LATEST, {"store_id": store.id})


def start_date(session: Session, store: Store) -> str | None:
    """From which day on that mapping posts, in ISO's form, without reading the rest of it."""
    return session.scalar(_START_DATE, {"store_id": store.id})


def keep_answers(
    session: Session, store: Store, step: str, answers: Mapping[str, Any], *, version: int, now: datetime
) -> int:
    """Keep one step's answers on top of the others; returns the new version. Flushes. Raises ChangedMeanwhile.

    version: of the draft that the answers were given on.
    """
    assert step in STEPS, f"{step} is no step of Setup"
    before, _ = draft_of(session, store)
    session.execute(
        insert(SetupDraft)
        .values(store_id=store.id, version=0, answers=before, saved_at=now)
        .on_conflict_do_nothing(index_elements=["store_id"])
    )
    kept = session.execute(
        update(SetupDraft)
        .where(SetupDraft.store_id == store.id, SetupDraft.version == version)
        .values(version=version + 1, answers={**before, step: dict(answers)}, saved_at=now)
        .execution_options(synchronize_session=False)
    )
    if kept.rowcount != 1:
        raise ChangedMeanwhile
    return version + 1


def follow(session: Session, store: Store, mapping: AccountMapping) -> None:
    """Let the answers in Setup be those of a mapping that was saved elsewhere, where there are any. Flushes."""
    draft = session.get(SetupDraft, store.id, populate_existing=True, with_for_update=True)
    if draft is None:
        return
    told = answers_of(mapping)
    del told["preview"], told["opening"]["balances"]
    draft.answers = {**draft.answers, **{step: {**draft.answers.get(step, {}), **told[step]} for step in told}}
    draft.version += 1
    session.flush()


def mapping_document(answers: Answers, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The mapping document that these answers make, whatever is still missing of it left out.

    base: the mapping before, of which everything that Setup does not ask (product rules, tracking …) is kept.
    """
    posting, accounts, taxes = (answers.get(step, {}) for step in ("posting", "accounts", "taxes"))
    start, opening = answers.get("start", {}), answers.get("opening", {})
    special = {
        **accounts.get("special", {}),
        **({SpecialAccount.BEFORE_START.value: start["account"]} if start.get("account") else {}),
        **({SpecialAccount.OPENING_DIFFERENCES.value: opening["account"]} if opening.get("account") else {}),
    }
    told: dict[str, Any] = {
        "contact": posting.get("contact_id", ""),
        "post_when": posting.get("post_when", "placed"),
        "contacts_retail": posting.get("contacts_retail", "shared"),
        "contacts_terms": posting.get("contacts_terms", "customer"),
        "accounts": accounts.get("accounts", {}),
        "special": special,
        "gateways": answers.get("gateways", {}).get("gateways", {}),
        "no_tax": taxes.get("no_tax", ""),
        "taxes": [{name: part for name, part in one.items() if name != "id"} for one in taxes.get("taxes", [])],
        "start_date": start.get("start_date"),
        "before_start": start.get("before_start", "account"),
    }
    return {**(base or {}), **told}


def tax_answer(key: TaxKey, rule: TaxRule) -> dict[str, Any]:
    """How one key is told to Xero, as an answer and as an entry of a mapping document (which has no id)."""
    entry: dict[str, Any] = {
        "id": key_id(key),
        "taxes": [
            {"title": title, "rate": plain(rate)} | ({"marketplace": True} if collected else {})
            for title, rate, collected in key.taxes
        ],
        "countries": [key.country],
        "kinds": [key.kind.value],
        "tax_type": rule.tax_type,
    }
    return entry if rule.strategy == "rate" else entry | {"strategy": rule.strategy, "accounts": dict(rule.accounts)}


def answers_of(mapping: AccountMapping) -> Answers:
    """The answers that make this mapping, as if Setup had been gone through with it."""
    special = {one.value: account for one, account in mapping.special.items()}
    before_start = special.pop(SpecialAccount.BEFORE_START.value, None)
    opening = special.pop(SpecialAccount.OPENING_DIFFERENCES.value, None)
    return {
        "posting": {
            "contact_id": mapping.contact,
            "post_when": mapping.post_when,
            "contacts_retail": mapping.contacts_retail,
            "contacts_terms": mapping.contacts_terms,
        },
        "accounts": {"accounts": {kind.value: code for kind, code in mapping.accounts.items()}, "special": special},
        "taxes": {
            "no_tax": mapping.no_tax,
            "taxes": [tax_answer(key, rule) for key, rule in mapping.taxes.items()],
            "confirmed": True,
        },
        "gateways": {"gateways": dict(mapping.gateways)},
        "start": {
            "start_date": mapping.start_date.isoformat() if mapping.start_date else None,
            "before_start": mapping.before_start,
            "account": before_start,
        },
        "opening": {"account": opening, "balances": {}},
        "preview": {},
    }
