"""Tokens in the database: encrypted, and readable through a change of keys."""

import base64
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, scoped_session

from embedded_app import onboarding
from embedded_app.clock import EXTENSION
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.models import Contact, Grant, StoreGrant
from embedded_app.secrets_at_rest import SecretUnreadable

NEWER_KEY = base64.urlsafe_b64encode(b"n" * 32).decode()


def grant_with(app: Flask, access_token: str) -> None:
    moment = app.extensions["crossfoot.clock"].now()
    tokens = {"access_token": access_token, "refresh_token": "refresh"}
    db.session.add(Grant(xero_user_id="alice", access_expires_at=moment, refresh_expires_at=moment, **tokens))
    db.session.commit()


def test_a_token_is_not_stored_as_it_is_and_comes_back_as_it_was(app: Flask, session: scoped_session[Session]) -> None:
    grant_with(app, "token-α")

    assert "token" not in session.scalars(text('SELECT access_token FROM "grant"')).one()
    assert session.scalars(select(Grant.access_token)).one() == "token-α"


def test_a_token_is_still_read_after_a_newer_key_was_put_in_front(
    app: Flask, session: scoped_session[Session], config: Config
) -> None:
    grant_with(app, "token")

    app.extensions["crossfoot.config"] = replace(config, token_keys=(NEWER_KEY, *config.token_keys))

    assert session.scalars(select(Grant.access_token)).one() == "token"


def test_a_token_whose_key_is_gone_is_refused_with_what_to_do(
    app: Flask, session: scoped_session[Session], config: Config
) -> None:
    grant_with(app, "token")

    app.extensions["crossfoot.config"] = replace(config, token_keys=(NEWER_KEY,))

    with pytest.raises(SecretUnreadable, match="connect again"):
        session.scalars(select(Grant.access_token)).one()


def test_rotating_encrypts_everything_with_the_newest_key_so_that_the_old_one_can_go(
    app: Flask, session: scoped_session[Session], config: Config
) -> None:
    grant_with(app, "token")
    store = onboarding.add_store(
        session, channel="shopify", external_id="alice.myshopify.com", prefix="SH-", now=app.extensions[EXTENSION].now()
    )
    onboarding.keep_store_tokens(
        session, store, access_token="shop token", refresh_token=None, access_expires_at=store.created_at
    )
    session.add(Contact(store_id=store.id, key="customer:1", number="SH-1", name="Ada"))
    session.commit()
    app.extensions["crossfoot.config"] = replace(config, token_keys=(NEWER_KEY, *config.token_keys))

    result = app.test_cli_runner().invoke(args=["tokens", "rotate"])

    assert result.exit_code == 0, result.output
    session.expire_all()
    app.extensions["crossfoot.config"] = replace(config, token_keys=(NEWER_KEY,))
    assert session.scalars(select(Grant.access_token)).one() == "token"
    assert session.scalars(select(Grant.refresh_token)).one() == "refresh"
    assert session.scalars(select(StoreGrant.access_token)).one() == "shop token"
    assert session.scalars(select(Contact.name)).one() == "Ada"


def test_rotating_names_what_no_key_can_read_and_does_the_rest(
    app: Flask, session: scoped_session[Session], config: Config
) -> None:
    grant_with(app, "token")
    session.execute(text("""UPDATE "grant" SET refresh_token = 'gAAAA of another key'"""))
    session.commit()

    result = app.test_cli_runner().invoke(args=["tokens", "rotate"])

    assert result.exit_code == 1
    assert "grant 1" in result.output
    assert "connect again" in result.output
