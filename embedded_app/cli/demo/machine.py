"""What the demo runs on this machine: started in order, stopped in the reverse order, whatever happens in between."""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy.orm import Session

from embedded_app import ROOT, create_app, local_database, migrating
from embedded_app.cli.demo.opening import leave_to_the_newcomer, open_for_business
from embedded_app.cli.demo.premises import HOST, PROCESSES, DemoError, Ports, sole_use
from embedded_app.cli.demo.shifted import CLOCK_FILE, ShiftedClock, shifted_commands
from embedded_app.cli.supervise import child_environment, procfile_commands
from embedded_app.clock import Clock, SystemClock
from embedded_app.config import OUR_PREFIXES, SETTINGS, Config
from embedded_app.db import db
from embedded_app.logs import configure_logging
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.shopify import Shop, World, create_shopify
from embedded_app.sandbox.shopify.bucket import PLUS_RESTORED_PER_SECOND, Bucket
from embedded_app.sandbox.shopify.world import App
from embedded_app.sandbox.xero import Books, create_xero, demo_books
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.supervisor import Supervisor

DATABASE_NAME = "crossfoot_demo"
# Nothing of the demo has to outlive a power cut.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
UP_WITHIN_SECONDS = 30.0
STOP_WITHIN_SECONDS = 4.0
LAST_LINES = 15

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Machine:
    """Everything that runs. `app` is the program itself, in this process, for reading its rows.

    clock: of all of it; a ShiftedClock on a day with faults.
    """

    app: Flask
    shop: Shop
    books: Books
    organisation: Organisation
    supervisor: Supervisor
    directory: Path
    addresses: dict[str, str]
    say: Say
    clock: Clock
    _pids: dict[str, int] = field(default_factory=dict)

    @property
    def webhooks(self) -> str:
        """Where the store delivers."""
        return f"{self.addresses['App']}/webhooks/shopify"

    @contextmanager
    def rows(self) -> Iterator[Session]:
        """The program's rows as they are now."""
        with self.app.app_context():
            yield db.session()
            db.session.rollback()

    def look(self) -> None:
        """Start again what died, say so, and keep processes.json true."""
        self.supervisor.look()
        pids = self.supervisor.pids()
        if pids == self._pids:
            return
        for name in self._pids.keys() - pids.keys():
            self.say(f"{'':<9}the {name} died; it is started again")
        self._pids = pids
        everything = {"demo": os.getpid(), **pids}
        (self.directory / PROCESSES).write_text(json.dumps(everything), encoding="utf-8")


@contextmanager
def running(
    directory: Path, ports: Ports, *, limits: bool, say: Say, shifted: bool = False, ready: bool = True
) -> Iterator[Machine]:
    """Start everything, and stop it at the end. Raises DemoError or LocalDatabaseError; then nothing is left running.

    limits: whether the sandboxes refuse what goes beyond the platforms' rate limits. shifted: all share a clock that
    can be moved on. ready: the store is set up and posts; else a newcomer does that in the admin.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(sole_use(directory))
        ports.require_free()
        logs = directory / "logs"
        _log_to(logs / "demo.log")
        say(f"Starting a database, a store, a Xero, gunicorn and a worker; their logs are in {logs}")
        database_url = _start_database(stack, directory / "postgres")

        clock_file = directory / "clock"
        clock_file.unlink(missing_ok=True)
        clock: Clock = ShiftedClock(clock_file) if shifted else SystemClock()
        world = World(clock=clock, app=App(url=_app_url(ports)), limits=limits)
        shop = world.shop()
        # On a standard plan 100 points a second would let some three orders a second be read.
        shop.bucket = Bucket(clock, restored_per_second=PLUS_RESTORED_PER_SECOND)
        books, organisation, user_id = demo_books(clock)
        books.limits.enabled = limits
        for application, port in (
            (create_shopify(world, clock=clock), ports.store),
            (create_xero(books, clock=clock), ports.xero),
        ):
            stack.callback(serve(application, HOST, port).stop)

        settings = _settings(database_url, ports, world, books)
        app = create_app(Config.from_environment(settings), clock=clock)
        with app.app_context():
            migrating.upgrade()
            if ready:
                open_for_business(db.session(), shop, books, organisation, user_id, now=clock.now())
                db.session.commit()
            else:
                leave_to_the_newcomer(shop, books)
        if shifted:
            settings = {**settings, CLOCK_FILE: str(clock_file)}
        supervisor = _start_processes(stack, settings, ports.app, logs)
        machine = Machine(
            app=app,
            shop=shop,
            books=books,
            organisation=organisation,
            supervisor=supervisor,
            directory=directory,
            addresses={
                "Store admin": f"http://{HOST}:{ports.store}/store/{shop.handle}/apps/{world.app.handle}",
                "App": f"http://{HOST}:{ports.app}",
                "Shopify sandbox": f"http://{HOST}:{ports.store}",
                "Xero's books": f"http://{HOST}:{ports.xero}/books/{organisation.tenant_id}",
            },
            say=say,
            clock=clock,
        )
        _wait_until_up(machine, logs)
        say(f"Ready after {time.monotonic() - began:.1f} s")
        yield machine


def last_lines(log: Path) -> str:
    """The end of a log, indented, for an error message."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    except FileNotFoundError:
        lines = []
    return "\n".join(f"    {line}" for line in lines or ["(it is empty)"])


def _log_to(path: Path) -> None:
    """Send what this process itself logs to a file: the terminal belongs to the orders."""
    configure_logging()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(path.open("w", encoding="utf-8"))


def _start_database(stack: ExitStack, directory: Path) -> str:
    stack.callback(local_database.stop, directory)  # before the start, which may be interrupted
    server = local_database.start(directory, settings=QUICK)
    return local_database.create_database(server, DATABASE_NAME)


def _settings(database_url: str, ports: Ports, world: World, books: Books) -> dict[str, str]:
    """The environment that points the program at the sandbox, and at nothing that the caller's own points at."""
    kept = {
        name: value for name, value in os.environ.items() if name not in SETTINGS and not name.startswith(OUR_PREFIXES)
    }
    xero = f"http://{HOST}:{ports.xero}"
    return {
        **kept,
        "DATABASE_URL": database_url,
        "APP_URL": _app_url(ports),
        "PORT": str(ports.app),
        "SECRET_KEY": secrets.token_hex(32),
        "TOKEN_KEYS": Fernet.generate_key().decode("ascii"),
        "SHOPIFY_API_KEY": world.app.client_id,
        "SHOPIFY_API_SECRET": world.app.client_secret,
        "SHOPIFY_ADMIN_ORIGIN": f"http://{HOST}:{ports.store}/{{shop}}",
        "SHOPIFY_ADMIN_URL": f"http://{HOST}:{ports.store}",
        "SHOPIFY_APP_BRIDGE_URL": f"http://{HOST}:{ports.store}/app-bridge.js",
        "XERO_CLIENT_ID": books.identity.client_id,
        "XERO_CLIENT_SECRET": books.identity.client_secret,
        "XERO_API_URL": xero,
        "XERO_IDENTITY_URL": xero,
        "XERO_LOGIN_URL": xero,
    }


def _app_url(ports: Ports) -> str:
    """Xero sends people back to plain http at "localhost" only; and so the frame is another site's than the admin."""
    return f"http://localhost:{ports.app}"


def _start_processes(stack: ExitStack, settings: dict[str, str], port: int, logs: Path) -> Supervisor:
    """The processes of the Procfile, which listens to the world; the demo listens to this machine only."""
    commands = {
        name: [part.replace("0.0.0.0", HOST) for part in command]
        for name, command in procfile_commands(ROOT / "Procfile").items()
    }
    if CLOCK_FILE in settings:
        commands = shifted_commands(commands)
    environ = child_environment(settings, port=port)
    supervisor = Supervisor(commands, environ=environ, directory=ROOT, log_directory=logs)
    stack.callback(supervisor.stop, within_seconds=STOP_WITHIN_SECONDS)
    supervisor.start()
    return supervisor


def _wait_until_up(machine: Machine, logs: Path) -> None:
    deadline = time.monotonic() + UP_WITHIN_SECONDS
    while time.monotonic() < deadline:
        machine.look()
        try:
            if requests.get(f"{machine.addresses['App']}/healthz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise DemoError(
        f"The app did not come up within {UP_WITHIN_SECONDS:.0f} s. The end of {logs / 'web.log'}:\n"
        f"{last_lines(logs / 'web.log')}"
    )
