"""Which faults met which states, and how often: counted in each world, told after a run."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.simulation.drawing import BULK_FAULTS, EDITS, STORE_FAULTS, XERO_FAULTS
from tests.simulation.seams import AFTER_MONEY, AFTER_WRITE, CALLS, COMMITS

# Every kind of fault that a run of many worlds must have seen strike.
EVERY_FAULT = (
    *("webhook dropped", "webhook repeated", "webhook reordered", "webhook delayed"),
    *(f"crash {seam}" for seam in (*COMMITS, *CALLS, AFTER_WRITE, AFTER_MONEY)),
    *(f"store: {kind}" for kind in (*STORE_FAULTS, *BULK_FAULTS)),
    *(f"Xero: {kind}" for kind in XERO_FAULTS),
    *("late write", "others meanwhile", "clock jump", "search lags", "order denied"),
    *("disconnected", "disconnected in the app", "uninstalled", "order deleted", "lock date moved"),
    *(f"by hand: {what}" for what in EDITS),
    *(f"import: {what}" for what in ("begun", "confirm", "pause", "resume", "stop")),
)
MOST_STATES = 6


def never_struck(met: Counter[tuple[str, str]]) -> list[str]:
    """The faults that struck nothing."""
    struck = {kind for kind, _ in met}
    return [kind for kind in EVERY_FAULT if kind not in struck]


def report(met: Counter[tuple[str, str]]) -> list[str]:
    """A line for each kind of fault: how often it struck, and what it met most."""
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for (kind, state), count in met.items():
        states[kind][state] += count
    return [
        f"{kind:<28} {sum(found.values()):>6}  "
        + ", ".join(f"{count} × {state}" for state, count in found.most_common(MOST_STATES))
        + (f" and {len(found) - MOST_STATES} more" if len(found) > MOST_STATES else "")
        for kind, found in sorted(states.items())
    ]
