"""Moments as the Admin API writes them."""

from datetime import UTC, datetime


def moment_text(moment: datetime | None) -> str | None:
    """GraphQL gives times in UTC, in whole seconds."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
