"""How many examples: a few where each is a whole way, many where it is one call; nightly far more of both."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.properties.profile import NAME, PROFILE

# Each example has a merchant of its own, so what a fixture keeps between them does not matter.
_KEPT = [*HealthCheck]
WHOLE_WAYS = settings(PROFILE, max_examples={"quick": 2, "nightly": 700}[NAME], suppress_health_check=_KEPT)
CALLS = settings(PROFILE, max_examples={"quick": 25, "nightly": 6000}[NAME], suppress_health_check=_KEPT)
