"""Every situation a store's orders can be in, as scripts: the worked cases A to M, and those at the limits.

Each script yields the order and what just happened to it. The figures are those of the worked cases, so a test reads
them back to the cent.
"""

from collections.abc import Iterator

from embedded_app.sandbox.shopify.situations.gift_cards import GIFT_CARDS
from embedded_app.sandbox.shopify.situations.limits import LIMITS
from embedded_app.sandbox.shopify.situations.parts import Case, Script
from embedded_app.sandbox.shopify.situations.worked import WORKED

SITUATIONS: dict[str, Case] = WORKED | GIFT_CARDS | LIMITS


def scripts_of(market: str) -> Iterator[Case]:
    """The situations that happen in this market."""
    return (case for case in SITUATIONS.values() if case.market == market)


__all__ = ["SITUATIONS", "Case", "Script", "scripts_of"]
