"""`flask store …` and `flask organisation …`: setting a shop up from the command line, and what is held for it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from embedded_app import onboarding, pipeline
from embedded_app.accounting.mapping_document import MappingError
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Hold, Organisation, Store
from embedded_app.pipeline import credentials, organisations
from embedded_app.xero.errors import XeroError
from embedded_app.xero.oauth import REFRESH_TOKEN_LIFE

ACTOR = "command line"

secret = click.option("--access-token", prompt=True, hide_input=True, help="Asked for when it is not given.")
refresh = click.option("--refresh-token", prompt=True, hide_input=True, help="Asked for when it is not given.")


@click.group()
@with_appcontext
def store() -> None:
    """Stores: add, map, switch on and off, see and retry what is held."""
    _need_config()


@click.group()
@with_appcontext
def organisation() -> None:
    """Xero organisations: connect."""
    _need_config()


@organisation.command("connect")
@click.option("--tenant-id", required=True, help="Xero's id of the organisation, as GET /connections tells it.")
@click.option("--user-id", required=True, help="The Xero user who connected it (xero_userid in the access token).")
@secret
@refresh
@with_appcontext
def connect_organisation(tenant_id: str, user_id: str, access_token: str, refresh_token: str) -> None:
    """Keep a Xero user's tokens and read the organisation. Run it again to reconnect."""
    grant = onboarding.keep_xero_tokens(
        db.session,
        xero_user_id=user_id,
        access_token=access_token,
        refresh_token=refresh_token,
        # How old the token is nobody knows: let it be refreshed at once, which also proves the refresh token.
        access_expires_at=now(),
        refresh_expires_at=now() + REFRESH_TOKEN_LIFE,
    )
    row = onboarding.add_organisation(db.session, tenant_id=tenant_id, grant=grant, base_currency="")
    try:
        organisations.read(db.session(), row)
    except XeroError as problem:
        db.session.rollback()
        raise click.ClickException(problem.sentence) from None
    click.echo(f"{row.name} is connected; its books are in {row.base_currency}.")


@store.command("add")
@click.argument("domain")
@click.option("--tenant-id", required=True, help="The organisation its sales go to; connect that one first.")
@click.option("--prefix", required=True, help="Begins its document numbers; unique in the organisation (SH-).")
@secret
@refresh
@with_appcontext
def add_store(domain: str, tenant_id: str, prefix: str, access_token: str, refresh_token: str) -> None:
    """Add a Shopify store (DOMAIN is its .myshopify.com name), or give one new tokens. Posting stays as it is."""
    row = onboarding.add_store(db.session, channel="shopify", external_id=domain, prefix=prefix, now=now())
    row.organisation_id = db.session.scalar(select(Organisation.id).where(Organisation.tenant_id == tenant_id))
    if row.organisation_id is None:
        raise click.ClickException(f"No organisation {tenant_id} is connected: run `flask organisation connect` first.")
    onboarding.keep_store_tokens(
        db.session,
        row,
        access_token=access_token,
        refresh_token=refresh_token,
        access_expires_at=now() + timedelta(hours=1),
    )
    db.session.commit()
    click.echo(f"{domain} is there. Next: flask store map {domain} mapping.json, then flask store on {domain}.")


@store.command("map")
@click.argument("domain")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def map_store(domain: str, file: Path) -> None:
    """Save FILE, a mapping as JSON, as the store's next mapping version."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        mapping = onboarding.save_mapping(db.session, _store(domain), document, author=ACTOR, now=now())
    except json.JSONDecodeError as problem:
        raise click.ClickException(f"{file} is not JSON: {problem}.") from None
    except MappingError as problem:
        raise click.ClickException("\n".join(problem.problems)) from None
    db.session.commit()
    click.echo(f"Saved as version {mapping.version}. What is held for want of it: flask store retry {domain}.")


@store.command("open")
@click.argument("domain")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def open_store(domain: str, file: Path) -> None:
    """Post the opening balances in FILE, {"gateway": "amount", …} as JSON, on the mapping's start date; once only.

    A positive amount is what a gateway has still to pay out, or what the store owes on gift cards and store credit, in
    the currency of the gateway's account.
    """
    decision = pipeline.open_balances(db.session(), _store(domain), _balances(file), actor=ACTOR)
    if decision.held:
        raise click.ClickException("\n".join(held.sentence for held in decision.held))
    click.echo(decision.nothing or f"{len(decision.documents)} opening balances: posted by the workers.")


@store.command("suggest")
@click.argument("domain")
@click.option("--contact", required=True, help="The name of the shared contact in Xero, such as ‘Online customers’.")
@with_appcontext
def suggest(domain: str, contact: str) -> None:
    """Propose a mapping from Xero's chart and the last orders: the document on stdout, the reasons on stderr."""
    row = _store(domain)
    if row.organisation is None:
        raise click.ClickException(f"{domain} has no organisation yet: run `flask store add` with its tenant id.")
    try:
        organisations.read(db.session(), row.organisation)
        contact_id = credentials.xero_api(db.session(), row.organisation, now=now()).contact_id(contact)
    except XeroError as problem:
        raise click.ClickException(problem.sentence) from None
    if contact_id is None:
        raise click.ClickException(f"Xero has no active contact named ‘{contact}’: create it there first.")
    suggestion = onboarding.suggest_mapping(db.session(), row, contact=contact_id)
    click.echo(json.dumps(suggestion.document, indent=2, ensure_ascii=False))
    for reason in suggestion.reasons:
        click.echo(f"{reason.field}: {reason.why}", err=True)
    for question in suggestion.open:
        click.echo(f"? {question}", err=True)


@store.command("on")
@click.argument("domain")
@with_appcontext
def switch_on(domain: str) -> None:
    """Switch posting on; what waited for it is posted."""
    _switch(domain, on=True)


@store.command("off")
@click.argument("domain")
@with_appcontext
def switch_off(domain: str) -> None:
    """Switch posting off; deliveries are still taken in, and post when it is on again."""
    _switch(domain, on=False)


@store.command("held")
@click.argument("domain")
@with_appcontext
def held(domain: str) -> None:
    """List what is held, grouped by cause, with what to do."""
    wanted = select(Hold).where(Hold.store_id == _store(domain).id, Hold.closed_at.is_(None))
    holds = db.session.scalars(wanted.order_by(Hold.cause, Hold.id)).all()
    if not holds:
        click.echo("Nothing is held.")
    for cause in dict.fromkeys(hold.cause for hold in holds):
        click.echo(f"{cause}:")
        for hold in holds:
            if hold.cause == cause:
                click.echo(f"  {hold.sentence}")


@store.command("retry")
@click.argument("domain")
@click.option("--cause", help="Only what is held by this cause; else everything.")
@with_appcontext
def retry(domain: str, cause: str | None) -> None:
    """Try again what is held, once its cause is mended."""
    retried = pipeline.retry_held(db.session(), _store(domain), actor=ACTOR, cause=cause)
    click.echo(f"{retried} held: tried again by the workers.")


def _need_config() -> None:
    current_app.extensions["crossfoot.config"]  # without a config this says what is missing


def _balances(file: Path) -> dict[str, Decimal]:
    unfit = click.ClickException(f'{file} must be JSON of amounts by gateway, such as {{"paypal": "120.50"}}.')
    try:
        told = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
        balances = {gateway: Decimal(amount) for gateway, amount in told.items()}
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        raise unfit from None
    if not all(amount.is_finite() for amount in balances.values()):
        raise unfit
    return balances


def _switch(domain: str, *, on: bool) -> None:
    onboarding.switch_posting(db.session, _store(domain), on=on, actor=ACTOR, now=now())
    db.session.commit()
    click.echo(f"Posting is {'on' if on else 'off'} for {domain}.")


def _store(domain: str) -> Store:
    row = db.session.scalar(select(Store).where(Store.external_id == domain))
    if row is None:
        raise click.ClickException(f"No store {domain} is there: add it with `flask store add`.")
    return row
