"""What gets posted and why: a pure function of the store's two ledgers, the mapping and what was posted before.

Nothing here knows a clock, a network, a database or an environment; only the standard library is imported.

    order.py      the store's two ledgers, as facts
    facts.py      orders as JSON, and the hashes that tell a change (document_json.py: documents)
    mapping.py    what the merchant decided (mapping_document.py: as it is stored; mapping_check.py: against a chart)
    documents.py  what Xero will hold
    posting.py    post(group, orders, mapping, history, books) -> Decision
    booking.py    agreements become invoices, credit notes and voids
    lines.py      a sale line becomes document lines (parts.py: discounts, gift cards, taxes of their own;
                  reductions.py: adjustments as a price reduction)
    explain.py    why each document line is there
    wording.py    a store's text as books can hold it
    sizes.py      documents that would be too large to send
    tax.py        Xero's arithmetic, and where the store's differs from it
    waiting.py    whether an order is due: placed, paid or fulfilled; start.py: orders from before the start date
    contacts.py   whom its documents are made out to; currency.py: in which currency, at which rate
    tenders.py    the money as it is to be booked; rounding.py: what a till rounded it by
    settle.py     which tender settles which document; allocations.py: which credit goes to which invoice
    money_documents.py   overpayments, bank transactions and journals; giftcards.py: changes of gift cards beyond orders
    days.py       book dates in the face of lock dates
    ledgers.py    whether the store's ledgers can be relied on
    balance.py    the five invariants
"""
