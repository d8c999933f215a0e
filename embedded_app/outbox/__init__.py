"""What is owed to Xero, packed into calls, and what became of each.

dispatches.py   one write each: ready when what it needs is posted; held, retried
batches.py      one call each: claimed, sent, answered, or unknown and looked up
packing.py      from dispatches to the bytes of a call
"""

from embedded_app.outbox.batches import (
    ATTEMPT_LEASE,
    LOOK_UP_AFTER,
    Call,
    apply,
    apply_look_up,
    next_call,
    next_look_up,
    not_sent,
    unknown,
)
from embedded_app.outbox.dispatches import elements, hold, promote, retry
from embedded_app.outbox.packing import document_endpoint, settlement_endpoint

__all__ = [
    "ATTEMPT_LEASE",
    "LOOK_UP_AFTER",
    "Call",
    "apply",
    "apply_look_up",
    "document_endpoint",
    "elements",
    "hold",
    "next_call",
    "next_look_up",
    "not_sent",
    "promote",
    "retry",
    "settlement_endpoint",
    "unknown",
]
