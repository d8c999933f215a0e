"""What Activity finds an order by, taken from its facts: amounts, places, gateways and words, nothing of people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from embedded_app.models import OrderFacts

# An index entry has to fit into a third of a page. More gateways on one order than this have not been seen.
MOST_GATEWAYS = 8
LONGEST_NAME = 64
# Of an order of hundreds of lines the first ones are found.
LONGEST_WORDS = 4000


def keep_findable(row: OrderFacts, facts: dict[str, Any]) -> None:
    """Set the columns of the order's row that it is found by; the caller flushes.

    facts: as accounting.facts writes them. Of a line its title and SKU are searched and nothing else; the facts hold
    no name or address of a person, and so neither does this.
    """
    row.amount, row.currency = Decimal(facts["totals"]["current"]), facts["currency"]
    row.sold_at = facts["channel"] and facts["channel"][:LONGEST_NAME]
    gateways = dict.fromkeys(tender["gateway"][:LONGEST_NAME] for tender in facts["tenders"])
    row.gateways = list(gateways)[:MOST_GATEWAYS]
    lines = [line for agreement in facts["agreements"] for line in agreement["lines"]]
    words = dict.fromkeys(word for line in lines for word in (line["title"], line["sku"]) if word)
    row.words = " · ".join(words)[:LONGEST_WORDS]
