"""The database: SQLAlchemy bound to the app, with names for all constraints and limits on all waiting."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

CONNECT_TIMEOUT_SECONDS = 2
STATEMENT_TIMEOUT_SECONDS = 30
LOCK_TIMEOUT_SECONDS = 5
POOL_SIZE = 5
POOL_OVERFLOW = 15
POOL_TIMEOUT_SECONDS = 5


class Base(DeclarativeBase):
    """All tables; the naming convention lets a later migration name the constraint it drops."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def engine_options() -> dict[str, Any]:
    """Options of every engine: nothing waits without a limit, and a connection the server closed is replaced.

    Engines connect on first use, hence after gunicorn forked (it runs without --preload).
    """
    limits = f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c lock_timeout={LOCK_TIMEOUT_SECONDS}s"
    return {
        "pool_pre_ping": True,
        "hide_parameters": True,  # an error's text goes to the log, and a statement's values may be names
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_OVERFLOW,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": limits},
    }
