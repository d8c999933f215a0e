"""What make says where the machine cannot run Crossfoot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was never set up."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def python_that(checkout: Path, *, pretends: str, version: str = "Python 3.12.0") -> str:
    """A Python which first runs `pretends`."""
    path = checkout / "other-python"
    answer = f'if [ "$1" = --version ]; then echo "{version}"; exit; fi'
    path.write_text(f'#!/bin/sh\n{answer}\nexec "{sys.executable}" -c "{pretends}\n$2"\n')
    path.chmod(0o755)
    return str(path)


def make_check(checkout: Path, python: str) -> str:
    # As typed in a terminal, also when it is `make test` that runs this.
    environ = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    result = subprocess.run(
        ["make", "check", f"PYTHON={python}"], cwd=checkout, env=environ, capture_output=True, text=True, timeout=30
    )
    assert result.returncode != 0
    assert not (checkout / ".venv").exists()
    return result.stdout


def test_it_says_when_python_is_too_old(checkout: Path) -> None:
    old = python_that(checkout, pretends="import sys; sys.version_info = (3, 9, 2)", version="Python 3.9.2")

    assert make_check(checkout, old).startswith("Python 3.9.2 is too old: install Python 3.11 or newer")


def test_it_says_when_python_cannot_make_virtual_environments(checkout: Path) -> None:
    bare = python_that(checkout, pretends="import sys; sys.modules['ensurepip'] = None")

    assert make_check(checkout, bare).startswith("Python lacks its venv module: install it")


def test_it_says_when_there_is_no_python(checkout: Path) -> None:
    assert make_check(checkout, "no-such-python").startswith("Python is missing: install Python 3.11 or newer")
