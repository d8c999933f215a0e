"""Measurements, each against a floor from the same run. They are read, not asserted: timings are no tests."""
