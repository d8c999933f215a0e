"""The private PostgreSQL: it starts, is found again, outlives its launcher and a crash, and says how it is mended."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import Result

from embedded_app import create_app, local_database
from embedded_app.local_database import LocalDatabaseError


@pytest.fixture
def directory() -> Iterator[Path]:
    """A place for a server of this test's own: short enough for a socket, and open to PostgreSQL's user."""
    parent = Path(tempfile.mkdtemp(prefix="crossfoot-", dir="/var/tmp"))
    yield parent / "postgres"
    local_database.remove(parent / "postgres")
    shutil.rmtree(parent)


def answer(address: str) -> object:
    with psycopg.connect(address, connect_timeout=30) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
    return row and row[0]


def flask(*arguments: str) -> Result:
    """`flask --app embedded_app …` in an environment that has none of the settings."""
    return create_app().test_cli_runner().invoke(args=arguments)


def test_it_starts_is_found_again_and_stops(directory: Path) -> None:
    started = local_database.start(directory)

    assert local_database.start(directory) == local_database.address(directory) == started
    assert answer(started) == "postgres"
    assert (local_database.stop(directory), local_database.stop(directory)) == (True, False)
    assert local_database.address(directory) is None


def test_it_makes_a_database_anew_or_leaves_it(server: str) -> None:
    address = local_database.ensure_database(server, "made_anew")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept ()")

    assert answer(local_database.ensure_database(server, "made_anew")) == "made_anew"
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)
    local_database.create_database(server, "made_anew")
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)


def test_it_starts_again_after_the_server_was_killed(directory: Path) -> None:
    local_database.start(directory)
    os.kill(int((directory / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    assert answer(local_database.start(directory)) == "postgres"


@pytest.mark.thorough
def test_a_stale_process_id_of_something_else_is_not_taken_for_the_server(directory: Path) -> None:
    local_database.start(directory)
    local_database.stop(directory)
    lines = [str(os.getpid()), str(directory), "0", "5432", str(directory), "", "1 1", "ready"]
    (directory / "postmaster.pid").write_text("\n".join(lines) + "\n")

    assert local_database.address(directory) is None
    assert local_database.stop(directory) is False
    with pytest.raises(LocalDatabaseError, match="delete .*postmaster.pid and start again"):
        local_database.start(directory)


def test_it_says_when_its_directory_cannot_be_used(directory: Path) -> None:
    directory.touch()

    with pytest.raises(LocalDatabaseError, match="cannot be used"):
        local_database.start(directory / "below-a-file" / "postgres")
    directory.unlink()


def test_the_command_starts_it_without_any_settings_and_prints_the_line_to_run(directory: Path) -> None:
    result = flask("database", "start", "--directory", str(directory))

    assert result.exit_code == 0, result.output
    export, address = result.stdout.strip().split("=", 1)
    assert export == "export DATABASE_URL"
    assert answer(address.strip("'")) == "crossfoot"
    assert flask("database", "url", "--directory", str(directory)).stdout.strip() == address.strip("'")
    assert "has stopped" in flask("database", "stop", "--directory", str(directory)).output


def test_the_command_says_how_to_start_it_when_none_runs(directory: Path) -> None:
    result = flask("database", "url", "--directory", str(directory))

    assert result.exit_code == 1
    assert "database start" in result.output


@pytest.mark.parametrize("command", [("db", "upgrade"), ("worker",), ("sweeper",), ("supervise",)])
def test_a_command_that_needs_the_settings_says_which_are_missing(command: tuple[str, ...]) -> None:
    result = flask(*command)

    assert result.exit_code == 1
    assert "XERO_CLIENT_ID is missing: set it to the client id of the Xero app." in result.output
