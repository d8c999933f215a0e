"""The app as one store has it: installed or not, with which scopes, and what the store tells it of its end.

Installing is Shopify's affair (managed installation): the merchant sees the grant screen in the admin, and the app then
gets its tokens for an ID token. Uninstalling ends all tokens at once; 48 hours later Shopify asks for redaction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


class IdTokenFault(StrEnum):
    """How the admin hands out a token when it does not simply do so: after a while, five minutes old, or not at all."""

    LATE = "late"
    STALE = "stale"
    NONE = "none"


SCOPES = (
    "read_orders",
    "read_returns",
    "read_products",
    "read_locations",
    "read_payment_terms",
    "read_gift_cards",
    "read_gift_card_transactions",
)


class Installation:
    """One store's relation to the app.

    wanted: the scopes the app's configuration asks for, granted with the next installation or update. next_id_tokens:
    what befalls the next ID tokens, one each.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.installed = False
        self.wanted: tuple[str, ...] = SCOPES
        self.granted: tuple[str, ...] = SCOPES
        self.next_id_tokens: list[IdTokenFault] = []
        self._ended = False

    def await_the_first(self) -> None:
        """Owe the app no webhooks yet: nobody has installed it."""
        with self._shop.world.lock:
            self.installed = False
            self._ended = self._shop.deliveries.silent = True

    def install(self) -> None:
        """What the merchant's click on Install does: the scopes are granted, and webhooks are owed from now on."""
        with self._shop.world.lock:
            self.installed = True
            self.granted = self.wanted
            if self._ended:
                self._ended = self._shop.deliveries.silent = False

    def uninstall(self) -> None:
        """End all tokens and owe app/uninstalled, the last webhook but for compliance."""
        with self._shop.world.lock:
            self.installed = False
            self._shop.tokens.revoke_all()
            self._owe("app/uninstalled", {"id": self._shop_number, "myshopify_domain": self._shop.domain})
            self._ended = self._shop.deliveries.silent = True

    def ask_for_data(self, customer_id: int, *order_ids: int) -> None:
        """Owe customers/data_request."""
        asked = {"orders_requested": list(order_ids), "data_request": {"id": 9999}}
        self._owe("customers/data_request", {**self._customer(customer_id), **asked})

    def redact_customer(self, customer_id: int, *order_ids: int) -> None:
        """Owe customers/redact."""
        self._owe("customers/redact", {**self._customer(customer_id), "orders_to_redact": list(order_ids)})

    def redact_shop(self) -> None:
        """Owe shop/redact, as 48 hours after the app was uninstalled."""
        self._owe("shop/redact", self._names)

    @property
    def _shop_number(self) -> int:
        return int(self._shop.id.rsplit("/", 1)[-1])

    @property
    def _names(self) -> dict[str, object]:
        return {"shop_id": self._shop_number, "shop_domain": self._shop.domain}

    def _customer(self, customer_id: int) -> dict[str, object]:
        person = {"id": customer_id, "email": "ada.PLANTED@example.com", "phone": "+44 20 7946 0000 PLANTED"}
        return {**self._names, "customer": person}

    def _owe(self, topic: str, body: dict[str, object]) -> None:
        deliveries = self._shop.deliveries
        with self._shop.world.lock:
            # Compliance notices come whether or not the app is (still) installed.
            silent, deliveries.silent = deliveries.silent, False
            deliveries.queue([(topic, body)])
            deliveries.silent = silent
