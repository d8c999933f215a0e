"""Connect: a person lets the app into a Xero organisation and comes back; or takes it out again.

    begin       in the admin        a Consent row, and the address of Xero's consent page
    come_back   outside the admin   the code is traded for tokens; nothing is connected yet
    offers      in the admin        the organisations to choose among
    choose      in the admin        the store's sales go to this one
    disconnect  in the admin        posting pauses; nothing is lost

The state that goes through Xero is signed, good once and for ten minutes. Back in the admin the same user has to show
the return code, which only the browser that gave the consent was told: a consent page sent to somebody else connects
nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from embedded_app import onboarding
from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.models import AuditEntry, Consent, Grant, Organisation, PostingGroup, Store
from embedded_app.pipeline import credentials, organisations
from embedded_app.queue import wake
from embedded_app.xero import oauth
from embedded_app.xero.oauth import XeroApp

STATE_LIFE = timedelta(minutes=10)
RETURN_LIFE = timedelta(hours=1)
CALLBACK_PATH = "/xero/callback"
_SALT = "xero consent"

DISCONNECTED = "Xero was disconnected here; connect it again, and what has waited is posted."
BOOKED_ELSEWHERE = (
    "This store's sales are already in {name}. Connect that organisation again; another one cannot take over its books."
)

log = structlog.get_logger(__name__)


class NotConnected(Exception):
    """Nothing was connected; the message is a sentence for the merchant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An organisation the person may choose. current: the store's sales go there already."""

    tenant_id: str
    name: str
    current: bool


def begin(session: Session, store: Store, *, user_id: str) -> str:
    """The address of Xero's consent page for this user of this store; commits."""
    config = _config()
    nonce = secrets.token_urlsafe(32)
    session.add(Consent(store_id=store.id, user_id=user_id, nonce=nonce, begun_at=now()))
    session.commit()
    return oauth.consent_address(
        config.xero_login_url,
        client_id=config.xero_client_id,
        redirect_uri=config.app_url + CALLBACK_PATH,
        state=_signer(config).dumps(nonce),
    )


def come_back(session: Session, *, state: str, code: str | None) -> tuple[Store, str | None]:
    """Take in what Xero's consent page sends back: the store it is for, and the return code for its user.

    None where the person did not consent. The state is spent by this, whatever comes of it. Commits. Raises
    NotConnected for a state that is forged, spent or too old, and XeroError where the code cannot be traded.
    """
    consent = _claim(session, state)
    store = session.get_one(Store, consent.store_id)
    if code is None:
        return store, None
    config = _config()
    pair = oauth.trade_code(
        credentials.http(), _app(config), code=code, redirect_uri=config.app_url + CALLBACK_PATH, now=now()
    )
    grant = onboarding.keep_xero_tokens(
        session,
        xero_user_id=oauth.user_id_of(pair.access_token),
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        access_expires_at=pair.access_expires_at,
        refresh_expires_at=pair.refresh_expires_at,
    )
    return_code = secrets.token_urlsafe(32)
    consent.grant_id, consent.return_code_sha256 = grant.id, _sha256(return_code)
    for organisation_id in session.scalars(select(Organisation.id).where(Organisation.grant_id == grant.id)):
        wake(session, "post", organisation_id)
    session.commit()
    return store, return_code


def offers(session: Session, store: Store, *, user_id: str, return_code: str) -> list[Offer]:
    """The organisations this consent may connect, asked of Xero now. Commits. Raises NotConnected or XeroError."""
    consent = _returned(session, store, user_id, return_code)
    current = store.organisation.tenant_id if store.organisation else None
    return [
        Offer(tenant_id=one.tenant_id, name=one.tenant_name, current=one.tenant_id == current)
        for one in _connections(session, session.get_one(Grant, consent.grant_id))
        if one.tenant_type == "ORGANISATION"
    ]


def choose(session: Session, store: Store, *, user_id: str, return_code: str, tenant_id: str) -> Organisation:
    """Let the store's sales go to this organisation, and read it. Commits. Raises NotConnected or XeroError.

    An organisation that is connected already, by another store or another Xero user, is the same row: its limits and
    its books are shared.
    """
    consent = _returned(session, store, user_id, return_code)
    if tenant_id not in {offer.tenant_id for offer in offers(session, store, user_id=user_id, return_code=return_code)}:
        raise NotConnected("Xero does not let Crossfoot into this organisation; choose one of those shown.")
    grant = session.get_one(Grant, consent.grant_id)
    organisation = onboarding.add_organisation(session, tenant_id=tenant_id, grant=grant, base_currency="")
    _keep_to_its_books(session, store, organisation)
    organisations.read(session, organisation)

    store.organisation_id, store.prefix = organisation.id, _free_prefix(session, store, organisation)
    consent.finished_at = now()
    _audit(session, store, f"Shopify user {user_id}", "connected Xero", organisation)
    wake(session, "post", organisation.id)
    wake(session, "gather", store.id)
    session.commit()
    return organisation


def disconnect(session: Session, store: Store, *, actor: str) -> None:
    """End the store's connection to its organisation, at Xero too where no other store needs it. Commits.

    Whatever Xero answers, we stop: posting pauses, what is owed stays owed, and connecting again goes on with it.
    Raises XeroError where Xero could not be told; it is then paused here all the same.
    """
    organisation = store.organisation
    if organisation is None:
        return
    _audit(session, store, actor, "disconnected Xero", organisation)
    others = session.scalar(select(func.count()).where(Store.organisation_id == organisation.id, Store.id != store.id))
    if others:
        onboarding.switch_posting(session, store, on=False, actor=actor, now=now())
        session.commit()
        return
    grant_id, organisation.grant_id, organisation.paused = organisation.grant_id, None, DISCONNECTED
    session.commit()
    if grant_id is not None:
        _end_at_xero(session, session.get_one(Grant, grant_id), organisation.tenant_id)


def _claim(session: Session, state: str) -> Consent:
    """The Consent a state stands for, spent by this very statement."""
    try:
        nonce = _signer(_config()).loads(state)
    except BadSignature:
        raise NotConnected(
            "This address does not come from Crossfoot. Open Crossfoot and connect Xero there."
        ) from None
    consent = session.scalar(
        update(Consent)
        .where(Consent.nonce == nonce, Consent.used_at.is_(None), Consent.begun_at > now() - STATE_LIFE)
        .values(used_at=now())
        .returning(Consent)
    )
    session.commit()
    if consent is None:
        raise NotConnected(
            "This way to Xero was used already, or took too long. Open Crossfoot and connect Xero again."
        )
    return consent


def _returned(session: Session, store: Store, user_id: str, return_code: str) -> Consent:
    """The consent this very user of this very store came back from."""
    consent = session.scalar(
        select(Consent).where(
            Consent.return_code_sha256 == _sha256(return_code),
            Consent.store_id == store.id,
            Consent.user_id == user_id,
            Consent.finished_at.is_(None),
            Consent.used_at > now() - RETURN_LIFE,
        )
    )
    if consent is None:
        raise NotConnected("Xero was not connected: this page is for somebody else, or was used. Connect Xero again.")
    return consent


def _connections(session: Session, grant: Grant) -> list[oauth.Connection]:
    config = _config()
    access_token = credentials.xero_access_token(session, grant, now=now())
    return oauth.connections(credentials.http(), api_url=config.xero_api_url, access_token=access_token)


def _keep_to_its_books(session: Session, store: Store, organisation: Organisation) -> None:
    """Refuse another organisation once documents of this store stand in one."""
    if store.organisation is None or store.organisation.id == organisation.id:
        return
    if session.scalar(select(PostingGroup.id).where(PostingGroup.store_id == store.id).limit(1)) is not None:
        name = store.organisation.name
        session.rollback()
        raise NotConnected(BOOKED_ELSEWHERE.format(name=name))


def _free_prefix(session: Session, store: Store, organisation: Organisation) -> str:
    """The store's prefix, or the next like it that no other store of the organisation has."""
    taken = set(
        session.scalars(select(Store.prefix).where(Store.organisation_id == organisation.id, Store.id != store.id))
    )
    stem = store.prefix.rstrip("-")
    candidates = [store.prefix, *(f"{stem}{number}-" for number in range(2, len(taken) + 3))]
    return next(prefix for prefix in candidates if prefix not in taken)


def _end_at_xero(session: Session, grant: Grant, tenant_id: str) -> None:
    """Delete the connection there; with the last one of this user's, revoke the tokens and forget them."""
    connections = _connections(session, grant)
    access_token = credentials.xero_access_token(session, grant, now=now())
    for connection in connections:
        if connection.tenant_id == tenant_id:
            oauth.disconnect(
                credentials.http(),
                api_url=_config().xero_api_url,
                access_token=access_token,
                connection_id=connection.connection_id,
            )
    if {connection.tenant_id for connection in connections} <= {tenant_id}:
        oauth.revoke(credentials.http(), _app(_config()), refresh_token=grant.refresh_token)
        for row in (Consent, Organisation):
            session.execute(update(row).where(row.grant_id == grant.id).values(grant_id=None))
        session.delete(grant)
        session.commit()


def _audit(session: Session, store: Store, actor: str, act: str, organisation: Organisation) -> None:
    detail = {"organisation": organisation.name}
    session.add(AuditEntry(store_id=store.id, at=now(), actor=actor, act=act, detail=detail))


def _config() -> Config:
    config: Config = current_app.extensions["crossfoot.config"]
    return config


def _app(config: Config) -> XeroApp:
    return XeroApp(
        client_id=config.xero_client_id,
        client_secret=config.xero_client_secret,
        identity_url=config.xero_identity_url,
    )


def _signer(config: Config) -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key, salt=_SALT)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
