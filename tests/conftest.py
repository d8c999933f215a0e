"""What the tests stand on: one PostgreSQL for the whole run, one database for each xdist worker, and the app on it.

`environ` → `config` → `app` → `session` or `client`. A test module that needs other addresses overrides `environ`, or
takes `dataclasses.replace(config, …)`. The server is started by the first test that asks for a database and stopped by
the process that runs pytest.
"""

import base64
import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.routing import Rule

from embedded_app import create_app, local_database, migrating
from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.db import db
from tests import backwards
from tests.properties import profile
from tests.sandboxes import books, shopify, world, xero  # noqa: F401  fixtures for every room

RUN = pytest.StashKey[Path]()
RUN_PREFIX = "crossfoot-tests-"
TEMPLATE = "crossfoot_template"
# By database address, for all tests of this worker.
ENGINES: dict[str, Engine] = {}
# Tests lose nothing when the machine goes down.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def pytest_configure(config: pytest.Config) -> None:
    """The process that runs pytest makes the run's directory; its xdist workers are told where it is."""
    backwards.begin()
    profile.begin()
    if hasattr(config, "workerinput"):
        config.stash[RUN] = Path(config.workerinput["crossfoot_run"])
        return
    _clear_up_after_killed_runs()
    # Not tmp_path: PostgreSQL's socket path must be short, and run by root it must be open to another user.
    config.stash[RUN] = Path(tempfile.mkdtemp(prefix=RUN_PREFIX, dir="/var/tmp"))
    (config.stash[RUN] / "runner").write_text(str(os.getpid()))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called by xdist in the process that runs pytest, once for each worker."""
    node.workerinput["crossfoot_run"] = str(node.config.stash[RUN])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that runs pytest stops the server and takes the directory away."""
    if not hasattr(config, "workerinput"):
        _clear_up(config.stash[RUN])


def _clear_up(run: Path) -> None:
    local_database.remove(run / "postgres")
    shutil.rmtree(run, ignore_errors=True)


def _clear_up_after_killed_runs() -> None:
    for run in Path("/var/tmp").glob(f"{RUN_PREFIX}*"):
        try:
            os.kill(int((run / "runner").read_text()), 0)
        except ProcessLookupError:
            _clear_up(run)
        except (OSError, ValueError):
            continue  # somebody else's, or being made this moment


@contextmanager
def _one_at_a_time(run: Path) -> Iterator[None]:
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session", autouse=True)
def _addresses_are_compiled_once() -> Iterator[None]:
    """Every test makes the app and both sandboxes anew, and Werkzeug would write and compile code for all addresses.

    That was half of all set-up. What is compiled depends on the rule alone.
    """
    compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_looked_for_less_often() -> Iterator[None]:
    """Looking through all that pytest keeps, as often as Python does by itself, is a tenth of a run."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    yield
    gc.set_threshold(*usual)


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> str:
    """The address of the run's PostgreSQL, started now if no other worker did."""
    run = pytestconfig.stash[RUN]
    with _one_at_a_time(run):
        return local_database.start(run / "postgres", settings=FAST)


@pytest.fixture(scope="session")
def template(pytestconfig: pytest.Config, server: str) -> str:
    """The name of a migrated, empty database, made once in a run."""
    run = pytestconfig.stash[RUN]
    with _one_at_a_time(run):
        if not (run / "migrated").exists():
            address = local_database.create_database(server, TEMPLATE)
            migrated = create_app(Config.from_environment(_environ(address)))
            with migrated.app_context():
                migrating.upgrade()
                db.engine.dispose()
            (run / "migrated").touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def database_url(pytestconfig: pytest.Config, server: str, template: str) -> str:
    """The address of this worker's own database, migrated."""
    name = f"crossfoot_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with _one_at_a_time(pytestconfig.stash[RUN]):
        return local_database.create_database(server, name, template=template)


def _environ(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "APP_URL": "https://crossfoot.example",
        "SECRET_KEY": "a secret key of the tests, long enough",
        "TOKEN_KEYS": base64.urlsafe_b64encode(bytes(32)).decode(),
        "SHOPIFY_API_KEY": "shopify-client-id",
        "SHOPIFY_API_SECRET": "shopify-client-secret",
        "XERO_CLIENT_ID": "xero-client-id",
        "XERO_CLIENT_SECRET": "xero-client-secret",
    }


@pytest.fixture
def environ(database_url: str) -> dict[str, str]:
    """A complete environment on this worker's database."""
    return _environ(database_url)


@pytest.fixture
def config(environ: dict[str, str]) -> Config:
    """The settings in `environ`."""
    return Config.from_environment(environ)


@pytest.fixture
def clock() -> SetClock:
    """Noon on a Tuesday, standing still."""
    return SetClock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


@pytest.fixture
def app(pytestconfig: pytest.Config, config: Config, clock: SetClock) -> Iterator[Flask]:
    """The app under a clock set by hand, its database empty."""
    app = create_app(config, clock=clock)
    app.testing = True
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(pytestconfig.stash[RUN]))
    with app.app_context():
        # An engine keeps what it compiled and its connections; one for each test would begin with neither.
        db.engines[None] = ENGINES.setdefault(config.sqlalchemy_url, db.engine)
        _empty_all_tables()
    yield app


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The app's session, inside its context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser's or a platform's view of the app."""
    return app.test_client()


def _empty_all_tables() -> None:
    """Leave the database as the migrations made it.

    Deleting is ten times as quick as TRUNCATE for some thirty tables that hold little or nothing, and nothing minds the
    order; what has grown large is truncated.
    """
    query = (
        "SELECT quote_ident(tablename), pg_relation_size(quote_ident(tablename)::regclass) > 1000000 FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    tables = db.session.execute(text(query)).all()
    large = [name for name, is_large in tables if is_large]
    if large:
        db.session.execute(text(f"TRUNCATE {', '.join(large)} CASCADE"))
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text("; ".join(f"DELETE FROM {name}" for name, _ in tables)))
    restart = "SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences"
    db.session.execute(text(f"{restart} WHERE schemaname = 'public' AND last_value IS NOT NULL"))
    db.session.commit()
