"""Draws revision 0002 anew from models.py: `make migration`, for as long as nothing has been released.

After the first release each change of the tables is a revision of its own (`flask --app embedded_app db migrate`).
"""

import secrets
import tempfile
from pathlib import Path

import flask_migrate
from cryptography.fernet import Fernet

from embedded_app import create_app, local_database, migrating
from embedded_app.config import Config

VERSIONS = Path(__file__).parent / "versions"
PURPOSE = "The rows, as models.py declares them; what each index prevents is said there."


def redraw() -> None:
    """Replace the file of revision 0002, using a private database that is thrown away."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="crossfoot-") as directory:
        server = local_database.start(Path(directory) / "postgres")
        try:
            with create_app(_config(server)).app_context():
                _draw()
        finally:
            local_database.remove(Path(directory) / "postgres")


def _draw() -> None:
    for old in VERSIONS.glob("0002_*.py"):
        old.unlink()
    migrating.upgrade()
    flask_migrate.migrate(rev_id="0002", message="rows")
    path = VERSIONS / "0002_rows.py"
    drawn = path.read_text(encoding="utf-8").replace('"""rows"""', f'"""{PURPOSE}"""')
    path.write_text("\n".join(line for line in drawn.splitlines() if "# ###" not in line) + "\n", encoding="utf-8")


def _config(database_url: str) -> Config:
    return Config(
        database_url=database_url,
        app_url="http://127.0.0.1:8000",
        secret_key=secrets.token_hex(32),
        token_keys=(Fernet.generate_key().decode(),),
        shopify_api_key="unused",
        shopify_api_secret="unused",
        xero_client_id="unused",
        xero_client_secret="unused",
    )


if __name__ == "__main__":
    redraw()
