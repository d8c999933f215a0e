"""gather → decide → record → send: the imperative shell around the pure core.

gathering.py    a store's open deliveries → its orders' facts
catching_up.py  what changed in a store that no webhook told of → deliveries
asking.py       one question to a store, and what its refusals mean for it
subscribing.py  whether a store sends the webhooks we work by
upkeep.py       what each store wants now and then: its access kept alive, its subscriptions checked
deciding.py     facts → documents, settlements, or a reason; one transaction records all of it
beyond_orders.py  gift cards given, expired or cashed out, and opening balances → documents, or a reason
rules.py        what a store's decisions go by: its mapping and its organisation's books
recording.py    a decision → rows, and what each needs before it may be sent
sending.py      an organisation's dispatches → calls to Xero and what became of them
sweeping.py     wakes whatever is owed and nobody is working on
retrying.py     what a person does about the held
forgetting.py   what was decided and never sent, where a period was closed since: to be decided again
calls_left.py   whether Xero may be called now, and what its answers say of the calls left
surveying.py    what Setup has to go by: the store's last orders and the organisation's chart
drafts.py       what a merchant answered in Setup, as a mapping document and back
setting_up.py   a step's answers checked and kept; the switch
previewing.py   what would be posted, and why; writes nothing
summing_up.py   the store's sales against Xero's documents, by day
day_totals.py   each day added up, and only changed ones anew
importing.py    what was sold before is posted: listed, looked for in Xero, confirmed, handed over
                (import_rows, import_listing, others_documents, import_estimate, import_feeding)
credentials.py  tokens, refreshed before they expire
installing.py   a store opens the app: its first tokens
connecting.py   a person lets us into a Xero organisation, or out of it
stopped.py      what keeps a store's sales from going on until somebody acts
alerting.py     what a merchant is to be told of
letters.py      what the mails say
mailing.py      the mails sent, at least once
mapping_versions.py  a change of the mapping, and the versions that were saved
dry_running.py  what the last orders come to under a mapping that is not saved yet
seen.py         which taxes and gateways a store's orders have had
complying.py    a store was uninstalled, or wants somebody's data erased
"""

from embedded_app.pipeline.beyond_orders import beyond, open_balances, wake_beyond
from embedded_app.pipeline.catching_up import catch_up, wake_catch_up
from embedded_app.pipeline.dry_running import dry_run
from embedded_app.pipeline.gathering import gather
from embedded_app.pipeline.importing import import_orders
from embedded_app.pipeline.mailing import alert
from embedded_app.pipeline.retrying import retry_held
from embedded_app.pipeline.sending import send
from embedded_app.pipeline.sweeping import sweep
from embedded_app.pipeline.upkeep import five_minutes, hourly, upkeep

__all__ = [
    "alert",
    "beyond",
    "catch_up",
    "dry_run",
    "five_minutes",
    "gather",
    "hourly",
    "import_orders",
    "open_balances",
    "retry_held",
    "send",
    "sweep",
    "upkeep",
    "wake_beyond",
    "wake_catch_up",
]
