"""All targets, by name."""

from __future__ import annotations

from tests.fuzzing import people_targets as people_targets
from tests.fuzzing import store_targets as store_targets
from tests.fuzzing import xero_targets as xero_targets
from tests.fuzzing.target import TARGETS as TARGETS
