"""All of Crossfoot on one machine, the database among its supervised processes, and every one of them may be killed."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy.orm import Session

from embedded_app import ROOT, create_app, local_database, migrating
from embedded_app.cli.demo.opening import open_for_business
from embedded_app.cli.supervise import DATABASE, child_environment, database_command, procfile_commands
from embedded_app.clock import SystemClock
from embedded_app.config import OUR_PREFIXES, SETTINGS, Config
from embedded_app.db import db
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.shopify import Shop, World, create_shopify
from embedded_app.sandbox.shopify.bucket import PLUS_RESTORED_PER_SECOND, Bucket
from embedded_app.sandbox.shopify.world import App
from embedded_app.sandbox.xero import Books, create_xero, demo_books
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.supervisor import Supervisor

HOST = "127.0.0.1"
WORKERS = 3
STOP_WITHIN_SECONDS = 8.0
GUNICORN_WORKER, CONNECTION = "gunicorn worker", "database connection"
WEB = "web"


@dataclass(slots=True, kw_only=True)
class Machine:
    """What runs. `app` is the program in this process, for reading its rows; url: where gunicorn listens."""

    app: Flask
    shop: Shop
    books: Books
    organisation: Organisation
    supervisor: Supervisor
    logs: Path
    url: str

    @contextmanager
    def rows(self) -> Iterator[Session]:
        """The program's rows as they are now. What is asked of them raises DBAPIError while the database is away."""
        with self.app.app_context():
            try:
                yield db.session()
            finally:
                db.session.remove()

    def victims(self) -> dict[str, list[int]]:
        """What may be killed: name → process ids, one of which is enough. All are children of ours, or theirs."""
        running = self.supervisor.pids()
        found = {name: [pid] for name, pid in running.items()}
        for parent, name in ((WEB, GUNICORN_WORKER), (DATABASE, CONNECTION)):
            children = _children(running[parent]) if parent in running else []
            if children:
                found[name] = children
        return found


@contextmanager
def running() -> Iterator[Machine]:
    """Start everything, each part in a process of its own, in a directory of its own; stop and remove it at the end.

    The database writes to disk as a real one does: what it confirmed must be there after it was killed.
    """
    with ExitStack() as stack:
        # Not the usual place for temporary files: PostgreSQL's user must reach it, and its socket's path be short.
        directory = Path(tempfile.mkdtemp(prefix="crossfoot-crashes-", dir="/var/tmp"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        data = directory / "postgres"
        stack.callback(local_database.stop, data)
        database_url = local_database.create_database(local_database.start(data), "crossfoot")

        clock = SystemClock()
        port = _free_port()
        url = f"http://{HOST}:{port}"
        world = World(clock=clock, app=App(url=url), limits=False)
        shop = world.shop()
        shop.bucket = Bucket(clock, restored_per_second=PLUS_RESTORED_PER_SECOND)
        books, organisation, user_id = demo_books(clock)
        books.limits.enabled = False
        servers = [serve(create_shopify(world, clock=clock)), serve(create_xero(books, clock=clock))]
        for server in servers:
            stack.callback(server.stop)

        settings = _settings(database_url, url, world, books, addresses=[server.url for server in servers])
        app = create_app(Config.from_environment(settings), clock=clock)
        with app.app_context():
            migrating.upgrade()
            open_for_business(db.session(), shop, books, organisation, user_id, now=clock.now())
            db.session.commit()
        stack.callback(_dispose, app)
        _dispose(app)
        local_database.stop(data)  # from here on it is one of the supervisor's

        commands = {DATABASE: database_command(data), **_commands()}
        environ = child_environment(settings, port=port)
        supervisor = Supervisor(commands, environ=environ, directory=ROOT, log_directory=directory / "logs")
        stack.callback(supervisor.stop, within_seconds=STOP_WITHIN_SECONDS)
        supervisor.start()
        yield Machine(
            app=app,
            shop=shop,
            books=books,
            organisation=organisation,
            supervisor=supervisor,
            logs=directory / "logs",
            url=url,
        )


def _commands() -> dict[str, list[str]]:
    """The Procfile's processes, listening to this machine only, its worker three times."""
    commands = procfile_commands(ROOT / "Procfile")
    commands = {name: [part.replace("0.0.0.0", HOST) for part in command] for name, command in commands.items()}
    worker = commands.pop("worker")
    return {**commands, **{f"worker {at}": worker for at in range(1, WORKERS + 1)}}


def _settings(database_url: str, url: str, world: World, books: Books, *, addresses: list[str]) -> dict[str, str]:
    """The environment that points the program at the sandboxes (their addresses: the store's, Xero's)."""
    kept = {
        name: value for name, value in os.environ.items() if name not in SETTINGS and not name.startswith(OUR_PREFIXES)
    }
    store, xero = addresses
    return {
        **kept,
        "DATABASE_URL": database_url,
        "APP_URL": url,
        "SECRET_KEY": secrets.token_hex(32),
        "TOKEN_KEYS": Fernet.generate_key().decode("ascii"),
        "SHOPIFY_API_KEY": world.app.client_id,
        "SHOPIFY_API_SECRET": world.app.client_secret,
        "SHOPIFY_ADMIN_ORIGIN": f"{store}/{{shop}}",
        "XERO_CLIENT_ID": books.identity.client_id,
        "XERO_CLIENT_SECRET": books.identity.client_secret,
        "XERO_API_URL": xero,
        "XERO_IDENTITY_URL": xero,
        "XERO_LOGIN_URL": xero,
    }


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, timeout=30).stdout
    pairs = [line.split() for line in listed.splitlines()]
    return sorted(int(child) for child, parent in pairs if int(parent) == pid)
