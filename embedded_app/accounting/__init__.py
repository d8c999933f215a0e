"""What gets posted and why: a pure function of the store's two ledgers, the mapping and what was posted before.

Nothing here knows a clock, a network, a database or an environment; only the standard library is imported.

    order.py      the store's two ledgers, as facts
    facts.py      orders as JSON, and the hashes that tell a change (document_json.py: documents)
    mapping.py    what the merchant decided
    documents.py  what Xero will hold
    posting.py    post(group, orders, mapping, history, books) -> Decision
    booking.py    agreements become invoices, credit notes and voids
    lines.py      a sale line becomes document lines
    tax.py        Xero's arithmetic, and where the store's differs from it
    tenders.py    the money as it is to be booked
    settle.py     which tender settles which document, which credit goes to which invoice
    days.py       book dates in the face of lock dates
    balance.py    the five invariants
"""
