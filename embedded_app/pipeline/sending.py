"""Send: what is owed to one organisation goes to Xero, one call at a time, and every answer is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from embedded_app import outbox
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Organisation, Priority
from embedded_app.pipeline import calls_left, credentials, looking_up, naming
from embedded_app.xero.client import XeroApi
from embedded_app.xero.endpoints import ENDPOINTS
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, OutcomeUnknown, RetryLater, XeroError
from embedded_app.xero.outcomes import Posted, read_outcomes
from embedded_app.xero.refusals import Cause, Refused

WORK_SECONDS = 5.0
# How long an organisation is left alone after an outcome that is not known, by how many of its batches wait for their
# look-up. The first holds up no other; while Xero is away, each further one would only be one more to look up.
DOUBT_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (0, 10, 30, 60, 120))
# So many single documents refused as whole calls, one after the other, are no fault of the documents: Xero refuses
# everything (a plan that has ended, say), and is asked again later, so that its calls of the day are not used up.
MOST_REFUSED_IN_A_ROW = 10
REFUSING_PAUSE = timedelta(hours=1)

log = structlog.get_logger(__name__)


def send(organisation_id: int) -> bool:
    """Make calls for some seconds, look-ups first; True when work is left that can go on at once."""
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    while monotonic() < stop_at:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None or organisation.paused or not _may_call(session, organisation):
            session.rollback()
            return False
        try:
            api = credentials.xero_api_uncommitted(session, organisation, now=now())
        except XeroError as problem:
            return _give_up(session, organisation, problem)
        more = _one_call(session, organisation, api)
        # With what became of the call, in one transaction.
        calls_left.note(session, organisation, api.limits, now=now())
        session.commit()
        if not more:
            return False
    return True


def _may_call(session: Session, organisation: Organisation) -> bool:
    """Whether Xero has a call left for us; else the organisation is left alone until it has."""
    until = calls_left.closed_until(session, organisation, now=now())
    if until is None:
        return True
    if until != organisation.not_before:
        log.info("no calls left", organisation=organisation.id, until=until.isoformat())
        calls_left.leave_alone(session, organisation, until)
    return False


def _one_call(session: Session, organisation: Organisation, api: XeroApi) -> bool:
    """One look-up or one write with its answer; False where there is nothing more to do now."""
    batch = outbox.next_look_up(session, organisation.id, now=now())
    if batch is not None:
        try:
            looking_up.look_up(session, api, batch)
        except XeroError as problem:
            return _give_up(session, organisation, problem)
        organisation.unauthorised_in_a_row = 0
        return True

    naming.name_contacts(session, organisation.id)
    least_urgent = calls_left.least_urgent(session, organisation, now=now())
    spaced_until = calls_left.spaced_until(organisation, now=now())
    call = outbox.next_call(
        session, organisation.id, now=now(), least_urgent=least_urgent, only_full=spaced_until is not None
    )
    if call is None:
        if spaced_until is not None:
            calls_left.wait_to_fill(session, organisation, spaced_until)
        elif least_urgent is not Priority.BACKGROUND:
            calls_left.keep_back(session, organisation, least_urgent, now=now())
        return False
    calls_left.waits_no_more(organisation)
    # Whatever is logged of this call names what led to it.
    with bound_contextvars(batch=call.batch_id, endpoint=call.endpoint, webhooks=list(call.webhook_ids)):
        return _write(session, organisation, api, call)


def _give_up(session: Session, organisation: Organisation, problem: XeroError) -> bool:
    """Nothing was written: wait, reconnect or pause, as the error says. True where it may go on at once."""
    if isinstance(problem, RetryLater):
        calls_left.put_off(session, organisation, problem, now=now())
        return False
    if isinstance(problem, NeedsReconnect):
        return _reconnect(session, organisation, problem)
    return _pause(session, organisation, problem.sentence)


def _write(session: Session, organisation: Organisation, api: XeroApi, call: outbox.Call) -> bool:
    """Send a claimed call and write down what became of it; True where the next may follow at once."""
    endpoint = ENDPOINTS[call.endpoint]
    log.info("batch sent", key=call.key, size=call.size, again=call.doubtful)
    try:
        answer = api.send(endpoint, path_ids=call.path_ids, body=call.body, key=call.key)
        outcomes = read_outcomes(endpoint, answer, call.size, names=looking_up.names(session, call))
    except RetryLater as later:
        outbox.not_sent(session, call, not_before=now() + timedelta(seconds=later.seconds), note=later.sentence)
        return _give_up(session, organisation, later)
    except NeedsReconnect as lost:
        outbox.not_sent(session, call, not_before=None, note=lost.sentence)
        return _give_up(session, organisation, lost)
    except NeedsMerchant as refusal:
        return _refused(session, organisation, call, refusal)
    except OutcomeUnknown as doubt:
        return _doubt(session, organisation, call, doubt)
    try:
        outcomes = looking_up.own_numbers(session, api, call, outcomes)
    except XeroError as unread:
        return _doubt(session, organisation, call, unread)
    _apply(session, call, outcomes, answered_as=answer.correlation_id)
    organisation.refused_in_a_row = organisation.unauthorised_in_a_row = 0
    return True


def _apply(
    session: Session, call: outbox.Call, outcomes: Sequence[Posted | Refused], *, answered_as: str | None
) -> None:
    """Write the outcomes down, for `send` to commit. answered_as: Xero's name for the call."""
    applied = outbox.apply(session, call, outcomes, now=now())
    posted = sum(isinstance(outcome, Posted) for outcome in outcomes)
    log.info(
        "batch answered",
        call=answered_as,
        posted=posted,
        refused=len(outcomes) - posted,
        applied=applied,
    )


def _refused(session: Session, organisation: Organisation, call: outbox.Call, refusal: NeedsMerchant) -> bool:
    """Xero refused the call as a whole: find what it does not take by halves, and hold only that.

    After an attempt in doubt a refusal proves nothing: then a look-up comes first.
    """
    if call.doubtful:
        return _doubt(session, organisation, call, refusal)
    # Xero's own words stay out of the log: they may name a customer.
    log.warning("call refused as a whole", call=refusal.correlation_id, size=call.size)
    if call.size > 1:
        outbox.split(session, call, now=now())
        return True
    held = Refused(code=Cause.OTHER, subject="", sentence=refusal.sentence, original=refusal.sentence)
    _apply(session, call, [held], answered_as=refusal.correlation_id)
    # A 404 for the document in the path is that document's fault alone.
    organisation.refused_in_a_row += 0 if call.path_ids else 1
    too_many = organisation.refused_in_a_row >= MOST_REFUSED_IN_A_ROW
    if too_many:
        organisation.refused_in_a_row = 0
        calls_left.leave_alone(session, organisation, now() + REFUSING_PAUSE)
    return not too_many


def _doubt(session: Session, organisation: Organisation, call: outbox.Call, doubt: XeroError) -> bool:
    why = doubt.sentence if isinstance(doubt, OutcomeUnknown) else type(doubt).__name__
    log.warning("outcome unknown", call=doubt.correlation_id, why=why)
    outbox.unknown(session, call, note=doubt.sentence)
    unknown = outbox.count_unknown(session, organisation.id)
    pause = DOUBT_PAUSES[min(max(unknown, 1), len(DOUBT_PAUSES)) - 1]
    if pause:
        calls_left.leave_alone(session, organisation, now() + pause)
    return not pause


def _reconnect(session: Session, organisation: Organisation, lost: NeedsReconnect) -> bool:
    """Refresh the token where that may be all it takes; else pause posting until the merchant connects Xero again.

    Where the fresh token is refused too, refreshing once more would go on for ever.
    """
    organisation.unauthorised_in_a_row += 1
    if not lost.refresh_first or organisation.unauthorised_in_a_row > 1:
        organisation.unauthorised_in_a_row = 0
        return _pause(session, organisation, lost.sentence)
    try:
        credentials.xero_api(session, organisation, now=now(), refresh=True)
    except RetryLater as later:
        calls_left.put_off(session, organisation, later, now=now())
        return False
    except (NeedsReconnect, NeedsMerchant) as still:
        return _pause(session, organisation, still.sentence)
    return True


def _pause(session: Session, organisation: Organisation, sentence: str) -> bool:
    log.warning("posting paused", organisation=organisation.id, why=sentence)
    organisation.paused = sentence
    session.commit()
    return False
