"""The database of a simulation: a private PostgreSQL, a database for each process, emptied before each world."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import create_engine, event, text

from embedded_app import create_app, local_database, migrating
from embedded_app.config import Config
from embedded_app.db import db
from tests.simulation.worlds import SHOPIFY, XERO

# A simulation loses nothing when the machine goes down.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# The same few hundred statements over tables of a few rows, world after world: nearly all of their time is planning.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c jit=off"


@contextmanager
def private_server() -> Iterator[str]:
    """The address of a PostgreSQL that is there meanwhile."""
    # Not below /tmp: PostgreSQL's socket path must be short, and run by root it must be open to another user.
    directory = Path(tempfile.mkdtemp(prefix="crossfoot-worlds-", dir="/var/tmp"))
    try:
        yield local_database.start(directory / "postgres", settings=FAST)
    finally:
        local_database.remove(directory / "postgres")
        shutil.rmtree(directory, ignore_errors=True)


def simulated_app(database_url: str) -> Flask:
    """The program on this database, its platforms being the simulated ones."""
    environ = {
        "DATABASE_URL": database_url,
        "APP_URL": "https://crossfoot.example",
        "SECRET_KEY": "a secret key of the simulation, long enough",
        "TOKEN_KEYS": base64.urlsafe_b64encode(bytes(32)).decode(),
        "SHOPIFY_API_KEY": "shopify-client-id",
        "SHOPIFY_API_SECRET": "shopify-client-secret",
        "SHOPIFY_ADMIN_ORIGIN": f"https://{SHOPIFY}/{{shop}}",
        "XERO_CLIENT_ID": "xero-client-id",
        "XERO_CLIENT_SECRET": "xero-client-secret",
        "XERO_API_URL": f"https://{XERO}",
        "XERO_IDENTITY_URL": f"https://{XERO}",
        "XERO_LOGIN_URL": f"https://{XERO}",
    }
    app = create_app(Config.from_environment(environ))
    with app.app_context():
        options = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        arguments = options["connect_args"]
        arguments = arguments | {"prepare_threshold": 1, "options": f"{arguments['options']} {PLANNED_ONCE}"}
        db.engines[None] = create_engine(db.engine.url, **options | {"connect_args": arguments})
        event.listen(db.engine, "connect", _keep_plans)
    return app


def _keep_plans(connection: psycopg.Connection[Any], record: object) -> None:
    """Prepare each statement once. At a rollback psycopg forgets all of them, as a table may be gone: none is here."""
    connection.prepared_max = None
    connection._prepared.clear = lambda: False  # type: ignore[method-assign]


def migrated(server: str, name: str) -> str:
    """The address of a new database of this name with the program's tables."""
    address = local_database.create_database(server, name)
    app = simulated_app(address)
    with app.app_context():
        migrating.upgrade()
        db.engine.dispose()
    return address


def empty(app: Flask) -> None:
    """Leave the database as the migrations made it."""
    with app.app_context():
        tables = db.session.scalars(
            text(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename <> 'alembic_version'"
            )
        ).all()
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(text("; ".join(f"DELETE FROM {name}" for name in tables)))
        restart = "SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences"
        db.session.execute(text(f"{restart} WHERE schemaname = 'public' AND last_value IS NOT NULL"))
        db.session.commit()
