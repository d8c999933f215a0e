"""Access to a store and to an organisation: tokens read, refreshed before they expire, and stored as a pair.

A refresh rotates the token, so it happens under a lock on the token's row alone that nobody waits for: who comes second
tries again later with the first one's result.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import requests
from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from embedded_app.channels import CHANNELS, AccessLost, StoreAccess, StoreBusy
from embedded_app.config import Config
from embedded_app.models import Grant, Organisation, Store, StoreGrant
from embedded_app.xero import oauth
from embedded_app.xero.client import XeroApi
from embedded_app.xero.errors import NeedsReconnect, RetryLater

Row = TypeVar("Row", Grant, StoreGrant)

REFRESH_EARLY = timedelta(seconds=60)
SOMEBODY_ELSE_REFRESHES_SECONDS = 2
# How long Xero still takes a refresh token that it has replaced (reference: token lifetimes).
REPLACED_TOKEN_LIFE = timedelta(minutes=30)
# A refresh token dies 60 days after its last use; one that is not used by posting is renewed half-way.
RENEW_BEFORE_EXPIRY = timedelta(days=30)


def http() -> requests.Session:
    """A session for outgoing calls, as the app was given it."""
    return current_app.extensions["crossfoot.http"]()  # type: ignore[no-any-return]


def store_access(session: Session, store: Store, *, now: datetime, refresh: bool = False) -> StoreAccess:
    """How to reach the store now, with a token that is good for a minute at least. Commits.

    refresh: the token at hand was refused, so trade it whatever its age. Raises StoreBusy, or AccessLost when only the
    merchant can help.
    """
    config: Config = current_app.extensions["crossfoot.config"]
    origin = config.shopify_admin_origin.replace("{shop}", store.external_id)
    grant = session.get(StoreGrant, store.id)
    if grant is None:
        raise AccessLost("Crossfoot has no access to this store yet; open the app in the store admin once.")
    if refresh or (grant.access_expires_at and grant.access_expires_at <= now + REFRESH_EARLY):
        _refresh_store(session, store, config, origin, grant.access_token, now=now)
    access = StoreAccess(
        domain=store.external_id,
        origin=origin,
        access_token=grant.access_token,
        api_version=config.shopify_api_version,
    )
    session.commit()
    return access


def xero_api(session: Session, organisation: Organisation, *, now: datetime, refresh: bool = False) -> XeroApi:
    """A client for the organisation, with a token that is good for a minute at least. Commits.

    refresh as in store_access. Raises RetryLater, or NeedsReconnect when only the merchant can help.
    """
    api = xero_api_uncommitted(session, organisation, now=now, refresh=refresh)
    session.commit()
    return api


def xero_api_uncommitted(
    session: Session, organisation: Organisation, *, now: datetime, refresh: bool = False
) -> XeroApi:
    """As xero_api, but commits only where it refreshes: the caller does before it calls, so that no transaction stays
    open meanwhile.
    """
    config: Config = current_app.extensions["crossfoot.config"]
    if organisation.grant_id is None:
        raise NeedsReconnect("Xero is not connected; connect it in Setup.")
    grant = session.get_one(Grant, organisation.grant_id)
    return XeroApi(
        http(),
        api_url=config.xero_api_url,
        access_token=_xero_token(session, grant, now=now, refresh=refresh),
        tenant_id=organisation.tenant_id,
    )


def xero_access_token(session: Session, grant: Grant, *, now: datetime, refresh: bool = False) -> str:
    """A Xero user's access token that is good for a minute at least. Commits. Raises as xero_api does."""
    token = _xero_token(session, grant, now=now, refresh=refresh)
    session.commit()
    return token


def _xero_token(session: Session, grant: Grant, *, now: datetime, refresh: bool) -> str:
    config: Config = current_app.extensions["crossfoot.config"]
    if grant.revoked:
        raise NeedsReconnect(grant.revoked)
    # In doubt since a refresh that was not heard of, it is renewed at once, however long the access token lasts.
    is_ending = grant.refresh_expires_at <= now + RENEW_BEFORE_EXPIRY
    if refresh or is_ending or grant.access_expires_at <= now + REFRESH_EARLY:
        _refresh_xero(session, grant.id, config, grant.access_token, now=now)
    return grant.access_token


def _refresh_store(session: Session, store: Store, config: Config, origin: str, refused: str, *, now: datetime) -> None:
    session.commit()
    grant = _locked(session, StoreGrant, StoreGrant.store_id, store.id)
    if grant is None:
        raise StoreBusy(
            "Another worker is refreshing this store's token.", retry_seconds=SOMEBODY_ELSE_REFRESHES_SECONDS
        )
    if grant.access_token != refused:
        return
    if grant.refresh_token is None:
        raise AccessLost("The store's access has ended; open the app in the store admin once to renew it.")
    pair = CHANNELS[store.channel].refresh(
        http(), origin, config.shopify_api_key, config.shopify_api_secret, grant.refresh_token, now
    )
    grant.access_token, grant.access_expires_at = pair.access_token, pair.access_expires_at
    grant.refresh_token, grant.refresh_expires_at = pair.refresh_token, pair.refresh_expires_at
    session.commit()


def _refresh_xero(session: Session, grant_id: int, config: Config, refused: str, *, now: datetime) -> None:
    session.commit()
    grant = _to_refresh(session, grant_id, refused)
    if grant is None:
        return
    # Whatever becomes of the call, or of us during it, Xero may have replaced the token: so the sweep wakes this
    # organisation, whether or not anything is owed to it, until a refresh is through.
    grant.refresh_expires_at = min(grant.refresh_expires_at, now + REPLACED_TOKEN_LIFE)
    session.commit()
    grant = _to_refresh(session, grant_id, refused)
    if grant is None:
        return
    try:
        pair = oauth.refresh(
            http(),
            identity_url=config.xero_identity_url,
            client_id=config.xero_client_id,
            client_secret=config.xero_client_secret,
            refresh_token=grant.refresh_token,
            now=now,
        )
    except NeedsReconnect as problem:
        grant.revoked = problem.sentence
        session.commit()
        raise
    grant.access_token, grant.access_expires_at = pair.access_token, pair.access_expires_at
    grant.refresh_token, grant.refresh_expires_at = pair.refresh_token, pair.refresh_expires_at
    session.commit()


def _to_refresh(session: Session, grant_id: int, refused: str) -> Grant | None:
    """The grant, locked, while its access token is still the refused one. Raises RetryLater where another has it."""
    grant = _locked(session, Grant, Grant.id, grant_id)
    if grant is None:
        raise RetryLater(SOMEBODY_ELSE_REFRESHES_SECONDS, "concurrent")
    return grant if grant.access_token == refused else None


def _locked(session: Session, row: type[Row], column: ColumnElement[int], key: int) -> Row | None:
    """The token row, locked and read afresh, or None where another worker holds it."""
    wanted = select(row).where(column == key).with_for_update(nowait=True).execution_options(populate_existing=True)
    try:
        return session.scalars(wanted).one()
    except OperationalError:
        # lock_not_available: the only way this read fails without the database being away, and then the next does too.
        session.rollback()
        return None
