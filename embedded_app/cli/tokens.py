"""`flask tokens rotate`: after a new key was put in front of TOKEN_KEYS, so that the old one can be taken away."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from embedded_app.db import db
from embedded_app.secrets_at_rest import Encrypted, SecretUnreadable


@click.group()
@with_appcontext
def tokens() -> None:
    """What is kept encrypted: tokens, and names until they stand in Xero."""
    current_app.extensions["crossfoot.config"]  # without a config this says what is missing


@tokens.command()
@with_appcontext
def rotate() -> None:
    """Encrypt everything anew with the first of TOKEN_KEYS. May run while the program does, and be run again."""
    session = db.session()
    unreadable = []
    for model, columns in _encrypted():
        name = model.__tablename__
        done = 0
        for key in session.scalars(select(*model.__table__.primary_key)).all():
            try:
                done += _rotated(session, model, key, columns)
            except SecretUnreadable:
                session.rollback()
                unreadable.append(f"{name} {key}")
        click.echo(f"{name}: {done} encrypted with the newest key")
    if unreadable:
        raise click.ClickException(
            f"These were written with a key that TOKEN_KEYS no longer holds: {', '.join(unreadable)}. Add that key at "
            "the end and run this again, or have the merchants connect again."
        )
    click.echo(
        "The older keys can be taken out of TOKEN_KEYS now, once every process has been started with the new one."
    )


def _encrypted() -> list[tuple[type[db.Model], list[str]]]:  # type: ignore[name-defined]
    """The tables with encrypted columns; all have a primary key of one column."""
    found = []
    for mapper in db.Model.registry.mappers:
        columns = [
            attribute.key for attribute in mapper.column_attrs if isinstance(attribute.columns[0].type, Encrypted)
        ]
        if columns:
            found.append((mapper.class_, columns))
    return sorted(found, key=lambda pair: pair[0].__tablename__)


def _rotated(session: Session, model: type[db.Model], key: object, columns: list[str]) -> bool:  # type: ignore[name-defined]
    """Encrypt one row anew, locked so that no refresh of this moment is undone; False where nothing is in it."""
    row = session.get(model, key, with_for_update=True, populate_existing=True)
    filled = [] if row is None else [column for column in columns if getattr(row, column) is not None]
    for column in filled:
        flag_modified(row, column)
    session.commit()
    return bool(filled)
