"""The dependency rule and the house's limits, read from the source itself."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "embedded_app"

# A room imports only what stands below it, plus, on its own line, what SIDEWAYS names.
COLUMNS = [
    {"cli"},
    {"web", "jobs"},
    {"pipeline", "proof"},
    {"onboarding"},
    {"inbox", "outbox"},
    {"queue", "recorded", "bulk", "changed_days", "waits"},
    {"models", "db", "migrating"},
    {"channels", "xero"},
    {"accounting"},
]
SIDEWAYS = {("models", "db"), ("migrating", "db")}
ANYWHERE_BUT_ACCOUNTING = {"config", "clock", "logs", "mail", "outgoing", "secrets_at_rest"}
# What only the commands use, and what each of them may use.
LAUNCHERS = {"local_database": set(), "supervisor": set(), "sandbox": {"accounting", "clock"}}

SOURCES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """The full dotted names that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import: write the full name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in imported(path)]
    return {name[1] for name in names if name[0] == "embedded_app" and len(name) > 1} - {room(path)}


def allowed(importer: str) -> set[str]:
    if importer in LAUNCHERS:
        return LAUNCHERS[importer]
    if importer in ANYWHERE_BUT_ACCOUNTING:
        return ANYWHERE_BUT_ACCOUNTING
    if importer == "accounting":
        return set()
    if importer == "__main__":
        return {"create_app"}
    (column,) = [place for place, rooms in enumerate(COLUMNS) if importer in rooms]
    below = set().union(*COLUMNS[column + 1 :])
    beside = {other for one, other in SIDEWAYS if one == importer}
    launchers = set(LAUNCHERS) | {"ROOT", "create_app", "keep_for_good"} if importer == "cli" else set()
    return below | beside | launchers | ANYWHERE_BUT_ACCOUNTING


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_stands_below_it(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        pytest.skip("the one place where the parts are wired together")

    assert rooms_imported(path) <= allowed(room(path))


def test_the_core_imports_nothing_but_the_standard_library_and_itself() -> None:
    for path in SOURCES:
        if room(path) == "accounting":
            outside = {name for name in imported(path) if not name.startswith("embedded_app.accounting")}
            assert {name.split(".")[0] for name in outside} <= sys.stdlib_module_names, path


def test_the_core_asks_for_no_time_and_no_environment() -> None:
    for path in SOURCES:
        if room(path) == "accounting":
            roots = {name.split(".")[0] for name in imported(path)}
            assert not roots & {"os", "time", "random", "socket", "urllib", "http", "asyncio", "threading"}, path


def test_there_is_one_broad_except_and_it_is_the_job_runners() -> None:
    broad = [
        path.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]

    assert broad == ["jobs.py"]


def test_only_the_clock_tells_the_time() -> None:
    for path in SOURCES:
        calls = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        told = calls & {"datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today", "time.time"}
        assert not told or path == PACKAGE / "clock.py", path


def test_no_function_is_longer_than_seventy_lines() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                assert node.end_lineno - node.lineno < 70, f"{path}: {node.name}"


def test_every_module_opens_with_a_sentence_of_purpose() -> None:
    for path in SOURCES:
        purpose = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert purpose, path
