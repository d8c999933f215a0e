"""Procrastinate's tables and functions, from its own SQL of version 3.10.0, which lies beside this file.

Copied, not applied from the package: `schema.sql` changes with the package's version, a migration must not. When the
package is upgraded, its `sql/migrations` since 3.10.0 become a revision of their own.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("procrastinate_3.10.0.sql").read_text(encoding="utf-8")
    # Straight to the driver, without parameters: the script is many statements and has % and : of its own.
    op.get_bind().connection.driver_connection.execute(script)
