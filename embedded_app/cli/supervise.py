"""`flask supervise`: all processes of the Procfile on one machine, restarted when they die."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from embedded_app import ROOT
from embedded_app.logs import configure_logging
from embedded_app.supervisor import Supervisor

RELEASE = "release"
DATABASE = "database"


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--logs",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write NAME.log files here, not to the terminal.",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the private PostgreSQL over this directory running, too (`database start --directory …` began it).",
)
@with_appcontext
def supervise(names: tuple[str, ...], logs: Path | None, database: Path | None) -> None:
    """Run the processes of the Procfile, or only those named, until Ctrl-C. Run `db upgrade` before."""
    config = current_app.extensions["crossfoot.config"]
    configure_logging()
    commands = procfile_commands(ROOT / "Procfile")
    unknown = sorted(set(names) - set(commands))
    if unknown:
        raise click.ClickException(f"The Procfile has no {', '.join(unknown)}; it has {', '.join(commands)}.")
    wanted = {name: command for name, command in commands.items() if not names or name in names}
    if database is not None:
        wanted = {DATABASE: database_command(database), **wanted}
    environ = child_environment(os.environ, port=config.port)
    Supervisor(wanted, environ=environ, directory=ROOT, log_directory=logs).run()


def procfile_commands(procfile: Path) -> dict[str, list[str]]:
    """The long-running processes of a Procfile: name → argument list for Popen; `release` is not one of them."""
    lines = re.findall(r"^(\w+): *(.+)$", procfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    # exec: the shell only fills in $PORT and is gone, so that signals reach the process itself.
    return {name: ["/bin/sh", "-c", f"exec {command}"] for name, command in lines if name != RELEASE}


def database_command(directory: Path) -> list[str]:
    """What runs the private PostgreSQL over this directory in the foreground; an argument list for Popen."""
    # No shell, whose quoting a directory's name might break; and the process becomes the server itself.
    return ["flask", "--app", "embedded_app", "database", "run", "--directory", str(directory.absolute())]


def child_environment(environ: Mapping[str, str], *, port: int) -> dict[str, str]:
    """The environment of the children: ours, with PORT set and the programs of this virtual environment first."""
    programs = str(Path(sys.executable).parent)
    return {**environ, "PORT": str(port), "PATH": f"{programs}{os.pathsep}{environ.get('PATH', os.defpath)}"}
