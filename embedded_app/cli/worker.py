"""`flask worker` and `flask sweeper`: the processes that run jobs."""

import os

import click
from flask import current_app
from flask.cli import with_appcontext
from procrastinate.exceptions import ConnectorException

from embedded_app import jobs, keep_for_good
from embedded_app.logs import configure_logging

# Work is waiting for the store and for Xero, so threads may outnumber cores; each holds one database connection.
CONCURRENCY = 8
# Where one machine does all, stores that call and people who look are answered before what can wait.
NICENESS = 5


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(1, 18), default=CONCURRENCY, show_default=True, help="Jobs at the same time."
)
@with_appcontext
def worker(concurrency: int) -> None:
    """Take in what stores tell and post what organisations are owed. Any number may run, on any number of machines."""
    os.nice(NICENESS)
    _run(jobs.WORKER_QUEUES, concurrency)


@click.command()
@with_appcontext
def sweeper() -> None:
    """Wake what is owed and free the jobs of dead workers. Run one, beside the workers: no load starves it."""
    _run(jobs.SWEEPER_QUEUES, 2)


def _run(queues: tuple[str, ...], concurrency: int) -> None:
    # Imported here: every web process loads the commands, and none of them needs the pipeline.
    from embedded_app import pipeline

    app = current_app._get_current_object()  # the app itself, for the jobs' threads
    app.extensions["crossfoot.config"]  # without a config this says what is missing
    configure_logging()
    work = jobs.Work(
        gather=pipeline.gather,
        post=pipeline.send,
        beyond=pipeline.beyond,
        catch_up=pipeline.catch_up,
        upkeep=pipeline.upkeep,
        alert=pipeline.alert,
        dry_run=pipeline.dry_run,
        import_orders=pipeline.import_orders,
        sweep=pipeline.sweep,
        five_minutes=pipeline.five_minutes,
        hourly=pipeline.hourly,
    )
    keep_for_good()
    try:
        jobs.run_worker(app, work, queues=queues, concurrency=concurrency)
    except ConnectorException as error:
        raise click.ClickException(
            "The database went away or lacks its tables. If it is new, run `flask --app embedded_app db upgrade`; "
            "otherwise this process is started again by its supervisor or host."
        ) from error
