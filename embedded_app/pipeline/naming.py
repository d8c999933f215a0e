"""Naming: customers who get a contact of their own in Xero are named by their store just before the contact is posted.

A name is personal data: it is read late, kept encrypted, and erased once the contact stands in Xero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from embedded_app import outbox, waits
from embedded_app.accounting.contacts import CUSTOMER
from embedded_app.channels import CHANNELS, ChannelError, StoreBusy
from embedded_app.clock import now
from embedded_app.models import MOMENT, Contact, Dispatch, DispatchState, Store
from embedded_app.pipeline import asking, credentials

NAMES_PER_ROUND = 50
# A store that gives no answer is asked again then; its other documents go out meanwhile.
ASK_AGAIN = timedelta(minutes=1)

NAMELESS = (
    "The store gives no name for customer {number}, so no contact can be made in Xero. Allow the app to read customers "
    "in the store, or choose the shared contact in the mapping; then retry."
)

log = structlog.get_logger(__name__)


def name_contacts(session: Session, organisation_id: int) -> None:
    """Read the names that contacts of this organisation wait for; commits where there are any.

    A customer without a name is held with a sentence. A store that cannot be read now delays its own contacts only.
    """
    waiting: dict[int, list[Dispatch]] = defaultdict(list)
    for dispatch in session.scalars(_NAMELESS, {"organisation": organisation_id, "now": now()}):
        waiting[dispatch.store_id].append(dispatch)
    for store_id, dispatches in waiting.items():
        ids = [_customer_id(dispatch) for dispatch in dispatches]
        try:
            names = _read(session, session.get_one(Store, store_id), ids)
        except ChannelError as problem:
            log.warning("customers not read", store=store_id, why=problem.sentence)
            for dispatch in dispatches:
                dispatch.not_before = now() + ASK_AGAIN
        else:
            _name(session, dispatches, names)
        session.commit()


# Composed once, for every call asks it.
_NAMELESS = (
    select(Dispatch)
    .join(Dispatch.contact)
    .where(
        Dispatch.organisation_id == bindparam("organisation"),
        Dispatch.state == DispatchState.READY,
        waits.is_due(Dispatch.not_before, bindparam("now", type_=MOMENT), waits.BY_XERO),
        Contact.name.is_(None),
    )
    .options(joinedload(Dispatch.contact))
    .order_by(Dispatch.priority, Dispatch.id)
    .limit(NAMES_PER_ROUND)
)


def _read(session: Session, store: Store, ids: Sequence[str]) -> Mapping[str, str | None]:
    if store.paused:
        raise StoreBusy(store.paused, retry_seconds=ASK_AGAIN.total_seconds())
    channel = CHANNELS[store.channel]
    return asking.ask(session, store, lambda access: channel.read_names(credentials.http(), access, ids))


def _name(session: Session, dispatches: Sequence[Dispatch], names: Mapping[str, str | None]) -> None:
    for dispatch in dispatches:
        contact = dispatch.contact
        assert contact is not None, "only dispatches of contacts are selected"
        name = names.get(_customer_id(dispatch))
        if name and name.strip():
            contact.name = name
            continue
        outbox.hold(
            session,
            dispatch,
            cause="customer without a name",
            subject=contact.number,
            sentence=NAMELESS.format(number=contact.number),
            now=now(),
        )


def _customer_id(dispatch: Dispatch) -> str:
    return dispatch.contact.key.removeprefix(CUSTOMER) if dispatch.contact else ""
