"""Setting a shop up: each step's answers checked against Xero and kept, and at the end the switch.

Nothing is posted before the switch. Once a store has a mapping, a step that is saved makes the next version of it, and
what was held for want of it is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from embedded_app import onboarding, recorded
from embedded_app.accounting.chart import Chart
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.clock import now
from embedded_app.models import AuditEntry, Hold, Store
from embedded_app.pipeline import credentials, seen
from embedded_app.pipeline.beyond_orders import ALREADY_OPENED, open_balances
from embedded_app.pipeline.drafts import STEPS, Answers, draft_of, keep_answers, latest_mapping, mapping_document
from embedded_app.pipeline.previewing import Rulebook
from embedded_app.pipeline.retrying import retry_held
from embedded_app.queue import wake
from embedded_app.xero.encoding import encode
from embedded_app.xero.endpoints import CONTACTS
from embedded_app.xero.outcomes import Posted, read_outcomes
from embedded_app.xero.payloads import contact as contact_element

WAITS_FOR_ITS_DAY = (
    "Version {version} of the mapping waits for {day}, and this would bring it forward. Change it on the page Mapping, "
    "where you choose from when it applies."
)
# What stands for answers not given yet, so that those given can be checked.
_UNANSWERED = "not chosen yet"
# The beginnings of the fields that a step asks for.
_FIELDS = {
    "posting": ("contact", "post_when", "contacts_retail", "contacts_terms"),
    "accounts": ("accounts.", "special."),
    "taxes": ("taxes", "no_tax"),
    "gateways": ("gateways.",),
    "start": ("start_date", "before_start", "special.before start"),
    "opening": ("special.opening differences",),
    "preview": (),
}
# By what an order is held that a new version of the mapping may free.
_FREED = ("unmapped gateway", "unmapped account", "unmapped tax", "placed before start date", "no start date")


class NotSaved(Exception):
    """The answers cannot be kept. problems: a sentence for each field; "" stands for the whole step."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOn:
    """What became of switching posting on. opening: sentences on why the opening balances are not posted yet."""

    opening: tuple[str, ...]


def save_step(session: Session, store: Store, step: str, given: Mapping[str, Any], *, version: int, actor: str) -> None:
    """Keep a step's answers, and make them a new mapping version where the store has one. Commits.

    Raises NotSaved, or ChangedMeanwhile where another window was faster; then nothing is kept.
    """
    before, _ = draft_of(session, store)
    answers: Answers = {**before, step: dict(given)}
    problems = step_problems(store, answers, step)
    if problems:
        raise NotSaved(problems)
    keep_answers(session, store, step, given, version=version, now=now())
    if latest_mapping(session, store) is not None and step != "preview":
        _save_mapping(session, store, answers, actor=actor)
        session.commit()
        free_held(session, store, actor=actor)
    session.commit()


def step_problems(store: Store, answers: Answers, step: str) -> dict[str, str]:
    """What is wrong with a step's answers, by field of the mapping; fields of other steps are left to them."""
    found = {}
    for problem in _problems(store, answers):
        field, sentence = split_problem(problem)
        if field.startswith(_FIELDS[step]) and not _is_of_another(field, step):
            found.setdefault(field, sentence)
    return found


def _is_of_another(field: str, step: str) -> bool:
    """Two special accounts are asked for in steps of their own, not among the accounts."""
    return step == "accounts" and field.startswith((*_FIELDS["start"], *_FIELDS["opening"]))


def missing_steps(answers: Answers) -> tuple[str, ...]:
    """The steps that have no answers yet, or not all of them, in order."""
    return tuple(step for step in STEPS if step not in answers or answers[step].get("confirmed") is False)


def _problems(store: Store, answers: Answers) -> tuple[str, ...]:
    document = mapping_document(answers)
    document["contact"] = document["contact"] or _UNANSWERED
    document["no_tax"] = document["no_tax"] or _UNANSWERED
    try:
        mapping = parse_mapping(document, 1)
    except MappingError as error:
        return error.problems
    chart = known_chart(store)
    return () if chart is None else check(mapping, chart)


def split_problem(problem: str) -> tuple[str, str]:
    """A problem's field and its sentence: "gateways.paypal: …", "start_date 2026-11-01 lies …", "contact must be …"."""
    field, colon, rest = problem.partition(": ")
    named, must, wanted = problem.partition(" must ")
    if must and len(named) < len(field):
        return named, f"Must {wanted}"
    if not colon or not field.startswith(
        ("accounts", "special", "gateways", "taxes", "no_tax", "rules", "tracking", "currency")
    ):
        field, _, rest = problem.partition(" ")
    return field, rest[:1].upper() + rest[1:]


def known_chart(store: Store) -> Chart | None:
    """The organisation's chart as last read."""
    known = store.organisation is not None and store.organisation.chart is not None
    return recorded.chart(store.organisation) if known and store.organisation else None


def draft_rulebook(session: Session, store: Store, answers: Answers) -> Rulebook | None:
    """What the answers so far would decide by; None where they do not make a mapping yet."""
    if store.organisation is None or store.organisation.chart is None or not answers:
        return None
    latest = latest_mapping(session, store)
    document = mapping_document(answers, latest.document if latest else None)
    try:
        mapping = parse_mapping(document, latest.version if latest else 0)
    except MappingError:
        return None
    return Rulebook(mapping=mapping, books=recorded.books(store.organisation))


def contact_id(session: Session, store: Store, name: str, *, create: bool) -> str | None:
    """The id of the Xero contact of this name, made where `create` says so; None where there is none. Commits.

    It is looked up first every time, so that a try that seemed to fail is found and not repeated. Raises XeroError.
    """
    if store.organisation is None:
        return None
    api = credentials.xero_api(session, store.organisation, now=now())
    found = api.contact_id(name)
    if found is not None or not create:
        return found
    element = contact_element(name, "")
    del element["ContactNumber"]
    key = f"{store.organisation.tenant_id}-contact-{now().timestamp():.0f}"
    answer = api.send(CONTACTS, path_ids=(), body=encode(CONTACTS, [element]), key=key)
    (outcome,) = read_outcomes(CONTACTS, answer, 1)
    if not isinstance(outcome, Posted) or outcome.xero_id is None:
        raise NotSaved({"contact": getattr(outcome, "sentence", "Xero did not take this contact.")})
    return outcome.xero_id


def change_prefix(session: Session, store: Store, prefix: str, *, actor: str) -> None:
    """Number the documents that are decided from now on with this prefix. Flushes. Raises NotSaved."""
    if prefix == store.prefix:
        return
    before = store.prefix
    try:
        with session.begin_nested():  # the change belongs inside: begin_nested flushes what was changed before it
            store.prefix = prefix
            session.flush()
    except IntegrityError:
        sentence = "Another store that posts to the same organisation uses this prefix: choose another."
        raise NotSaved({"prefix": sentence}) from None
    detail = {"before": before, "after": prefix}
    session.add(AuditEntry(store_id=store.id, at=now(), actor=actor, act="changed the prefix", detail=detail))


def switch_on(session: Session, store: Store, *, actor: str) -> SwitchedOn:
    """Save the answers as a mapping and switch posting on; then open the balances that Setup took. Commits.

    Raises NotSaved; then nothing has changed.
    """
    answers, _ = draft_of(session, store)
    missing = missing_steps(answers)
    if store.organisation is None or missing:
        raise NotSaved({"": "Setup is not finished yet: go through the steps that are left first."})
    _save_mapping(session, store, answers, actor=actor)
    onboarding.switch_posting(session, store, on=True, actor=actor, now=now())
    _list_from_start(session, store, answers["start"]["start_date"])
    session.commit()
    return SwitchedOn(opening=_open(session, store, answers, actor=actor))


def _save_mapping(session: Session, store: Store, answers: Answers, *, actor: str) -> None:
    latest = latest_mapping(session, store)
    document = mapping_document(answers, latest.document if latest else None)
    if latest is not None and latest.document == document:
        return
    if latest is not None and latest.applies_from is not None and latest.applies_from > now().date():
        # Saved from now on, it would bring forward what waits for its day.
        raise NotSaved({"": WAITS_FOR_ITS_DAY.format(version=latest.version, day=latest.applies_from.isoformat())})
    save_version(session, store, document, actor=actor)


def save_version(
    session: Session, store: Store, document: dict[str, Any], *, actor: str, applies_from: date | None = None
) -> int:
    """Save the document as the store's next mapping, and note what of all that was seen has a place in it; its version.

    Flushes. Raises NotSaved.
    """
    try:
        saved = onboarding.save_mapping(session, store, document, author=actor, now=now(), applies_from=applies_from)
    except MappingError as error:
        raise NotSaved(dict(split_problem(problem) for problem in error.problems)) from None
    seen.look_again(session, store, parse_mapping(document, saved.version))
    return saved.version


def _open(session: Session, store: Store, answers: Answers, *, actor: str) -> tuple[str, ...]:
    balances = {gateway: Decimal(told) for gateway, told in answers["opening"].get("balances", {}).items()}
    if not any(balances.values()):
        return ()
    decision = open_balances(session, store, balances, actor=actor)
    return tuple(held.sentence for held in decision.held if held != ALREADY_OPENED)


def free_held(session: Session, store: Store, *, actor: str) -> None:
    """Try again what was held for want of something in the mapping."""
    causes = session.scalars(
        select(Hold.cause).where(Hold.store_id == store.id, Hold.closed_at.is_(None), Hold.cause.in_(_FREED)).distinct()
    ).all()
    for cause in causes:
        retry_held(session, store, actor=actor, cause=cause)


def _list_from_start(session: Session, store: Store, start_date: str | None) -> None:
    """Have the catch-up list all orders since the start date, where it began later; what is known is not read again."""
    if start_date is None:
        return
    # A day early: no time zone is further from UTC, and what is older than the start date is not posted anyway.
    start = datetime.combine(date.fromisoformat(start_date), time(), UTC) - timedelta(days=1)
    if start < (store.orders_from or store.created_at):
        store.orders_from, store.orders_read_to, store.orders_go_on = start, None, None
        wake(session, "catch_up", store.id, queue="gather")
