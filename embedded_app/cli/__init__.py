"""The commands of `flask --app embedded_app …`; a new module adds its command to COMMANDS and is done."""

import click

from embedded_app.cli.database import database
from embedded_app.cli.demo import demo
from embedded_app.cli.migrations import migrations
from embedded_app.cli.sandbox import sandbox
from embedded_app.cli.store import organisation, store
from embedded_app.cli.supervise import supervise
from embedded_app.cli.tokens import tokens
from embedded_app.cli.worker import sweeper, worker

COMMANDS: tuple[click.Command, ...] = (
    demo,
    sandbox,
    database,
    migrations,
    organisation,
    store,
    tokens,
    worker,
    sweeper,
    supervise,
)
