"""The command: checks what it needs, starts everything, plays the day, stays up, and leaves nothing behind.

What it starts is imported inside: every web process loads the commands, and none of them needs the sandbox.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from embedded_app import local_database

if TYPE_CHECKING:
    from embedded_app.cli.demo.machine import Machine

# Ctrl-C, a polite kill, and a terminal that is closed.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PORT = 8000
LAST_PORT = 65535 - 2
LOOK_EVERY_SECONDS = 0.2
# A day of thousands would mostly wait: Xero allows 60 calls a minute, and its voids and allocations go one a call.
LIMITED_ORDERS = 200


@click.command()
@click.option("--orders", type=click.IntRange(1, 100_000), default=40, show_default=True, help="Orders in the day.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number plays another day.")
@click.option(
    "--port",
    type=click.IntRange(1, LAST_PORT),
    envvar="PORT",
    default=PORT,
    show_default=True,
    help="The app's port; the store takes the next one, Xero the one after it.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: local_database.default_directory(os.environ).parent / "demo",
    show_default="a directory of this user",
    help="Where the database and the logs are kept; the next run begins them anew.",
)
@click.option("--once", is_flag=True, help="End after the day; the exit code says whether store and Xero agree.")
@click.option("--unmapped", is_flag=True, help="Two more orders that the mapping does not know: they are held.")
@click.option(
    "--limits/--no-limits",
    envvar="LIMITS",
    default=None,
    show_default=f"on up to {LIMITED_ORDERS} orders",
    help="Whether the sandbox refuses calls beyond the platforms' rate limits.",
)
@click.option(
    "--setup", is_flag=True, help="Begin before the store is set up: you do that in the admin, then the day begins."
)
@click.option(
    "--faults",
    envvar="FAULTS",
    default="",
    help="Let things go wrong: 1 for one of each kind that heals by itself, or names with commas between them.",
)
def demo(
    orders: int,
    seed: int,
    port: int,
    directory: Path,
    once: bool,
    unmapped: bool,
    limits: bool | None,
    setup: bool,
    faults: str,
) -> None:
    """Play a day of orders in a store and watch them reach Xero, all on this machine."""
    from embedded_app.cli.demo.day import play
    from embedded_app.cli.demo.machine import running
    from embedded_app.cli.demo.mishaps import chosen
    from embedded_app.cli.demo.newcomer import wait_for_setup
    from embedded_app.cli.demo.premises import DemoError, Ports

    try:
        mishaps = chosen(faults) if faults else ()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from error

    if limits is None and orders > LIMITED_ORDERS:
        click.echo("Rate limits are off in so long a day; LIMITS=1 switches them on.")
    limits = orders <= LIMITED_ORDERS if limits is None else limits
    before = {number: signal.signal(number, _interrupt) for number in ENDINGS}
    equal = True
    try:
        ports = Ports(app=port, store=port + 1, xero=port + 2)
        with running(
            directory.absolute(), ports, limits=limits, say=click.echo, shifted=bool(mishaps), ready=not setup
        ) as machine:
            if setup:
                wait_for_setup(machine, click.echo)
            equal = play(machine, orders=orders, seed=seed, unmapped=unmapped, say=click.echo, mishaps=mishaps)
            if not once:
                _stay(machine)
            _ignore_interrupts()
    except (DemoError, local_database.LocalDatabaseError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped; nothing is left running.")
        sys.exit(1 if once else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if not equal:
        sys.exit(1)


def _stay(machine: Machine) -> NoReturn:
    click.echo("\nThe day is over; everything stays up. Ctrl-C stops it.")
    for name, address in machine.addresses.items():
        click.echo(f"  {name:<20}{address}")
    while True:
        machine.look()
        time.sleep(LOOK_EVERY_SECONDS)


def _ignore_interrupts() -> None:
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """End in order; a second signal must not stop the stopping half-way."""
    _ignore_interrupts()
    raise KeyboardInterrupt
