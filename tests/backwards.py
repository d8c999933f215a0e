"""Rows the other way round where a query names no order, as a database may answer: `ROWS_BACKWARDS=1 make test`.

PostgreSQL mostly answers in the order of writing, so that what lacks an ORDER BY passes on one machine and fails on the
next. `make nightly` turns the rows round.
"""

import os

from sqlalchemy import Select, event, func
from sqlalchemy.orm import ORMExecuteState, Session


def begin() -> None:
    """Turn the rows round in this process, where the environment asks for it."""
    if os.environ.get("ROWS_BACKWARDS"):
        event.listen(Session, "do_orm_execute", _turn_round)


def _turn_round(asked: ORMExecuteState) -> None:
    query = asked.statement
    if not isinstance(query, Select) or query._order_by_clauses or query._distinct:
        return
    if query._for_update_arg is None:
        asked.statement = query.order_by(func.row_number().over().desc())
    else:  # PostgreSQL locks no rows of a query with a window
        asked.statement = query.order_by(func.random())
