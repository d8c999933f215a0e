"""What is owed to Xero, packed into calls, and what became of each.

dispatches.py   one write each: ready when what it needs is posted; held, retried
packing.py      from dispatches to the bytes of a call
filling.py      ready dispatches, the most urgent first, become a batch: one call
claiming.py     a batch is claimed for one attempt, new or again
batches.py      what became of a call: answered, split, not sent, or unknown and looked up
answering.py    what an answer makes of each write
"""

from embedded_app.outbox.batches import (
    LOOK_UP_AFTER,
    apply,
    apply_look_up,
    count_unknown,
    mind_the_clock,
    next_look_up,
    not_sent,
    split,
    unknown,
)
from embedded_app.outbox.claiming import ATTEMPT_LEASE, Call, next_call, webhook_ids
from embedded_app.outbox.dispatches import elements, hold, promote, retry, urge
from embedded_app.outbox.packing import UNREADABLE, document_endpoint, settlement_endpoint

__all__ = [
    "ATTEMPT_LEASE",
    "LOOK_UP_AFTER",
    "UNREADABLE",
    "Call",
    "apply",
    "apply_look_up",
    "count_unknown",
    "document_endpoint",
    "elements",
    "hold",
    "mind_the_clock",
    "next_call",
    "next_look_up",
    "not_sent",
    "promote",
    "retry",
    "settlement_endpoint",
    "split",
    "unknown",
    "urge",
    "webhook_ids",
]
