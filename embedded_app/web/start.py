"""The answers that tell a host how the process is; the page for whoever opens the address directly is home's."""

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from embedded_app.db import db
from embedded_app.migrating import wanted_revisions

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
UPGRADE = "run `flask --app embedded_app db upgrade`"

start = Blueprint("start", __name__)


@start.get("/healthz")
def healthz() -> tuple[str, int, dict[str, str]]:
    """200 while the process answers; asks neither the database nor anyone else."""
    return "ok\n", 200, PLAIN


@start.get("/readyz")
def readyz() -> tuple[str, int, dict[str, str]]:
    """200 when webhooks can be taken in: the database answers and has all tables; else 503 with what to do."""
    try:
        tables_are_there = db.session.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        found = set(db.session.scalars(text("SELECT version_num FROM alembic_version"))) if tables_are_there else set()
    except (DBAPIError, PoolTimeout):
        return "The database does not answer; check DATABASE_URL and whether it runs.\n", 503, PLAIN
    finally:
        db.session.rollback()
    if found != wanted_revisions():
        return f"The database's tables are not this program's version; {UPGRADE}.\n", 503, PLAIN
    return "ready\n", 200, PLAIN
