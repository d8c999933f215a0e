"""How a day's calls are spread: some at once, the rest evenly, so that calls are full when they are scarce.

A call takes 50 documents as well as one. A shop that sells all day would spend a day's 1,000 calls before noon on calls
that are nearly empty; waiting for them to fill, they carry more than 20,000 orders. A shop with few orders never waits.
"""

from __future__ import annotations

from datetime import datetime

from embedded_app.xero.limits import Window

# The share of a day's calls that may be made as soon as there is anything to send, and the share left for reading.
AT_ONCE, FOR_READING = 0.05, 0.07
# The share of the others that is left for full ones, which wait for nothing.
FULL = 0.5


def spaced_until(day: Window, now: datetime) -> datetime | None:
    """Until when only full calls had better be made, to have calls left all day; None: any call is fine now.

    What is left for calls that are not full is spread evenly over the rest of the day, counted from the last call.
    """
    if day.left is None or day.opened_at is None or day.read_at is None or day.most - day.left <= day.most * AT_ONCE:
        return None
    rest = day.opened_at + day.length - day.read_at
    moment = day.read_at + rest / max(1.0, (day.left - day.most * FOR_READING) * (1 - FULL))
    return moment if moment > now else None
