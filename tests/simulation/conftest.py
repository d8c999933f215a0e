"""The program on this worker's database, with simulated platforms around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from embedded_app.db import db
from tests.simulation.database import simulated_app


@pytest.fixture(scope="session")
def simulated(database_url: str) -> Iterator[Flask]:
    """The program that all worlds of this worker are played around; each begins with an empty database."""
    app = simulated_app(database_url)
    yield app
    with app.app_context():
        db.engine.dispose()
