"""Alice's stage, as in the whole ways."""

from tests.whole.conftest import alice, config, unmapped, url

__all__ = ["alice", "config", "unmapped", "url"]
