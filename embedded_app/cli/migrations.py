"""`flask db`: Flask-Migrate's commands, loaded when one of them is asked for."""

import click
from flask.cli import ScriptInfo

from embedded_app import migrating


@click.command("db", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def migrations(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Bring the database's tables to this program's version: `db upgrade`."""
    from flask_migrate.cli import db

    app = ctx.ensure_object(ScriptInfo).load_app()
    app.extensions["crossfoot.config"]  # without a config this says what is missing
    migrating.prepare(app)
    db.main(list(arguments), prog_name=ctx.command_path, obj=ctx.obj, standalone_mode=False)
