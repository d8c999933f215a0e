"""gather → decide → record → send: the imperative shell around the pure core.

gathering.py    a store's open deliveries → its orders' facts
deciding.py     facts → documents, settlements, or a reason; one transaction records all of it
beyond_orders.py  gift cards given, expired or cashed out, and opening balances → documents, or a reason
rules.py        what a store's decisions go by: its mapping and its organisation's books
recording.py    a decision → rows, and what each needs before it may be sent
sending.py      an organisation's dispatches → calls to Xero and what became of them
sweeping.py     wakes whatever is owed and nobody is working on
retrying.py     what a person does about the held
credentials.py  tokens, refreshed before they expire
"""

from embedded_app.pipeline.beyond_orders import beyond, open_balances, wake_beyond
from embedded_app.pipeline.gathering import gather
from embedded_app.pipeline.retrying import retry_held
from embedded_app.pipeline.sending import send
from embedded_app.pipeline.sweeping import sweep

__all__ = ["beyond", "gather", "open_balances", "retry_held", "send", "sweep", "wake_beyond"]
