"""How Alembic runs here: online, on the app's engine, in one transaction, and blind to Procrastinate's tables."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from embedded_app.secrets_at_rest import Encrypted

OURS_BUT_NOT_IN_THE_MODELS = "procrastinate_"


def include_name(name: str | None, type_: str, parent_names: dict[str, Any]) -> bool:
    """Procrastinate's tables come from its own SQL, copied into the first revision; no model declares them."""
    return not (type_ == "table" and name is not None and name.startswith(OURS_BUT_NOT_IN_THE_MODELS))


def render_item(type_: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """A revision must not depend on the code of the day: an encrypted column is text to the database."""
    return "sa.Text()" if type_ == "type" and isinstance(item, Encrypted) else False


def run_migrations() -> None:
    """Bring the database up to the revision asked for."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            include_name=include_name,
            render_item=render_item,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database: leave out --sql.")
run_migrations()
