"""Send: what is owed to one organisation goes to Xero, one call at a time, and every answer is written down."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from embedded_app import outbox
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Organisation
from embedded_app.pipeline import credentials, looking_up, naming
from embedded_app.xero.client import XeroApi
from embedded_app.xero.endpoints import ENDPOINTS
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, OutcomeUnknown, RetryLater, XeroError
from embedded_app.xero.outcomes import Posted, read_outcomes
from embedded_app.xero.refusals import Cause, Refused

WORK_SECONDS = 5.0

log = structlog.get_logger(__name__)


def send(organisation_id: int) -> bool:
    """Make calls for some seconds, look-ups first; True when work is left that can go on at once."""
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    while monotonic() < stop_at:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None or organisation.paused:
            session.rollback()
            return False
        if organisation.not_before and organisation.not_before > now():
            session.rollback()
            return False
        if not _one_call(session, organisation):
            return False
    return True


def _one_call(session: Session, organisation: Organisation) -> bool:
    """One look-up or one write with its answer; False where there is nothing more to do now."""
    try:
        api = credentials.xero_api(session, organisation, now=now())
        batch = outbox.next_look_up(session, organisation.id, now=now())
        if batch is not None:
            looking_up.look_up(session, api, batch)
            return True
    except RetryLater as later:
        return _wait(session, organisation, later)
    except NeedsReconnect as lost:
        return _reconnect(session, organisation, lost)
    except NeedsMerchant as problem:
        return _pause(session, organisation, problem.sentence)

    naming.name_contacts(session, organisation.id)
    call = outbox.next_call(session, organisation.id, now=now())
    if call is None:
        return False
    return _write(session, organisation, api, call)


def _write(session: Session, organisation: Organisation, api: XeroApi, call: outbox.Call) -> bool:
    endpoint = ENDPOINTS[call.endpoint]
    try:
        answer = api.send(endpoint, path_ids=call.path_ids, body=call.body, key=call.key)
        outcomes = read_outcomes(endpoint, answer, call.size, names=looking_up.names(session, call.batch_id))
    except RetryLater as later:
        outbox.not_sent(session, call, not_before=now() + timedelta(seconds=later.seconds), note=later.sentence)
        return _wait(session, organisation, later)
    except NeedsReconnect as lost:
        outbox.not_sent(session, call, not_before=None, note=lost.sentence)
        return _reconnect(session, organisation, lost)
    except NeedsMerchant as refusal:
        refused = Refused(code=Cause.OTHER, subject="", sentence=refusal.sentence, original=refusal.sentence)
        outcomes = [refused] * call.size
    except OutcomeUnknown as doubt:
        return _doubt(session, call, doubt)
    try:
        outcomes = looking_up.own_numbers(session, api, call, outcomes)
    except XeroError as unread:
        return _doubt(session, call, unread)
    applied = outbox.apply(session, call, outcomes, now=now())
    posted = sum(isinstance(outcome, Posted) for outcome in outcomes)
    log.info(
        "batch answered",
        batch=call.batch_id,
        endpoint=call.endpoint,
        posted=posted,
        refused=len(outcomes) - posted,
        applied=applied,
    )
    return True


def _doubt(session: Session, call: outbox.Call, doubt: XeroError) -> bool:
    log.warning("outcome unknown", batch=call.batch_id, call=doubt.correlation_id, why=doubt.sentence)
    outbox.unknown(session, call, note=doubt.sentence)
    return True


def _wait(session: Session, organisation: Organisation, later: RetryLater) -> bool:
    """Leave the organisation alone until Xero hears us again; the sweep wakes it then."""
    organisation.not_before = now() + timedelta(seconds=later.seconds)
    session.commit()
    return False


def _reconnect(session: Session, organisation: Organisation, lost: NeedsReconnect) -> bool:
    """Refresh the token where that may be all it takes; else pause posting until the merchant connects Xero again."""
    if not lost.refresh_first:
        return _pause(session, organisation, lost.sentence)
    try:
        credentials.xero_api(session, organisation, now=now(), refresh=True)
    except RetryLater as later:
        return _wait(session, organisation, later)
    except (NeedsReconnect, NeedsMerchant) as still:
        return _pause(session, organisation, still.sentence)
    return True


def _pause(session: Session, organisation: Organisation, sentence: str) -> bool:
    log.warning("posting paused", organisation=organisation.id, why=sentence)
    organisation.paused = sentence
    session.commit()
    return False
