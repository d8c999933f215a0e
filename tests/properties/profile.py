"""How many lives are played: enough for every run of the tests, or, in the nightly profile, very many.

HYPOTHESIS_PROFILE=nightly draws afresh each night, shrinks a failure (for up to five minutes) and prints what repeats
it; by default the same lives are played every time, so that a change is judged by the change, and are told as drawn.
"""

import os
import zlib
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings

EXAMPLES = {"quick": 32, "nightly": 2000}  # for each property and market
NAME = os.environ.get("HYPOTHESIS_PROFILE", "quick")
if NAME not in EXAMPLES:
    raise ValueError(f"HYPOTHESIS_PROFILE is {NAME}: leave it out, or set it to nightly.")

# No deadline: a machine under load is not a mistake of the rules.
PROFILE = settings(
    max_examples=EXAMPLES[NAME],
    deadline=None,
    database=None,
    print_blob=True,
    phases=[Phase.generate, Phase.shrink] if NAME == "nightly" else [Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
# Where a life is short and what may go wrong is rare.
MORE = settings(PROFILE, max_examples=4 * EXAMPLES[NAME])
# The first failure is enough, and shrinking it is not wanted, where a mistake is made on purpose.
UNTIL_FOUND = settings(PROFILE, max_examples=256, phases=[Phase.generate])


def begin() -> None:
    """Let also what says nothing of a profile draw the same every time, or afresh each night."""
    settings.register_profile(NAME, database=None, derandomize=NAME == "quick")
    settings.load_profile(NAME)


def played(name: str, profile: settings = PROFILE) -> Callable[[Any], Any]:
    """Decorator: the property is played with as many lives as the profile says; by default always those of its name."""

    def decorate(check: Any) -> Any:
        check = profile(check)
        return seed(zlib.crc32(name.encode()))(check) if NAME == "quick" or profile is UNTIL_FOUND else check

    return decorate
