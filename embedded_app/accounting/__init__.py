"""What gets posted and why: a pure function of the store's two ledgers, the mapping and what was posted before.

Nothing here knows a clock, a network, a database or an environment; only the standard library is imported.

    order.py      the store's two ledgers, as facts
    mapping.py    what the merchant decided
    documents.py  what Xero will hold
    tax.py        Xero's arithmetic, and where the store's differs from it
    settle.py     which tender pays which document
    posting.py    post(group, orders, mapping, history, books) -> Decision
    balance.py    the five invariants
"""
