"""The migrations, run from empty, give the tables that models.py declares."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, text

from embedded_app import local_database
from embedded_app.db import db, engine_options

# What Alembic does not compare: check constraints, the predicates of partial indexes, NULLS NOT DISTINCT.
DEFINITIONS = {
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "columns": """
        SELECT table_name, column_name, data_type || coalesce(character_maximum_length::text, ''), is_nullable,
               column_default FROM information_schema.columns WHERE table_schema = 'public'""",
}


def is_ours(table: str) -> bool:
    return not table.startswith("procrastinate_") and table != "alembic_version"


@pytest.fixture
def migrated(app: Flask) -> Iterator[Connection]:
    """A connection to a database made by the migrations."""
    with app.app_context(), db.engine.connect() as connection:
        yield connection


@pytest.fixture
def declared(app: Flask, server: str, database_url: str) -> Iterator[Connection]:
    """A connection to a database made from models.py."""
    name = f"{database_url.split('?')[0].rsplit('/', 1)[1]}_declared"
    local_database.create_database(server, name)
    with app.app_context():
        engine: Engine = create_engine(db.engine.url.set(database=name), **engine_options())
    db.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_alembic_finds_no_difference_between_the_migrations_and_the_models(migrated: Connection) -> None:
    context = MigrationContext.configure(
        migrated,
        opts={
            "compare_type": True,
            "include_name": lambda name, type_, parents: type_ != "table" or is_ours(name),
        },
    )

    assert compare_metadata(context, db.metadata) == []


@pytest.mark.parametrize("kind", sorted(DEFINITIONS))
def test_the_database_itself_finds_no_difference_either(migrated: Connection, declared: Connection, kind: str) -> None:
    by_migrations, by_models = (
        {tuple(row) for row in connection.execute(text(DEFINITIONS[kind])) if is_ours(row[0])}
        for connection in (migrated, declared)
    )

    assert by_migrations == by_models
    assert len(by_models) > 20
