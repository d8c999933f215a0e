"""The database's tables at this program's version. Alembic is loaded by what asks here, not by every process: 11 MB."""

from __future__ import annotations

import functools
from pathlib import Path

from flask import Flask, current_app

DIRECTORY = Path(__file__).resolve().parent.parent / "migrations"


def upgrade() -> None:
    """Bring the database of the app whose context this is to this program's tables."""
    import flask_migrate

    prepare(current_app)
    flask_migrate.upgrade()


def prepare(app: Flask) -> None:
    """Tell Flask-Migrate's commands where the migrations are and what they are for; again is nothing."""
    from flask_migrate import Migrate

    from embedded_app.db import db

    if "migrate" not in app.extensions:
        Migrate().init_app(app, db, directory=str(DIRECTORY), render_as_batch=False)


@functools.cache
def wanted_revisions() -> frozenset[str]:
    """The revisions that a database with all tables of this program names."""
    from alembic.config import Config as AlembicConfig
    from alembic.script import ScriptDirectory

    scripts = AlembicConfig()
    scripts.set_main_option("script_location", str(DIRECTORY))
    return frozenset(ScriptDirectory.from_config(scripts).get_heads())
