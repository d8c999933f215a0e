"""Many rows in one statement: each column travels as one array, so that a row more costs next to nothing.

INSERT … VALUES with a parameter for each value is composed, parsed and bound anew for every number of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from json import dumps
from typing import Any

from sqlalchemy import Column, Row, text
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from embedded_app.db import Base
from embedded_app.secrets_at_rest import Encrypted

_POSTGRESQL = postgresql.dialect()


def insert_all(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unless_taken: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> Sequence[Row[Any]]:
    """Insert the rows, which all name the same columns, in their order; the model's defaults fill in the others.

    unless_taken: the columns of a unique index; a row that it forbids is left out, also one that repeats another of
    these rows. returning: columns to return of each row that was inserted.
    """
    if not rows:
        return []
    defaults = defaults_of(model, besides=rows[0])
    rows = [{**defaults, **row} for row in rows]
    columns = [model.__table__.columns[name] for name in rows[0]]
    assert not any(isinstance(column.type, Encrypted) for column in columns), "secrets are written row by row"
    statement = _statement(model.__table__.name, columns, tuple(unless_taken), tuple(returning))
    result = session.execute(text(statement), _values(rows, columns))
    return result.all() if returning else []


def update_all(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what these rows say, which all name the same columns, into the model's rows that have their "id"."""
    if not rows:
        return
    columns = [model.__table__.columns[name] for name in rows[0]]
    assert not any(isinstance(column.type, Encrypted) for column in columns), "secrets are written row by row"
    table, names = model.__table__.name, ", ".join(column.name for column in columns)
    written = ", ".join(f"{column.name} = told.{column.name}" for column in columns if column.name != "id")
    statement = f"UPDATE {table} SET {written} FROM {_told(columns)} AS told ({names}) WHERE {table}.id = told.id"
    session.execute(text(statement), _values(rows, columns))


# OFFSET 0: so that the sequence is looked for once and not for each id.
_TAKING = text(
    "SELECT its.name, nextval(its.sequence) AS id FROM generate_series(1, :count), "
    "(SELECT name, CAST(pg_get_serial_sequence(name, 'id') AS regclass) AS sequence "
    "FROM unnest(CAST(:tables AS text[])) AS name OFFSET 0) AS its"
)


class Ids:
    """Ids for rows that are inserted later, taken from the tables' own sequences.

    models: those whose ids are taken together when the first is wanted. at_first: how many are taken of a table at
    first; then each time twice as many as before, so that few are wasted and many cost few questions.
    """

    AT_MOST = 256

    def __init__(self, session: Session, models: Sequence[type[Base]] = (), *, at_first: int = 4) -> None:
        self._session = session
        self._together = [model.__table__.name for model in models]
        self._at_first = at_first
        self._taken: dict[str, list[int]] = {}
        self._next_time: dict[str, int] = {}

    def next(self, model: type[Base]) -> int:
        """An id that no other row of the model has or gets."""
        table = model.__table__.name
        if not self._taken.get(table):
            self._take(table)
        return self._taken[table].pop()

    def _take(self, table: str) -> None:
        together = table in self._together and table not in self._taken
        tables, count = self._together if together else [table], self._next_time.get(table, self._at_first)
        taken: dict[str, list[int]] = {name: [] for name in tables}
        # On the connection, so that nothing is flushed for it that has not got its last values yet.
        for row in self._session.connection().execute(_TAKING, {"tables": tables, "count": count}):
            taken[row.name].append(row.id)
        for name, ids in taken.items():
            self._taken[name] = sorted(ids, reverse=True)
            self._next_time[name] = min(2 * count, self.AT_MOST)


def defaults_of(model: type[Base], *, besides: Collection[str] = ()) -> dict[str, Any]:
    """What the model gives to columns that are not named, by column; besides: those that are."""
    defaults = {column.name: column.default for column in model.__table__.columns if column.name not in besides}
    return {
        name: default.arg(None) if default.is_callable else default.arg
        for name, default in defaults.items()
        if default is not None
    }


def _statement(
    table: str, columns: Sequence[Column[Any]], unless_taken: Sequence[str], returning: Sequence[str]
) -> str:
    names = ", ".join(column.name for column in columns)
    parts = [f"INSERT INTO {table} ({names}) SELECT * FROM {_told(columns)}"]
    if unless_taken:
        parts.append(f"ON CONFLICT ({', '.join(unless_taken)}) DO NOTHING")
    if returning:
        parts.append(f"RETURNING {', '.join(returning)}")
    return " ".join(parts)


def _told(columns: Sequence[Column[Any]]) -> str:
    """The rows that the columns' arrays make, as a thing to select from."""
    return f"ROWS FROM ({', '.join(_elements(column) for column in columns)})"


def _elements(column: Column[Any]) -> str:
    if isinstance(column.type, JSONB):
        return f"jsonb_array_elements(CAST(:{column.name} AS jsonb))"
    return f"unnest(CAST(:{column.name} AS {_element_type(column)}[]))"


def _values(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column[Any]]) -> dict[str, Any]:
    return {column.name: _plain([row[column.name] for row in rows], column) for column in columns}


def _element_type(column: Column[Any]) -> str:
    """PostgreSQL's name of the column's type; a state is text with a check."""
    return "text" if isinstance(column.type, EnumType) else str(column.type.compile(_POSTGRESQL))


def _plain(values: list[Any], column: Column[Any]) -> Any:
    """A column's values as the driver takes them; JSON as one text, for in an array each quote in it is escaped."""
    if isinstance(column.type, JSONB):
        assert None not in values, "JSON's null is none of SQL's"
        return dumps(values)
    return [value.value if isinstance(value, Enum) else value for value in values]
