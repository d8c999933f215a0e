"""The database: SQLAlchemy bound to the app, with names for all constraints and limits on all waiting."""

import select
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ARRAY, Column, ColumnElement, Engine, ExceptionContext, MetaData, any_, bindparam, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

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
    # All statements here are short: to start helpers for one takes longer than what they save.
    limits += " -c max_parallel_workers_per_gather=0"
    return {
        "pool_events": [(_look_alive, "checkout")],
        "hide_parameters": True,  # an error's text goes to the log, and a statement's values may be names
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_OVERFLOW,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": limits},
    }


def _look_alive(connection: psycopg.Connection[Any], record: object, proxy: object) -> None:
    """Have a connection that the server has closed replaced before it is used: such a one has something to read.

    pool_pre_ping asks the server instead, a round trip for each transaction.
    """
    if connection.closed or _has_something_to_read(connection.fileno()):
        raise DisconnectionError("The server has closed this connection.")


def _has_something_to_read(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


@event.listens_for(Engine, "handle_error")
def _leave_out_values(context: ExceptionContext) -> None:
    """Cut a database error down to its first sentence: PostgreSQL's details name a row's values, and it will be logged.

    "Failing row contains (1, alice.myshopify.com, …)"; hide_parameters hides only what a statement was given.
    """
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    sentence = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    if sentence is not None:
        error.args = (sentence,)
        if wrapped is not None:
            wrapped.args = (f"({type(error).__module__}.{type(error).__name__}) {sentence}",)


def among(column: InstrumentedAttribute[Any] | Column[Any], bound: str) -> ColumnElement[bool]:
    """Whether the column's value is one of those that are bound under this name when the statement is run.

    One array, so that the statement stays the same however many there are: IN … is composed anew for each number.
    """
    return column == any_(bindparam(bound, type_=ARRAY(column.type)))
