"""What the measurements stand on: a private PostgreSQL, the sandboxes in a process of their own, and the program.

The database keeps its own settings (it writes to disk before it answers), so that rates are those of a real one.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import text

from embedded_app import ROOT, create_app, local_database, migrating, onboarding
from embedded_app.cli.demo.opening import MAPPING
from embedded_app.cli.supervise import child_environment, procfile_commands
from embedded_app.clock import Clock, now
from embedded_app.config import OUR_PREFIXES, SETTINGS, Config
from embedded_app.db import db
from embedded_app.supervisor import Supervisor

HOST = "127.0.0.1"
# Of this run alone: two at once would take each other's database away.
DIRECTORY = local_database.default_directory(os.environ).parent / "bench" / str(os.getpid())
UP_WITHIN_SECONDS = 30
STOP_WITHIN_SECONDS = 10.0
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=60)


@dataclass(slots=True, kw_only=True)
class Ground:
    """One measurement's ground. `stores`: what the town told of each store, with its row's id as "store_id"."""

    app: Flask
    environ: dict[str, str]
    stores: list[dict[str, Any]]
    logs: Path
    _stack: ExitStack = field(repr=False)

    @property
    def secret(self) -> str:
        """What webhooks are signed with."""
        return self.environ["SHOPIFY_API_SECRET"]

    @property
    def xero_url(self) -> str:
        """Where the sandbox's Xero listens; faults are set on cue there."""
        return self.environ["XERO_API_URL"]

    def start(self, commands: Mapping[str, Sequence[str]]) -> Supervisor:
        """Start processes with the program's environment; they end with this ground."""
        supervisor = Supervisor(commands, environ=self.environ, directory=ROOT, log_directory=self.logs)
        self._stack.callback(supervisor.stop, within_seconds=STOP_WITHIN_SECONDS)
        supervisor.start()
        return supervisor

    def start_web(self, application: str | None = None) -> tuple[str, Supervisor]:
        """Start gunicorn as the Procfile does, perhaps with another application; (address, its supervisor)."""
        port = free_port()
        command = [part.replace("0.0.0.0:$PORT", f"{HOST}:{port}") for part in commands_of_procfile()["web"]]
        if application is not None:
            command = [part.replace("embedded_app:create_app_from_environment()", application) for part in command]
        supervisor = self.start({"web": command})
        url = f"http://{HOST}:{port}"
        until(lambda: _answers(f"{url}/healthz"), what="gunicorn answers")
        return url, supervisor

    def start_workers(self, count: int) -> Supervisor:
        """Start so many workers and one sweeper as the Procfile does, and wait until they listen."""
        commands = commands_of_procfile()
        named = {f"worker{at}": commands["worker"] for at in range(1, count + 1)}
        supervisor = self.start({**named, "sweeper": commands["sweeper"]})
        until(lambda: self.value("SELECT count(*) FROM procrastinate_workers") >= count + 1, what="workers listen")
        return supervisor

    def value(self, query: str, **values: object) -> Any:
        """The one value a query gives."""
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(text(query), values).scalar_one()

    def run(self, statement: str, **values: object) -> None:
        """Run one statement and commit it."""
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(statement), values)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def commands_of_procfile() -> dict[str, list[str]]:
    """The Procfile's long-running commands."""
    return procfile_commands(ROOT / "Procfile")


def until(condition: Any, *, what: str, seconds: float = UP_WITHIN_SECONDS, every: float = 0.02) -> None:
    """Wait until the condition holds. Raises TimeoutError that says what did not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}; the logs are in {DIRECTORY / 'logs'}")
        time.sleep(every)


@contextmanager
def database_server() -> Iterator[str]:
    """A PostgreSQL server of the benchmarks' own; its data are removed at the end."""
    local_database.remove(DIRECTORY / "postgres")
    try:
        yield local_database.start(DIRECTORY / "postgres")
    finally:
        local_database.remove(DIRECTORY / "postgres")


@contextmanager
def ground(server: str, *, stores: int = 1, orders: int = 0, more: int = 0) -> Iterator[Ground]:
    """A new database with `stores` stores that post, `orders` paid orders each in the sandbox, and no delivery yet.

    more: orders of the first store besides.
    """
    with town(stores, orders, more) as told, program(server, told) as here:
        yield here


@contextmanager
def program(server: str, told: Mapping[str, Any], *, clock: Clock | None = None) -> Iterator[Ground]:
    """The program over a new database, pointing at the sandboxes that told this (benchmarks.town)."""
    with ExitStack() as stack:
        url = local_database.create_database(server, "crossfoot_bench")
        environ = _environment(url, told["settings"])
        app = create_app(Config.from_environment(environ), clock=clock)
        with app.app_context():
            migrating.upgrade()
            for one in told["stores"]:
                one["store_id"] = _open_for_business(one)
            db.session.commit()
            stack.callback(_dispose, app)
        logs = DIRECTORY / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        yield Ground(app=app, environ=environ, stores=told["stores"], logs=logs, _stack=stack)


@contextmanager
def town(stores: int, orders: int, more: int = 0) -> Iterator[dict[str, Any]]:
    """The sandboxes in a process of their own; what it told (benchmarks.town)."""
    command = [sys.executable, "-m", "benchmarks.town", *map(str, (stores, orders, more))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None and process.stdin is not None, "both are pipes"
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


def _environment(database_url: str, sandbox: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in SETTINGS and not name.startswith(OUR_PREFIXES)
    }
    settings = {
        **kept,
        **sandbox,
        "DATABASE_URL": database_url,
        "APP_URL": f"http://{HOST}:8000",
        "SECRET_KEY": secrets.token_hex(32),
        "TOKEN_KEYS": Fernet.generate_key().decode("ascii"),
    }
    return child_environment(settings, port=8000)


def _open_for_business(told: Mapping[str, Any]) -> int:
    """Install, connect, map and switch on, in the rows; the store's id."""
    session, moment = db.session(), now()
    store = onboarding.add_store(session, channel="shopify", external_id=told["shop"], prefix="SH-", now=moment)
    onboarding.keep_store_tokens(
        session,
        store,
        access_token=told["shop_token"],
        refresh_token=told["shop_refresh_token"],
        access_expires_at=moment + timedelta(minutes=30),
        refresh_expires_at=moment + REFRESH_LIFE,
    )
    store.orders_from = moment + timedelta(days=365)  # webhooks tell of the orders, no catch-up does
    grant = onboarding.keep_xero_tokens(
        session,
        xero_user_id=told["user_id"],
        access_token=told["access_token"],
        refresh_token=told["refresh_token"],
        access_expires_at=moment + timedelta(minutes=30),
        refresh_expires_at=moment + REFRESH_LIFE,
    )
    tenant = onboarding.add_organisation(session, tenant_id=told["tenant_id"], grant=grant, base_currency="GBP")
    store.organisation_id = tenant.id
    document = {**json.loads(MAPPING.read_text(encoding="utf-8")), "contact": told["contact_id"]}
    onboarding.save_mapping(session, store, document, author="the benchmark", now=moment)
    onboarding.switch_posting(session, store, on=True, actor="the benchmark", now=moment)
    return store.id


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
