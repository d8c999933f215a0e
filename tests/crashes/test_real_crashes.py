"""Every process may be killed at any moment, the database too: the books are equal at the end, without any help."""

from __future__ import annotations

import pytest

from tests.crashes.run import RECOVERED_WITHIN_SECONDS, run


@pytest.mark.thorough
def test_a_day_in_which_every_process_is_killed_ends_equal() -> None:
    said: list[str] = []

    told = run(seed=7, orders=300, say=said.append, gaps=(2.0, 6.0))

    assert told.problems == []
    assert len(told.recoveries) >= 3, "hardly anything was killed"
    assert told.longest <= RECOVERED_WITHIN_SECONDS, said
