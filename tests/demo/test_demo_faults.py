"""`make demo FAULTS=1`: things go wrong on the day, each is said with what became of it, and the books end equal."""

import re
from collections import Counter

import pytest
from click.testing import CliRunner

from embedded_app.cli.demo import demo as demo_command
from embedded_app.cli.demo.fates import ABSENT, FOUND, SPLIT, Fate
from embedded_app.cli.demo.mishaps import MISHAPS, chosen, verdict
from tests.demo.test_demo import EQUAL, StartDemo


@pytest.mark.thorough
def test_what_goes_wrong_is_told_and_mended_and_the_day_ends_equal(start_demo: StartDemo) -> None:
    demo = start_demo("--once", "--orders", "4", "--faults", "webhooks_lost,store_stale,xero_timeout_after_write")

    assert demo.exit_code(seconds=240) == 0, demo.text
    assert EQUAL.search(demo.text), demo.text
    assert re.findall(r"fault \d: .+|→ .+(?= \d s later| at once)|→ .+", demo.text) == [
        "fault 1: the store loses all webhooks of an order",
        "→ found five minutes later by the catch-up",
        "fault 2: the store answers an order as it was before its last change",
        "→ read again",
        "fault 3: Xero writes, then stays silent",
        "→ looked up 6 min later: there already, so not sent again",
    ]
    counted = ["faults, webhooks: 1 lost", "faults, store: 1 stale", "faults, Xero: 1 timeout after write"]
    assert demo.text.splitlines()[-3:] == counted


def test_a_fault_that_does_not_exist_is_named_with_those_that_do() -> None:
    told = CliRunner().invoke(demo_command, ["--faults", "earthquake"])

    assert told.exit_code == 2
    assert "There is no fault earthquake; there are webhooks_repeated, " in " ".join(told.output.split())


def test_a_day_on_which_an_ordered_fault_never_struck_proves_nothing_and_fails() -> None:
    lost, stale = chosen("webhooks_lost,store_stale")

    lines, all_struck = verdict([lost, stale], [lost], {"webhooks": {"lost": 1}, "store": {}})

    assert not all_struck
    assert lines == [
        "faults, webhooks: 1 lost",
        "These faults never struck, so this day proves nothing of them: store_stale",
    ]
    assert verdict([lost], [lost], {"webhooks": {"lost": 1}})[1]


@pytest.mark.parametrize("names", ["1", "all"])
def test_all_faults_are_one_of_each_kind(names: str) -> None:
    assert chosen(names) == MISHAPS
    assert max(Counter(mishap.name for mishap in MISHAPS).values()) == 1


@pytest.mark.parametrize(
    ("looked_up", "answers", "words"),
    [
        (True, {FOUND: 2}, "looked up 6 min later: there already, so not sent again"),
        (True, {FOUND: 1, ABSENT: 1}, "looked up 6 min later: not there, so sent again"),
        (False, {FOUND: 2}, "sent again 6 min later"),
        (False, {SPLIT: 2}, "sent again in halves until all was in"),
        (False, {FOUND: 1, "Account 200 is archived.": 1}, "held"),
    ],
)
def test_what_became_of_a_call_is_told_from_its_rows(looked_up: bool, answers: dict[str, int], words: str) -> None:
    assert Fate(looked_up=looked_up, answers=Counter(answers), seconds=361).words() == words
