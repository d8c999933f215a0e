"""`flask database start|run|stop|url`: the private PostgreSQL of this machine, for whoever has none."""

import os
import shlex
from pathlib import Path

import click

from embedded_app import local_database

DATABASE_NAME = "crossfoot"


@click.group()
def database() -> None:
    """A private PostgreSQL on this machine."""


_directory = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: local_database.default_directory(os.environ),
    show_default="a directory of this user",
    help="Where it keeps its data.",
)


@database.command()
@_directory
def start(directory: Path) -> None:
    """Start it and print the line that points Crossfoot to it."""
    try:
        server = local_database.start(directory)
        address = local_database.ensure_database(server, DATABASE_NAME)
    except local_database.LocalDatabaseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"export DATABASE_URL={shlex.quote(address)}")


@database.command()
@_directory
def run(directory: Path) -> None:
    """Run it in the foreground until it is stopped, for a supervisor that starts it again when it dies."""
    try:
        local_database.become_server(directory)
    except local_database.LocalDatabaseError as error:
        raise click.ClickException(str(error)) from error


@database.command()
@_directory
def stop(directory: Path) -> None:
    """Stop it; its data stays."""
    try:
        stopped = local_database.stop(directory)
    except local_database.LocalDatabaseError as error:
        raise click.ClickException(str(error)) from error
    click.echo("The private database has stopped." if stopped else "No private database was running.")


@database.command()
@_directory
def url(directory: Path) -> None:
    """Print its address."""
    server = local_database.address(directory)
    if server is None:
        raise click.ClickException(
            "No private database is running; `flask --app embedded_app database start` starts it."
        )
    click.echo(local_database.in_database(server, DATABASE_NAME))
